"""The lock in the app: the passphrase before anything is shown, locking by hand and when nobody is there.

Locking takes everything of the person's off the screen at once, and only then tells the engine: what was typed is kept,
a reply that is being written is stopped and kept, and the profile is sealed. All that showed it is thrown away; after
unlocking a new conversation screen is filled by the engine.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.notifications import Notification, Notify
from textual.screen import Screen
from textual.widget import AwaitMount
from textual.worker import NoActiveWorker, get_current_worker

from companion.calls import EnginePort
from companion.errors import CompanionError, InvalidInput, WrongPassphrase
from companion.garbage import tidy
from companion.strings import text
from companion.ui.idle import IdleClock
from companion.ui.leaving import LeavingApp
from companion.ui.preferences import Preferences
from companion.ui.screens.base import attempt
from companion.ui.screens.chat import ChatScreen
from companion.ui.screens.confirm import ConfirmScreen
from companion.ui.screens.unlock import UnlockScreen, why_wrong
from companion.ui.streams import real_streams

WARN = 20
"""Seconds before it is locked in which the person is told."""
PATIENCE = 3.0
"""Seconds the engine has to keep what was typed, and to stop a reply, before it is closed without an answer."""


class LockingApp(LeavingApp):
    """Whoever is one starts the engine, and makes the screen of the conversation."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "lock", text("lock_screen.key"), show=False, priority=True, id="lock.now"),
    ]
    engine: EnginePort
    preferences: Preferences

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.is_locked = False
        self.is_protected = False
        """Whether the profile is known to have a passphrase."""
        self._idle = IdleClock()
        self._warning: Notification | None = None
        self._unsent = ""
        """What was typed and the engine could not be given any more when the profile was locked."""

    def new_chat(self, typed: str = "") -> ChatScreen:
        """The conversation, empty."""
        raise NotImplementedError

    def engine_runs(self) -> None:
        """It was started: show what it has."""
        raise NotImplementedError

    def watch_for_absence(self) -> None:
        """From now on it is locked when nobody is there."""
        self._idle.touch()
        self.set_interval(1.0, self._look_for_person, name="idle")

    # Locking

    @work(group="lock", exclusive=True)
    async def action_lock(self) -> None:
        """Lock now; without a passphrase let the person choose one."""
        if self.is_locked:
            return
        if not self.is_protected:
            protection = await attempt(self, self.engine.protection())
            if protection is None:
                return
            if not protection.encrypted:
                self.choose_passphrase()
                return
        if self.chat.would_forget:
            lines = (text("lock_screen.forgets_incognito_about"),)
            ask = ConfirmScreen(text("lock_screen.forgets_incognito"), lines, text("lock_screen.locks"))
            if not await self.push_screen_wait(ask):
                return
        self.lock()

    def choose_passphrase(self) -> None:
        """Let the person set the lock up."""
        raise NotImplementedError

    def lock(self) -> None:
        """Everything off the screen, now; the engine is sealed in the background."""
        if self.is_locked:
            return
        self.is_locked = True
        self._warning = None
        words = self.chat.unsent
        shown = UnlockScreen(closing=True)
        self._throw_away(shown)
        self._seal(words, shown)

    def _throw_away(self, shown: UnlockScreen) -> None:
        own = None
        with suppress(NoActiveWorker):
            own = get_current_worker()
        for worker in list(self.workers):
            if worker is not own:
                worker.cancel()
        self.chat.forget()
        self.clear_notifications()
        self._clipboard = ""  # the app's own copy of it; what the system has is the person's
        self.__dict__.pop("welcome", None)
        self.chat = self.new_chat()
        self._show_alone(shown)

    def _show_alone(self, screen: Screen[Any]) -> AwaitMount:
        """`screen` in the place of all others, which are thrown away."""
        below = list(self._screen_stack)
        # Not `switch_screen`: the app's first screen cannot be switched (textual 8.2.8: "pop from empty list").
        shown = self.push_screen(screen)
        del self._screen_stack[: len(below)]
        self.call_later(self._remove, below)
        return shown

    async def _remove(self, screens: list[Screen[Any]]) -> None:
        for screen in reversed(screens):
            await screen.remove()
            if isinstance(screen, ChatScreen):
                screen.forget_turns()

    @work(group="seal", description="seal")
    async def _seal(self, words: str | None, shown: UnlockScreen) -> None:
        problem = hint = ""
        with suppress(CompanionError, TimeoutError):
            await asyncio.wait_for(self.engine.stop(), PATIENCE)
        if words is not None:
            self._unsent = words
            with suppress(CompanionError, TimeoutError):
                await asyncio.wait_for(self.engine.keep_draft(words), PATIENCE)
                self._unsent = ""
        try:
            await self.engine.seal()
        except InvalidInput:
            self.is_protected = False  # the passphrase was removed elsewhere: there is nothing to give
            await self._open()
            return
        except CompanionError as error:
            problem, hint = str(error), error.hint
        self._before = self._went_to = None  # what the last key found
        tidy()
        shown.closed(problem, hint)
        with real_streams():
            self.engine.prepare()

    # Unlocking

    @on(UnlockScreen.Given)
    def _given(self, message: UnlockScreen.Given) -> None:
        passphrase, message.passphrase = message.passphrase, ""
        self._unlock(passphrase)

    @work(group="unlock", exclusive=True, description="unlock")
    async def _unlock(self, passphrase: str) -> None:
        screen = self.screen
        if not self.is_locked or not isinstance(screen, UnlockScreen):
            return
        try:
            with real_streams():
                await self.engine.unlock(passphrase)
        except WrongPassphrase as error:
            screen.refused(*why_wrong(error))
        except CompanionError as error:
            screen.refused(str(error), error.hint)
        else:
            self.is_protected = True
            await self._open()

    async def _open(self) -> None:
        self.is_locked = False
        self._idle.touch()
        if self._unsent:
            self.chat.prompt.put_back(self._unsent)
            self._unsent = ""
        await self._show_alone(self.chat)
        self.engine_runs()

    @on(UnlockScreen.LeaveWanted)
    def _leave_locked(self) -> None:
        self.leave()

    def action_interrupt(self) -> None:
        if self.is_locked:
            self.leave()
        else:
            super().action_interrupt()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Locked, nothing can be opened."""
        if self.is_locked:
            return action in ("interrupt", "quit")
        return super().check_action(action, parameters)

    def _on_notify(self, event: Notify) -> None:
        if not self.is_locked:  # it may tell of what was said
            super()._on_notify(event)

    # Nobody there

    @property
    def _seconds_left(self) -> float | None:
        """Until it is locked; None: it is not."""
        minutes = self.preferences.current.lock.idle_minutes
        if self.is_locked or not minutes or not self.is_protected:
            return None
        return minutes * 60 - self._idle.seconds

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.MouseEvent | events.Paste) and not event.is_forwarded:
            left = self._seconds_left
            if left is not None and left <= 0:
                # The computer was asleep: whoever presses the first key need not be who pressed the last.
                self.lock()
                return
            self._idle.touch()
            self._unwarn()
        await super().on_event(event)

    def _look_for_person(self) -> None:
        self.is_protected = self.is_protected or self.chat.progress.status.encrypted
        left = self._seconds_left
        if left is None:
            self._unwarn()
        elif left <= 0:
            self.lock()
        elif self.busy:
            self._idle.touch()
        elif left <= WARN:
            self._warn()
        else:
            self._unwarn()

    def _warn(self) -> None:
        if self._warning is None:
            about = text("lock_screen.soon_incognito") if self.chat.would_forget else text("lock_screen.soon_about")
            title = text("lock_screen.soon", count=WARN)
            self._warning = Notification(about, title, "warning", timeout=WARN + 1, markup=False)
            self.post_message(Notify(self._warning))

    def _unwarn(self) -> None:
        warning, self._warning = self._warning, None
        if warning is not None and warning in self._notifications:
            self._unnotify(warning)
