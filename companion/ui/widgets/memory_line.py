"""One line that stands for a memory: Enter or a click opens it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click

from companion.strings import text
from companion.ui.messages import MemoryChosen
from companion.ui.widgets.literal import Literal, Part


class MemoryLine(Literal, can_focus=True):
    """`up` and `down` walk through neighbouring lines."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", text("table.open"), key_display="⏎", id="line.memory"),
        Binding("up", "app.focus_previous", text("keys_move.line_up"), show=False, id="line.up"),
        Binding("down", "app.focus_next", text("keys_move.line_down"), show=False, id="line.down"),
    ]
    DEFAULT_CSS = """
    MemoryLine { color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    MemoryLine:hover { color: $text; }
    MemoryLine:focus { color: $text; background: $block-cursor-blurred-background; }
    """

    def __init__(self, memory: int, *parts: Part, classes: str | None = None) -> None:
        super().__init__(*parts, classes=classes)
        self.memory = memory

    def action_choose(self) -> None:
        self.post_message(MemoryChosen(self.memory))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_choose()
