"""Why did you say that? What a reply was written from, part by part; some may be left out of another one."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import DataTable

from companion.chats import Segment, WhySaid
from companion.strings import text
from companion.text import one_line
from companion.ui.format import bar, percent
from companion.ui.messages import MemoryChosen, TextChosen
from companion.ui.why_text import kind_name, parts_of, segments_of
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.literal import Literal, cell
from companion.ui.widgets.row_table import RowTable

DROPPED, LEFT_OUT = "✗", "–"


class SegmentTable(RowTable):
    """One row a segment: what it says, what it is, how much of the prompt it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,x", "screen.drop", text("why.key_drop"), key_display="Space", id="why.drop"),
        Binding("enter", "screen.again", text("why.key_again"), id="why.again"),
    ]
    COLUMNS = (("text", "", 0), ("kind", "", 14), ("share", "", 19))

    def __init__(self, said: WhySaid) -> None:
        super().__init__()
        self.show_header = False
        self._said = said
        self._tokens = sum(segment.tokens for segment in said.segments)
        self.dropped: set[str] = set()

    @property
    def current(self) -> Segment | None:
        segments = self._said.segments
        return segments[self.cursor_row] if 0 <= self.cursor_row < len(segments) else None

    def widths(self, width: int) -> dict[str, int]:
        return super().widths(width) | {"share": 19 if width >= 80 else 12}

    def refill(self) -> None:
        cells = 6 if self.size.width >= 80 else 0
        self.put((self._row(segment, cells) for segment in self._said.segments), max(0, self.cursor_row))

    def _row(self, segment: Segment, cells: int) -> tuple[object, ...]:
        share = segment.tokens / self._tokens if self._tokens else 0.0
        out = segment.key in self.dropped
        mark = DROPPED if out else LEFT_OUT if segment.key in self._said.without else " "
        style = "strike dim" if mark != " " else ""
        meter = f"{bar(share, cells)} " if cells else ""
        return (
            cell(f"{mark} {one_line(segment.text, 300)}", style),
            cell(f" {kind_name(segment.kind)}"),
            # Aligned: white space counts here.
            Text(f"{meter}{percent(share):>4} {segment.tokens:>6,}", no_wrap=True, end=""),
        )


class WhyScreen(Screen[tuple[str, ...] | None]):
    """Dismissed with the keys of what is to be left out, or None when there is to be no other reply."""

    HELP_TOPIC = "chat"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "whole", text("why.key_whole"), id="why.whole"),
        Binding("m", "memory", text("why.key_memory"), id="why.memory"),
        Binding("escape,q", "back", text("why.key_back"), key_display="Esc", id="why.back"),
    ]
    DEFAULT_CSS = """
    WhyScreen .head { padding: 0 1; }
    WhyScreen .note { padding: 0 1; color: $text-warning; }
    """

    def __init__(self, said: WhySaid) -> None:
        super().__init__()
        self._said = said
        self._table = SegmentTable(said)

    def compose(self) -> ComposeResult:
        said = self._said
        parts = parts_of(segments_of(said), said.context_tokens)
        used = sum(segment.tokens for segment in said.segments)
        yield Literal(
            (text("why.title"), "bold"),
            (
                f"\n{text('why.whole', used=used, context=said.context_tokens, model=one_line(said.model, 40))}",
                "$text-muted",
            ),
            ("\n" + " · ".join(f"{part.name} {percent(part.share)}" for part in parts), "$text-muted"),
            classes="head",
        )
        if said.changed:
            yield Literal(text("why.changed"), classes="note")
        if said.without:
            yield Literal(text("why.without", count=len(said.without)), classes="note")
        yield self._table
        yield KeyLine()

    def on_mount(self) -> None:
        self._table.focus()

    def action_drop(self) -> None:
        segment = self._table.current
        if segment is None:
            return
        if not segment.droppable:
            self.notify(text("why.not_droppable"), timeout=2, markup=False)
            return
        self._table.dropped ^= {segment.key}
        self._table.refill()

    @on(DataTable.RowSelected)
    def action_again(self) -> None:
        self.dismiss(tuple(s.key for s in self._said.segments if s.key in self._table.dropped))

    def action_whole(self) -> None:
        segment = self._table.current
        if segment is not None:
            self.post_message(TextChosen(segment.text))

    def action_memory(self) -> None:
        segment = self._table.current
        if segment is not None and segment.memory is not None:
            self.post_message(MemoryChosen(segment.memory))

    def action_back(self) -> None:
        self.dismiss(None)
