"""One memory: its text, how well it is kept, the words it rests on, what it is connected with, what was changed; now,
or as it was at some time."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from companion.calls import EnginePort
from companion.events import Event, MemoriesChanged
from companion.records import Change, Memory, MemoryDetail
from companion.strings import text
from companion.ui import format as show
from companion.ui.screens.base import attempt, tell
from companion.ui.screens.date import ask_date, offset_at
from companion.ui.screens.memory_actions import MemoryActions
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.memory_detail import MemoryPage
from companion.ui.widgets.underway import Underway


class MemoryScreen(MemoryActions):
    """Over the chat or the panel; arrow keys scroll, Tab walks."""

    HELP_TOPIC = "memories"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", text("keys_move.up"), show=False, id="memory.up"),
        Binding("down", "scroll(1)", text("keys_move.down"), show=False, id="memory.down"),
        Binding("pageup", "page(-1)", text("keys_move.page_up"), show=False, id="memory.page_up"),
        Binding("pagedown", "page(1)", text("keys_move.page_down"), show=False, id="memory.page_down"),
    ]
    DEFAULT_CSS = """
    MemoryScreen #past { display: none; padding: 0 1; background: $warning; color: $background; }
    MemoryScreen.-past #past { display: block; }
    """

    def __init__(self, engine: EnginePort, id: int, as_of: float | None = None) -> None:
        super().__init__(engine)
        self.as_of = as_of
        self._began_in_the_past = as_of
        self._memory = id
        self._detail: MemoryDetail | None = None

    def compose(self) -> ComposeResult:
        yield Literal(id="past")
        yield MemoryPage()
        yield KeyLine()

    def on_mount(self) -> None:
        self.load()

    @work(group="detail", exclusive=True)
    async def load(self) -> None:
        found = await attempt(self, self.engine.memory(self._memory, self.as_of))
        links = await attempt(self, self.engine.linked(self._memory)) if found and self.as_of is None else ()
        if not self.is_attached:
            return
        if found is None:
            for underway in self.query(Underway):
                underway.failed()
            return
        self._detail = found
        self.set_class(self.as_of is not None, "-past")
        if self.as_of is not None:
            day = show.full_date(self.as_of, offset_at(self.as_of))
            self.query_one("#past", Literal).show(
                (text("memory.past", day=day), "bold"), f" {text('memory.past_keys')}"
            )
        page, focused = self.query_one(MemoryPage), self.focused
        at = page.places.index(focused) if focused in page.places else 0
        await page.show(found, links or ())
        if page.places and self.is_attached:
            # Where it was, at first on the first: what comes after the screen gets no focus by itself.
            self.set_focus(page.places[min(at, len(page.places) - 1)], scroll_visible=False)

    def current(self) -> Memory | None:
        return self._detail.memory if self._detail else None

    def changed(self, change: Change) -> None:
        self.as_of = None
        self.load()

    def erased(self) -> None:
        self.dismiss()

    def engine_event(self, event: Event) -> None:
        if isinstance(event, MemoriesChanged) and self._memory in event.memories:
            self.load()

    async def engine_back(self) -> None:
        self.load()

    @work(group="date")
    async def action_look_back(self) -> None:
        moment = await ask_date(self.app)
        if moment is None:
            return
        then = await attempt(self, self.engine.memory(self._memory, moment))
        if then is not None:
            self.as_of = moment
            self.load()

    @work(group="change")
    async def action_merge(self) -> None:
        """The others are chosen in the panel, where this one is marked."""
        from companion.ui.screens.memories import MemoriesScreen  # which opens this one

        memory = self.current()
        if memory is None or self._in_the_past():
            return
        tell(self.app, text("memory.mark_the_others"))
        self.app.push_screen(MemoriesScreen(self.engine, marked=(memory,)))

    def action_scroll(self, direction: int) -> None:
        self.query_one(MemoryPage).scroll_relative(y=direction, animate=False)

    def action_page(self, direction: int) -> None:
        view = self.query_one(MemoryPage)
        view.scroll_relative(y=direction * max(1, view.size.height - 2), animate=False)

    def action_back(self) -> None:
        """Back to now first, unless the past is where it was opened."""
        if self.as_of is not None and self._began_in_the_past is None:
            self.as_of = None
            self.load()
        else:
            self.dismiss()
