"""Something to be read in full: a long message, what a night did, the engine's checks."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import TextArea

from companion import strings
from companion.text import sanitise
from companion.ui.widgets.key_line import KeyLine


class ReaderScreen(Screen[None]):
    """`text` literally. A read-only text area: it wraps a megabyte at once and scrolls it without effort."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", strings.text("reader.key_back"), key_display="Esc", id="reader.back"),
    ]
    DEFAULT_CSS = """
    ReaderScreen TextArea, ReaderScreen TextArea:focus { border: none; padding: 1 2; background: transparent; }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = sanitise(text)

    def compose(self) -> ComposeResult:
        yield TextArea(self._text, read_only=True, show_cursor=False, highlight_cursor_line=False)
        yield KeyLine()

    def action_back(self) -> None:
        self.dismiss()
