"""Mood, growth and forgetting: in words, for whoever cannot see a drawing or would rather read, and drawn. Pure
functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from companion.memory_pages import Growth
from companion.reports import DayMood
from companion.strings import text
from companion.ui import format as show
from companion.wording import word

NOTICEABLE = 0.15
"""A difference of mood (of −1 to 1) that is worth a word."""
TALLEST = 12


@dataclass(frozen=True, slots=True)
class Plot:
    """A part of the page."""

    title: str
    words: str
    drawing: tuple[str, ...] = ()


def mood_plot(days: Sequence[DayMood], width: int, height: int) -> Plot:
    title = text("plots.mood")
    if not days:
        return Plot(title, text("plots.no_mood"))
    said = [
        text("plots.days_told", count=len(days), first=show.full_day(days[0].day), last=show.full_day(days[-1].day))
    ]
    totals: dict[str, int] = {}
    for day in days:
        for emotion, count in day.emotions:
            totals[emotion] = totals.get(emotion, 0) + count
    most = sorted(totals, key=lambda emotion: -totals[emotion])[:3]
    if most:
        said.append(
            text("plots.emotions", names=text("plots.comma").join(word("emotion", emotion) for emotion in most))
        )
    best, worst = max(days, key=lambda day: day.valence), min(days, key=lambda day: day.valence)
    if best.valence - worst.valence > NOTICEABLE:
        said.append(text("plots.extremes", best=show.full_day(best.day), worst=show.full_day(worst.day)))
    half = len(days) // 2
    if half >= 2:
        change = _mean(days[-half:]) - _mean(days[:half])
        if change > NOTICEABLE:
            said.append(text("plots.brighter"))
        elif change < -NOTICEABLE:
            said.append(text("plots.darker"))
        else:
            said.append(text("plots.as_before"))
    from companion.plot import course  # a tenth of a second that only a drawing is worth

    points = [(float(day.day.toordinal()), day.valence) for day in days]
    ticks = ((-1.0, text("plots.low")), (0.0, text("plots.even")), (1.0, text("plots.glad")))
    return Plot(
        title,
        text("format.between").join(said),
        tuple(course(points, _ends(days[0].day, days[-1].day), ticks, width, height, 0.0)),
    )


def growth_plot(growth: Growth, width: int, height: int) -> Plot:
    title = text("plots.growth")
    if not growth.days:
        return Plot(title, text("plots.no_memories"))
    first, last = growth.days[0], growth.days[-1]
    said = [
        text("plots.there_are", count=last.active),
        text("plots.faded", count=last.faded),
        text("plots.added", count=sum(day.added for day in growth.days), since=show.full_day(first.day)),
    ]
    forgotten = sum(day.forgotten for day in growth.days)
    if forgotten:
        said.append(text("plots.forgotten", count=forgotten))
    points = [(float(day.day.toordinal()), float(day.active)) for day in growth.days]
    drawing = _counts(points, first.day, last.day, width, height)
    return Plot(title, text("format.between").join(said), drawing)


def retention_plot(growth: Growth, width: int) -> Plot:
    """How many memories are kept how well, from the best kept down."""
    title, total = text("plots.kept"), sum(growth.retention)
    if not total:
        return Plot(title, text("plots.no_memories"))
    well, badly = sum(growth.retention[8:]), sum(growth.retention[:5])
    said = text("plots.kept_well", count=well, total=total) + " " + text("plots.kept_badly", count=badly)
    from companion.plot import bars

    rows = [
        (f"{low * 10:>2}–{low * 10 + 10}% {count}", 100 * count / total)
        for low, count in reversed(list(enumerate(growth.retention)))
    ]
    longest = max(len(label) for label, _ in rows)
    return Plot(title, said, tuple(bars([(f"{label:<{longest}}", share) for label, share in rows], width)))


def forecast_plot(growth: Growth, width: int, height: int) -> Plot:
    title = text("plots.forecast")
    total = sum(count for _, count in growth.fading)
    if not total:
        return Plot(title, text("plots.nothing_fades"))
    days = [day for day, _ in growth.fading]
    week = sum(count for day, count in growth.fading if (day - days[0]).days < 7)
    said = (
        text("plots.fade_week", count=week) + " " + text("plots.fade_until", count=total, day=show.full_day(days[-1]))
    )
    sums = accumulate(count for _, count in growth.fading)
    points = [(float(day.toordinal()), float(faded)) for day, faded in zip(days, sums, strict=True)]
    return Plot(title, said, _counts(points, days[0], days[-1], width, height))


def _counts(points: Sequence[tuple[float, float]], first: date, last: date, width: int, height: int) -> tuple[str, ...]:
    from companion.plot import course

    top = max(max(y for _, y in points), 1.0)
    ticks = [(0.0, "0"), (top, f"{top:,.0f}")]
    if top >= 4:
        ticks.insert(1, (float(round(top / 2)), f"{top / 2:,.0f}"))
    return tuple(course(points, _ends(first, last), ticks, width, height))


def _ends(first: date, last: date) -> list[tuple[float, str]]:
    return [(float(day.toordinal()), f"{day:%Y-%m-%d}") for day in (first, last)]


def _mean(days: Sequence[DayMood]) -> float:
    return sum(day.valence for day in days) / len(days)
