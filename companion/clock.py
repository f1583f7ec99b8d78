"""The time, behind a seam so that tests and simulations can travel in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Now, timezone-aware, in the person's local zone."""


class LocalZone(tzinfo):
    """The zone this machine is set to, with its rules: unlike the fixed offset of `astimezone()`, it knows the offset
    of any other day too."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, moment: datetime | None) -> timedelta | None:
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, moment: datetime) -> datetime:
        instant = moment.replace(tzinfo=UTC)
        wall = instant.astimezone().replace(tzinfo=None, fold=0)
        # When the clocks go back an hour comes twice; what is read as the first time may have been the second.
        second = wall.astimezone(UTC) != instant
        return wall.replace(tzinfo=self, fold=int(second))


LOCAL = LocalZone()


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock in its local zone. `seconds` since the epoch."""

    seconds: Callable[[], float] = time.time

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), LOCAL)


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            at = at.astimezone()
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        """Move by the keyword arguments of `timedelta`."""
        self.at += timedelta(**by)


def stamp(moment: datetime) -> tuple[float, int]:
    """(seconds since the epoch, offset of the local zone from UTC in seconds) as the store keeps them."""
    offset = moment.utcoffset() or timedelta(0)
    return moment.timestamp(), int(offset.total_seconds())


def moment(at: float, utc_offset: int) -> datetime:
    """The moment, aware, in the zone the person was in."""
    return local(at, utc_offset).replace(tzinfo=timezone(timedelta(seconds=utc_offset)))


def local(at: float, utc_offset: int) -> datetime:
    """The moment as the person's wall clock showed it, naive (for showing and for calendar arithmetic)."""
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None) + timedelta(seconds=utc_offset)


def local_date(at: float, utc_offset: int) -> date:
    """The calendar day the person was in."""
    return local(at, utc_offset).date()


def stamp_day(day: int, utc_offset: int) -> tuple[float, float]:
    """Where a local calendar day, counted from 1970-01-01, begins and ends, in seconds since the epoch."""
    return float(day * 86_400 - utc_offset), float((day + 1) * 86_400 - utc_offset)


def iso(at: float, utc_offset: int) -> str:
    """ISO 8601 with the offset, to the second."""
    sign = "-" if utc_offset < 0 else "+"
    hours, minutes = divmod(abs(utc_offset) // 60, 60)
    return f"{local(at, utc_offset).isoformat(timespec='seconds')}{sign}{hours:02d}:{minutes:02d}"
