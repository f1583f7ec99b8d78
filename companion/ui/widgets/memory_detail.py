"""Everything about one memory, as text that scrolls: beside the table, or as a page whose lines can be walked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget

from companion.memory_pages import LinkedMemory
from companion.records import MemoryDetail
from companion.strings import text
from companion.text import one_line
from companion.ui.memory_text import detail_text, head_parts, heading, history_parts, recalls_parts
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.memory_line import MemoryLine
from companion.ui.widgets.quote_line import QuoteLine
from companion.ui.widgets.underway import Underway
from companion.wording import word

MOST_LINKS = 12


class MemoryDetailView(VerticalScroll, can_focus=False):
    """Empty until `show()`; None shows nothing."""

    DEFAULT_CSS = """
    MemoryDetailView { padding: 1 2; scrollbar-size-vertical: 1; height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._content = Literal()
        """By name and not by a query: what is to be shown may come before it stands there, or while it goes."""

    def compose(self) -> ComposeResult:
        yield self._content

    def show(self, detail: MemoryDetail | None) -> None:
        if detail is None:
            self._content.show()
        else:
            self._content.update(detail_text(detail))
        self.scroll_home(animate=False)


class MemoryPage(VerticalScroll, can_focus=False):
    """`show()` puts the page together. Tab walks through what it rests on and what it is connected with, and Enter
    goes there."""

    DEFAULT_CSS = """
    MemoryPage { padding: 0 1; scrollbar-size-vertical: 1; height: 1fr; }
    MemoryPage Literal { height: auto; }
    """

    def compose(self) -> ComposeResult:
        yield Underway()

    @property
    def places(self) -> list[Widget]:
        """The lines that can be walked."""
        return [line for line in self.children if line.can_focus]

    async def show(self, detail: MemoryDetail, links: Sequence[LinkedMemory]) -> None:
        at = self.scroll_offset.y
        async with self.batch():
            await self.remove_children()
            await self.mount_all(_lines(detail, links))
        self.scroll_to(y=at, animate=False)


def _lines(detail: MemoryDetail, links: Sequence[LinkedMemory]) -> list[Widget]:
    lines: list[Widget] = [Literal(*head_parts(detail)), Literal(heading(text("memory.from"), "\n"))]
    if not detail.quotes:
        lines.append(Literal((text("memory.from_you"), "$text-muted")))
    for quote in detail.quotes:
        lines.append(QuoteLine(quote))
    if links:
        lines.append(Literal(heading(text("memory.connected"), "\n" if not detail.quotes else "")))
    for link in links[:MOST_LINKS]:
        lines.append(
            MemoryLine(link.memory.id, (f"{word('link', link.type)}  ", "$text-muted"), one_line(link.memory.text))
        )
    if len(links) > MOST_LINKS:
        lines.append(Literal((text("memory.more_links", count=len(links) - MOST_LINKS), "$text-muted")))
    for parts in (recalls_parts(detail.recalls), history_parts(detail.history)):
        if parts:
            first, *others = parts
            lines.append(Literal(heading(str(first[0]).strip("\n"), "\n"), *others))
    return lines
