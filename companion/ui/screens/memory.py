"""One memory: its text, how well it is kept, the words it rests on, what was changed."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from companion.calls import EnginePort
from companion.events import Event, MemoriesChanged
from companion.records import Change, Memory, MemoryDetail
from companion.ui.screens.base import attempt
from companion.ui.screens.memory_actions import MemoryActions
from companion.ui.widgets.memory_detail import MemoryDetailView


class MemoryScreen(MemoryActions):
    """Over the chat or the panel; arrow keys scroll."""

    HELP_TOPIC = "memories"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]

    def __init__(self, engine: EnginePort, id: int) -> None:
        super().__init__(engine)
        self._memory = id
        self._detail: MemoryDetail | None = None

    def compose(self) -> ComposeResult:
        yield MemoryDetailView()
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        self.load()

    @work(group="detail", exclusive=True)
    async def load(self) -> None:
        self._detail = await attempt(self, self.engine.memory(self._memory))
        self.query_one(MemoryDetailView).show(self._detail)

    def current(self) -> Memory | None:
        return self._detail.memory if self._detail else None

    def changed(self, change: Change) -> None:
        self.load()

    def engine_event(self, event: Event) -> None:
        if isinstance(event, MemoriesChanged) and self._memory in event.memories:
            self.load()

    async def engine_back(self) -> None:
        self.load()

    def action_scroll(self, direction: int) -> None:
        self.query_one(MemoryDetailView).scroll_relative(y=direction, animate=False)

    def action_page(self, direction: int) -> None:
        view = self.query_one(MemoryDetailView)
        view.scroll_relative(y=direction * max(1, view.size.height - 2), animate=False)
