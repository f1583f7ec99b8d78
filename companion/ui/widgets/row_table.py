"""A table of rows that fit the width: one column takes what the others leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.events import Resize
from textual.widgets import DataTable

from companion.strings import text
from companion.ui.widgets.literal import cell

LEAST = 12
"""Cells that the wide column keeps in any case."""


class RowTable(DataTable[object]):
    """For tables with a `COLUMNS` of their own: (key, label, width), the one at `WIDE` being the wide one. They say
    with `refill` how to draw themselves anew for another width."""

    COLUMNS: ClassVar[Sequence[tuple[str, str, int]]] = ()
    WIDE: ClassVar[int] = 0
    # Textual's go to the first and the last column, which a cursor of whole rows does not show.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home,ctrl+home", "scroll_top", text("keys_memory.first"), show=False, id="rows.first"),
        Binding("end,ctrl+end", "scroll_bottom", text("keys_memory.last"), show=False, id="rows.last"),
    ]
    DEFAULT_CSS = """
    RowTable { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; background: transparent; }
    RowTable > .datatable--header { background: transparent; color: $text-muted; text-style: none; }
    """

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=0)

    def on_mount(self) -> None:
        for key, label, width in self.COLUMNS:
            self.add_column(cell(label), key=key, width=width)

    def refill(self) -> None:
        raise NotImplementedError

    def widths(self, width: int) -> dict[str, int]:
        """Cells of the columns but the wide one, in a table of `width` cells."""
        return {key: cells for at, (key, _, cells) in enumerate(self.COLUMNS) if at != self.WIDE}

    def put(self, rows: Iterable[Sequence[object]], place: int) -> None:
        """Replace the rows by these cells, with the cursor on row `place`."""
        self.clear()
        for row in rows:
            self.add_row(*row)
        if place > 0:
            self.cursor_coordinate = Coordinate(place, 0)

    def on_resize(self, event: Resize) -> None:
        widths = self.widths(event.size.width)
        # One cell is for the scroll bar.
        widths[self.COLUMNS[self.WIDE][0]] = max(LEAST, event.size.width - sum(widths.values()) - 1)
        for key, column in self.columns.items():
            column.width = widths[str(key.value)]
        self.refill()
        self.refresh(layout=True)
