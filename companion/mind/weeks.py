"""The weeks that letters are about: seven days that end on the weekday the person chose, called by their ISO week."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from companion.errors import InvalidInput
from companion.mind.sleep import moment_of
from companion.settings import Weekday
from companion.strings import text
from companion.text import one_line

WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAME = re.compile(r"(\d{4})-?[Ww](\d{2})")


@dataclass(frozen=True, slots=True)
class Week:
    """Its last day; the six before belong to it, and `more` before these."""

    last: date
    more: int = 0

    @property
    def first(self) -> date:
        return self.last - timedelta(days=6 + self.more)

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=n) for n in range(7 + self.more))

    def reaching_back(self, told_until: date | None) -> Week:
        """With the days before it that no letter told of, when the weekday was changed; `told_until`: the last that
        one did. After weeks without letters it is as it was."""
        left = (self.first - told_until).days - 1 if told_until is not None else 0
        return replace(self, more=self.more + left) if 0 < left < 7 else self

    @property
    def name(self) -> str:
        """ "2026-W48": the ISO week that most of it lies in (for one that ends on Sunday all of it)."""
        year, week, _ = (self.last - timedelta(days=3)).isocalendar()
        return f"{year:04d}-W{week:02d}"


def week_named(name: str, ends_on: Weekday) -> Week:
    """Raises InvalidInput."""
    found = _NAME.fullmatch(name.strip())
    try:
        if found is None:
            raise ValueError(name)
        middle = (WEEKDAYS.index(ends_on) - 3) % 7
        return Week(date.fromisocalendar(int(found[1]), int(found[2]), middle + 1) + timedelta(days=3))
    except (ValueError, OverflowError):
        raise InvalidInput(text("letter.no_week", text=one_line(name, 40))) from None


def weeks_over(now: datetime, night: time, ends_on: Weekday) -> Iterator[Week]:
    """Those whose last night has come, latest first, without end (to the year 1). The night of a day is the one that
    follows it, at `night` on the wall clock."""
    last = now.date() - timedelta(days=(now.date().weekday() - WEEKDAYS.index(ends_on)) % 7)
    if not is_over(Week(last), now, night):
        last -= timedelta(days=7)
    while last.year > 1:
        yield Week(last)
        last -= timedelta(days=7)


def is_over(week: Week, now: datetime, night: time) -> bool:
    """Whether the night after it has come."""
    return now >= moment_of(week.last + timedelta(days=1), night, now)
