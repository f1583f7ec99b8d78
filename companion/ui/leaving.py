"""Leaving the program: by Ctrl+C twice, by Ctrl+D, by a command, by a signal. Never waits for a reply or a night."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

from rich.text import Text
from textual import work
from textual.widgets import TextArea
from textual.worker import WorkerFailed

from companion.calls import EnginePort
from companion.logs import describe, log_file, logger
from companion.paths import default_paths
from companion.strings import text
from companion.ui.screens.base import tell
from companion.ui.screens.chat import ChatScreen
from companion.ui.tidying import TidyApp

KEEPING = 0.25
"""Seconds quitting waits for what was typed to be kept, which it is while one types as well."""
CLOSING = 0.5
"""Seconds it waits for the engine; what that has acknowledged is on disk in any case. Both together: below a second."""
TWICE = 2.0
"""Seconds in which a second Ctrl+C quits."""


class LeavingApp(TidyApp):
    """Whoever is one has an engine to close and a conversation with messages that may wait."""

    engine: EnginePort
    chat: ChatScreen

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._interrupted = -TWICE
        self._leaving = False

    def action_interrupt(self) -> None:
        """Ctrl+C copies what is selected; else the second within two seconds quits."""
        selected = self.screen.get_selected_text()
        if isinstance(self.focused, TextArea) and self.focused.selected_text:
            selected = self.focused.selected_text
        if selected:
            self.chat.copy(selected)
        else:
            self._leave_at_the_second_time(text("app.quit_keys"))

    def _leave_at_the_second_time(self, again: str) -> None:
        moment = time.monotonic()
        if moment - self._interrupted <= TWICE:
            self.leave()
            return
        self._interrupted = moment
        waiting = len(self.chat.outbox)
        words = (
            text("app.again_to_lose", keys=again, count=waiting) if waiting else text("app.again_to_quit", keys=again)
        )
        if self.chat.would_forget:
            words = f"{words} {text('app.forgets_incognito')}"
        tell(self, words, seconds=TWICE)

    def leave_soon(self, code: int) -> None:
        """Leave with this exit code. Safe to call from a signal handler."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended: so has the app
                self._loop.call_soon_threadsafe(self.leave, code)

    @work(group="leave")
    async def leave(self, code: int = 0) -> None:
        """Close the engine within a bound, then exit. Never waits for a reply or a night."""
        if self._leaving:
            return
        self._leaving = True
        self.fall_silent()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.chat.leaving(), KEEPING)
        with suppress(Exception):  # whatever it is, the person asked to leave, and what was acknowledged is saved
            await asyncio.wait_for(self.engine.close(), CLOSING)
        self.exit(return_code=code)

    def fall_silent(self) -> None:
        """The app is about to end: nothing is said or recorded any more."""

    async def action_quit(self) -> None:
        """At once, unless there is something that would be lost."""
        if len(self.chat.outbox) or self.chat.would_forget:
            self._leave_at_the_second_time(text("app.end_keys"))
        else:
            self.leave()

    def panic(self, *renderables: Any) -> None:
        """Errors that can draw themselves would draw what they quote."""
        if any(isinstance(each, BaseException) for each in renderables):
            self._fatal_error()
        else:
            super().panic(*renderables)

    def _fatal_error(self) -> None:
        # Textual prints messages and the local variables of every frame; here they hold what the person said, and what
        # is printed stays in the terminal after the app has gone.
        self.bell()
        error = self._exception.error if isinstance(self._exception, WorkerFailed) else self._exception
        if error is not None:
            logger.error("the interface failed\n%s", describe(error))
        name = type(error).__name__
        hint = text("cli.unexpected_hint", default_paths=log_file(default_paths()))
        self._exit_renderables.append(Text(f"{text('cli.unexpected', name=name)}\n{hint}"))
        self._close_messages_no_wait()
