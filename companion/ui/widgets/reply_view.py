"""A reply in the transcript: its text, the memories it was given, what was learned from the exchange."""

from __future__ import annotations

from itertools import groupby

from textual.app import ComposeResult
from textual.widget import Widget

from companion.records import CheckInKind, RecalledMemory, ReplyReport, Span, TranscriptItem, Turn, TurnState
from companion.strings import text
from companion.text import one_line
from companion.ui.format import not_from_memory
from companion.ui.learned_text import Entry
from companion.ui.widgets.learned_card import LearnedCard
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.recalled import Recalled
from companion.ui.widgets.reply_text import ReplyText
from companion.ui.widgets.turn_base import TurnView

CONTINUABLE: tuple[TurnState, ...] = ("stopped", "interrupted", "failed")
"""States of a reply that can be gone on with."""


class CompanionTurn(TurnView):
    """A reply: its text, the memories it was given, what was learned from the exchange."""

    DEFAULT_CSS = """
    CompanionTurn { height: auto; padding-left: 2; }
    CompanionTurn.-unasked { margin-top: 1; }
    CompanionTurn .mark { color: $text-warning; display: none; }
    CompanionTurn .reason { color: $text-muted; display: none; }
    CompanionTurn .unsupported { color: $text-muted; display: none; }
    CompanionTurn .question { color: $text-muted; text-style: italic; }
    """

    def __init__(
        self,
        reply: int,
        answers: int | None,
        words: str = "",
        recalled: tuple[RecalledMemory, ...] = (),
        state: TurnState = "streaming",
        siblings: tuple[int, ...] = (),
    ) -> None:
        super().__init__(reply, siblings, classes="" if answers else "-unasked")
        self.answers = answers
        self.state: TurnState = state
        self._text = ReplyText(words)
        self._mark = Literal(classes="mark")
        self._unsupported = Literal(classes="unsupported")
        self.recalled = Recalled(reply, recalled)
        self._reason = Literal(classes="reason")
        self.brought_up: CheckInKind | None = None
        """Set for what it said by itself."""
        self.because: int | None = None
        """The memory on account of which it did."""
        self._learned: list[Widget] = []
        self._has_cards = False
        self._ready = False
        self._turn: Turn | None = None
        self._set_state(state)

    @classmethod
    def of(cls, item: TranscriptItem) -> CompanionTurn:
        turn = item.turn
        if item.brought_up is not None:
            because = next((each.memory.id for each in item.recalled), None)
            return cls.unasked(turn, item.brought_up, because)
        view = cls(turn.id, turn.answers, turn.text, item.recalled, turn.state, item.siblings)
        view._turn = turn
        view._show_unsupported(item.unsupported)
        view.tell_learned(item)
        return view

    @classmethod
    def unasked(cls, turn: Turn, kind: CheckInKind, because: int | None) -> CompanionTurn:
        """What the companion said by itself, and why: its text cites the person's words already."""
        view = cls(turn.id, None, turn.text, (), turn.state)
        view._turn, view.brought_up, view.because = turn, kind, because
        reasons: dict[CheckInKind, str] = {
            "after": text("chat.unasked_after"),
            "reminder": text("chat.unasked_reminder"),
            "anniversary": text("chat.unasked_anniversary"),
            "absence": text("chat.unasked_absence"),
        }
        view._reason.show(reasons[kind])
        view._reason.display = True
        return view

    def tell_learned(self, item: TranscriptItem) -> None:
        """Cards of what was learned from the exchange, unless there are some already."""
        if self._has_cards:
            return
        cards = [
            self.add_learned(tuple(Entry(each.memory.id, each.memory.text, each.older) for each in learned), batch)
            for batch, learned in groupby(item.learned, lambda each: each.batch)
        ]
        if item.question is not None and cards:
            self.ask(cards[-1], item.question.text, item.question.id)

    @property
    def reply(self) -> int:
        return self.turn_id

    @property
    def text(self) -> str:
        return self._text.text

    @property
    def words(self) -> str:
        return self._text.text

    @property
    def record(self) -> Turn | None:
        return self._turn

    @property
    def writing(self) -> bool:
        return self.state == "streaming"

    @property
    def can_go_on(self) -> bool:
        """Whether it was stopped or broken off after its first words."""
        return self.state in CONTINUABLE and bool(self.words.strip())

    def what(self) -> list[tuple[str, str]]:
        if self.writing:
            return [("screen.copy_turn", text("chat.key_copy"))]
        told = [("screen.copy_turn", text("chat.key_copy"))]
        if self.answers:
            told.append(("screen.again", text("chat.key_again")))
            if self.can_go_on:
                told.append(("screen.go_on", text("chat.key_go_on")))
            told.append(("screen.why", text("chat.key_why")))
        if self.brought_up is not None:
            told.append(("screen.less_like", text("chat.key_less_like")))
        if self.recalled.display or self.because is not None:
            told.append(("screen.footnotes", text("chat.key_footnotes")))
        if "```" in self.words or "~~~" in self.words:
            told.append(("screen.copy_code", text("chat.key_code")))
        if "://" in self.words or "mailto:" in self.words:
            told.append(("screen.open_link", text("web_link.key_link")))
        return told

    def compose(self) -> ComposeResult:
        yield self._text
        yield self._mark
        yield self._reason
        yield self.versions
        yield self._unsupported
        yield self.recalled

    def write(self, piece: str) -> None:
        self._text.write(piece)

    def finish(self, report: ReplyReport) -> None:
        self._text.finish(report.turn.text)
        self._turn = report.turn
        self.recalled.give(report.recalled)
        self._set_state(report.turn.state)
        self._show_unsupported(report.unsupported)

    def break_off(self, state: TurnState) -> None:
        """No more will come: the engine failed or ended."""
        self._text.finish()
        self._set_state(state)

    def add_learned(self, entries: tuple[Entry, ...], batch: int | None) -> LearnedCard:
        """One card for what was learned in `batch`."""
        card = LearnedCard(entries, batch)
        self._has_cards = True
        self._learned.append(card)
        if self._ready:
            self._mount_learned()
        return card

    def ask(self, card: LearnedCard, question: str, id: int | None) -> None:
        """Under a card what the companion would like to know of it, until the card has been dealt with."""
        line = Literal(one_line(question, 400), classes="question")
        card.ask(line, id)
        self._learned.append(line)
        if self._ready:
            self._mount_learned()

    def on_mount(self) -> None:
        self._ready = True
        self._mount_learned()

    def _mount_learned(self) -> None:
        learned, self._learned = self._learned, []
        self.mount_all(learned)

    def _show_unsupported(self, spans: tuple[Span, ...]) -> None:
        self._unsupported.show(not_from_memory(spans))
        self._unsupported.display = bool(spans)

    def _set_state(self, state: TurnState) -> None:
        self.state = state
        marks: dict[TurnState, str] = {
            "stopped": text("chat.stopped"),
            "interrupted": text("chat.interrupted"),
            "failed": text("chat.failed"),
        }
        mark = marks.get(state, "")
        self._mark.show(mark)
        self._mark.display = bool(mark)
