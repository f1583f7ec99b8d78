"""Keeping, changing and taking back what was learned, from the chat. The prompt has the focus until F4 is pressed."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from companion.calls import EnginePort
from companion.errors import CompanionError
from companion.strings import text
from companion.text import one_line
from companion.ui.screens.base import EngineScreen, attempt, tell
from companion.ui.screens.edit import write_memory
from companion.ui.widgets.learned_card import LearnedCard
from companion.ui.widgets.morning_card import MorningCard
from companion.ui.widgets.reply_view import CompanionTurn

FRESH = (text("learned.fresh"), text("learned.fresh_short"))
"""Keys that are told while the newest card is new, on a wide and on a narrow screen."""


class LearnedActions(EngineScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        # TextArea takes ctrl+z, and ctrl+s and ctrl+q may be eaten.
        Binding("f4,ctrl+t", "newest_card", text("learned.key_newest"), id="learned.newest"),
    ]

    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self.fresh: LearnedCard | None = None
        """The card of the last exchange, until the person goes on or has dealt with it."""

    def to_prompt(self) -> None:
        """The person goes on writing."""
        raise NotImplementedError

    def keys_changed(self) -> None:
        """`card_keys` or `fresh` say something else now."""
        raise NotImplementedError

    @property
    def card_keys(self) -> str:
        """What can be done with the card that has the focus, empty when none has."""
        if self.focused is None:
            return ""
        for node in self.focused.ancestors_with_self:
            if isinstance(node, LearnedCard):
                return node.keys
            if isinstance(node, MorningCard):
                return node.KEYS
        return ""

    def action_newest_card(self) -> None:
        cards = [card for card in self.query(LearnedCard) if card.display]
        if cards:
            cards[-1].focus_heading()
        else:
            tell(self, text("learned.nothing"), seconds=2)

    @on(LearnedCard.Left)
    def _left(self, message: LearnedCard.Left) -> None:
        self._dealt_with(message.card)
        self.to_prompt()

    @on(LearnedCard.EditWanted)
    def _edit_wanted(self, message: LearnedCard.EditWanted) -> None:
        self._dealt_with(message.card)
        self._edit_learned(message.memory)

    @on(LearnedCard.UndoWanted)
    def _undo_wanted(self, message: LearnedCard.UndoWanted) -> None:
        self._dealt_with(message.card)
        self._undo_learned(message.card)

    @on(LearnedCard.QuestionDismissed)
    def _question_dismissed(self, message: LearnedCard.QuestionDismissed) -> None:
        message.card.answered()
        self._dismiss(message.question)

    @work(group="dismissed")
    async def _dismiss(self, question: int) -> None:
        await attempt(self, self.engine.dismiss_question(question))

    def check_questions(self) -> None:
        """Something may have been answered: what the cards still ask is read anew, if they ask anything."""
        if any(card.question_id is not None for card in self.query(LearnedCard)):
            self._check_questions()

    @work(group="questions", exclusive=True)
    async def _check_questions(self) -> None:
        with suppress(CompanionError):  # what cannot be read is shown as it was
            items = await self.engine.transcript()
            asked = {item.turn.id: item.question.id if item.question is not None else None for item in items}
            for view in self.query(CompanionTurn):
                for card in view.query(LearnedCard):
                    if card.question_id is not None and asked.get(view.reply, card.question_id) != card.question_id:
                        card.answered()

    def _dealt_with(self, card: LearnedCard) -> None:
        if card is self.fresh:
            self.fresh = None
        self.keys_changed()

    @work(group="learned", exclusive=True)
    async def _edit_learned(self, id: int) -> None:
        detail = await attempt(self, self.engine.memory(id))
        if detail is None:
            return
        save = partial(self.engine.edit_memory, id)
        change = await write_memory(self.app, text("learned.edit_title"), detail.memory.text, save)
        if change is not None:
            tell(self, one_line(change.summary), seconds=4)

    @work(group="learned")
    async def _undo_learned(self, card: LearnedCard) -> None:
        batch = card.journal_batch
        if card.changing:
            return
        if batch is None:
            tell(self, text("learned.not_from_here"), text("learned.not_from_here_hint"), seconds=4)
            return
        card.changing = True  # a second press is not to undo the undo that the first is still waiting for
        change = await attempt(self, self.engine.undo(batch))
        card.changing = False
        if change is None:
            return
        card.moved_on(change.batch)
        self.keys_changed()
        if change.kept:
            tell(self, text("learned.left"), "\n".join(change.kept), seconds=6)

    def memories_changed(self, ids: tuple[int, ...]) -> None:
        """Cards say what their memories say now."""
        for card in self.query(LearnedCard):
            for id in set(card.memories).intersection(ids):
                self._reread(card, id)

    @work(group="reread")
    async def _reread(self, card: LearnedCard, id: int) -> None:
        with suppress(CompanionError):  # what cannot be read is shown as it was
            memory = (await self.engine.memory(id)).memory
            if not card.taken_back:
                card.reread(memory)
