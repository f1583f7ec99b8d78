"""What somebody said, as evidence: Enter or a click goes to it in its conversation."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click

from companion.records import Quote
from companion.strings import text
from companion.ui.memory_text import quote_parts
from companion.ui.messages import TurnChosen
from companion.ui.widgets.literal import Literal


class QuoteLine(Literal, can_focus=True):
    """Tab walks from one to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", text("table.open"), key_display="⏎", id="quote.open")
    ]
    DEFAULT_CSS = """
    QuoteLine { height: auto; padding-left: 1; border-left: outer $panel; margin-bottom: 1; }
    QuoteLine:focus { border-left: outer $accent; background: $block-cursor-blurred-background; }
    """

    def __init__(self, quote: Quote) -> None:
        super().__init__(*quote_parts(quote))
        self.quote = quote

    def action_choose(self) -> None:
        self.post_message(TurnChosen(self.quote.turn.id, self.quote.turn.conversation))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_choose()
