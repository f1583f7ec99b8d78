"""Giving the passphrase, choosing one, or both; what is done with it is done while the screen is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar, Generic, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from companion.errors import CompanionError, WrongPassphrase
from companion.strings import text
from companion.text import one_line
from companion.ui.screens.unlock import why_wrong
from companion.ui.strength import in_capitals, strength
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.secret_input import SecretInput

Result = TypeVar("Result")


class PassphraseScreen(ModalScreen[Result | None], Generic[Result]):
    """`act` is given the present passphrase and the new one, each empty where it is not asked for; what it raises is
    told here, and the person goes on. Dismissed with its answer, or None when the person left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", text("protection.key_back"), id="passphrase.cancel")
    ]
    DEFAULT_CSS = """
    PassphraseScreen { align: center middle; }
    PassphraseScreen > VerticalScroll {
        width: 90%; max-width: 76; height: auto; max-height: 95%;
        border: round $primary; background: $surface; padding: 0 1; scrollbar-size-vertical: 1;
    }
    PassphraseScreen Input, PassphraseScreen Input:focus {
        border: none; padding: 0; height: 1; margin: 0; background: $panel;
    }
    PassphraseScreen .name { margin-top: 1; }
    PassphraseScreen #said { height: auto; min-height: 2; margin-top: 1; }
    PassphraseScreen .keys { color: $text-muted; }
    """

    def __init__(
        self,
        title: str,
        about: str,
        act: Callable[[str, str], Awaitable[Result]],
        *,
        present: bool = False,
        new: bool = False,
        doing: str = "",
        known: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self._title = title
        self._about = about
        self._act = act
        self._present = present
        self._new = new
        self._doing = doing
        self._known = known
        self._acting = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Literal((self._title, "bold"))
            yield Literal(self._about)
            if self._present:
                yield Literal(text("protection.present"), classes="name")
                yield SecretInput(id="present")
            if self._new:
                yield Literal(text("protection.new"), classes="name")
                yield SecretInput(id="new")
                yield Literal(text("protection.again"), classes="name")
                yield SecretInput(id="again")
            yield Literal(id="said")
            yield Literal(text("protection.form_keys"), classes="keys")

    def on_mount(self) -> None:
        self.query(SecretInput).first().focus()

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        message.stop()
        if not message.value:
            return
        said = self.query_one("#said", Literal)
        if in_capitals(message.value):
            said.show((text("unlock.capitals"), "$text-warning"))
        elif message.input.id == "new":
            told, enough = strength(message.value, self._known)
            said.show((told, "$text-success" if enough else "$text-warning"))
        elif message.input.id == "present":
            said.show("")

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        lines = list(self.query(SecretInput))
        empty = next((line for line in lines if not line.value), None)
        if empty is not None:
            empty.focus()
        elif self._new and lines[-1].value != lines[-2].value:
            lines[-1].value = ""
            lines[-1].focus()
            self._problem(text("protection.differ"), text("protection.differ_hint"))
        elif not self._acting:
            self._acting = True
            self.query_one("#said", Literal).show((self._doing or text("unlock.opening"), "$text-muted"))
            self._do()

    @work(group="passphrase", description="passphrase")
    async def _do(self) -> None:
        values = {line.id: line.value for line in self.query(SecretInput)}
        try:
            answer = await self._act(values.get("present", ""), values.get("new", ""))
        except WrongPassphrase as error:
            line = self.query_one("#present", SecretInput)
            line.value = ""
            line.focus()
            self._problem(*why_wrong(error))
        except CompanionError as error:
            self._problem(str(error), error.hint)
        else:
            self.dismiss(answer)
        finally:
            self._acting = False

    def _problem(self, problem: str, hint: str) -> None:
        self.query_one("#said", Literal).show(
            (one_line(problem, 300), "bold $text-warning"), f"\n{one_line(hint, 400)}" if hint else ""
        )

    def action_cancel(self) -> None:
        if not self._acting:
            self.dismiss(None)
