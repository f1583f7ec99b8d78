"""One of several, by its number or with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from companion.strings import text
from companion.text import one_line
from companion.ui.widgets.literal import Literal


class ChooseScreen(ModalScreen[int | None]):
    """Dismissed with the place of what was chosen, from 0, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "cancel", text("chat.key_back"), id="choose.cancel")]
    DEFAULT_CSS = """
    ChooseScreen { align: center middle; }
    ChooseScreen > Vertical {
        width: 90%; max-width: 76; min-width: 40; height: auto; max-height: 90%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    ChooseScreen OptionList { border: none; height: auto; max-height: 14; padding: 0; background: transparent; }
    ChooseScreen .keys { color: $text-muted; }
    """

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Literal((self._title, "bold"))
            yield OptionList(
                *(Option(Content(f"{n}  {one_line(line, 200)}")) for n, line in enumerate(self._lines, 1)), markup=False
            )
            yield Literal(text("chat.keys_choose"), classes="keys")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _selected(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(message.option_index)

    def on_key(self, event: Key) -> None:
        if event.key.isdecimal() and 1 <= int(event.key) <= len(self._lines):
            event.stop()
            self.dismiss(int(event.key) - 1)

    def action_cancel(self) -> None:
        self.dismiss(None)
