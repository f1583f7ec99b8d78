"""The memories a reply was given, as its footnotes: one quiet line that opens into a list."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.message import Message

from companion.chats import Verdict
from companion.records import RecalledMemory
from companion.strings import text
from companion.text import one_line
from companion.ui.format import memory_day
from companion.ui.keys import CommandKeys, key_for
from companion.ui.widgets.heading import Heading
from companion.ui.widgets.literal import Part
from companion.ui.widgets.memory_line import MemoryLine

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def mark(number: int) -> str:
    """The number of a footnote: "¹", "¹²"."""
    return str(number).translate(_RAISED)


class Footnote(MemoryLine):
    """One memory: Enter opens it; what the person says of it teaches."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "source", text("chat.key_source"), id="footnote.source"),
        Binding("n", "judge('not relevant')", text("chat.key_not_relevant"), id="footnote.not_relevant"),
        Binding("x", "judge('wrong')", text("chat.key_wrong"), id="footnote.wrong"),
        Binding("u", "take_back", text("chat.key_undo"), id="footnote.undo"),
        Binding("escape", "screen.leave_walk", text("chat.key_back"), id="footnote.leave"),
    ]

    class SourceWanted(Message):
        """The person wants to see where `memory` was said."""

        def __init__(self, memory: int) -> None:
            super().__init__()
            self.memory = memory

    class Judged(Message):
        """What the person says of the memory of `line`."""

        def __init__(self, line: Footnote, verdict: Verdict) -> None:
            super().__init__()
            self.line = line
            self.verdict = verdict

    class TakeBackWanted(Message):
        """What was said of the memory of `line` does not hold."""

        def __init__(self, line: Footnote, batch: int) -> None:
            super().__init__()
            self.line = line
            self.batch = batch

    def __init__(self, reply: int, number: int, recalled: RecalledMemory) -> None:
        super().__init__(recalled.memory.id)
        self.reply = reply
        self.number = number
        self._recalled = recalled
        self._commands = CommandKeys(self)
        self.change: int | None = None
        """The change that what was said of it is; None when nothing was."""
        self.said("", None)

    def said(self, verdict: Verdict | str, batch: int | None) -> None:
        """The person said this of it, in this change; empty: nothing, or no longer."""
        self.change = batch
        memory = self._recalled.memory
        names = {"not relevant": text("chat.not_relevant"), "wrong": text("chat.wrong")}
        after: list[Part] = []
        if verdict:
            after.append((f"  {names.get(verdict, verdict)}", "$text-warning"))
        elif self._recalled.used:
            after.append((f"  {text('chat.used')}", "$text-success"))
        if self._recalled.reasons and not verdict:
            after.append((f"  {' · '.join(self._recalled.reasons)}", "$text-muted"))
        style = "strike" if verdict else "" if self._recalled.used is not False else "$text-muted"
        self.show(
            f"{mark(self.number)} ",
            (f"{memory_day(memory):<9} ", "$text-muted"),
            (one_line(self._recalled.excerpt or memory.text, 300), style),
            *after,
        )

    def keys(self) -> list[str]:
        """What can be done with it."""
        judging = [
            ("judge('not relevant')", text("chat.key_not_relevant")),
            ("judge('wrong')", text("chat.key_wrong")),
        ]
        told = [
            ("choose", text("chat.key_memory")),
            ("source", text("chat.key_source")),
            *([("take_back", text("chat.key_undo"))] if self.change is not None else judging),
            ("screen.leave_walk", text("chat.key_back")),
        ]
        return [f"{key_for(self, action)} {name}" for action, name in told]

    async def on_key(self, event: Key) -> None:
        await self._commands.act(event)

    def on_focus(self) -> None:
        self._commands.leaving = False

    def leave(self) -> None:
        """The person goes on writing."""
        self._commands.leaving = True

    def action_source(self) -> None:
        self.post_message(self.SourceWanted(self.memory))

    def action_judge(self, verdict: Verdict) -> None:
        if self.change is None:
            self.post_message(self.Judged(self, verdict))

    def action_take_back(self) -> None:
        if self.change is not None:
            self.post_message(self.TakeBackWanted(self, self.change))


class Recalled(Vertical):
    """Collapsed at first. `toggle()` shows or hides the list."""

    DEFAULT_CSS = """
    Recalled { height: auto; }
    Recalled MemoryLine { padding-left: 2; }
    """

    def __init__(self, reply: int, recalled: tuple[RecalledMemory, ...]) -> None:
        super().__init__()
        self._reply = reply
        self.recalled = recalled
        self.open = False
        self._heading = Heading(self._title())
        self.display = bool(recalled)

    def compose(self) -> ComposeResult:
        yield self._heading

    def give(self, recalled: tuple[RecalledMemory, ...]) -> None:
        """Replace what was recalled."""
        if recalled == self.recalled:
            return
        self.recalled = recalled
        self.display = bool(recalled)
        self._heading.show(self._title())
        if self.open:
            self.query(MemoryLine).remove()
            self._mount_lines()

    def used(self, memories: dict[int, bool]) -> None:
        """It was found out which of them the reply used."""
        self.give(tuple(replace(each, used=memories.get(each.memory.id, each.used)) for each in self.recalled))

    def toggle(self) -> None:
        self.open = not self.open
        if self.open:
            self._mount_lines()
        else:
            self.query(MemoryLine).remove()
        self._heading.show(self._title())

    def focus_heading(self) -> None:
        self._heading.focus()

    def on_heading_toggled(self, message: Heading.Toggled) -> None:
        message.stop()
        self.toggle()

    def _title(self) -> str:
        title = f"{'▾' if self.open else '·'} {text('chat.memories', count=len(self.recalled))}"
        used = [mark(number) for number, each in enumerate(self.recalled, 1) if each.used]
        return f"{title}, {text('chat.used')} {' '.join(used)}" if used else title

    def _mount_lines(self) -> None:
        self.mount_all(Footnote(self._reply, number, each) for number, each in enumerate(self.recalled, 1))
