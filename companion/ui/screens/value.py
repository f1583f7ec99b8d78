"""Writing the value of one setting: what it may be is said beside it, and checked before it is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from companion.errors import CompanionError
from companion.strings import text
from companion.text import one_line
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.safe_input import SafeInput


class ValueScreen(ModalScreen[bool]):
    """`keep` is given what was typed; what it raises is told here, and the person goes on. Dismissed with whether it
    was kept."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", text("settings.key_back"), id="value.cancel")]
    DEFAULT_CSS = """
    ValueScreen { align: center middle; }
    ValueScreen > Vertical {
        width: 90%; max-width: 76; height: auto; max-height: 90%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    ValueScreen Input, ValueScreen Input:focus { border: none; padding: 0; height: 1; margin: 1 0; background: $panel; }
    ValueScreen .keys { color: $text-muted; }
    ValueScreen .problem { color: $text-warning; display: none; }
    """

    def __init__(
        self, title: str, about: str, before: str, keep: Callable[[str], None], *, secret: bool = False, hint: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._about = about
        self._before = before
        self._keep = keep
        self._secret = secret
        self._hint = hint

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Literal((self._title, "bold"))
            yield Literal(self._about)
            yield SafeInput(self._before, password=self._secret, placeholder=self._hint, select_on_focus=False)
            yield Literal(classes="problem")
            yield Literal(text("settings.edit_keys"), classes="keys")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        try:
            self._keep(message.value)
        except CompanionError as error:
            problem = self.query_one(".problem", Literal)
            problem.show(one_line(error.detail or str(error), 300))
            problem.display = True
        else:
            self.dismiss(True)

    def action_cancel(self) -> None:
        self.dismiss(False)
