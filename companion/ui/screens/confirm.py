"""Asking before something leaves this computer or is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from companion.strings import text
from companion.ui.widgets.literal import Literal


class ConfirmScreen(ModalScreen[bool]):
    """Dismissed with True on Enter or `y`, with False on Esc or `n`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "answer(True)", text("confirm.key_yes"), id="confirm.yes"),
        Binding("escape,n", "answer(False)", text("confirm.key_no"), id="confirm.no"),
    ]
    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; }
    ConfirmScreen > Vertical {
        width: 90%; max-width: 76; min-width: 40; height: auto; max-height: 90%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    ConfirmScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; margin-bottom: 1; }
    ConfirmScreen .keys { color: $text-muted; dock: bottom; }
    """

    def __init__(self, question: str, lines: Sequence[str], yes: str) -> None:
        super().__init__()
        self._question = question
        self._lines = lines
        self._yes = yes

    def compose(self) -> ComposeResult:
        with Vertical():
            with VerticalScroll():
                yield Literal((self._question, "bold"))
                yield Literal("\n".join(self._lines))
            yield Literal(text("confirm.keys", yes=self._yes), classes="keys")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
