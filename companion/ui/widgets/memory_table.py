"""The table of memories: one row each, cut to fit the width."""

from __future__ import annotations

from collections.abc import Sequence

from textual.coordinate import Coordinate
from textual.events import Resize
from textual.widgets import DataTable

from companion.records import MemoryRow
from companion.ui.memory_text import table_cells
from companion.ui.widgets.literal import cell

ROOMY = 58
"""Columns from which there is room for the bar of retention beside its percent."""
_COLUMNS = (("pin", "", 1), ("kind", "kind", 9), ("when", "when", 9), ("text", "memory", 20), ("keep", "kept", 4))


class MemoryTable(DataTable[object]):
    """`show()` keeps the cursor on its memory; the text column takes what the others leave."""

    DEFAULT_CSS = """
    MemoryTable { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; background: transparent; }
    MemoryTable > .datatable--header { background: transparent; color: $text-muted; text-style: none; }
    """

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=1)
        self._shown: Sequence[MemoryRow] = ()

    def on_mount(self) -> None:
        for key, label, width in _COLUMNS:
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
        bar = 8 if self.size.width >= ROOMY else 0
        self.clear()
        for row in rows:
            self.add_row(*table_cells(row, bar))
        ids = [row.memory.id for row in rows]
        place = ids.index(before) if before in ids else min(at, len(ids) - 1)
        if place > 0:
            self.cursor_coordinate = Coordinate(place, 0)

    def on_resize(self, event: Resize) -> None:
        roomy = event.size.width >= ROOMY
        widths = {key: width for key, _, width in _COLUMNS} | {"keep": 13 if roomy else 6}
        # Two cells of padding for each column, one for the scroll bar.
        taken = sum(width for key, width in widths.items() if key != "text") + 2 * len(widths) + 1
        widths["text"] = max(10, event.size.width - taken)
        for key, column in self.columns.items():
            column.width = widths[str(key.value)]
        self.show(self._shown)
        self.refresh(layout=True)
