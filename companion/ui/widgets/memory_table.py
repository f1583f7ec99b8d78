"""The table of memories: one row each, cut to fit the width."""

from __future__ import annotations

from collections.abc import Mapping

from textual.events import Resize

from companion.records import MemoryRow
from companion.strings import text
from companion.ui.memory_text import table_cells
from companion.ui.widgets.long_table import LongTable, Row


def _bar_cells(width: int) -> int:
    """How long the bar of retention may be beside its percent."""
    return 8 if width >= 80 else 4 if width >= 70 else 0


class MemoryTable(LongTable):
    """In a narrow terminal the columns go one by one: what is remembered stays."""

    COLUMNS = (("text", "memory", 0), ("kind", " kind", 11), ("when", "when", 10), ("kept", "kept", 0))

    def __init__(self) -> None:
        super().__init__()
        self._memories: dict[int, MemoryRow] = {}
        self._drawn: dict[int, Row] = {}

    def labels(self) -> dict[str, str]:
        return {
            "text": text("table.memory"),
            "kind": " " + text("table.kind"),
            "when": text("table.when"),
            "kept": text("table.kept"),
        }

    def widths(self, width: int) -> dict[str, int]:
        bar = _bar_cells(width)
        found = super().widths(width) | {"kept": bar + 5 if bar else 6}
        if width < 44:
            found["kind"] = 0
        if width < 32:
            found["when"] = 0
        if width < 26:
            found["kept"] = 0
        return found

    def put(self, total: int, rows: Mapping[int, MemoryRow], cursor: int) -> None:
        """From now on `total` memories, of which these are here."""
        self._memories, self._drawn = dict(rows), {}
        self.show(total, cursor)

    def put_more(self, rows: Mapping[int, MemoryRow]) -> None:
        """These came."""
        self._memories.update(rows)
        if rows:
            self.came(min(rows), max(rows) + 1)

    def row_at(self, index: int) -> Row | None:
        # Made when it is first on the screen: a page of a hundred takes longer than a key may.
        if index not in self._drawn and index in self._memories:
            bar = _bar_cells(self.scrollable_content_region.width)
            self._drawn[index] = table_cells(self._memories[index], bar)
        return self._drawn.get(index)

    def on_resize(self, event: Resize) -> None:
        self._drawn.clear()
