"""Before anything of the person's is shown, and again when it was locked: the passphrase."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from companion.errors import WrongPassphrase
from companion.strings import text
from companion.text import one_line
from companion.ui.strength import in_capitals
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.secret_input import SecretInput


class UnlockScreen(Screen[None]):
    """`closing`: the profile is still being sealed; what is given meanwhile is tried afterwards. The only screen there
    is while the profile is locked: nothing stands behind it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", text("unlock.key_quit"), id="unlock.quit"),
    ]
    DEFAULT_CSS = """
    UnlockScreen { align: center middle; }
    UnlockScreen > Vertical {
        width: 90%; max-width: 64; height: auto; border: round $primary; background: $surface; padding: 0 1;
    }
    UnlockScreen Input, UnlockScreen Input:focus {
        border: none; padding: 0; height: 1; margin: 1 0; background: $panel;
    }
    UnlockScreen #said { height: auto; min-height: 1; }
    UnlockScreen .keys { color: $text-muted; margin-top: 1; }
    """

    class Given(Message):
        """The person has given a passphrase, or a recovery code."""

        def __init__(self, passphrase: str) -> None:
            super().__init__()
            self.passphrase = passphrase

    class LeaveWanted(Message):
        """The person goes without opening it."""

    def __init__(self, closing: bool = False, typed: str = "") -> None:
        super().__init__()
        self._closing = closing
        self._opening = False
        self._typed = typed
        self._waiting = False
        self._remark: tuple[str, str] = ("", "")
        self._line = SecretInput(placeholder=text("unlock.placeholder"))
        self._said = Literal(id="said")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Literal((text("unlock.title"), "bold"))
            yield Literal(text("unlock.about"))
            yield self._line
            yield self._said
            yield Literal(text("unlock.keys"), classes="keys")

    def on_mount(self) -> None:
        self._line.focus()
        # What was typed before the program had drawn anything was meant for it.
        first, ended, _ = self._typed.partition("\n")
        self._typed = ""
        self._line.value = first
        if ended:
            self._give()
        self._say()

    @property
    def busy(self) -> bool:
        """Whether the profile is being opened or closed."""
        return self._opening or self._closing

    # What the app tells

    def closed(self, problem: str = "", hint: str = "") -> None:
        """It is sealed now."""
        self._closing = False
        self._remark = one_line(problem), one_line(hint, 400)
        self._go_on()

    def refused(self, problem: str, hint: str) -> None:
        """It was not opened."""
        self._opening = False
        self._remark = one_line(problem), one_line(hint, 400)
        self._line.focus()
        self._go_on()

    def _go_on(self) -> None:
        if self._waiting:
            self._waiting = False
            self._give()
        self._say()

    # What the person does

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self._give()

    def _give(self) -> None:
        if not self._line.value:
            return
        if self.busy:
            self._waiting = True
            return
        self._opening = True
        self._remark = ("", "")
        self.post_message(self.Given(self._line.take()))
        self._say()

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        message.stop()
        self._waiting = False
        if message.value:
            self._remark = ("", "")
        self._say()

    def _say(self) -> None:
        said = self._said
        problem, hint = self._remark
        if self._opening:
            said.show((text("unlock.opening"), "$text-muted"))
        elif self._closing:
            said.show((text("unlock.closing"), "$text-muted"))
        elif problem:
            said.show((problem, "bold $text-warning"), f"\n{hint}" if hint else "")
        elif in_capitals(self._line.value):
            said.show((text("unlock.capitals"), "$text-warning"))
        else:
            said.show("")

    def action_leave(self) -> None:
        self.post_message(self.LeaveWanted())


def why_wrong(error: WrongPassphrase) -> tuple[str, str]:
    """What is wrong with what was given, and what helps."""
    return (error.detail, error.hint) if error.detail else (text("unlock.wrong"), text("unlock.wrong_hint"))
