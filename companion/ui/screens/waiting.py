"""What was pasted or imported and waits: where it comes from and what it says, to confirm or to remove at once."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from companion.events import Event, MemoriesChanged
from companion.records import Change, MemoryFilter
from companion.safekeeping import QuarantinedSource
from companion.strings import text
from companion.text import one_line
from companion.ui import format as show
from companion.ui.screens.base import EngineScreen, attempt, tell
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal, cell
from companion.ui.widgets.row_table import RowTable

SHOWN = 50
"""Memories of a source that are shown below it."""
MANY = 3000
"""Memories from which on it is told that it takes a while."""


class SourceTable(RowTable):
    COLUMNS = (
        ("name", text("waiting_list.column_name"), 24),
        ("count", text("waiting_list.column_count"), 9),
        ("when", text("waiting_list.column_when"), 11),
    )

    def __init__(self) -> None:
        super().__init__()
        self.sources: tuple[QuarantinedSource, ...] = ()

    @property
    def current(self) -> QuarantinedSource | None:
        """The one under the cursor."""
        return self.sources[self.cursor_row] if 0 <= self.cursor_row < len(self.sources) else None

    def show(self, sources: Sequence[QuarantinedSource]) -> None:
        before = self.cursor_row
        self.sources = tuple(sources)
        self.put((_row(each) for each in self.sources), min(before, len(self.sources) - 1))

    def refill(self) -> None:
        self.show(self.sources)


def _row(source: QuarantinedSource) -> tuple[object, object, object]:
    day = show.short_date(source.at, source.utc_offset, show.now())
    return cell(source.name), cell(f"{source.memories:>7,}", "dim"), cell(day, "dim")


class WaitingScreen(EngineScreen):
    """`c` confirms all that came from the source under the cursor, `x` removes it, `u` takes that back."""

    HELP_TOPIC = "memories"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "confirm", text("waiting_list.key_confirm"), id="waiting.confirm"),
        Binding("x,delete", "remove", text("waiting_list.key_remove"), key_display="x", id="waiting.remove"),
        Binding("u", "undo", text("waiting_list.key_undo"), id="waiting.undo"),
        Binding("escape,q", "back", text("waiting_list.key_back"), key_display="Esc", id="waiting.back"),
    ]
    DEFAULT_CSS = """
    WaitingScreen #told { height: auto; max-height: 60%; padding: 0 1; border-top: solid $panel; overflow-y: auto; }
    """

    _changing = False

    def compose(self) -> ComposeResult:
        yield SourceTable()
        yield Literal(text("waiting_list.looking"), id="told")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(SourceTable).focus()
        self.load()

    @work(group="sources", exclusive=True)
    async def load(self) -> None:
        sources = await attempt(self, self.engine.quarantined())
        if not self.is_attached:
            return
        if sources is None:
            if not self.query_one(SourceTable).sources:
                self.query_one("#told", Literal).show(text("underway.failed"))
            return
        self.query_one(SourceTable).show(sources)
        if sources:
            self._tell()
        else:
            self.query_one("#told", Literal).show(text("waiting_list.none"))

    def engine_event(self, event: Event) -> None:
        if isinstance(event, MemoriesChanged):
            self.load()

    async def engine_back(self) -> None:
        self.load()

    @on(DataTable.RowHighlighted)
    @work(group="told", exclusive=True)
    async def _tell(self) -> None:
        """What the source under the cursor says."""
        source = self.query_one(SourceTable).current
        if source is None:
            return
        wanted = MemoryFilter(statuses=("quarantined",), waiting=True, source=source.id, limit=SHOWN)
        rows = await attempt(self, self.engine.list_memories(wanted))
        if rows is None or not self.is_attached:
            return
        lines = "\n".join(f"· {one_line(row.memory.text, 200)}" for row in rows)
        more = source.memories - len(rows)
        rest = ("\n" + text("waiting_list.more", count=more), "$text-muted") if more > 0 else ""
        self.query_one("#told", Literal).show((text("waiting_list.about") + "\n", "$text-muted"), lines, rest)

    def action_confirm(self) -> None:
        if (source := self.query_one(SourceTable).current) is not None:
            self._change(lambda: self.engine.confirm_source(source.id), source.memories)

    def action_remove(self) -> None:
        if (source := self.query_one(SourceTable).current) is not None:
            self._change(lambda: self.engine.remove_source(source.id), source.memories)

    def action_undo(self) -> None:
        self._change(self.engine.undo, 0)

    @work(group="change")
    async def _change(self, change: Callable[[], Coroutine[Any, Any, Change]], memories: int) -> None:
        """One at a time: a past of years takes a minute, and a key that seems to do nothing is pressed again."""
        if self._changing:
            tell(self, text("deciding.goes_on"), seconds=4)
            return
        self._changing = True
        if memories > MANY:
            tell(self, text("deciding.begun", count=memories), text("deciding.begun_hint"), seconds=10)
        try:
            done = await attempt(self, change())
        finally:
            self._changing = False
        if done is not None:
            tell(self, one_line(done.summary), seconds=4, last_done=True)
            self.load()

    def action_back(self) -> None:
        self.dismiss()
