"""Times, sizes, retention and counts as short text for the screen. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from companion.clock import SystemClock, local
from companion.records import Memory, Span
from companion.text import one_line

BAR_CELLS = 8
NAMED = 6
"""Things named in the line about what is not from memory."""


def now() -> datetime:
    """The wall clock of this machine, naive: only for comparing with what `companion.clock.local` returns."""
    return SystemClock().now().replace(tzinfo=None)


def day_heading(at: float, utc_offset: int, today: datetime) -> str:
    """The day and time a stretch of conversation began: "today, 21:40", "Tuesday 3 June 2025, 21:40"."""
    moment = local(at, utc_offset)
    if moment.date() == today.date():
        day = "today"
    elif moment.date() == today.date() - timedelta(days=1):
        day = "yesterday"
    else:
        year = "" if moment.year == today.year else f" {moment.year}"
        day = f"{moment:%A} {moment.day} {moment:%B}{year}"
    return f"{day}, {moment:%H:%M}"


def short_date(at: float, utc_offset: int, today: datetime) -> str:
    """At most 9 characters: "21:40" today, "3 Jun" this year, "3 Jun 24" before."""
    moment = local(at, utc_offset)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    day = f"{moment.day} {moment:%b}"
    return day if moment.year == today.year else f"{day} {moment:%y}"


def full_date(at: float, utc_offset: int) -> str:
    """3 June 2025, 21:40."""
    moment = local(at, utc_offset)
    return f"{moment.day} {moment:%B} {moment.year}, {moment:%H:%M}"


def full_day(day: date) -> str:
    """3 March 2027."""
    return f"{day.day} {day:%B %Y}"


def counted_days(days: float) -> str:
    """ "1.3 days", "1,204 days"."""
    return f"{days:,.1f} days" if days < 100 else f"{days:,.0f} days"


def memory_moment(memory: Memory) -> float:
    """When the thing happened, if it is known; else when it was written down."""
    return memory.event_start if memory.event_start is not None else memory.recorded_at


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
        return "pinned"
    return f"{bar(share, cells)} {percent(share):>4}" if cells else percent(share)


def not_from_memory(spans: Sequence[Span]) -> str:
    """ "not from memory: Porto, 12 May"; empty without spans. Each text once, at most NAMED of them."""
    texts: dict[str, str] = {}
    for span in spans:
        texts.setdefault(span.text.casefold(), one_line(span.text, 40))
    if not texts:
        return ""
    return f"not from memory: {', '.join(list(texts.values())[:NAMED])}{' …' if len(texts) > NAMED else ''}"


def size(text: str) -> str:
    """ "812 characters", "200 KB", "1.2 MB" of `text` as UTF-8."""
    count = len(text.encode("utf-8", "replace"))
    if count < 1_000:
        return f"{len(text)} characters"
    if count < 1_000_000:
        return f"{round(count / 1_000):,} KB"
    return f"{count / 1_000_000:.1f} MB"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """ "1 memory", "3,120 lines"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


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
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
