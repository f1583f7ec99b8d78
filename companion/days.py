"""Dates and times as the person reads them, in their language. Moments are seconds with the offset (seconds) of the
place where they were noted, as in the store."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from companion.clock import local
from companion.strings import text


def full_day(day: date) -> str:
    """ "3 March 2027", "2027年3月3日"."""
    return text("dates.day", day=day.day, month=_month(day), year=day.year)


def full_date(at: float, utc_offset: int) -> str:
    """ "3 June 2025, 21:40", "2025年6月3日 21:40"."""
    moment = local(at, utc_offset)
    return text("dates.moment", day=full_day(moment), time=f"{moment:%H:%M}")


def day_of_year(day: date) -> str:
    """ "3 March", "3月3日": where the year is clear."""
    return text("dates.day_of_year", day=day.day, month=_month(day))


def month_of_year(day: date) -> str:
    """ "March 2027", "2027年3月"."""
    return text("dates.month_of_year", month=_month(day), year=day.year)


def short_day(day: date) -> str:
    """ "3 Mar", "3月3日"."""
    return text("dates.short_day", day=day.day, month=_short_month(day))


def short_date(at: float, utc_offset: int, today: datetime) -> str:
    """At most 9 cells: "21:40" today, "3 Jun" this year, "3 Jun 24" before."""
    moment = local(at, utc_offset)
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    if moment.year == today.year:
        return short_day(moment)
    return text("dates.short_day_and_year", day=moment.day, month=_short_month(moment), year=f"{moment:%y}")


def day_heading(at: float, utc_offset: int, today: datetime) -> str:
    """The day and time a stretch of conversation began: "today, 21:40", "Tuesday 3 June 2025, 21:40"."""
    moment = local(at, utc_offset)
    return text("dates.moment", day=_told(moment.date(), today.date()), time=f"{moment:%H:%M}")


def weekday(day: date) -> str:
    """ "Tuesday", "星期二"."""
    return text("dates.weekdays").split()[day.weekday()]


def short_weekday(day: date) -> str:
    """ "Tue", "周二"."""
    return text("dates.short_weekdays").split()[day.weekday()]


def _told(day: date, today: date) -> str:
    if day == today:
        return text("dates.today")
    if day == today - timedelta(days=1):
        return text("dates.yesterday")
    return text(
        "dates.weekday_and_day", weekday=weekday(day), day=day_of_year(day) if day.year == today.year else full_day(day)
    )


def _month(day: date) -> str:
    return text("dates.months").split()[day.month - 1]


def _short_month(day: date) -> str:
    return text("dates.short_months").split()[day.month - 1]
