"""How memory grew day by day, how well it is kept now, and what will fade when nothing is used."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

import numpy as np

from companion.clock import Clock, local_date, stamp
from companion.errors import InvalidInput
from companion.memory.forgetting import AHEAD_DAYS, DAY, Fading
from companion.memory.presence import days_left, retentions
from companion.memory_pages import Growth, GrowthDay
from companion.records import MemoryFilter, Status
from companion.store.store import Store
from companion.strings import text as words

MOST_DAYS = 3_650
BINS = 10
_FADED: tuple[Status, ...] = ("dormant", "archived")
_GROUPS = {"active": "active", "candidate": "active", "dormant": "faded", "archived": "faded"}
_EPOCH = date(1970, 1, 1)
_PART = 2_000


def growth(store: Store, clock: Clock, fading: Fading, days: int) -> Growth:
    """The last `days` days, today the last of them, and the forecast of as many to come, today the first. Raises
    InvalidInput."""
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(words("pages.days", most=MOST_DAYS))
    today = clock.now().date()
    return Growth(_days(store, today, days), _histogram(store, fading), _forecast(store, clock, fading, days))


def _days(store: Store, today: date, days: int) -> tuple[GrowthDay, ...]:
    """Back from what is there now, by what the journal says of each day."""
    first = today - timedelta(days=days - 1)
    since = (first - _EPOCH).days
    net: dict[int, Counter[str]] = defaultdict(Counter)
    added, forgotten = Counter[int](), Counter[int]()
    for day, actor, own, before, after, count in store.telling.changes_by_day(since):
        day = min(day, (today - _EPOCH).days)  # a clock that was ahead
        net[day][_GROUPS.get(before or "", "")] -= count
        net[day][_GROUPS.get(after or "", "")] += count
        added[day] += count if own and before is None else 0
        forgotten[day] += count if own and actor == "person" and after == "forgotten" and before != after else 0
    held = Counter({"active": store.memories.count(("active", "candidate")), "faded": store.memories.count(_FADED)})
    found = []
    for back in range(days):
        day = (today - _EPOCH).days - back
        when = today - timedelta(days=back)
        found.append(GrowthDay(when, held["active"], held["faded"], added[day], forgotten[day]))
        for group in ("active", "faded"):
            held[group] -= net[day][group]
    return tuple(reversed(found))


def _histogram(store: Store, fading: Fading) -> tuple[int, ...]:
    fresh = store.memories.freshness(MemoryFilter(statuses=("active",)), AHEAD_DAYS * DAY)
    if not fresh:
        return (0,) * BINS
    _, pinned, lasts, strengths = zip(*fresh, strict=True)
    shares = retentions(fading, pinned, lasts, strengths)
    return tuple(np.bincount(np.minimum((shares * BINS).astype(int), BINS - 1), minlength=BINS).tolist())


def _forecast(store: Store, clock: Clock, fading: Fading, days: int) -> tuple[tuple[date, int], ...]:
    counts, today, offset = [0] * days, clock.now().date(), stamp(clock.now())[1]
    for part in store.memories.fading(("active",), _PART, AHEAD_DAYS * DAY):
        going = [each for each in part if not each.kept]
        if not going:
            continue
        recorded, lasts, strengths = zip(*((e.recorded_at, e.last, e.strength) for e in going), strict=True)
        left = days_left(fading, recorded, lasts, strengths)
        for wait in left[left < days + 1].tolist():
            at = (local_date(fading.now + wait * DAY, offset) - today).days
            if 0 <= at < days:
                counts[at] += 1
    return tuple((today + timedelta(days=at), count) for at, count in enumerate(counts))
