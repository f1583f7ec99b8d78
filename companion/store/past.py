"""Memory as it was: the rows that nobody changed since, and of the others what the journal says they were.

A time means the state after the last batch made by then. The journal's order is what counts: where a clock went back,
all that stands before that batch belongs to it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from companion.errors import NotFound
from companion.records import Evidence, JournalEntry, Link, Memory, MemoryFilter
from companion.store.database import Database
from companion.store.filtering import FADES_FROM, KEYS, conditions, sort_key
from companion.store.fitting import Fitting
from companion.store.images import COLUMNS, Image, complete, links_of, read_image
from companion.store.memories import Memories
from companion.strings import text

_UNCHANGED = "m.id NOT IN (SELECT memory FROM journal WHERE batch > ?)"


class Past:
    """The memories as they were at `at` (seconds since the epoch)."""

    def __init__(self, db: Database, memories: Memories, at: float) -> None:
        self._db = db
        self._memories = memories
        self.at = at
        self.cut = int(db.value("SELECT coalesce(max(id), 0) FROM batches WHERE at <= ?", (at,)))
        """The last batch that had been made."""
        self._images = _images_since(db, self.cut)

    def image(self, id: int) -> Image | None:
        """What it was; None when there was no such memory."""
        if id in self._images:
            return self._images[id]
        later = self._db.value("SELECT 1 FROM journal WHERE memory = ? AND batch > ? LIMIT 1", (id, self.cut))
        return None if later else read_image(self._db, id)

    def get(self, id: int) -> Memory:
        """Raises NotFound."""
        image = self.image(id)
        if image is None:
            raise NotFound(text("engine.no_memory_then", id=id))
        return memory_of_image(id, image)

    def many(self, ids: Sequence[int]) -> list[Memory]:
        """Those of `find`, in that order."""
        rows = self._memories.many([id for id in ids if id not in self._images])
        return [memory_of_image(id, self._images[id]) if id in self._images else rows[id] for id in ids]

    def find(self, filter: MemoryFilter) -> list[int]:
        """All that fit, in their order, whatever the limit."""
        columns = tuple(dict.fromkeys((*(name for name, _ in KEYS[filter.order]), "id")))
        where, values = conditions(filter)
        rows = self._db.all(
            f"SELECT {', '.join(f'm.{name}' for name in columns)} FROM memories m WHERE {where} AND {_UNCHANGED}",
            (*values, self.cut),
        )
        named = [dict(zip(columns, row, strict=True)) for row in rows]
        named += [{**image, "id": id} for id, image in self._fitting(filter)]
        return [int(each["id"]) for each in sorted(named, key=lambda each: sort_key(filter.order, each))]

    def freshness(self, filter: MemoryFilter, ahead: float) -> list[tuple[int, int, float, float]]:
        """See `Memories.freshness`."""
        where, values = conditions(filter)
        rows = self._db.all(
            f"SELECT m.id, m.pinned, {FADES_FROM}, m.strength FROM memories m WHERE {where} AND {_UNCHANGED}",
            (ahead, *values, self.cut),
        )
        found = [(int(id), int(pinned), float(last), float(strength)) for id, pinned, last, strength in rows]
        for id, image in self._fitting(filter):
            made = image["recorded_at"]
            used, comes = (made if image[name] is None else image[name] for name in ("last_used_at", "event_end"))
            found.append((id, image["pinned"], max(made, used, min(comes, made + ahead)), image["strength"]))
        return found

    def links(self, id: int) -> tuple[Link, ...]:
        """Those from and to a memory, the strongest first."""
        found = [Link(id, target, type, weight) for target, type, weight in links_of(self.image(id) or {"links": []})]
        rows = self._db.all(
            "SELECT l.source, l.target, l.type, l.weight FROM links l JOIN memories m ON m.id = l.source"
            f" WHERE l.target = ? AND l.source <> ? AND {_UNCHANGED}",
            (id, id, self.cut),
        )
        found += [Link(*row) for row in rows]
        for source, image in self._images.items():
            if source != id:
                found += [Link(source, t, type, weight) for t, type, weight in links_of(image) if t == id]
        return tuple(sorted(found, key=lambda link: (-link.weight, link.source, link.target)))

    def history(self, id: int, limit: int) -> tuple[JournalEntry, ...]:
        """What had been changed by then, newest first."""
        return self._memories.history(id, limit, until=self.cut)

    def _fitting(self, filter: MemoryFilter) -> list[tuple[int, Image]]:
        fitting = Fitting(self._db, filter)
        return [(id, image) for id, image in self._images.items() if fitting.takes(image)]


def memory_of_image(id: int, image: Image) -> Memory:
    values = {name: image[name] for name in COLUMNS}
    values["pinned"] = bool(values["pinned"])
    return Memory(id, **values, evidence=tuple(Evidence(*proof) for proof in image["evidence"]))


def _images_since(db: Database, cut: int) -> dict[int, Image]:
    """By id, what the memories were that were changed behind `cut` and had been made before."""
    # Of a memory made later only the number is read.
    first = db.all(
        "SELECT j.memory, j.before FROM journal j JOIN (SELECT min(seq) AS seq FROM journal WHERE batch > ?"
        " GROUP BY memory) f ON f.seq = j.seq WHERE j.before IS NOT NULL",
        (cut,),
    )
    images: dict[int, Image] = {}
    for memory, before in first:
        image = json.loads(before)
        images[memory] = complete(image) if "text" in image else _moved(db, memory, cut, image)
    return images


def _moved(db: Database, memory: int, cut: int, told: dict[str, Any]) -> Image:
    """What a memory was of which the first entry behind `cut` holds the state alone (`Batch.move`)."""
    for (before,) in db.all(
        "SELECT before FROM journal WHERE memory = ? AND batch > ? AND before IS NOT NULL ORDER BY seq", (memory, cut)
    ):
        image = json.loads(before)
        if "text" in image:
            return {**complete(image), **told}
    return {**(read_image(db, memory) or {}), **told}
