"""What was learned from an exchange: one quiet line that opens into a line per memory, to keep, edit or take back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import DescendantFocus, Key
from textual.message import Message
from textual.widget import Widget

from companion.records import Memory
from companion.strings import text
from companion.ui.learned_text import Entry, summary, whole
from companion.ui.widgets.heading import Heading
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.memory_line import MemoryLine

TAKEN_BACK = text("learned.taken_back")


class LearnedCard(Vertical):
    """Closed at first. `journal_batch` is the change that `u` takes back; None when there is none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "keep", text("learned.key_keep"), id="learned.keep"),
        Binding("e", "edit", text("learned.key_edit"), id="learned.edit"),
        Binding("u", "undo", text("learned.key_undo"), id="learned.undo"),
        Binding("escape", "leave", text("learned.key_back"), id="learned.back"),
    ]
    KEYS = text("learned.keys")
    KEYS_TAKEN_BACK = text("learned.keys_taken_back")
    DEFAULT_CSS = """
    LearnedCard { height: auto; }
    LearnedCard .entry { padding-left: 2; color: $text-muted; text-wrap: wrap; }
    LearnedCard .entry:focus { color: $text; }
    """

    class Wanted(Message):
        """The person wants something done with `card`."""

        def __init__(self, card: LearnedCard) -> None:
            super().__init__()
            self.card = card

    class EditWanted(Wanted):
        """To change the words of `memory`."""

        def __init__(self, card: LearnedCard, memory: int) -> None:
            super().__init__(card)
            self.memory = memory

    class UndoWanted(Wanted):
        """To take `card.journal_batch` back."""

    class QuestionDismissed(Wanted):
        """Both memories are to stay as they are: `question` need not be asked any more."""

        def __init__(self, card: LearnedCard, question: int) -> None:
            super().__init__(card)
            self.question = question

    class Left(Wanted):
        """To go on writing."""

    def __init__(self, entries: Sequence[Entry], batch: int | None) -> None:
        super().__init__()
        self._entries = tuple(entries)
        self._forgotten: set[int] = set()
        self._leaving = False
        self.journal_batch = batch
        self.taken_back = False
        self.changing = False
        """Whether it is being taken or brought back just now."""
        self.open = False
        self._question: Widget | None = None
        self.question_id: int | None = None
        """What is asked of it, until that needs no answer any more."""
        self._heading = Heading(self._title())

    @property
    def memories(self) -> tuple[int, ...]:
        """Those it stands for, in their order."""
        return tuple(entry.memory for entry in self._entries if entry.memory is not None)

    @property
    def keys(self) -> str:
        """What can be done with it now."""
        return self.KEYS_TAKEN_BACK if self.taken_back else self.KEYS

    def compose(self) -> ComposeResult:
        yield self._heading

    def ask(self, line: Widget, id: int | None) -> None:
        """What the companion would like to know of it stands in `line`; `id` is what it is dismissed by."""
        self._question, self.question_id = line, id

    def answered(self) -> None:
        """The question needs no answer any more."""
        if self._question is not None:
            self._question.display = False
        self._question = self.question_id = None

    def focus_heading(self) -> None:
        self._heading.focus()

    def toggle(self) -> None:
        self.open = not self.open
        self._show()

    def moved_on(self, batch: int) -> None:
        """It was taken back, or brought back, by `batch`: undoing that does the opposite."""
        self.journal_batch = batch
        self.taken_back = not self.taken_back
        self.answered()
        self._show()

    def reread(self, memory: Memory) -> None:
        """One of its memories was changed elsewhere."""
        if any(entry.memory == memory.id and entry.text != memory.text for entry in self._entries):
            self.answered()
        gone = memory.status == "forgotten"
        (self._forgotten.add if gone else self._forgotten.discard)(memory.id)
        self._entries = tuple(
            replace(entry, text=memory.text) if entry.memory == memory.id else entry for entry in self._entries
        )
        lines = list(self.query(MemoryLine))
        if self.open and [line.memory for line in lines] == [entry.memory for entry in self._shown]:
            for line, entry in zip(lines, self._shown, strict=True):  # in their place: one may have the focus
                line.show(whole(entry))
        else:
            self._show()

    @property
    def _shown(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._entries if entry.memory not in self._forgotten)

    def _title(self) -> str:
        if self.open:
            return text("learned.open_taken_back") if self.taken_back else text("learned.open")
        return summary(self._shown, TAKEN_BACK if self.taken_back else "")

    def _show(self) -> None:
        self.display = bool(self._shown)
        self._heading.show(self._title())
        if any(line.has_focus for line in self.query(".entry")):
            self._heading.focus()
        self.query(".entry").remove()
        if self.open:
            self.mount_all(self._line(entry) for entry in self._shown)

    def _line(self, entry: Entry) -> Widget:
        if entry.memory is None or self.taken_back:
            return Literal(whole(entry), classes="entry")
        return MemoryLine(entry.memory, whole(entry), classes="entry")

    def on_heading_toggled(self, message: Heading.Toggled) -> None:
        message.stop()
        self.toggle()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._leaving = False

    async def on_key(self, event: Key) -> None:
        # Bindings run only after the screen has handed characters to the prompt. What is typed while the focus is
        # already on its way there belongs to it, were it a k.
        if not event.is_printable or event.key == "space":
            return
        action = {"k": "keep", "e": "edit", "u": "undo"}.get(event.key)
        if action is None or self._leaving:
            self._leaving = True
            return
        event.stop()
        event.prevent_default()
        await self.run_action(action)

    def action_keep(self) -> None:
        if self.open:
            self.toggle()
        if self.question_id is not None:
            self.post_message(self.QuestionDismissed(self, self.question_id))
        self.action_leave()

    def action_leave(self) -> None:
        self._leaving = True
        self.post_message(self.Left(self))

    def action_edit(self) -> None:
        """Of the line that has the focus, else of the first."""
        chosen = [line.memory for line in self.query(MemoryLine) if line.has_focus]
        chosen += [id for id in self.memories if id not in self._forgotten]
        if chosen and not self.taken_back:
            self.post_message(self.EditWanted(self, chosen[0]))

    def action_undo(self) -> None:
        self.post_message(self.UndoWanted(self))
