"""The morning report above the prompt: never in the way of typing, gone with the first message or with Esc."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Key
from textual.message import Message
from textual.widget import Widget

from companion.reports import MorningReport
from companion.strings import text
from companion.ui.format import now
from companion.ui.morning_text import MorningLine, heading, morning_lines
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.memory_line import MemoryLine


class MorningCard(VerticalScroll, can_focus=False):
    """Hidden until it is given a report."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "keep", text("morning.key_keep"), id="morning.keep"),
        Binding("escape", "leave", text("morning.key_close"), id="morning.close"),
    ]
    KEYS = text("morning.keys")
    DEFAULT_CSS = """
    MorningCard {
        display: none; height: auto; max-height: 40%; margin: 0 1; padding: 0 1;
        border-left: outer $primary; background: $surface;
    }
    MorningCard .title { text-style: bold; text-wrap: wrap; }
    MorningCard .line { text-wrap: wrap; color: $text-muted; }
    MorningCard .line:focus { color: $text; }
    """

    class KeepWanted(Message):
        """To pin `memory`, so that it never fades."""

        def __init__(self, memory: int) -> None:
            super().__init__()
            self.memory = memory

    class Left(Message):
        """The person has seen enough of it."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Literal(classes="title")
        self._leaving = False
        self._about: dict[int, str] = {}
        """What each memory says."""

    def compose(self) -> ComposeResult:
        yield self._title

    def tell(self, report: MorningReport) -> None:
        """Show the report, in place of what was shown."""
        lines = morning_lines(report)
        self._about = {line.memory: line.about for line in lines if line.memory is not None}
        self._title.show(text("morning.title_keys", heading=heading(report, now())))
        self.query(".line").remove()
        self.mount_all(_widget(line) for line in lines)
        self.display = bool(lines)
        self.scroll_home(animate=False)

    def close(self) -> None:
        self.display = False
        self.query(".line").remove()

    def focus_first(self) -> bool:
        """The first line that can be kept has the focus, else the first at all; False when none can have it."""
        self._leaving = False
        lines = list(self.query(MemoryLine))
        chosen = next((line for line in lines if line.has_class("fades")), lines[0] if lines else None)
        if chosen is not None:
            chosen.focus()
        return chosen is not None

    def kept(self, memory: int) -> None:
        """It was pinned: its line says so."""
        for line in self.query(MemoryLine):
            if line.memory == memory:
                line.show(text("morning.kept", text=self._about.get(memory, "")))
                line.remove_class("fades")

    async def on_key(self, event: Key) -> None:
        # Bindings run only after the screen has handed characters to the prompt.
        if event.key == "k" and not self._leaving:
            event.stop()
            event.prevent_default()
            self.action_keep()
        elif event.is_printable and event.key != "space":
            self._leaving = True

    def action_keep(self) -> None:
        chosen = next((line for line in self.query(MemoryLine) if line.has_focus), None)
        if chosen is not None:
            self.post_message(self.KeepWanted(chosen.memory))

    def action_leave(self) -> None:
        self.post_message(self.Left())


def _widget(line: MorningLine) -> Widget:
    if line.memory is None:
        return Literal(line.text, classes="line")
    return MemoryLine(line.memory, line.text, classes="line fades" if line.fades else "line")
