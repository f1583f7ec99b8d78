"""Whether the profile is encrypted, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from companion.safekeeping import Protection
from companion.strings import text
from companion.ui.protection_text import told
from companion.ui.widgets.literal import Literal, literal

Deed = tuple[str, Callable[[], object]]
"""What it is called, and doing it."""


class ProtectionScreen(ModalScreen[None]):
    """Tells how the profile is protected and offers `deeds`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", text("protection.key_back"), id="protection.back")
    ]
    DEFAULT_CSS = """
    ProtectionScreen { align: center middle; }
    ProtectionScreen > VerticalScroll {
        width: 90%; max-width: 76; height: auto; max-height: 95%;
        border: round $primary; background: $surface; padding: 0 1; scrollbar-size-vertical: 1;
    }
    ProtectionScreen OptionList, ProtectionScreen OptionList:focus {
        height: auto; border: none; padding: 0; margin: 1 0; background: transparent;
    }
    ProtectionScreen .keys { color: $text-muted; }
    """

    def __init__(self, protection: Protection, minutes: int, deeds: Sequence[Deed]) -> None:
        super().__init__()
        self._protection = protection
        self._minutes = minutes
        self._deeds = deeds

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Literal((text("protection.title"), "bold"))
            yield Literal("\n".join(told(self._protection, self._minutes)))
            yield OptionList(*(Option(literal(name), id=str(at)) for at, (name, _) in enumerate(self._deeds)))
            yield Literal(text("protection.page_keys"), classes="keys")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.dismiss()
        self._deeds[message.option_index][1]()

    def action_cancel(self) -> None:
        self.dismiss()
