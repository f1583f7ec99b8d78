"""Which copies stay when a new one was made: the latest of 7 days, of 4 weeks and of 6 months.

Days are those of the person's calendar, and only days that have a copy count: after half a year away the copies of
before are all there still. What was kept before something was done to the profile stays 30 days whatever else there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from companion.clock import local_date
from companion.safekeeping import Backup

DAYS, WEEKS, MONTHS = 7, 4, 6
DAY = 86_400.0
KEPT_WITH_REASON = 30 * DAY
"""Seconds for which a copy that was not made by the night stays in any case."""
AHEAD = DAY
"""A copy that is from later than this was made while the clock was wrong, or the clock is wrong now: nobody can tell
which. So neither takes the other's place."""


def superfluous(backups: Iterable[Backup], now: float, sound: str = "") -> list[Backup]:
    """Those that may go, oldest first; never the newest, nor the one named `sound`, wherever the clock puts it."""
    newest_first = sorted(backups, key=lambda backup: (backup.at, backup.name), reverse=True)
    ahead = [backup for backup in newest_first if backup.at > now + AHEAD]
    usual = newest_first[len(ahead) :]
    kept = {sound, *_kept(usual, now), *_kept(ahead, ahead[0].at if ahead else now)}
    return [backup for backup in reversed(newest_first) if backup.name not in kept]


def _kept(newest_first: list[Backup], now: float) -> set[str]:
    """Names of those that stay, as if there were no others."""
    kept = {backup.name for backup in newest_first[:1]}
    kept |= {each.name for each in newest_first if each.reason != "night" and now - each.at < KEPT_WITH_REASON}
    for count, period in ((DAYS, _day), (WEEKS, _week), (MONTHS, _month)):
        kept |= {backup.name for backup in _latest_of_each(newest_first, period)[:count]}
    return kept


def _latest_of_each(newest_first: list[Backup], period: Callable[[date], object]) -> list[Backup]:
    latest: dict[object, Backup] = {}
    for backup in newest_first:
        latest.setdefault(period(local_date(backup.at, backup.utc_offset)), backup)
    return list(latest.values())


def _day(day: date) -> object:
    return day


def _week(day: date) -> object:
    return day.isocalendar()[:2]


def _month(day: date) -> object:
    return day.year, day.month
