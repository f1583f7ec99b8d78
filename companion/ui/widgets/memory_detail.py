"""Everything about one memory, as text that scrolls."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from companion.records import MemoryDetail
from companion.ui.memory_text import detail_text
from companion.ui.widgets.literal import Literal


class MemoryDetailView(VerticalScroll, can_focus=False):
    """Empty until `show()`; None shows nothing."""

    DEFAULT_CSS = """
    MemoryDetailView { padding: 1 2; scrollbar-size-vertical: 1; height: 1fr; }
    """

    def compose(self) -> ComposeResult:
        yield Literal()

    def show(self, detail: MemoryDetail | None) -> None:
        content = self.query_one(Literal)
        if detail is None:
            content.show()
        else:
            content.update(detail_text(detail))
