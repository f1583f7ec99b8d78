"""Month by month: how much was remembered, and the events and days of a month that is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from textual import on
from textual.message import Message
from textual.widget import Widget

from companion.calls import EnginePort
from companion.days import month_of_year
from companion.memory_pages import Month
from companion.records import KINDS, Kind
from companion.strings import text
from companion.ui.format import bar
from companion.ui.screens.base import attempt
from companion.ui.screens.page import PageScreen
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.topic_line import OpeningLine

BAR = 12


@dataclass
class MonthChosen(Message):
    """The person opens a month, or closes it."""

    month: tuple[int, int]


@dataclass
class MonthWanted(Message):
    """The person wants to see all of a month in the panel."""

    month: tuple[int, int]


class TimelineScreen(PageScreen):
    """Newest month first; it is open from the start."""

    def __init__(self, engine: EnginePort) -> None:
        super().__init__(engine)
        self._open: set[tuple[int, int]] | None = None
        self._months: Sequence[Month] = ()

    async def lines(self) -> Sequence[Widget] | None:
        months = await attempt(self, self.engine.timeline())
        if months is None:
            return None
        self._months = months
        if self._open is None:
            self._open = {(months[0].year, months[0].month)} if months else set()
        if not months:
            return [Literal((text("timeline.empty"), "$text-muted"))]
        most = max(sum(month.counts.values()) for month in months)
        found: list[Widget] = []
        for month in months:
            found += self._month(month, most)
        return found

    def _month(self, month: Month, most: int) -> list[Widget]:
        key = (month.year, month.month)
        total = sum(month.counts.values())
        shown = key in (self._open or ())
        counts = text("timeline.comma").join(
            counted(kind, month.counts[kind]) for kind in KINDS if month.counts.get(kind)
        )
        head = OpeningLine(
            MonthChosen(key),
            f"{'▾' if shown else '▸'} ",
            (month_of_year(date(month.year, month.month, 1)), "bold"),
            ("  ", ""),
            (bar(total / most if most else 0, BAR), "$primary"),
            (f"  {counts}", "$text-muted"),
        )
        if not shown:
            return [head]
        lines: list[Widget] = [head, *(self.memory_line(row.memory, dated=True) for row in month.events)]
        lines.append(OpeningLine(MonthWanted(key), (f"  {text('timeline.all', count=total)}", "$text-accent")))
        return lines

    @on(MonthChosen)
    def _open_or_close(self, message: MonthChosen) -> None:
        self._open = (self._open or set()) ^ {message.month}
        self.load()

    @on(MonthWanted)
    def _all_of_it(self, message: MonthWanted) -> None:
        from companion.ui.screens.memories import MemoriesScreen  # which can be opened from here alone

        (year, month) = message.month
        later = (year + month // 12, month % 12 + 1)
        written = f"after:{year}-{month:02}-01 before:{later[0]}-{later[1]:02}-01"
        self.app.push_screen(MemoriesScreen(self.engine, written))


def counted(kind: Kind, count: int) -> str:
    """ "3 events"."""
    match kind:
        case "moment":
            return text("timeline.moment", count=count)
        case "thought":
            return text("timeline.thought", count=count)
        case "event":
            return text("timeline.event", count=count)
        case "day":
            return text("timeline.day", count=count)
        case "trait":
            return text("timeline.trait", count=count)
