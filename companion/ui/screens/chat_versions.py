"""Saying or answering something anew: each time beside what is there, which stays."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from companion.calls import EnginePort
from companion.errors import CompanionError, EngineStopped
from companion.events import ReplyFailed, ReplyStarted
from companion.records import SentMessage, Turn
from companion.strings import text
from companion.text import one_line
from companion.ui.screens.base import attempt, tell, tell_error
from companion.ui.screens.chat_sending import Sending
from companion.ui.widgets.transcript import WINDOW
from companion.ui.widgets.turn_base import TurnView
from companion.ui.widgets.turn_view import PersonTurn
from companion.ui.widgets.versions import Versions


class VersionActions(Sending):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", text("chat.key_stop"), id="chat.stop"),
    ]

    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self.editing: PersonTurn | None = None
        """What the person said and is writing anew."""
        self._draft = ""
        """What was in the prompt before that."""
        self._resending: tuple[tuple[int, ...], str] | None = None
        """Versions of a message, and the words of the new one, which is on its way."""
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
        if await attempt(self, call) is None:
            self._renewing = False
            self.progress.answering = None
            self.refresh_state()
            self.send_waiting()

    def reply_finished(self, turn: Turn) -> None:
        """One that was stopped before its first word is not kept."""
        self.reply_renewed()
        if not turn.text and turn.answers:
            self._show_again(turn.answers)

    def reply_renewed(self) -> bool:
        """A reply has come, or not: whether it was another version of one. Asked once for each."""
        renewed, self._renewing = self._renewing, False
        return renewed

    # What the person said, said anew

    def action_edit_turn(self) -> None:
        view = self.walked
        if not isinstance(view, PersonTurn):
            people = [each for each in self.transcript.views if isinstance(each, PersonTurn)]
            view = people[-1] if people else None
        if view is None or view.turn.role != "person":
            tell(self, text("chat.nothing_to_edit"), seconds=2)
        elif self.quiet():
            self.begin_edit(view)

    def begin_edit(self, view: PersonTurn) -> None:
        """What was said is in the prompt; Enter sends it beside the old one."""
        if self.editing is None:
            self._draft = self.prompt.whole_text
        self.editing = view
        self.prompt.clear()
        self.prompt.put_back(view.turn.text)
        self.to_prompt()
        self.keys_changed()

    def end_edit(self) -> None:
        """The prompt is what it was before."""
        if self.editing is None:
            return
        self.editing = None
        self.prompt.take()
        if self._draft:
            self.prompt.put_back(self._draft)
        self._draft = ""
        self.keys_changed()

    @property
    def draft_text(self) -> str:
        """What the person is writing besides an earlier message."""
        return self._draft if self.editing is not None else self.prompt.whole_text

    def send_edited(self, words: str) -> None:
        """Say `words` beside what is being written anew."""
        view = self.editing
        if view is None or self._resending is not None or not self.quiet():
            self.prompt.put_back(words)
        else:
            self._resend(view, words)

    @work(group="versions", exclusive=True)
    async def _resend(self, view: PersonTurn, words: str) -> None:
        self._resending = (view.alternatives or (view.turn_id,), words)
        try:
            sent = await self.engine.resend(view.turn_id, words)
        except CompanionError as error:
            self._resending = None
            self.prompt.put_back(words)
            if not isinstance(error, EngineStopped):
                tell_error(self, error)
        else:
            self.progress.sent(sent.turn)
            self._said_anew(sent.turn, sent.conversation)
            self.refresh_state()

    def _said_anew(self, turn: int, conversation: int | None = None) -> None:
        """The new version is on disk. Told by the answer or by an event, whichever is first."""
        if self._resending is None:
            return
        (siblings, words), self._resending = self._resending, None
        self.end_edit()
        self.show_said(turn, words, conversation, (*siblings, turn))

    def acknowledge(self, turn: int, conversation: int | None = None) -> None:
        if self._resending is not None and self.transcript.person(turn) is None:
            self._said_anew(turn, conversation)
        else:
            super().acknowledge(turn, conversation)

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
        await self.transcript.replace_from(view, items[ids.index(other) :])
        chosen = self.transcript.view(other)
        if walking and chosen is not None:
            self._walk_to(chosen)

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
