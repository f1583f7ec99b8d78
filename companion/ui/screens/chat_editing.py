"""Saying something anew: what was said is in the prompt, and what is sent stands beside it."""

from __future__ import annotations

from textual import work

from companion.calls import EnginePort
from companion.errors import CompanionError, EngineStopped
from companion.strings import text
from companion.text import sanitise
from companion.ui.screens.base import tell, tell_error
from companion.ui.screens.chat_sending import Sending
from companion.ui.widgets.turn_view import PersonTurn


class Editing(Sending):
    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self.editing: PersonTurn | None = None
        """What the person said and is writing anew."""
        self._draft = ""
        """What was in the prompt before that."""
        self._resending: tuple[tuple[int, ...], str] | None = None
        """Versions of a message, and the words of the new one, which is on its way."""

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
        self.prompt.put_back(sanitise(view.turn.text))
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
            sent = await self.engine.resend(view.turn_id, words, self.prompt.pasted.within(words))
        except CompanionError as error:
            self._resending = None
            self.prompt.put_back(words)
            if not isinstance(error, EngineStopped):
                tell_error(self, error)
        else:
            self.progress.sent(sent.turn)
            self._said_anew(sent.turn, sent.conversation)
            await self.after_sending(sent.conversation)
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
