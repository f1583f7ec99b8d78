"""Times, sizes, retention and counts as short text for the screen. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from companion.clock import SystemClock, local_date
from companion.dates import moves
from companion.days import day_heading, full_date, full_day, short_date
from companion.records import Memory, Span
from companion.strings import text
from companion.text import one_line

__all__ = [
    "amount",
    "aside",
    "bar",
    "counted",
    "counted_days",
    "day_heading",
    "duration",
    "filled",
    "full_date",
    "full_day",
    "happened",
    "memory_day",
    "memory_moment",
    "names_its_day",
    "not_from_memory",
    "now",
    "percent",
    "retention",
    "short_date",
    "size",
]

Noun = Literal[
    "memory", "time", "line", "token", "night", "turn", "reply", "second", "character", "smaller_change", "more"
]
"""What is counted."""
BAR_CELLS = 8
NAMED = 6
"""Things named in the line about what is not from memory."""

_YEAR = 360 * 86_400.0
_DATED = 2_000
"""Characters of a memory in which its day is looked for."""


def now() -> datetime:
    """The wall clock of this machine, naive: only for comparing with what `companion.clock.local` returns."""
    return SystemClock().now().replace(tzinfo=None)


def counted_days(days: float) -> str:
    """ "1.3 days", "1,204 days"."""
    return text("count.day", count=f"{days:,.1f}" if days < 100 else f"{days:,.0f}")


def memory_moment(memory: Memory) -> float:
    """When the thing happened, if it is known and the words stand well beside it ("Tomorrow I go to the dentist" does
    not beside the day of the dentist); else when it was written down."""
    at = memory.event_start
    return memory.recorded_at if at is None or names_its_day(memory) else at


def names_its_day(memory: Memory) -> bool:
    """Whether it is words that stood, and stand well, beside the day on which they were said alone."""
    return memory.kind in ("moment", "thought") and moves(memory.text[:_DATED])


def memory_day(memory: Memory) -> str:
    """At most 9 cells: the day as `short_date` has it; of what has all of a year, the year."""
    at, offset = memory_moment(memory), memory.utc_offset
    if at == memory.event_start and memory.event_end is not None and memory.event_end - at > _YEAR:
        return f"{local_date(at, offset):%Y}"
    return short_date(at, offset, now())


def happened(memory: Memory) -> str:
    """ "4 March 2026", "1 January 2025 to 31 December 2025"; empty where it is not known."""
    if memory.event_start is None:
        return ""
    first = local_date(memory.event_start, memory.utc_offset)
    # The end is where the next day begins.
    last = first if memory.event_end is None else local_date(memory.event_end - 1, memory.utc_offset)
    return text("mood.span", isoformat=full_day(first), isoformat_2=full_day(last)) if last > first else full_day(first)


def bar(share: float, cells: int = BAR_CELLS) -> str:
    """`share` (0–1) as a bar of `cells` characters, of line characters every terminal font has."""
    full = round(min(max(share, 0.0), 1.0) * cells)
    return "━" * full + "─" * (cells - full)


def percent(share: float) -> str:
    """Whole percents; "<1%" rather than a nought for something still there."""
    value = min(max(share, 0.0), 1.0) * 100
    return "<1%" if 0 < value < 0.5 else f"{value:.0f}%"


def retention(memory: Memory, share: float, cells: int = BAR_CELLS) -> str:
    """Bar and percent, or "pinned" for what never fades."""
    if memory.pinned:
        return text("format.pinned")
    return f"{bar(share, cells)} {percent(share):>4}" if cells else percent(share)


def not_from_memory(spans: Sequence[Span]) -> str:
    """ "not from memory: Porto, 12 May"; empty without spans. Each text once, at most NAMED of them."""
    texts: dict[str, str] = {}
    for span in spans:
        texts.setdefault(span.text.casefold(), one_line(span.text, 40))
    if not texts:
        return ""
    named = text("format.comma").join(list(texts.values())[:NAMED])
    return text("format.not_from_memory", what=f"{named} …" if len(texts) > NAMED else named)


def aside(said: str) -> str:
    """In brackets."""
    return text("format.aside", text=said)


def size(written: str) -> str:
    """ "812 characters", "200 KB", "1.2 MB" of `written` as UTF-8."""
    count = len(written.encode("utf-8", "replace"))
    if count < 1_000:
        return text("count.character", count=len(written))
    if count < 1_000_000:
        return f"{round(count / 1_000):,} KB"
    return f"{count / 1_000_000:.1f} MB"


def counted(number: int, noun: Noun) -> str:
    """ "1 memory", "3,120 lines", "3 条记忆"."""
    return text(f"count.{noun}", count=number)


def amount(size: int) -> str:
    """Bytes as a person reads them, in powers of 1,000: "812 B", "98 MB", "2.5 GB"."""
    if size < 1_000:
        return f"{size} B"
    if size < 999_500:
        return f"{size / 1e3:.0f} KB"
    return f"{size / 1e6:.0f} MB" if size < 999_500_000 else f"{size / 1e9:.1f} GB"


def duration(seconds: float) -> str:
    """About how long: "12 s", "4 min", "2 h 10 min"."""
    if seconds < 60:
        return text("dates.seconds", count=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return text("dates.minutes", count=minutes)
    return text("dates.hours", hours=minutes // 60, minutes=minutes % 60)


def filled(said: str, cells: int) -> str:
    """`said` with spaces up to `cells` cells: Chinese takes two for a character."""
    from rich.cells import cell_len  # not needed before: the command line starts without Rich

    return said + " " * max(0, cells - cell_len(said))
