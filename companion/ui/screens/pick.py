"""Choosing one of a few things, seeing at once what it does where that can be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from companion.strings import text
from companion.ui.widgets.literal import Literal, literal

Choice = tuple[str, str]
"""The value, and what it is called."""


class PickScreen(ModalScreen[str | None]):
    """Dismissed with the value chosen, or None. `preview` is called with each that the cursor comes to, and with the
    one it began with when nothing is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", text("settings.key_back"), id="pick.cancel")]
    DEFAULT_CSS = """
    PickScreen { align: center middle; background: $background 30%; }
    PickScreen > Vertical {
        width: 80%; max-width: 60; height: auto; max-height: 90%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    PickScreen OptionList, PickScreen OptionList:focus {
        height: auto; max-height: 14; border: none; padding: 0; background: transparent;
    }
    PickScreen .keys { color: $text-muted; }
    """

    def __init__(
        self, title: str, choices: Sequence[Choice], chosen: str, preview: Callable[[str], None] | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._chosen = chosen
        self._preview = preview

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Literal((self._title, "bold"))
            yield OptionList(*(Option(literal(name), id=str(at)) for at, (_, name) in enumerate(self._choices)))
            yield Literal(text("settings.choose_keys"), classes="keys")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        values = [value for value, _ in self._choices]
        options.highlighted = values.index(self._chosen) if self._chosen in values else 0
        options.focus()

    @on(OptionList.OptionHighlighted)
    def _look(self, message: OptionList.OptionHighlighted) -> None:
        if self._preview is not None:
            self._preview(self._choices[message.option_index][0])

    @on(OptionList.OptionSelected)
    def _choose(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(self._choices[message.option_index][0])

    def action_cancel(self) -> None:
        if self._preview is not None:
            self._preview(self._chosen)
        self.dismiss(None)
