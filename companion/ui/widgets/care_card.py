"""What the app itself says under a message of despair: a sentence, the numbers, and nothing in the way of writing."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import DescendantFocus, Key
from textual.message import Message

from companion.safekeeping import CareCard
from companion.strings import text
from companion.ui.care_text import FIRST, from_program, line, says
from companion.ui.keys import CommandKeys
from companion.ui.widgets.heading import Heading
from companion.ui.widgets.literal import Literal


class CareCardView(Vertical):
    """Open with its first numbers; Enter shows all of them, `f` folds it into one line and unfolds it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "fold", text("care.key_fold"), id="care.fold"),
        Binding("escape", "leave", text("care.key_back"), id="care.back"),
    ]
    DEFAULT_CSS = """
    CareCardView { height: auto; margin: 1 0; padding: 0 1; border-left: outer $success; background: $surface; }
    CareCardView Literal { text-wrap: wrap; }
    CareCardView .says { text-style: bold; }
    CareCardView .who { color: $text-muted; }
    """

    class Left(Message):
        """To go on writing."""

    def __init__(self, card: CareCard) -> None:
        super().__init__()
        self.card = card
        self.folded = False
        self.whole = False
        self._more = Heading()
        self._commands = CommandKeys(self)

    def compose(self) -> ComposeResult:
        yield Literal(says(self.card), classes="says part")
        for at, each in enumerate(self.card.lines):
            number, what = line(each)
            yield Literal((number, "bold"), f"  {what}", classes="part" if at < self._first else "part rest")
        yield Literal(from_program(self.card), classes="who part")
        yield self._more

    def on_mount(self) -> None:
        self._show()

    @property
    def _first(self) -> int:
        return FIRST[self.card.kind]

    def _show(self) -> None:
        for part in self.query(".part"):
            part.display = not self.folded and (self.whole or not part.has_class("rest"))
        rest = len(self.card.lines) - self._first
        if self.folded:
            first = self.card.lines[0]
            self._more.show(text("care.folded", contact=first.contact, name=first.name))
        else:
            keys = f"{text('care.close_keys') if self.whole else text('care.open_keys')} · {text('care.fold_keys')}"
            self._more.show(keys if self.whole or rest <= 0 else text("care.more", keys=keys, count=rest))

    def open_whole(self) -> None:
        """All numbers, with the focus on them."""
        self.folded, self.whole = False, True
        self._show()
        self._more.focus()

    def on_heading_toggled(self, message: Heading.Toggled) -> None:
        message.stop()
        if self.folded:
            self.folded = False
        else:
            self.whole = not self.whole
        self._show()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._commands.leaving = False

    async def on_key(self, event: Key) -> None:
        await self._commands.act(event)

    def action_fold(self) -> None:
        self.folded = not self.folded
        self.whole = False
        self._show()

    def action_leave(self) -> None:
        self._commands.leaving = True
        self.post_message(self.Left())
