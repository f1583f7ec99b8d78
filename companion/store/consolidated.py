"""What nights made of many memories: the place of each, what it was made from, and what it may be made from now.

Only of what is everybody's: nothing of play, or of a persona with a memory of its own, is in a day or in the portrait.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from companion.records import Actor, Kind, Memory, Status
from companion.store.database import Database
from companion.store.memories import Memories

DAY = 86_400
STANDING: tuple[Status, ...] = ("active", "dormant", "archived")
"""States of a memory that holds, whether or not it would come to mind."""
AWAY: frozenset[str] = frozenset(("forgotten", "quarantined", "merged"))
"""States of what is gone because somebody wanted it so."""
WRONG = "wrong"
"""Action of the batch in which the person says that a memory is wrong."""
_MEANT = "lines "
_FARTHEST_ZONE = DAY
"""Seconds that a local day may begin before or end after that of UTC, amply: lets the indexes by time be used."""
_META = "consolidated until"
_STATES = ",".join(f"'{status}'" for status in STANDING)
_STANDING_THOUGHT = f"kind = 'thought' AND scope = '' AND status IN ({_STATES})"


class Written(NamedTuple):
    """A place and the memory that night put there; the hash is of the text it wrote."""

    key: str
    memory: int
    basis: str
    text_hash: str
    rank: int


class Subject(NamedTuple):
    """Somebody whom standing thoughts are about, on how many days of the person, and until when."""

    name: str
    days: int
    latest: float


class Consolidated:
    def __init__(self, db: Database, memories: Memories) -> None:
        self._db = db
        self._memories = memories

    # Places

    def written(self, prefix: str) -> dict[str, Written]:
        """By key, the places whose key begins with `prefix`."""
        rows = self._db.all(
            "SELECT key, memory, basis, text_hash, rank FROM consolidated WHERE key >= ? AND key < ?",
            (prefix, prefix + "\U0010ffff"),
        )
        return {row[0]: Written(*row) for row in rows}

    def put(self, place: Written) -> None:
        """Inside the transaction that writes the memory."""
        self._db.run("INSERT OR REPLACE INTO consolidated VALUES (?,?,?,?,?)", place)

    def portrait(self) -> list[Memory]:
        """The traits that stand: what the person wrote themselves first, then by their rank."""
        rows = self._db.all(
            "SELECT m.id FROM memories m LEFT JOIN consolidated c ON c.memory = m.id"
            " WHERE m.kind = 'trait' AND m.status = 'active' AND m.scope = ''"
            " ORDER BY coalesce(c.rank, -1), m.recorded_at, m.id"
        )
        found = self._memories.many([int(row[0]) for row in rows])
        return [found[id] for (id,) in rows]

    def parts(self, memory: int) -> list[int]:
        """The memories that are part of one."""
        rows = self._db.all("SELECT source FROM links WHERE target = ? AND type = 'part-of' ORDER BY source", (memory,))
        return [int(row[0]) for row in rows]

    def taken_away(self, memory: int) -> tuple[Actor, float, bool] | None:
        """Who last had a memory forgotten, set aside or merged into another, or its making undone, when (seconds), and
        whether it was this one they meant and not one that rests on the same words; None when nobody did."""
        for batch, before, after in self._db.all(
            "SELECT batch, before, after FROM journal WHERE memory = ? AND nonce IS NOT NULL ORDER BY seq DESC",
            (memory,),
        ):
            state = _status(after)
            gone = after is None or (state in AWAY and _status(before) not in AWAY)
            if gone:
                actor, at, action, reason = self._db.all(
                    "SELECT actor, at, action, reason FROM batches WHERE id = ?", (batch,)
                )[0]
                if state == "quarantined" and action != WRONG:
                    return None  # its words are not said in the version of the conversation that was chosen
                first = self._db.value("SELECT memory FROM journal WHERE batch = ? ORDER BY seq LIMIT 1", (batch,))
                meant = after is None or state == "merged" or memory == first or memory in those_meant(reason)
                return actor, float(at), meant
        return None

    def brought_back(self, memory: int) -> bool:
        """Whether it stands because the person restored it."""
        for batch, before, after in self._db.all(
            "SELECT batch, before, after FROM journal WHERE memory = ? AND nonce IS NOT NULL ORDER BY seq DESC",
            (memory,),
        ):
            if _status(before) not in STANDING and _status(after) in STANDING:
                found = self._db.one("SELECT actor, action FROM batches WHERE id = ?", (batch,))
                return found in (("person", "restore"), ("person", "restore as of"))
        return False

    # How far

    def mark(self) -> int:
        """Where the journal ends now."""
        return int(self._db.value("SELECT coalesce(max(seq), 0) FROM journal"))

    def seen(self) -> int | None:
        """How far the journal was looked through; None before the first time."""
        found = self._db.value("SELECT value FROM meta WHERE key = ?", (_META,))
        return None if found is None else int(found)

    def see(self, mark: int) -> None:
        """Inside the transaction that writes what came of it."""
        self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_META, str(mark)))

    def changes_since(self, mark: int) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
        """Memories before and after each change of the journal behind `mark` that no night made."""
        for before, after in self._db.all(
            "SELECT j.before, j.after FROM journal j JOIN batches b ON b.id = j.batch"
            " WHERE j.seq > ? AND b.actor <> 'sleep'",
            (mark,),
        ):
            yield _read(before), _read(after)

    # What there is to make them from

    def days(self, since: int) -> list[int]:
        """Local days (counted from 1970-01-01) from `since` on in which a thought or an event was formed."""
        day = "CAST(floor((recorded_at + utc_offset) / 86400.0) AS INTEGER)"
        rows = self._db.all(
            f"SELECT {day} FROM memories WHERE kind = 'thought' AND scope = '' AND recorded_at >= ?1"
            f" UNION SELECT {day} FROM memories WHERE kind = 'event' AND scope = '' AND recorded_at >= ?1"
            " ORDER BY 1",
            (since * DAY - _FARTHEST_ZONE,),
        )
        return [int(day) for (day,) in rows if day >= since]

    def of_day(self, day: int, kinds: Sequence[Kind], statuses: Sequence[Status]) -> list[Memory]:
        """What was formed on a local day of the person's, with its evidence, in order of time."""
        kind_marks, marks = ",".join("?" * len(kinds)), ",".join("?" * len(statuses))
        rows = self._db.all(
            f"SELECT id FROM memories WHERE status IN ({marks}) AND kind IN ({kind_marks}) AND scope = ''"
            " AND recorded_at >= ? AND recorded_at < ? AND floor((recorded_at + utc_offset) / 86400.0) = ?"
            " ORDER BY recorded_at, id",
            (*statuses, *kinds, day * DAY - _FARTHEST_ZONE, (day + 1) * DAY + _FARTHEST_ZONE, day),
        )
        return self._in_order([row[0] for row in rows])

    def turns_told(self, day: int) -> int:
        """How many of the person's turns on a local day are remembered word for word."""
        return int(
            self._db.value(
                f"SELECT count(*) FROM memories WHERE status IN ({_STATES}) AND kind = 'moment' AND subject = 'person'"
                " AND scope = ''"
                " AND recorded_at >= ? AND recorded_at < ? AND floor((recorded_at + utc_offset) / 86400.0) = ?",
                (day * DAY - _FARTHEST_ZONE, (day + 1) * DAY + _FARTHEST_ZONE, day),
            )
        )

    def digests(self) -> list[Memory]:
        """The digests of days that stand, oldest first."""
        rows = self._db.all(
            f"SELECT id FROM memories WHERE kind = 'day' AND status IN ({_STATES}) ORDER BY recorded_at, id"
        )
        return self._in_order([row[0] for row in rows])

    def filled(self) -> list[Memory]:
        """Standing thoughts that fill a slot of the person's life, oldest first."""
        return self._thoughts("subject = 'person' AND slot IS NOT NULL")

    def weighty(self) -> list[Memory]:
        """Standing thoughts about the person of importance 4 and more, and those that are pinned, oldest first."""
        found = {m.id: m for m in self._thoughts("importance >= 4 AND subject = 'person'")}
        found |= {m.id: m for m in self._thoughts("pinned = 1 AND subject = 'person'")}
        return sorted(found.values(), key=lambda m: (m.recorded_at, m.id))

    def latest(self, limit: int) -> list[Memory]:
        """The `limit` newest standing thoughts about the person, oldest first."""
        rows = self._db.all(
            f"SELECT id FROM memories INDEXED BY thoughts_by_time WHERE {_STANDING_THOUGHT} AND subject = 'person'"
            " ORDER BY recorded_at DESC, id DESC LIMIT ?",
            (limit,),
        )
        return self._in_order([row[0] for row in reversed(rows)])

    def subjects(self) -> list[Subject]:
        """Whom standing thoughts are about, besides the two speakers."""
        rows = self._db.all(
            "SELECT subject, count(DISTINCT CAST(floor((recorded_at + utc_offset) / 86400.0) AS INTEGER)),"
            f" max(recorded_at) FROM memories INDEXED BY thoughts_by_subject WHERE {_STANDING_THOUGHT}"
            " AND (subject < 'companion' OR (subject > 'companion' AND subject < 'person') OR subject > 'person')"
            " GROUP BY subject"
        )
        return [Subject(*row) for row in rows]

    def about(self, subject: str, limit: int) -> list[Memory]:
        """The `limit` newest standing thoughts about somebody, oldest first."""
        rows = self._db.all(
            f"SELECT id FROM memories WHERE {_STANDING_THOUGHT} AND subject = ? ORDER BY recorded_at DESC, id DESC"
            " LIMIT ?",
            (subject, limit),
        )
        return self._in_order([row[0] for row in reversed(rows)])

    def _thoughts(self, where: str) -> list[Memory]:
        rows = self._db.all(f"SELECT id FROM memories WHERE {_STANDING_THOUGHT} AND {where} ORDER BY recorded_at, id")
        return self._in_order([row[0] for row in rows])

    def _in_order(self, ids: Sequence[int]) -> list[Memory]:
        found = self._memories.many(ids)
        return [found[id] for id in ids]


def reason_of(meant: Sequence[int]) -> str:
    """For a batch that takes several away with all that rests on the same words: which days and lines of the portrait
    were meant themselves. What was only taken along is made anew from the rest."""
    return _MEANT + ", ".join(map(str, meant)) if meant else ""


def those_meant(reason: str) -> tuple[int, ...]:
    """What `reason_of` was told."""
    return tuple(map(int, reason.removeprefix(_MEANT).split(", "))) if reason.startswith(_MEANT) else ()


def _read(image: str | None) -> dict[str, Any] | None:
    return None if image is None else json.loads(image)


def _status(image: str | None) -> str:
    return "" if image is None else str(json.loads(image)["status"])
