"""Stretches of the calendar as [begins, ends) in naive wall-clock time, and which of several a person means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal

Precision = Literal["hour", "day", "week", "month", "year"]
Direction = Literal["past", "future"]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that words [start, end) of a text name."""

    begins: datetime
    ends: datetime
    precision: Precision
    recurring: bool = False
    start: int = 0
    end: int = 0

    def at(self, start: int, end: int) -> Span:
        return replace(self, start=start, end=end)

    def again(self) -> Span:
        return replace(self, recurring=True)


def midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time())


def day(moment: datetime, offset: int = 0, days: int = 1) -> Span:
    """The day `offset` days from `moment`, or that many from there."""
    begins = midnight(moment) + offset * DAY
    return Span(begins, begins + days * DAY, "day")


def week(moment: datetime, offset: int = 0) -> Span:
    """The week from Monday `offset` weeks from that of `moment`."""
    begins = midnight(moment) - moment.weekday() * DAY + offset * 7 * DAY
    return Span(begins, begins + 7 * DAY, "week")


def weekend(moment: datetime, offset: int = 0) -> Span:
    saturday = week(moment, offset).begins + 5 * DAY
    return Span(saturday, saturday + 2 * DAY, "day")


def month(year: int, number: int, months: int = 1) -> Span:
    """Calendar months from `number` of `year`; `number` may run over into other years."""
    return Span(_first(year, number), _first(year, number + months), "month")


def months_from(moment: datetime, offset: int) -> Span:
    return month(moment.year, moment.month + offset)


def year(number: int, years: int = 1) -> Span:
    return Span(datetime(number, 1, 1), datetime(number + years, 1, 1), "year")


def _first(year: int, number: int) -> datetime:
    return datetime(year + (number - 1) // 12, (number - 1) % 12 + 1, 1)


def date(year: int, month_number: int, day_number: int) -> Span | None:
    """None when there is no such day."""
    try:
        return day(datetime(year, month_number, day_number))
    except ValueError:
        return None


def nearest_date(now: datetime, month_number: int, day_number: int, direction: Direction) -> Span | None:
    """The date without its year, before or after now; today counts as both. Looks up to 8 years for 29 February."""
    step = 1 if direction == "future" else -1
    for number in range(now.year, now.year + step * 9, step):
        found = date(number, month_number, day_number)
        if found and (found.ends > now if direction == "future" else found.begins <= now):
            return found
    return None


def nearest_month(now: datetime, number: int, direction: Direction) -> Span:
    """The month of that number that this one is, or the last or next such."""
    if direction == "future":
        return month(now.year + (number < now.month), number)
    return month(now.year - (number > now.month), number)


def nearest_weekday(now: datetime, weekday: int, direction: Direction, *, today: bool = True) -> Span:
    """The day of the week before or after now; whether today counts when it is one."""
    ahead = (weekday - now.weekday()) % 7
    if direction == "future":
        return day(now, ahead if ahead or today else 7)
    return day(now, ahead - 7 if ahead or not today else 0)


def nearest_day_of_month(now: datetime, number: int, direction: Direction) -> Span | None:
    step = 1 if direction == "future" else -1
    for offset in range(0, step * 4, step):
        first = months_from(now, offset).begins
        found = date(first.year, first.month, number)
        if found and (found.ends > now if direction == "future" else found.begins <= now):
            return found
    return None


def ago(now: datetime, amount: float, unit: str, *, vague: bool = False) -> Span:
    """`amount` units from now (negative: back). `vague` ("a few") widens by one unit each way.

    Raises OverflowError or ValueError outside the calendar.
    """
    whole = round(amount)
    if unit == "minute" or unit == "hour":
        moment = now + timedelta(**{unit + "s": amount})
        moment = moment.replace(minute=0, second=0, microsecond=0) if unit == "hour" else moment
        return Span(moment, moment + timedelta(hours=1), "hour")
    if unit == "day":
        middle = day(now, whole)
        return Span(middle.begins - DAY, middle.ends + DAY, "week") if vague else middle
    if unit == "week":
        middle = week(now + timedelta(weeks=amount))
        return Span(middle.begins - 7 * DAY, middle.ends + 7 * DAY, "month") if vague else middle
    if unit == "month":
        middle = months_from(now, whole)
        if not vague:
            return middle
        return Span(months_from(now, whole - 1).begins, months_from(now, whole + 1).ends, "year")
    return year(now.year + whole - vague, 1 + 2 * vague)


def stretch(now: datetime, amount: int, unit: str) -> Span:
    """The last (negative) or next `amount` units as one stretch that begins or ends today."""
    edge = day(now)
    other = ago(now, amount, unit)
    precision: Precision = "day" if unit == "day" else other.precision
    if amount < 0:
        back = {"week": edge.begins + amount * 7 * DAY}.get(unit, other.begins)
        return Span(back, edge.ends, precision)
    ahead = {"week": edge.ends + amount * 7 * DAY}.get(unit, other.ends)
    return Span(edge.begins, ahead, precision)


PARTS: dict[str, tuple[int, int]] = {
    "morning": (6, 12),
    "noon": (12, 13),
    "afternoon": (12, 18),
    "evening": (18, 24),
    "night": (18, 30),
    "dawn": (0, 6),
}


def part_of_day(of: Span, part: str) -> Span:
    """A morning, afternoon, evening or night (till six) of a day."""
    first, last = PARTS[part]
    return replace(
        of, begins=of.begins + timedelta(hours=first), ends=of.begins + timedelta(hours=last), precision="hour"
    )


def hour_of(of: Span, hour: int, minute: int) -> Span:
    begins = of.begins + timedelta(hours=hour, minutes=minute)
    return replace(of, begins=begins, ends=begins + timedelta(hours=1), precision="hour")
