"""A quiet line that opens into a list and closes again."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from companion.strings import text
from companion.ui.widgets.literal import Literal


class Heading(Literal, can_focus=True):
    """Says `Toggled` on Enter, Space or a click; `up` and `down` walk through neighbouring lines."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "open_or_close", text("learned.key_toggle"), id="heading.toggle"),
        Binding("up", "app.focus_previous", text("keys_move.line_up"), show=False, id="heading.up"),
        Binding("down", "app.focus_next", text("keys_move.line_down"), show=False, id="heading.down"),
    ]
    DEFAULT_CSS = """
    Heading { color: $text-muted; width: auto; max-width: 100%; }
    Heading:hover { color: $text; }
    Heading:focus { color: $text; background: $block-cursor-blurred-background; }
    """

    class Toggled(Message):
        """The person wants to see the list, or no longer."""

    def action_open_or_close(self) -> None:
        self.post_message(self.Toggled())

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_open_or_close()
