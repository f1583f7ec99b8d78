"""One line of text, asked for."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from companion.strings import text
from companion.text import one_line
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.safe_input import SafeInput


class AskScreen(ModalScreen[str | None]):
    """Dismissed with the line, empty or not, or None when nothing is to be changed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", text("chat.key_back"), id="ask.cancel")]
    DEFAULT_CSS = """
    AskScreen { align: center middle; }
    AskScreen > Vertical {
        width: 80%; max-width: 76; min-width: 40; height: auto;
        border: round $primary; background: $surface; padding: 0 1;
    }
    AskScreen Input, AskScreen Input:focus { border: none; padding: 0; height: 1; margin: 1 0; }
    AskScreen .keys { color: $text-muted; }
    """

    def __init__(self, title: str, line: str = "", placeholder: str = "", keys: str = "") -> None:
        """`keys`: what Enter and Esc do, where it is not to save a change."""
        super().__init__()
        self._title = title
        self._line = one_line(line, 500)
        self._placeholder = placeholder
        self._keys = keys or text("chat.keys_ask")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Literal((self._title, "bold"))
            yield SafeInput(self._line, placeholder=self._placeholder, max_length=500)
            yield Literal(self._keys, classes="keys")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.dismiss(one_line(message.value, 500))

    def action_cancel(self) -> None:
        self.dismiss(None)
