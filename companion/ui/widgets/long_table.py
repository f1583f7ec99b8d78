"""A table of any length: it draws the rows on the screen, and asks for those it lacks.

Textual's DataTable takes a tenth of a millisecond for every row it is given, on the screen or not: a second for ten
thousand, each time the list changes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from companion.strings import text

LEAST = 12
"""Cells that the wide column keeps in any case."""
MARKED, PINNED = "●", "*"


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in a line: a text for each column, each on one line."""

    id: int
    cells: tuple[str, ...]
    dim: bool = False
    pinned: bool = False


def fitted(words: str, width: int) -> str:
    """`words` in exactly `width` cells, cut with an ellipsis, whatever the width of its characters."""
    if cell_len(words) <= width:
        return set_cell_size(words, width)
    if width <= 1:
        return set_cell_size(words, width)
    # Half of a wide character that is cut would be a blank ahead of the ellipsis.
    return set_cell_size(set_cell_size(words, width - 1).rstrip() + "…", width)


class LongTable(ScrollView, can_focus=True):
    """For tables with a `COLUMNS` of their own: (key, label, width), the first being the wide one, which takes what
    the others leave and begins with two cells of marks."""

    COLUMNS: ClassVar[Sequence[tuple[str, str, int]]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", text("table.open"), key_display="⏎", id="table.open"),
        Binding("up", "move(-1)", text("keys_move.up"), show=False, id="table.up"),
        Binding("down", "move(1)", text("keys_move.down"), show=False, id="table.down"),
        Binding("pageup", "page(-1)", text("keys_move.page_up"), show=False, id="table.page_up"),
        Binding("pagedown", "page(1)", text("keys_move.page_down"), show=False, id="table.page_down"),
        Binding("home,ctrl+home", "first", text("keys_memory.first"), show=False, id="table.first"),
        Binding("end,ctrl+end", "last", text("keys_memory.last"), show=False, id="table.last"),
        Binding("space", "mark", text("keys_memory.mark"), show=False, id="table.mark"),
        Binding("shift+up", "extend(-1)", text("keys_memory.mark_up"), show=False, id="table.mark_up"),
        Binding("shift+down", "extend(1)", text("keys_memory.mark_down"), show=False, id="table.mark_down"),
        Binding("v", "mark_to", text("keys_memory.mark_to"), show=False, id="table.mark_to"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--header", "table--cursor", "table--dim", "table--marked"}
    DEFAULT_CSS = """
    LongTable {
        width: 1fr; height: 1fr; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1;
        background: transparent; color: $foreground;
        & > .table--header { color: $text-muted; }
        & > .table--dim { color: $text-muted; }
        & > .table--marked { color: $accent; text-style: bold; }
        & > .table--cursor {
            background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .table--cursor {
            background: $block-cursor-background; color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
    }
    """

    cursor: reactive[int] = reactive(0)

    @dataclass
    class Moved(Message):
        """The cursor is on another row, or another thing is in its row."""

        index: int

    @dataclass
    class Opened(Message):
        index: int

    @dataclass
    class RowsWanted(Message):
        """The rows [first, last) are on the screen, and not all of them are here."""

        first: int
        last: int

    @dataclass
    class Marking(Message):
        """The person marks the rows [first, last]; `toggle`: or takes the mark away where there is one."""

        first: int
        last: int
        toggle: bool = False

    @dataclass
    class SortWanted(Message):
        column: str

    def __init__(self) -> None:
        super().__init__()
        self.row_count = 0
        self.nothing = ""
        """What stands there when there is no row."""
        self.marked: Collection[int] = ()
        """Ids of the rows that are marked."""
        self._anchor = 0
        """Where the last mark was set."""
        self._stretch: int | None = None
        """Where the stretch begins that is being marked with Shift."""
        self._widths: dict[str, int] = {}

    # What is in it

    def show(self, total: int, cursor: int) -> None:
        """From now on `total` rows, with the cursor on one of them."""
        self.row_count = total
        self._lay_out()
        self.set_reactive(LongTable.cursor, max(0, min(cursor, total - 1)))
        self._to_cursor()
        self.refresh()
        self.post_message(self.Moved(self.cursor))
        self._ask()

    def resized(self, total: int) -> None:
        """There are so many rows; those that are here stay."""
        if total != self.row_count:
            self.row_count = total
            self._lay_out()
            self.cursor = min(self.cursor, total - 1)
            self.refresh()
            self._ask()

    def came(self, first: int, last: int) -> None:
        """The rows [first, last) are here now."""
        self.refresh()
        if first <= self.cursor < last:
            self.post_message(self.Moved(self.cursor))

    def row_at(self, index: int) -> Row | None:
        """None while it is not here."""
        raise NotImplementedError

    def mark(self, ids: Collection[int]) -> None:
        self.marked = ids
        self.refresh()

    @property
    def current(self) -> int | None:
        """Id of the row under the cursor; None while it is not here."""
        row = self.row_at(self.cursor)
        return row.id if row else None

    @property
    def visible_rows(self) -> tuple[int, int]:
        """The rows [first, last) that are on the screen."""
        first = min(self.scroll_offset.y, max(0, self.row_count - 1))
        return first, min(self.row_count, first + max(1, self.size.height - 1))

    def _ask(self) -> None:
        first, last = self.visible_rows
        if any(self.row_at(index) is None for index in range(first, last)):
            self.post_message(self.RowsWanted(first, last))

    # How it looks

    def widths(self, width: int) -> dict[str, int]:
        """Cells of the columns but the wide one, in a table of `width` cells."""
        return {key: cells for key, _, cells in self.COLUMNS[1:]}

    def labels(self) -> dict[str, str]:
        return {key: label for key, label, _ in self.COLUMNS}

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        widths = self.widths(width)
        self._widths = {self.COLUMNS[0][0]: max(LEAST, width - sum(widths.values()))} | widths
        self.virtual_size = Size(width, self.row_count + 1)

    def on_resize(self, event: Resize) -> None:
        self._lay_out()
        self._to_cursor()
        self.refresh()
        self._ask()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        if y == 0:
            return self._strip(tuple(self.labels().values()), "  ", base + self._style("table--header"), width)
        index = self.scroll_offset.y + y - 1
        if not self.row_count and index == 0 and self.nothing:
            return Strip([Segment(fitted(f"  {self.nothing}", width), base + self._style("table--dim"))])
        if not 0 <= index < self.row_count:
            return Strip.blank(width, base)
        row = self.row_at(index)
        style = base
        if row is not None and row.dim:
            style += self._style("table--dim")
        marked = row is not None and row.id in self.marked
        if marked:
            style += self._style("table--marked")
        if index == self.cursor:
            style += self._style("table--cursor")
        marks = f"{MARKED if marked else PINNED if row is not None and row.pinned else chr(32)} "
        return self._strip(row.cells if row else ("…",), marks, style, width)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(name, partial=True)

    def _strip(self, cells: Sequence[str], marks: str, style: Style, width: int) -> Strip:
        words = ""
        for place, (cell, cells_wide) in enumerate(zip(cells, self._widths.values(), strict=False)):
            words += marks + fitted(cell, cells_wide - 2) if not place else fitted(cell, cells_wide)
        return Strip([Segment(words, style)]).adjust_cell_length(width, style)

    # Moving

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ask()

    def validate_cursor(self, value: int) -> int:
        return max(0, min(value, self.row_count - 1))

    def watch_cursor(self) -> None:
        self._to_cursor()
        self.refresh()
        self.post_message(self.Moved(self.cursor))

    def _to_cursor(self) -> None:
        height = max(1, self.size.height - 1)
        top = self.scroll_offset.y
        if not top <= self.cursor < top + height:
            self.scroll_to(y=self.cursor if self.cursor < top else self.cursor - height + 1, animate=False, force=True)

    def action_move(self, by: int) -> None:
        self.cursor += by
        self._stretch = None

    def action_page(self, by: int) -> None:
        self.action_move(by * max(1, self.size.height - 2))

    def action_first(self) -> None:
        self.action_move(-self.row_count)

    def action_last(self) -> None:
        self.action_move(self.row_count)

    def action_open(self) -> None:
        if self.current is not None:
            self.post_message(self.Opened(self.cursor))

    def action_mark(self) -> None:
        """Mark, and go on to the next."""
        at = self._anchor = self.cursor
        self.post_message(self.Marking(at, at, toggle=True))
        self.action_move(1)

    def action_extend(self, by: int) -> None:
        begin = self._stretch if self._stretch is not None else self.cursor
        self.cursor += by
        self._stretch = begin
        self._mark_from(begin)

    def action_mark_to(self) -> None:
        """Mark all from where the last mark was set."""
        self._mark_from(self._anchor)

    def _mark_from(self, begin: int) -> None:
        self.post_message(self.Marking(min(begin, self.cursor), max(begin, self.cursor)))

    def on_click(self, event: Click) -> None:
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == 0:
            self._sort_by(offset.x)
            return
        index = self.scroll_offset.y + offset.y - 1
        if index >= self.row_count:
            return
        again, before = index == self.cursor, self.cursor
        self.action_move(index - before)
        if event.shift:
            self._mark_from(before)
        elif event.ctrl or event.meta:
            self.post_message(self.Marking(index, index, toggle=True))
        elif again:
            self.action_open()

    def _sort_by(self, x: int) -> None:
        for key, cells in self._widths.items():
            if x < cells:
                self.post_message(self.SortWanted(key))
                return
            x -= cells
