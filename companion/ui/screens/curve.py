"""How one memory is kept: its forgetting curve, in words and drawn."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Resize

from companion.calls import EnginePort
from companion.events import Event, MemoriesChanged, SleepFinished
from companion.records import MemoryDetail
from companion.strings import text
from companion.text import one_line
from companion.ui.curve_text import curve_drawing, curve_words
from companion.ui.screens.base import EngineScreen, attempt
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.underway import Underway

TALLEST = 24


class CurveScreen(EngineScreen):
    """The words come first: a screen reader reads them, and need not hear the drawing. F1 explains forgetting."""

    HELP_TOPIC = "forgetting"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,c", "back", text("memory.key_back"), key_display="Esc", id="curve.back"),
    ]
    DEFAULT_CSS = """
    CurveScreen VerticalScroll { padding: 0 1; scrollbar-size-vertical: 1; }
    CurveScreen #words { margin-bottom: 1; }
    """

    def __init__(self, engine: EnginePort, id: int) -> None:
        super().__init__(engine)
        self._memory = id
        self._detail: MemoryDetail | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Underway(id="what")
            yield Literal(id="words")
            yield Literal(id="drawing")
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self.load()

    @work(group="detail", exclusive=True)
    async def load(self) -> None:
        self._detail = await attempt(self, self.engine.memory(self._memory))
        if self.is_attached:
            if self._detail is None:
                self.query_one("#what", Underway).failed()
            self._show()

    def on_resize(self, event: Resize) -> None:
        self._show()

    def _show(self) -> None:
        detail = self._detail
        if detail is None or detail.curve is None:
            return
        memory, width = detail.memory, self.size.width - 3
        self.query_one("#what", Literal).show((one_line(memory.text, width), "bold"))
        words = curve_words(memory, detail.retention, detail.curve, detail.fades_around)
        self.query_one("#words", Literal).show(words)
        taken = 4 + -(
            -cell_len(words) * 11 // (10 * width)
        )  # what it says, its lines once folded, a blank one, the footer
        drawing = curve_drawing(memory, detail.curve, width, min(TALLEST, self.size.height - taken))
        content = self.query_one("#drawing", Literal)
        content.display = drawing is not None
        if drawing is not None:
            content.update(drawing)

    def engine_event(self, event: Event) -> None:
        if isinstance(event, SleepFinished) or (isinstance(event, MemoriesChanged) and self._memory in event.memories):
            self.load()

    async def engine_back(self) -> None:
        self.load()

    def action_back(self) -> None:
        self.dismiss()
