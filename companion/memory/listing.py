"""Pages of memories, now or as memory was: which fit, in which order, how present each is."""

from __future__ import annotations

from datetime import UTC, datetime

from companion.clock import Clock
from companion.memory.forgetting import AHEAD_DAYS, DAY, Curve, Fading, fading_at
from companion.memory.presence import by_presence
from companion.records import Memory, MemoryFilter, MemoryRow
from companion.store.store import Store


class Listing:
    def __init__(self, store: Store, clock: Clock, curve: Curve) -> None:
        self._store = store
        self._clock = clock
        self._curve = curve

    def fading(self, as_of: float | None = None) -> Fading:
        """Retention now, or as it was at a time (seconds since the epoch)."""
        now = self._clock.now() if as_of is None else datetime.fromtimestamp(as_of, UTC)
        return fading_at(self._store, self._curve, now)

    def page(self, filter: MemoryFilter) -> tuple[MemoryRow, ...]:
        store = self._store
        with store.db.snapshot():
            fading = self.fading(filter.as_of)
            past = None if filter.as_of is None else store.past(filter.as_of)
            if filter.order in ("kept", "faded"):
                fresh = (past or store.memories).freshness(filter, AHEAD_DAYS * DAY)
                ids = _cut(by_presence(fading, fresh, faded_first=filter.order == "faded"), filter)
                found = past.many(ids) if past is not None else store.memories.find(filter, ids)
            elif past is not None:
                found = past.many(_cut(past.find(filter), filter))
            else:
                found = store.memories.find(filter)
        return rows(fading, found)

    def count(self, filter: MemoryFilter) -> int:
        if filter.as_of is None:
            return self._store.memories.count_of(filter)
        with self._store.db.snapshot():
            return len(self._store.past(filter.as_of).find(filter))


def rows(fading: Fading, memories: list[Memory]) -> tuple[MemoryRow, ...]:
    """Each with its retention."""
    return tuple(MemoryRow(memory, fading.retention(memory)) for memory in memories)


def _cut(ids: list[int], filter: MemoryFilter) -> list[int]:
    end = None if filter.limit < 0 else filter.offset + filter.limit
    return ids[filter.offset : end]
