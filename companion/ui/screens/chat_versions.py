"""Saying or answering something anew: each time beside what is there, which stays."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from companion.calls import EnginePort
from companion.chats import SentMessage
from companion.errors import CompanionError
from companion.events import ReplyFailed, ReplyStarted
from companion.records import Turn
from companion.strings import text
from companion.text import one_line
from companion.ui.screens.base import attempt, tell
from companion.ui.screens.chat_editing import Editing
from companion.ui.widgets.transcript import WINDOW
from companion.ui.widgets.turn_base import TurnView
from companion.ui.widgets.versions import Versions


class VersionActions(Editing):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", text("chat.key_stop"), id="chat.stop"),
    ]

    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self._renewing = False
        """Whether the reply that is awaited is another version of one that is there."""

    # Another reply

    def action_again(self) -> None:
        view = self.reply_meant
        if view is None or not view.answers:
            tell(self, text("chat.nothing_to_renew"), seconds=2)
        elif self.quiet():
            self._renew(view.answers, self.engine.regenerate(view.reply))

    def again_without(self, reply: int, without: tuple[str, ...]) -> None:
        """Another reply beside this one, from all but these parts of its prompt."""
        view = self.transcript.reply(reply)
        if view is not None and view.answers and self.quiet():
            self._renew(view.answers, self.engine.regenerate(reply, without))

    def action_go_on(self) -> None:
        view = self.reply_meant
        if view is None or not view.answers or not view.can_go_on:
            tell(self, text("chat.nothing_to_continue"), seconds=2)
        elif self.quiet():
            self._renew(view.answers, self.engine.continue_reply(view.reply))

    @work(group="versions", exclusive=True)
    async def _renew(self, turn: int, call: Awaitable[SentMessage]) -> None:
        self.to_prompt()
        self._renewing = True
        self.progress.answering = turn  # events may come before the answer of the call
        self.refresh_state()
        await self.to_latest()
        sent = await attempt(self, call)
        if sent is not None:
            await self.after_sending(sent.conversation)
        else:
            self._renewing = False
            self.progress.answering = None
            self.refresh_state()
            self.send_waiting()

    def reply_finished(self, turn: Turn) -> None:
        """One that was stopped before its first word is not kept."""
        renewed = self.reply_renewed()
        if not turn.text and turn.answers:
            self._show_again(turn.answers)
        elif renewed:
            self._tell_learned(turn.id)

    @work(group="versions")
    async def _tell_learned(self, reply: int) -> None:
        """What was learned from the message that it answers stands under the new version too."""
        with suppress(CompanionError):  # it is there after the next start
            for item in await self.engine.transcript(limit=4):
                view = self.transcript.reply(reply)
                if item.turn.id == reply and view is not None:
                    view.tell_learned(item)

    def reply_renewed(self) -> bool:
        """A reply has come, or not: whether it was another version of one. Asked once for each."""
        renewed, self._renewing = self._renewing, False
        return renewed

    # What becomes of it

    def reply_started(self, event: ReplyStarted) -> None:
        self.acknowledge(event.turn)
        view = self.transcript.begin_reply(event.reply, event.turn)
        if view is not None:
            self.something_new()

    def reply_failed(self, event: ReplyFailed) -> None:
        self.acknowledge(event.turn)
        view = self.transcript.reply(event.reply)
        if view is not None:
            view.break_off("failed")
        person = self.transcript.person(event.turn)
        if self.reply_renewed() or person is None:
            tell(self, event.title, event.hint, "error")
            self._show_again(event.turn)
        else:
            person.note(text("chat.no_reply_because", title=one_line(event.title), hint=one_line(event.hint, 400)))

    @work(group="versions")
    async def _show_again(self, turn: int) -> None:
        """No reply came of it: those that were there are shown again."""
        items = await attempt(self, self.engine.transcript(limit=WINDOW))
        view = self.transcript.person(turn)
        ids = [item.turn.id for item in items or ()]
        if view is not None and items and turn in ids:
            await self.transcript.replace_from(view, items[ids.index(turn) :])
            self.transcript.to_newest()

    def engine_ended(self) -> None:
        super().engine_ended()
        self._renewing = False

    # Choosing among versions

    def action_version(self, direction: int) -> None:
        view = self.walked or self.transcript.last_reply()
        other = view.beside(direction) if view is not None else None
        if view is not None and other is not None and self.quiet():
            self._choose(view, other, view.has_focus)

    @on(Versions.Stepped)
    def _stepped(self, message: Versions.Stepped) -> None:
        message.stop()
        node = message.mark.parent
        if isinstance(node, TurnView):
            other = node.beside(message.direction)
            if other is not None and self.quiet():
                self._choose(node, other, node.has_focus)

    @work(group="versions", exclusive=True)
    async def _choose(self, view: TurnView, other: int, walking: bool) -> None:
        """From now on the conversation goes through `other`; it is where `view` was on the screen."""
        if await attempt(self, self._chosen(other)) is None:
            return
        items = await attempt(self, self.engine.transcript(limit=2 * WINDOW, around=other))
        ids = [item.turn.id for item in items or ()]
        if not items or other not in ids or view not in self.transcript.views:
            return
        self.end_edit()
        new = items[ids.index(other) :]
        await self.transcript.replace_from(view, new, more=len(new) >= WINDOW)
        chosen = self.transcript.view(other)
        if walking and chosen is not None:
            self._walk_to(chosen)
        await self.after_sending(new[0].turn.conversation)

    async def _chosen(self, turn: int) -> bool:
        await self.engine.choose(turn)
        return True

    # Esc

    @work(group="stop")
    async def action_stop(self) -> None:
        """Esc: keeps what was written of a reply; gives up writing an earlier message anew; else does nothing."""
        if self.progress.answering is not None:
            await attempt(self, self.engine.stop())
        else:
            self.end_edit()
