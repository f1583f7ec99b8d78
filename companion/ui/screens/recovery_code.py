"""The recovery code, shown once: it is written down, and its last group typed to show that it was."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from companion.strings import text
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.safe_input import SafeInput


class RecoveryCodeScreen(ModalScreen[bool]):
    """Dismissed with whether the person has shown that they wrote it down. Leaving without takes Esc twice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", text("protection.key_back"), id="recovery.leave")
    ]
    DEFAULT_CSS = """
    RecoveryCodeScreen { align: center middle; }
    RecoveryCodeScreen > VerticalScroll {
        width: 90%; max-width: 76; height: auto; max-height: 95%;
        border: round $primary; background: $surface; padding: 0 1; scrollbar-size-vertical: 1;
    }
    RecoveryCodeScreen #code { margin: 1 2; text-style: bold; color: $text-accent; }
    RecoveryCodeScreen Input, RecoveryCodeScreen Input:focus {
        border: none; padding: 0; height: 1; margin: 1 0 0 0; background: $panel;
    }
    RecoveryCodeScreen #said { height: auto; min-height: 2; }
    RecoveryCodeScreen .keys { color: $text-muted; }
    """

    def __init__(self, code: str) -> None:
        super().__init__()
        self._groups = code.replace("-", " ").split()
        self._asked = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Literal((text("protection.code_title"), "bold"))
            yield Literal(text("protection.code_about"))
            yield Literal(in_rows(self._groups), id="code")
            yield SafeInput(placeholder=text("protection.code_last", count=len(self._groups[-1])))
            yield Literal(id="said")
            yield Literal(text("protection.code_keys"), classes="keys")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        typed = "".join(character for character in message.value.upper() if character.isalnum())
        if typed in (self._groups[-1].upper(), "".join(self._groups).upper()):
            self.dismiss(True)
        else:
            self.query_one("#said", Literal).show((text("protection.code_other"), "$text-warning"))

    def action_cancel(self) -> None:
        if self._asked:
            self.dismiss(False)
            return
        self._asked = True
        self.query_one("#said", Literal).show((text("protection.code_leave"), "$text-warning"))


def in_rows(groups: list[str], across: int = 4) -> str:
    """The groups far apart, a few in a row, each with its letters apart: what is copied by hand is read group by
    group."""
    rows = [groups[at : at + across] for at in range(0, len(groups), across)]
    return "\n\n".join("   ".join(" ".join(group) for group in row) for row in rows)
