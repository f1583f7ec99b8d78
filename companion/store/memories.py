"""Reading memories."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, cast

from companion import strings
from companion.errors import NotFound
from companion.records import JournalEntry, Link, Memory, MemoryFilter, Quote, Status
from companion.store.database import Database, Row
from companion.store.erased import Erased
from companion.store.filtering import FADES_FROM, conditions, ordering
from companion.store.images import COLUMNS, evidence_of, memory_of, statement_key

_SELECT = "SELECT m.id, " + ", ".join(f"m.{name}" for name in COLUMNS) + " FROM memories m"


class Faded(NamedTuple):
    """A memory as fading looks at it. Times in seconds, strength in days."""

    id: int
    status: Status
    kept: int
    """Whether it is pinned, fills a slot, or is a boundary (`forgetting.is_kept`)."""
    recorded_at: float
    last: float
    """From when on it fades: made, last used, or its day, whichever is the latest."""
    strength: float


class Memories:
    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, id: int) -> Memory:
        """Raises NotFound."""
        found = self.many((id,))
        if id not in found:
            raise NotFound(strings.text("engine.no_memory_id", id=id))
        return found[id]

    def many(self, ids: Sequence[int]) -> dict[int, Memory]:
        """Those of `ids` that exist, with their evidence."""
        found: list[Row] = []
        for start in range(0, len(ids), 500):
            part = tuple(ids[start : start + 500])
            found += self._db.all(f"{_SELECT} WHERE m.id IN ({','.join('?' * len(part))})", part)
        return {memory.id: memory for memory in self._with_evidence(found)}

    def find(self, filter: MemoryFilter, ids: Sequence[int] | None = None) -> list[Memory]:
        """A page of what fits, in its order; `filter.as_of` is not looked at. "kept" and "faded" depend on the hour as
        well: there whoever knows it gives the ids of the page."""
        if ids is None:
            where, values = conditions(filter)
            rows = self._db.all(
                f"SELECT m.id FROM memories m WHERE {where} ORDER BY {ordering(filter.order)} LIMIT ? OFFSET ?",
                (*values, filter.limit, filter.offset),
            )
            ids = [int(id) for (id,) in rows]
        found = self.many(ids)
        return [found[id] for id in ids if id in found]

    def count_of(self, filter: MemoryFilter) -> int:
        """How many fit, whatever the limit."""
        where, values = conditions(filter)
        return int(self._db.value(f"SELECT count(*) FROM memories m WHERE {where}", values))

    def freshness(self, filter: MemoryFilter, ahead: float) -> list[tuple[int, int, float, float]]:
        """(id, pinned, from when on it fades, strength) of all that fit, whatever the limit. A day to come counts as
        far as it is `ahead` (seconds)."""
        where, values = conditions(filter)
        return cast(
            "list[tuple[int, int, float, float]]",
            self._db.all(
                f"SELECT m.id, m.pinned, {FADES_FROM}, m.strength FROM memories m WHERE {where}", (ahead, *values)
            ),
        )

    def same_statement(self, text: str) -> list[Memory]:
        """Memories that say the same words, whatever their case, punctuation or status; oldest first."""
        rows = self._db.all(f"{_SELECT} WHERE m.norm_hash = ? ORDER BY m.id", (statement_key(text),))
        return self._with_evidence(rows)

    def in_slot(self, slot: str | None, subject: str, statuses: Sequence[Status], scope: str = "") -> list[int]:
        """Thoughts of a scope that fill a slot of somebody's life, newest first."""
        marks = ",".join("?" * len(statuses))
        rows = self._db.all(
            f"SELECT id FROM memories WHERE slot = ? AND subject = ? AND kind = 'thought' AND status IN ({marks})"
            " AND scope = ? ORDER BY recorded_at DESC, id DESC LIMIT 20",
            (slot, subject, *statuses, scope),
        )
        return [int(row[0]) for row in rows]

    def about(self, subject: str, statuses: Sequence[Status], limit: int, scope: str = "") -> list[int]:
        """Thoughts of a scope about somebody, newest first."""
        marks = ",".join("?" * len(statuses))
        rows = self._db.all(
            f"SELECT id FROM memories WHERE subject = ? AND kind = 'thought' AND status IN ({marks})"
            " AND scope = ? ORDER BY recorded_at DESC, id DESC LIMIT ?",
            (subject, *statuses, scope, limit),
        )
        return [int(row[0]) for row in rows]

    def mentioning(self, name: str, limit: int) -> list[int]:
        """Memories that call `name` (case folded), newest first."""
        rows = self._db.all("SELECT memory FROM mentions WHERE name = ? ORDER BY memory DESC LIMIT ?", (name, limit))
        return [int(row[0]) for row in rows]

    def is_buried(self, text: str) -> bool:
        """Whether the person had this statement forgotten, or erased."""
        key = statement_key(text)
        buried = self._db.value(
            "SELECT 1 FROM tombstones WHERE norm_hash = ?1 UNION SELECT 1 FROM buried WHERE norm_hash = ?1", (key,)
        )
        return buried is not None or Erased(self._db).holds(text)

    def resting_on(self, turns: Sequence[int]) -> list[Memory]:
        """Memories with evidence in any of these turns."""
        marks = ",".join("?" * len(turns))
        rows = self._db.all(
            f"{_SELECT} WHERE m.id IN (SELECT memory FROM evidence WHERE turn IN ({marks})) ORDER BY m.id",
            tuple(turns),
        )
        return self._with_evidence(rows)

    def forgotten_turns(self, first: int, last: int) -> frozenset[int]:
        """Of the turns `first` … `last`, those whose words the person had forgotten."""
        rows = self._db.all(
            "SELECT DISTINCT e.turn FROM evidence e JOIN memories m ON m.id = e.memory"
            " WHERE e.turn BETWEEN ? AND ? AND m.kind = 'moment' AND m.status = 'forgotten'",
            (first, last),
        )
        return frozenset(int(turn) for (turn,) in rows)

    def by_status(self, statuses: Sequence[Status], after: int = 0, limit: int = -1) -> list[Memory]:
        """By id, without evidence, at most `limit` (default: all) above `after`: for passes over everything."""
        marks = ",".join("?" * len(statuses))
        # "+": by the key, in order; by the index on the state every part would be sorted anew.
        rows = self._db.all(
            f"{_SELECT} WHERE m.id > ? AND +m.status IN ({marks}) ORDER BY m.id LIMIT ?", (after, *statuses, limit)
        )
        return [memory_of(row) for row in rows]

    def fading(self, statuses: Sequence[Status], part: int, ahead: float) -> Iterator[list[Faded]]:
        """What fading looks at, of every memory in these states, by id, so many at a time. A day to come counts as far
        as it is `ahead` (seconds)."""
        marks = ",".join("?" * len(statuses))
        last = 0
        while rows := self._db.all(
            "SELECT id, status,"
            " pinned OR (kind = 'thought' AND slot IS NOT NULL) OR kind = 'trait' OR importance >= 5"
            " OR (importance >= 4 AND modality = 'preference'),"
            f" recorded_at, {FADES_FROM}, strength FROM memories m"
            f" WHERE id > ? AND status IN ({marks}) ORDER BY id LIMIT ?",
            (ahead, last, *statuses, part),
        ):
            yield [Faded(*row) for row in rows]
            last = rows[-1][0]

    def quotes(self, memory: Memory) -> tuple[Quote, ...]:
        """The words a memory rests on."""
        from companion.store.turns import Turns

        turns = Turns(self._db).many([e.turn for e in memory.evidence]) if memory.evidence else {}
        return tuple(
            Quote(turns[e.turn], e.start, e.end, turns[e.turn].text[e.start : e.end])
            for e in memory.evidence
            if e.turn in turns
        )

    def links(self, id: int) -> tuple[Link, ...]:
        rows = self._db.all(
            "SELECT source, target, type, weight FROM links WHERE source = ? OR target = ?"
            " ORDER BY weight DESC, source, target",
            (id, id),
        )
        return tuple(Link(*row) for row in rows)

    def history(self, memory: int | None, limit: int, until: int | None = None) -> tuple[JournalEntry, ...]:
        """Changes, newest first; those of the batches up to `until` (default: all)."""
        rows = self._db.all(
            "SELECT j.seq, j.batch, b.at, b.utc_offset, b.actor, b.action, j.memory, b.reason, j.before, j.after,"
            " b.undoes FROM journal j JOIN batches b ON b.id = j.batch"
            " WHERE (?1 IS NULL OR j.memory = ?1) AND (?3 IS NULL OR j.batch <= ?3) ORDER BY j.seq DESC LIMIT ?2",
            (memory, limit, until),
        )
        return tuple(
            JournalEntry(seq, batch, at, offset, actor, action, touched, reason, _image(before), _image(after), undoes)
            for seq, batch, at, offset, actor, action, touched, reason, before, after, undoes in rows
        )

    def count(self, statuses: Sequence[Status] = ()) -> int:
        if not statuses:
            return int(self._db.value("SELECT count(*) FROM memories"))
        marks = ",".join("?" * len(statuses))
        sql = f"SELECT count(*) FROM memories WHERE status IN ({marks})"
        return int(self._db.value(sql, tuple(statuses)))

    def _with_evidence(self, rows: Iterable[Row]) -> list[Memory]:
        rows = list(rows)
        evidence = evidence_of(self._db, [row[0] for row in rows])
        return [memory_of(row, evidence[row[0]]) for row in rows]


def _image(stored: str | None) -> dict[str, object] | None:
    return None if stored is None else json.loads(stored)
