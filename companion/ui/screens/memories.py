"""The panel: every memory, to be seen, filtered, marked and changed, now or as it was on a day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize
from textual.timer import Timer
from textual.widgets import Input

from companion.calls import EnginePort
from companion.events import Event, MemoriesChanged, SleepFinished, ThoughtsFormed
from companion.records import Change, Memory, MemoryFilter
from companion.strings import text
from companion.ui import format as show
from companion.ui.memory_list import PAGE, MemoryList
from companion.ui.memory_view import MemoryView
from companion.ui.screens.base import attempt
from companion.ui.screens.date import ask_date, offset_at
from companion.ui.screens.memory import MemoryScreen
from companion.ui.screens.memory_actions import MemoryActions
from companion.ui.widgets.filter_line import FilterLine
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.long_table import LongTable
from companion.ui.widgets.memory_detail import MemoryDetailView
from companion.ui.widgets.memory_table import MemoryTable
from companion.ui.widgets.underway import Underway

WIDE = 90
"""Columns from which the memory under the cursor is shown beside the table."""
LOW = 10
"""Lines under which the table needs every one."""
PAUSE = 0.15
"""Seconds on a row before the memory is shown beside the table."""
SETTLING = 0.5
"""Seconds from a change of the engine's own until the list is fetched again."""
TYPING = 0.5
"""The same while the filter is written."""


class MemoriesScreen(MemoryActions):
    """Keys act on the row under the cursor, or on those that are marked; `/` goes to the filter and Esc back."""

    HELP_TOPIC = "memories"
    AUTO_FOCUS = "MemoryTable"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", text("keys_memory.filter"), show=False, id="panel.filter"),
        Binding("s", "next_status", text("keys_memory.status"), show=False, id="panel.status"),
        Binding("k", "next_kind", text("keys_memory.kind"), show=False, id="panel.kind"),
        Binding("o", "next_order", text("keys_memory.order"), show=False, id="panel.order"),
        Binding("ctrl+a", "mark_all", text("keys_memory.mark_all"), show=False, id="panel.mark_all"),
    ]
    DEFAULT_CSS = """
    MemoriesScreen #summary { height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    MemoriesScreen #past { display: none; padding: 0 1; background: $warning; color: $background; }
    MemoriesScreen.-past #past { display: block; }
    MemoriesScreen.-low #summary { display: none; }
    MemoriesScreen.-low FilterLine Literal { max-height: 1; }
    MemoriesScreen MemoryDetailView { width: 37%; border-left: solid $panel; display: none; }
    MemoriesScreen.-wide MemoryDetailView { display: block; padding: 0 1; }
    """

    def __init__(self, engine: EnginePort, written: str = "", marked: Sequence[Memory] = ()) -> None:
        """`written`: what stands in the filter at first. `marked`: what is marked at first."""
        super().__init__(engine)
        self._view = MemoryView(written)
        self._list = MemoryList()
        self._marked: dict[int, Memory] = {memory.id: memory for memory in marked}
        self._stale = False
        self._to_top = False
        self._working = False
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield FilterLine(self._view.text)
        yield Literal(id="past")
        yield Underway(id="summary")
        with Horizontal():
            yield MemoryTable()
            yield MemoryDetailView()
        yield KeyLine()

    def on_mount(self) -> None:
        self.table.mark(self._marked)
        self.load()

    @work(group="names", exclusive=True)
    async def _learn_names(self) -> None:
        topics = await attempt(self, self.engine.topics())
        if self.is_attached:
            self.query_one(FilterLine).offer_names([topic.name for topic in topics or ()])

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.height < LOW, "-low")
        wide = event.size.width >= WIDE
        if wide != self.has_class("-wide"):
            self.set_class(wide, "-wide")
            self._show_detail()

    @property
    def table(self) -> MemoryTable:
        return self.query_one(MemoryTable)

    # What is listed

    def load(self, top: bool = False) -> None:
        """Fetch the list anew; the cursor stays on its memory, unless it goes to the `top`."""
        if top:
            self._to_top = True
            self.table.cursor = 0
        self._stale = True
        self._fetch_soon()

    def _fetch_soon(self) -> None:
        # One question at a time: while one is answered the newest of all that is asked meanwhile takes its turn, so
        # that fast typing does not queue up in the engine.
        if not self._working:
            self._working = True
            self._fetch()

    @work(group="list")
    async def _fetch(self) -> None:
        try:
            while self.is_attached:
                if self._stale:
                    self._stale = False
                    await self._fetch_anew()
                    continue
                offset = self._list.missing(*self.table.visible_rows)
                if offset is None or not await self._fetch_page(offset):
                    return
        finally:
            self._working = False

    async def _fetch_anew(self) -> None:
        view, found = self._view, MemoryList()
        at = self.table.cursor
        offset = max(0, at - PAGE // 2)
        rows = await attempt(self, self.engine.list_memories(self._page(offset)))
        if rows is None and self.is_attached:
            self.query_one("#summary", Underway).failed()
        if rows is None or self._stale or not self.is_attached:
            return
        if offset and not rows:
            self.table.cursor = 0  # it became shorter than where the cursor was
            self._stale = True
            return
        full = len(rows) == PAGE
        # As many as before, until they are counted: what was found is not kept waiting for that.
        found.total = max(offset + len(rows), self._list.total) if full else offset + len(rows)
        found.put(offset, rows)
        before = None if self._to_top else self._list.row(at)
        place = found.place_of(before.memory.id) if before else None
        self._to_top = False
        self._list = found
        self.table.nothing = text("panel.no_match") if view.narrowed else text("panel.none")
        self.table.put(found.total, found.rows, at if place is None else place)
        self._say()
        if full:
            total = await attempt(self, self.engine.count_memories(view.filter))
            if total is not None and self.is_attached and not self._stale:
                found.total = total
                self.table.resized(total)
                self._say()

    async def _fetch_page(self, offset: int) -> bool:
        rows = await attempt(self, self.engine.list_memories(self._page(offset)))
        if rows is None or not self.is_attached:
            return False
        if not self._stale:
            if not rows:
                self._stale = True  # it became shorter meanwhile
            self._list.put(offset, rows)
            self.table.put_more(dict(enumerate(rows, offset)))
        return True

    def _page(self, offset: int, limit: int = PAGE) -> MemoryFilter:
        return replace(self._view.filter, offset=offset, limit=limit)

    def _say(self) -> None:
        view, typed = self._view, self._view.parsed.given
        marked = [(text("panel.marked", count=len(self._marked)) + "   ", "$text-accent")] if self._marked else []
        self.query_one("#summary", Literal).show(
            *marked,
            text("panel.count", count=self._list.total) + "   ",
            # What is typed goes before a toggle, which then says nothing.
            *(() if "statuses" in typed else (("s ", "$primary"), f"{view.status_name}   ")),
            *(() if "kinds" in typed else (("k ", "$primary"), f"{view.kind_name}   ")),
            *(() if "order" in typed else (("o ", "$primary"), view.order_name)),
        )
        self.query_one(FilterLine).say(view.parsed.notes)
        self.set_class(self.as_of is not None, "-past")
        if self.as_of is not None:
            day = show.full_date(self.as_of, offset_at(self.as_of))
            self.query_one("#past", Literal).show((text("panel.past", day=day), "bold"), f" {text('panel.past_keys')}")

    @on(LongTable.RowsWanted)
    def _rows_wanted(self) -> None:
        self._fetch_soon()

    def _look_at(self, view: MemoryView, top: bool = True) -> None:
        self._view = view
        self.as_of = view.as_of
        self._say()
        self.load(top)

    @on(FilterLine.Written)
    def _filter_changed(self, message: FilterLine.Written) -> None:
        self._look_at(replace(self._view, text=message.text))
        self._show_detail()  # anew, from this key on
        # Gone through only where a name is typed: among many memories it takes as long as several keys.
        if self.query_one(FilterLine).wants_names:
            self._learn_names()

    @on(Input.Submitted)
    def _filter_done(self) -> None:
        self.table.focus()

    def action_filter(self) -> None:
        self.set_focus(self.query_one(FilterLine).input)  # at once: what is typed next is for it

    def action_next_status(self) -> None:
        self._look_at(self._view.next_status())

    def action_next_kind(self) -> None:
        self._look_at(self._view.next_kind())

    def action_next_order(self) -> None:
        self._look_at(self._view.next_order())

    @on(LongTable.SortWanted)
    def _sort(self, message: LongTable.SortWanted) -> None:
        self._look_at(self._view.sorted_by(message.column))

    @work(group="date")
    async def action_look_back(self) -> None:
        moment = await ask_date(self.app)
        if moment is not None:
            self._unmark()
            self._look_at(replace(self._view, as_of=moment), top=False)

    # Marks

    def marked(self) -> Sequence[Memory]:
        return tuple(self._marked.values())

    @on(LongTable.Marking)
    @work(group="mark")
    async def _mark(self, message: LongTable.Marking) -> None:
        await self._mark_rows(message.first, message.last, message.toggle)

    @work(group="mark")
    async def action_mark_all(self) -> None:
        """All of the list; once more: none."""
        if self._marked and len(self._marked) == self._list.total:
            self._unmark()
        else:
            await self._mark_rows(0, self._list.total - 1)

    async def _mark_rows(self, first: int, last: int, toggle: bool = False) -> None:
        rows = [self._list.row(index) for index in range(first, last + 1)]
        if any(row is None for row in rows):
            rows = list(await attempt(self, self.engine.list_memories(self._page(first, last - first + 1))) or ())
        for row in rows:
            if row is None:
                continue
            if toggle and row.memory.id in self._marked:
                del self._marked[row.memory.id]
            else:
                self._marked[row.memory.id] = row.memory
        self.table.mark(self._marked)
        self._say()

    def _unmark(self) -> None:
        self._marked.clear()
        self.table.mark(self._marked)
        self._say()

    # One memory

    def current(self) -> Memory | None:
        row = self._list.row(self.table.cursor)
        return row.memory if row else None

    @on(LongTable.Moved)
    def _moved(self) -> None:
        self._show_detail()

    @on(LongTable.Opened)
    def _open(self) -> None:
        memory = self.current()
        if memory is not None:
            self.app.push_screen(MemoryScreen(self.engine, memory.id, self.as_of), self._back_from_memory)

    def _back_from_memory(self, _: None) -> None:
        self.load()

    @work(group="detail", exclusive=True)
    async def _show_detail(self) -> None:
        if not self._stands or not self.has_class("-wide"):
            return
        # Not for every row of those that are passed, and not while a filter is typed: drawing it would hold up a key.
        await asyncio.sleep(PAUSE if self.table.has_focus else TYPING)
        memory = self.current() if self._stands else None
        detail = await attempt(self, self.engine.memory(memory.id, self.as_of)) if memory else None
        if self._stands:
            self.query_one(MemoryDetailView).show(detail)

    @property
    def _stands(self) -> bool:
        """Whether it is put together, and not being taken away."""
        return self.is_attached and bool(self.query(MemoryTable)) and bool(self.query(MemoryDetailView))

    # Changes, here and in the engine

    def changed(self, change: Change) -> None:
        self._unmark()
        self.load()

    def engine_event(self, event: Event) -> None:
        if isinstance(event, MemoriesChanged | ThoughtsFormed | SleepFinished) and self._timer is None:
            # Reflection may form many thoughts a second.
            self._timer = self.set_timer(SETTLING, self._load_settled)

    def _load_settled(self) -> None:
        self._timer = None
        self.load()

    async def engine_back(self) -> None:
        self.load()

    def action_back(self) -> None:
        """Esc leaves the filter first, then takes the marks away, then comes back to now, then leaves the panel."""
        if self.query_one(FilterLine).input.has_focus:
            self.table.focus()
        elif self._marked:
            self._unmark()
        elif self.as_of is not None:
            self._look_at(replace(self._view, as_of=None), top=False)
        else:
            self.dismiss()
