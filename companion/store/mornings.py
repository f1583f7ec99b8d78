"""What a morning report is made of, which is of what is everybody's, and when the last one was shown."""

from __future__ import annotations

from datetime import date

from companion.clock import local_date
from companion.records import Memory
from companion.store.database import Database
from companion.store.memories import Memories
from companion.store.origins import HERE

_META = "morning shown at"
_MOST = 400


class Mornings:
    def __init__(self, db: Database, memories: Memories) -> None:
        self._db = db
        self._memories = memories

    def last(self) -> float | None:
        """When the last report was shown, seconds."""
        found = self._db.value("SELECT value FROM meta WHERE key = ?", (_META,))
        return None if found is None else float(found)

    def shown(self, at: float) -> None:
        """Call inside a transaction."""
        self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_META, repr(at)))

    def first_turn(self) -> tuple[float, int] | None:
        """When the first thing was said here: seconds, offset."""
        said_here = HERE.format(turn="turns.id")
        found = self._db.one(f"SELECT at, utc_offset FROM turns WHERE {said_here} ORDER BY id LIMIT 1")
        return None if found is None else (float(found[0]), int(found[1]))

    def lived(self, at: float) -> bool:
        """Whether anything was said, or remembered, before then (seconds)."""
        asked = (
            "SELECT EXISTS (SELECT 1 FROM turns WHERE at < ?) OR EXISTS (SELECT 1 FROM memories WHERE recorded_at < ?)"
        )
        return bool(self._db.value(asked, (at, at)))

    def learned(self, since: float) -> list[int]:
        """Thoughts of what was said after `since` that stand, the most important first."""
        rows = self._db.all(
            "SELECT id FROM memories WHERE kind = 'thought' AND status = 'active' AND subject <> 'companion'"
            " AND scope = '' AND recorded_at > ? ORDER BY importance DESC, recorded_at DESC, id DESC LIMIT ?",
            (since, _MOST),
        )
        return [int(id) for (id,) in rows]

    def replaced(self, since: float) -> list[tuple[int, int]]:
        """Thoughts whose place was taken by what was said after `since`, with what took it; the newest first."""
        rows = self._db.all(
            "SELECT o.id, n.id FROM memories n JOIN memories o ON o.replaced_by = n.id"
            " WHERE n.kind = 'thought' AND n.scope = '' AND n.recorded_at > ? AND o.status = 'superseded'"
            " AND n.status IN ('active', 'superseded') ORDER BY n.recorded_at DESC, n.id DESC LIMIT ?",
            (since, _MOST),
        )
        return [(int(old), int(new)) for old, new in rows]

    def might_fade(self, importance: int) -> list[Memory]:
        """Active thoughts and events of at least this importance that are not pinned, those least lately used first."""
        rows = self._db.all(
            "SELECT id FROM memories WHERE status = 'active' AND kind IN ('thought', 'event') AND NOT pinned"
            " AND scope = ''"
            " AND importance >= ? ORDER BY COALESCE(last_used_at, recorded_at) LIMIT ?",
            (importance, _MOST),
        )
        return list(self._memories.many([int(id) for (id,) in rows]).values())

    def plans_due(self, since: float, until: float) -> list[Memory]:
        """Plans of the person whose time came between two moments (seconds), oldest first."""
        rows = self._db.all(
            "SELECT id FROM memories WHERE kind = 'thought' AND modality = 'plan' AND subject = 'person'"
            " AND status = 'active' AND event_start > ? AND COALESCE(event_end, event_start) <= ?"
            " AND event_start > recorded_at AND scope = '' ORDER BY event_start LIMIT ?",
            (since, until, _MOST),
        )
        return list(self._memories.many([int(id) for (id,) in rows]).values())

    def digest_of(self, day: date) -> Memory | None:
        """The digest of a local calendar day."""
        rows = self._db.all(
            "SELECT id FROM memories WHERE kind = 'day' AND status IN ('active', 'dormant') ORDER BY id DESC LIMIT 7"
        )
        found = self._memories.many([int(id) for (id,) in rows]).values()
        return next((memory for memory in found if local_date(memory.recorded_at, memory.utc_offset) == day), None)
