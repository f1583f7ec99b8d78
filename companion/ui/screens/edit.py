"""Writing the text of a memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from companion.records import Change
from companion.strings import text
from companion.ui.screens.base import attempt, tell
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.prompt import Prompt


class EditScreen(ModalScreen[str | None]):
    """Dismissed with the text, or None when nothing is to be changed. The same keys as the chat's prompt."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", text("edit.cancel"), id="edit.cancel")]
    DEFAULT_CSS = """
    EditScreen { align: center middle; }
    EditScreen > Vertical {
        width: 80%; max-width: 76; min-width: 40; height: auto;
        border: round $primary; background: $surface; padding: 0 1;
    }
    EditScreen Prompt, EditScreen Prompt:focus { border: none; padding: 1 0; max-height: 12; }
    EditScreen .keys { color: $text-muted; }
    """

    def __init__(self, title: str, before: str = "", placeholder: str = "", may_be_empty: bool = False) -> None:
        super().__init__()
        self._title = title
        self._before = before
        self._placeholder = placeholder or text("edit.placeholder")
        self._may_be_empty = may_be_empty

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Literal((self._title, "bold"))
            yield Prompt(self._before, placeholder=self._placeholder)
            yield Literal(text("edit.keys"), classes="keys")

    def on_mount(self) -> None:
        prompt = self.query_one(Prompt)
        prompt.move_cursor(prompt.document.end)
        prompt.focus()

    @on(Prompt.Submitted)
    def _save(self, message: Prompt.Submitted) -> None:
        message.stop()
        written = message.text.strip()
        if not written and not self._may_be_empty:
            message.prompt.hint(text("edit.nothing"), self._placeholder)
        else:
            self.dismiss(written)

    @on(Prompt.TakeBackWanted)
    def _nothing_to_take_back(self, message: Prompt.TakeBackWanted) -> None:
        message.stop()

    def action_cancel(self) -> None:
        self.dismiss(None)


async def write_memory(
    app: App[None], title: str, before: str, save: Callable[[str], Awaitable[Change]], as_it_is: bool = False
) -> Change | None:
    """Let the person write, then `save`. When that fails what was written is shown again, not lost. `as_it_is`: also
    what they left as it was proposed."""
    written = before
    while True:
        answer = await app.push_screen_wait(EditScreen(title, written))
        if answer is None or (answer == before and not as_it_is):
            return None
        change = await attempt(app, save(answer))
        if change is not None:
            return change
        tell(app, text("edit.not_saved"), text("edit.not_saved_hint"), "warning")
        written = answer
