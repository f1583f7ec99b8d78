"""What each reply was given, what it used of it, and the reviews that followed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from companion.clock import stamp
from companion.records import CameToMind, Mode, RecalledMemory
from companion.store.database import Database
from companion.store.memories import Memories

KEPT = 100
"""Replies of which what was weighed is kept after it was learned from."""
_LEARNED = "+"
_LITTLE = np.dtype("<f4")


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was weighed for a memory that a reply was given."""

    mode: Mode
    used: bool
    figures: tuple[float, ...]


class Recalls:
    def __init__(self, db: Database, memories: Memories | None = None) -> None:
        self._db = db
        self._memories = memories or Memories(db)

    def record(
        self, reply: int, recalled: Sequence[RecalledMemory], features: str = "", shown: int | None = None
    ) -> None:
        """Keep what a reply was given. The figures are kept of the first `shown` (default: all), which the model read:
        what it never saw it could not use. `features` names the list they follow."""
        seen = recalled[:shown]
        with self._db.write():
            self._db.run_many(
                "INSERT OR REPLACE INTO recalls(reply, rank, memory, memory_version, score, similarity, coverage,"
                " reasons) VALUES (?,?,?,?,?,?,?,?)",
                (
                    (reply, r.rank, r.memory.id, r.memory.version, r.score, r.similarity, r.coverage, _text(r.reasons))
                    for r in recalled
                ),
            )
            self._db.run_many(
                "UPDATE recalls SET mode = ?, features = ?, figures = ? WHERE reply = ? AND rank = ?",
                (
                    ("asked" if r.asked else "talking", features, _pack(r.figures), reply, r.rank)
                    for r in seen
                    if r.figures
                ),
            )

    def weighed(self, reply: int, features: str) -> tuple[Weighed, ...]:
        """What was weighed for each memory, by rank, once it is known which were used; figures of another list of
        features than `features` are left out."""
        rows = self._db.all(
            "SELECT mode, used, figures FROM recalls WHERE reply = ? AND features = ? AND figures IS NOT NULL"
            " AND used IS NOT NULL ORDER BY rank",
            (reply, features),
        )
        return tuple(Weighed(mode, bool(used), _unpack(figures)) for mode, used, figures in rows)

    def given(self, reply: int, features: str) -> dict[int, Weighed]:
        """By memory, what was weighed for those that a reply was given, whether or not it was learned from already or
        is known what it used; empty where that is too long ago."""
        rows = self._db.all(
            "SELECT memory, mode, used, figures FROM recalls WHERE reply = ? AND features IN (?, ?)"
            " AND figures IS NOT NULL ORDER BY rank",
            (reply, features, f"{_LEARNED}{features}"),
        )
        return {int(memory): Weighed(mode, bool(used), _unpack(figures)) for memory, mode, used, figures in rows}

    def was_given(self, reply: int, memory: int) -> tuple[bool, int | None]:
        """Whether a reply was given a memory, and whether it used it (None: not found out yet)."""
        row = self._db.one("SELECT used FROM recalls WHERE reply = ? AND memory = ?", (reply, memory))
        return row is not None, None if row is None else row[0]

    def learned_from(self, reply: int) -> None:
        """A reply teaches once. What was weighed is kept for KEPT replies, in which the person may say that something
        was not relevant; of all replies it would be most of the table."""
        with self._db.write():
            self._db.run(
                "UPDATE recalls SET features = ?2 || features WHERE reply = ?1 AND figures IS NOT NULL"
                " AND features NOT LIKE ?2 || '%'",
                (reply, _LEARNED),
            )
            last = self._db.value(
                "SELECT DISTINCT reply FROM recalls WHERE reply < ? ORDER BY reply DESC LIMIT 1 OFFSET ?", (reply, KEPT)
            )
            if last is not None:
                # Of the replies before it as well: not every reply is learned from.
                self._db.run(
                    "UPDATE recalls SET figures = NULL WHERE reply BETWEEN ? AND ? AND figures IS NOT NULL",
                    (last - 20 * KEPT, last),
                )

    def of(self, replies: Sequence[int]) -> dict[int, tuple[RecalledMemory, ...]]:
        """The memories each reply was given, as they are now, by rank; erased ones are left out."""
        marks = ",".join("?" * len(replies))
        rows = self._db.all(
            "SELECT reply, rank, memory, score, similarity, coverage, reasons, used FROM recalls"
            f" WHERE reply IN ({marks}) ORDER BY reply, rank",
            tuple(replies),
        )
        memories = self._memories.many(sorted({row[2] for row in rows}))
        found: dict[int, tuple[RecalledMemory, ...]] = dict.fromkeys(replies, ())
        for reply, rank, memory, score, similarity, coverage, why, used in rows:
            if memory in memories:
                recalled = RecalledMemory(
                    memories[memory],
                    score,
                    rank,
                    similarity,
                    coverage,
                    _reasons(why),
                    used=None if used is None else bool(used),
                )
                found[reply] = (*found[reply], recalled)
        return found

    def times(self, memory: int, limit: int, until: float | None = None) -> tuple[CameToMind, ...]:
        """The latest times (up to `until`, seconds) that a memory came to mind for a reply, newest first."""
        rows = self._db.all(
            "SELECT r.reply, t.at, t.utc_offset, r.used, r.reasons FROM recalls r JOIN turns t ON t.id = r.reply"
            " WHERE r.memory = ?1 AND (?3 IS NULL OR t.at <= ?3) ORDER BY r.reply DESC LIMIT ?2",
            (memory, limit, until),
        )
        return tuple(
            CameToMind(reply, at, offset, None if used is None else bool(used), _reasons(why))
            for reply, at, offset, used, why in rows
        )

    def is_credited(self, reply: int) -> bool:
        """Whether it was found out already what the reply used."""
        return self._db.value("SELECT 1 FROM recalls WHERE reply = ? AND used IS NOT NULL", (reply,)) is not None

    def mark_used(self, reply: int, used: Sequence[int]) -> None:
        """Say which of the given memories the reply used; the others were not."""
        with self._db.write():
            self._db.run("UPDATE recalls SET used = 0 WHERE reply = ?", (reply,))
            self._db.run_many(
                "UPDATE recalls SET used = 1 WHERE reply = ? AND memory = ?", ((reply, id) for id in used)
            )

    def review(self, memory: int, now: datetime, rating: int, cause: str, turn: int | None) -> None:
        """Log one review (FSRS rating 1–4)."""
        at, offset = stamp(now)
        with self._db.write():
            self._db.run(
                "INSERT INTO reviews(memory, at, utc_offset, rating, cause, turn) VALUES (?,?,?,?,?,?)",
                (memory, at, offset, rating, cause, turn),
            )


def _text(reasons: tuple[str, ...]) -> str | None:
    return json.dumps(reasons, ensure_ascii=False) if reasons else None


def _reasons(text: str | None) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text else ()


def _pack(figures: Sequence[float]) -> bytes:
    return np.asarray(figures, dtype=_LITTLE).tobytes()


def _unpack(blob: bytes) -> tuple[float, ...]:
    return tuple(np.frombuffer(blob, dtype=_LITTLE).tolist())
