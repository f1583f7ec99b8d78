"""One line that stands for somebody or something, a page, or a month: Enter or a click opens it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message

from companion.strings import text
from companion.ui.messages import TopicChosen
from companion.ui.widgets.literal import Literal, Part


class OpeningLine(Literal, can_focus=True):
    """Posts its message when it is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", text("table.open"), key_display="⏎", id="line.open")
    ]
    DEFAULT_CSS = """
    OpeningLine { text-wrap: nowrap; text-overflow: ellipsis; height: 1; }
    OpeningLine:hover { background: $boost; }
    OpeningLine:focus { background: $block-cursor-blurred-background; text-style: bold; }
    """

    def __init__(self, opens: Message, *parts: Part) -> None:
        super().__init__(*parts)
        self._opens = opens

    def action_choose(self) -> None:
        self.post_message(self._opens)

    def on_click(self, event: Click) -> None:
        event.stop()
        self.focus()
        self.action_choose()


class TopicLine(OpeningLine):
    """Opens the page about it."""

    def __init__(self, name: str, *parts: Part) -> None:
        super().__init__(TopicChosen(name), *parts)
        self.topic = name
