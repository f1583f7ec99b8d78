"""Month by month: how much of each kind was remembered, and what happened."""

from __future__ import annotations

from companion.clock import local_date
from companion.memory.forgetting import Fading
from companion.memory_pages import Month
from companion.records import Memory, MemoryFilter, MemoryRow, Status
from companion.store.store import Store

STANDING: tuple[Status, ...] = ("active", "dormant", "archived", "candidate")
EVENTS = 2_000
"""Events and days told at most, the latest."""


def timeline(store: Store, fading: Fading) -> tuple[Month, ...]:
    """Newest first. A memory is in the month in which it was formed, in the zone the person was in; an event or a day
    in that in which it happened."""
    counts = store.telling.months(STANDING)
    events: dict[tuple[int, int], list[Memory]] = {}
    wanted = MemoryFilter(kinds=("event", "day"), statuses=STANDING, limit=EVENTS)
    for memory in store.memories.find(wanted):
        day = local_date(_begins(memory), memory.utc_offset)
        events.setdefault((day.year, day.month), []).append(memory)
    return tuple(
        Month(
            *key,
            counts.get(key, {}),
            tuple(
                MemoryRow(m, fading.retention(m)) for m in sorted(events.get(key, []), key=lambda m: (_begins(m), m.id))
            ),
        )
        for key in sorted({*counts, *events}, reverse=True)
    )


def _begins(memory: Memory) -> float:
    return memory.recorded_at if memory.event_start is None else memory.event_start
