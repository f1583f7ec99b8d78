"""The table of memories: one row each, cut to fit the width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from companion.records import MemoryRow
from companion.ui.memory_text import table_cells
from companion.ui.widgets.row_table import RowTable


def _bar_cells(width: int) -> int:
    """How long the bar of retention may be beside its percent."""
    return 8 if width >= 80 else 4 if width >= 62 else 0


class MemoryTable(RowTable):
    """`show()` keeps the cursor on its memory; the text column takes what the others leave."""

    COLUMNS = (("text", "  memory", 0), ("kind", " kind", 11), ("when", "when", 10), ("kept", "kept", 0))
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", "Open", key_display="⏎")]

    def __init__(self) -> None:
        super().__init__()
        self._shown: Sequence[MemoryRow] = ()

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
        ids = [row.memory.id for row in rows]
        place = ids.index(before) if before in ids else min(at, len(ids) - 1)
        self.put((table_cells(row, _bar_cells(self.size.width)) for row in rows), place)

    def refill(self) -> None:
        self.show(self._shown)

    def widths(self, width: int) -> dict[str, int]:
        bar = _bar_cells(width)
        return super().widths(width) | {"kept": bar + 5 if bar else 6}
