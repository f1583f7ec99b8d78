"""The memories a reply was given: one quiet line that opens into a list."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from companion.records import RecalledMemory
from companion.text import one_line
from companion.ui.format import counted, memory_moment, now, short_date
from companion.ui.widgets.heading import Heading
from companion.ui.widgets.memory_line import MemoryLine


class Recalled(Vertical):
    """Collapsed at first. `toggle()` shows or hides the list."""

    DEFAULT_CSS = """
    Recalled { height: auto; }
    Recalled MemoryLine { padding-left: 2; }
    """

    def __init__(self, recalled: tuple[RecalledMemory, ...]) -> None:
        super().__init__()
        self._recalled = recalled
        self.open = False
        self._heading = Heading(self._title())

    def compose(self) -> ComposeResult:
        yield self._heading

    def on_mount(self) -> None:
        self.display = bool(self._recalled)

    def give(self, recalled: tuple[RecalledMemory, ...]) -> None:
        """Replace what was recalled."""
        if recalled == self._recalled:
            return
        self._recalled = recalled
        self.display = bool(recalled)
        self._heading.show(self._title())
        if self.open:
            self.query(MemoryLine).remove()
            self._mount_lines()

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
        return f"{'▾' if self.open else '·'} {counted(len(self._recalled), 'memory')}"

    def _mount_lines(self) -> None:
        self.mount_all(
            MemoryLine(
                item.memory.id,
                (f"{short_date(memory_moment(item.memory), item.memory.utc_offset, now()):<9} ", "$text-muted"),
                one_line(item.excerpt or item.memory.text, 300),
                (f"  {' · '.join(item.reasons)}" if item.reasons else "", "$text-muted"),
            )
            for item in self._recalled
        )
