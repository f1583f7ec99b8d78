"""The panel: every memory, newest first, to be seen, filtered and changed."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Resize
from textual.timer import Timer
from textual.widgets import DataTable, Footer, Input

from companion.calls import EnginePort
from companion.events import Event, MemoriesChanged, SleepFinished, ThoughtsFormed
from companion.records import Change, Memory, MemoryRow
from companion.text import one_line
from companion.ui.format import counted
from companion.ui.memory_view import MemoryView
from companion.ui.screens.base import attempt
from companion.ui.screens.memory import MemoryScreen
from companion.ui.screens.memory_actions import MemoryActions
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.memory_detail import MemoryDetailView
from companion.ui.widgets.memory_table import MemoryTable

WIDE = 90
"""Columns from which the memory under the cursor is shown beside the table."""
PAUSE = 0.15
"""Seconds without a key or a change before the list is fetched again."""


class MemoriesScreen(MemoryActions):
    """Keys act on the row under the cursor; `/` goes to the filter and Esc back."""

    HELP_TOPIC = "memories"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", show=False),
        Binding("s", "next_status", show=False),
        Binding("k", "next_kind", show=False),
    ]
    DEFAULT_CSS = """
    MemoriesScreen #head { height: 1; padding: 0 1; }
    MemoriesScreen #filter { width: 1fr; border: none; height: 1; padding: 0; background: transparent; }
    MemoriesScreen #filter:focus { background: $surface; }
    MemoriesScreen #summary { width: auto; color: $text-muted; padding-left: 2; }
    MemoriesScreen MemoryDetailView { width: 37%; border-left: solid $panel; display: none; }
    MemoriesScreen.-wide MemoryDetailView { display: block; padding: 0 1; }
    """

    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self._view = MemoryView()
        self._rows: dict[int, MemoryRow] = {}
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="head"):
            yield Input(placeholder="/ filter by words", id="filter")
            yield Literal(id="summary")
        with Horizontal():
            yield MemoryTable()
            yield MemoryDetailView()
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.query_one(MemoryTable).focus()
        self.load()

    def on_resize(self, event: Resize) -> None:
        wide = event.size.width >= WIDE
        if wide != self.has_class("-wide"):
            self.set_class(wide, "-wide")
            self._show_detail()

    # What is listed

    @work(group="list", exclusive=True)
    async def load(self) -> None:
        """Fetch the list and put the cursor back on the memory it was on."""
        rows = await attempt(self, self.engine.list_memories(self._view.filter))
        if rows is None or not self.is_attached:
            return
        self._rows = {row.memory.id: row for row in rows}
        self.query_one(MemoryTable).show(rows)
        self.query_one("#summary", Literal).show(
            f"{counted(len(rows), 'memory')}   ",
            *(("s ", "$primary"), f"{self._view.status_name}   "),
            *(("k ", "$primary"), self._view.kind_name),
        )
        self._show_detail()

    def _load_soon(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self.load)

    @on(Input.Changed, "#filter")
    def _filter_changed(self, message: Input.Changed) -> None:
        self._view = MemoryView(one_line(message.value), self._view.status, self._view.kind)
        self._load_soon()

    @on(Input.Submitted, "#filter")
    def _filter_done(self) -> None:
        self.query_one(MemoryTable).focus()

    def action_filter(self) -> None:
        self.query_one("#filter", Input).focus()

    def action_next_status(self) -> None:
        self._view = self._view.next_status()
        self.load()

    def action_next_kind(self) -> None:
        self._view = self._view.next_kind()
        self.load()

    # One memory

    def current(self) -> Memory | None:
        id = self.query_one(MemoryTable).current
        row = self._rows.get(id) if id is not None else None
        return row.memory if row else None

    @on(DataTable.RowHighlighted)
    def _moved(self) -> None:
        self._show_detail()

    @on(DataTable.RowSelected)
    def _open(self) -> None:
        memory = self.current()
        if memory is not None:
            self.app.push_screen(MemoryScreen(self.engine, memory.id), self._back_from_memory)

    def _back_from_memory(self, _: None) -> None:
        self.load()

    @work(group="detail", exclusive=True)
    async def _show_detail(self) -> None:
        if not self.is_attached or not self.has_class("-wide"):
            return
        memory = self.current()
        detail = await attempt(self, self.engine.memory(memory.id)) if memory else None
        if not self.is_attached:
            return  # the screen was closed meanwhile
        self.query_one(MemoryDetailView).show(detail)

    # Changes, here and in the engine

    def changed(self, change: Change) -> None:
        self.load()

    def engine_event(self, event: Event) -> None:
        if isinstance(event, MemoriesChanged | ThoughtsFormed | SleepFinished):
            self._load_soon()

    async def engine_back(self) -> None:
        self.load()

    def action_back(self) -> None:
        """Esc leaves the filter first, then the panel."""
        if self.query_one("#filter", Input).has_focus:
            self.query_one(MemoryTable).focus()
        else:
            self.dismiss()
