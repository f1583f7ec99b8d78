"""What the person said in the transcript, and the lines between conversations."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.widget import Widget

from companion.records import Turn
from companion.safekeeping import CareCard
from companion.strings import text
from companion.ui.format import day_heading, now, size
from companion.ui.messages import TextChosen
from companion.ui.widgets.care_card import CareCardView
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.turn_base import TurnView

EXCERPT_CHARACTERS = 4_000
EXCERPT_LINES = 40


def excerpt(words: str) -> str | None:
    """The beginning of a text too long for the transcript, None when all of it can be shown."""
    if len(words) <= EXCERPT_CHARACTERS and words.count("\n") < EXCERPT_LINES:
        return None
    return "\n".join(words[: EXCERPT_CHARACTERS // 2].split("\n")[: EXCERPT_LINES // 4]) + " …"


class Divider(Widget):
    """A quiet line with the day and time a conversation began."""

    DEFAULT_CSS = """
    Divider { height: 1; margin-top: 1; color: $text-muted 70%; }
    """

    def __init__(self, turn: Turn) -> None:
        super().__init__()
        self._turn = turn

    def render(self) -> RenderResult:
        heading = f"── {day_heading(self._turn.at, self._turn.utc_offset, now())} "
        return Content(heading + "─" * max(0, self.size.width - cell_len(heading)))


class WholeText(Literal, can_focus=True):
    """Stands under an excerpt; Enter or a click shows the whole text."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "choose", text("chat.key_whole"), id="turn.whole")]
    DEFAULT_CSS = """
    WholeText { color: $text-muted; width: auto; }
    WholeText:hover, WholeText:focus { color: $text; }
    """

    def __init__(self, words: str) -> None:
        lines = text("chat.lines", count=words.count("\n") + 1)
        super().__init__(text("chat.whole", size=size(words), lines=lines))
        self._text = words

    def action_choose(self) -> None:
        self.post_message(TextChosen(self._text))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_choose()


class PersonTurn(TurnView):
    """What the person (or someone else in an imported conversation) said, literally."""

    DEFAULT_CSS = """
    PersonTurn { height: auto; margin-top: 1; border-left: outer $accent; padding-left: 1; }
    PersonTurn .program { color: $text-muted; text-style: italic; }
    PersonTurn .note { color: $text-muted; display: none; }
    """

    def __init__(
        self, turn: Turn, siblings: tuple[int, ...] = (), care: CareCard | None = None, is_program: bool = False
    ) -> None:
        super().__init__(turn.id, siblings)
        self.turn = turn
        self._care = care
        self._program = Literal(text("care.is_program"), classes="program")
        self._program.display = is_program
        self._note = Literal(classes="note")

    def compose(self) -> ComposeResult:
        words = self.turn.text
        short = excerpt(words)
        name = ((f"{self.turn.speaker}: ", "bold"),) if self.turn.role == "other" else ()
        yield Literal(*name, short or words)
        if short is not None:
            yield WholeText(words)
        yield self.versions
        yield self._note
        yield self._program
        if self._care is not None:
            yield CareCardView(self._care)

    def show_care(self, card: CareCard) -> None:
        """What the app says itself to this turn: it stays."""
        if self._care is None:
            self._care = card
            if self.is_mounted:
                self.mount(CareCardView(card))

    def show_program(self) -> None:
        self._program.display = True

    @property
    def words(self) -> str:
        return self.turn.text

    @property
    def record(self) -> Turn:
        return self.turn

    def what(self) -> list[tuple[str, str]]:
        edit = [("screen.edit_turn", text("chat.key_edit"))] if self.turn.role == "person" else []
        return [("screen.copy_turn", text("chat.key_copy")), *edit]

    def note(self, words: str) -> None:
        """A line under the turn: why there is no reply. Empty removes it."""
        self._note.show(words)
        self._note.display = bool(words)
