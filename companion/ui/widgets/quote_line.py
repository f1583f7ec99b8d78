"""What somebody said, as evidence: Enter or a click goes to it in its conversation."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click

from companion.strings import text
from companion.ui.messages import TurnChosen
from companion.ui.widgets.literal import Literal, Part


class QuoteLine(Literal, can_focus=True):
    """Tab walks from one to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", text("memory.key_conversation"), key_display="⏎", id="quote.open")
    ]
    DEFAULT_CSS = """
    QuoteLine { height: auto; padding-left: 1; border-left: outer $panel; margin-bottom: 1; }
    QuoteLine:focus { border-left: outer $accent; background: $block-cursor-blurred-background; }
    """

    def __init__(self, turn: int, *parts: Part) -> None:
        super().__init__(*parts)
        self.turn = turn

    def action_choose(self) -> None:
        self.post_message(TurnChosen(self.turn))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_choose()
