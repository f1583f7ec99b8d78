"""Asking before a link is opened: where it leads, and what is to be known of that."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from companion.strings import text
from companion.ui.addresses import Address
from companion.ui.widgets.literal import Literal


class LinkScreen(ModalScreen[bool]):
    """Dismissed with True on `o` alone: Enter may still be on its way from before. Esc and `n` leave it closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "answer(True)", text("web_link.key_open"), id="link.open"),
        Binding("escape,n,q", "answer(False)", text("web_link.key_back"), id="link.back"),
    ]
    DEFAULT_CSS = """
    LinkScreen { align: center middle; }
    LinkScreen > VerticalScroll {
        width: 90%; max-width: 76; min-width: 40; height: auto; max-height: 90%;
        border: round $primary; background: $surface; padding: 0 1; scrollbar-size-vertical: 1;
    }
    LinkScreen .host { text-style: bold; color: $text-accent; margin: 1 0; }
    LinkScreen .remark { color: $text-warning; }
    LinkScreen .address, LinkScreen .keys { color: $text-muted; }
    LinkScreen .keys { margin-top: 1; }
    """

    def __init__(self, address: Address) -> None:
        super().__init__()
        self._address = address

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Literal((text("web_link.question"), "bold"))
            yield Literal(self._address.host, classes="host")
            for remark in self._address.remarks:
                yield Literal(remark, classes="remark")
            yield Literal(self._address.url, classes="address")
            yield Literal(text("web_link.keys"), classes="keys")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
