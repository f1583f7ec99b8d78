"""F8: mood over time, the growth of memory, how well it is kept and what will fade: in words first, then drawn."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Resize

from companion.calls import EnginePort
from companion.events import Event, MemoriesChanged, SleepFinished
from companion.memory_pages import Growth
from companion.reports import DayMood
from companion.strings import text
from companion.ui.memory_text import heading
from companion.ui.plots_text import TALLEST, Plot, forecast_plot, growth_plot, mood_plot, retention_plot
from companion.ui.screens.base import EngineScreen, attempt
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.underway import Underway

SPANS = (30, 90, 365)
"""Days that are looked at, one after the other with `d`."""


class PlotsScreen(EngineScreen):
    """The words say all that the drawings show: a screen reader need not hear those, nor a small terminal draw them."""

    HELP_TOPIC = "forgetting"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "span", text("plots.key_span"), id="plots.span"),
        Binding("escape,q,f8", "back", text("memory.key_back"), key_display="Esc", id="plots.back"),
    ]
    DEFAULT_CSS = """
    PlotsScreen VerticalScroll { padding: 0 1; scrollbar-size-vertical: 1; }
    PlotsScreen Literal { margin-bottom: 1; }
    """

    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self._span = 0
        self._mood: tuple[DayMood, ...] | None = None
        self._growth: Growth | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Underway()
            for part in ("mood", "growth", "kept", "forecast"):
                yield Literal(id=part)
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self.load()

    @work(group="plots", exclusive=True)
    async def load(self) -> None:
        days = SPANS[self._span]
        self._mood = await attempt(self, self.engine.mood(days))
        self._growth = await attempt(self, self.engine.growth(days))
        if not self.is_attached:
            return
        for underway in self.query(Underway):
            if self._mood is None and self._growth is None:
                underway.failed()
            else:
                underway.display = False
        self._show()

    def on_resize(self, event: Resize) -> None:
        self._show()

    def _show(self) -> None:
        width = self.size.width - 3
        height = max(7, min(TALLEST, self.size.height - 8))
        if self._mood is not None:
            self._put("mood", mood_plot(self._mood, width, height))
        if self._growth is not None:
            self._put("growth", growth_plot(self._growth, width, height))
            self._put("kept", retention_plot(self._growth, width))
            self._put("forecast", forecast_plot(self._growth, width, height))

    def _put(self, id: str, plot: Plot) -> None:
        drawing = "\n" + "\n".join(plot.drawing) if plot.drawing else ""
        self.query_one(f"#{id}", Literal).show(heading(plot.title), f"\n{plot.words}", (drawing, "$primary"))

    def action_span(self) -> None:
        self._span = (self._span + 1) % len(SPANS)
        self.load()

    def engine_event(self, event: Event) -> None:
        if isinstance(event, MemoriesChanged | SleepFinished):
            self.load()

    async def engine_back(self) -> None:
        self.load()

    def action_back(self) -> None:
        self.dismiss()
