"""The table of memories: one row each, cut to fit the width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.events import Resize
from textual.widgets import DataTable

from companion.records import MemoryRow
from companion.ui.memory_text import table_cells
from companion.ui.widgets.literal import cell

_COLUMNS = (("text", "  memory", 0), ("kind", " kind", 11), ("when", "when", 10))


def _bar_cells(width: int) -> int:
    """How long the bar of retention may be beside its percent."""
    return 8 if width >= 80 else 4 if width >= 62 else 0


class MemoryTable(DataTable[object]):
    """`show()` keeps the cursor on its memory; the text column takes what the others leave."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", "Open", key_display="⏎")]
    DEFAULT_CSS = """
    MemoryTable { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; background: transparent; }
    MemoryTable > .datatable--header { background: transparent; color: $text-muted; text-style: none; }
    """

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=0)
        self._shown: Sequence[MemoryRow] = ()

    def on_mount(self) -> None:
        for key, label, width in (*_COLUMNS, ("kept", "kept", 0)):
            self.add_column(cell(label), key=key, width=width)

    @property
    def current(self) -> int | None:
        """Id of the memory under the cursor."""
        if not self._shown or not 0 <= self.cursor_row < len(self._shown):
            return None
        return self._shown[self.cursor_row].memory.id

    def show(self, rows: Sequence[MemoryRow]) -> None:
        """Replace the rows."""
        before, at = self.current, self.cursor_row
        self._shown = rows
        self.clear()
        for row in rows:
            self.add_row(*table_cells(row, _bar_cells(self.size.width)))
        ids = [row.memory.id for row in rows]
        place = ids.index(before) if before in ids else min(at, len(ids) - 1)
        if place > 0:
            self.cursor_coordinate = Coordinate(place, 0)

    def on_resize(self, event: Resize) -> None:
        bar = _bar_cells(event.size.width)
        widths = {key: width for key, _, width in _COLUMNS} | {"kept": bar + 5 if bar else 6}
        # One cell is for the scroll bar.
        widths["text"] = max(12, event.size.width - sum(widths.values()) - 1)
        for key, column in self.columns.items():
            column.width = widths[str(key.value)]
        self.show(self._shown)
        self.refresh(layout=True)
