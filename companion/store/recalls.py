"""What each reply was given, what it used of it, and the reviews that followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from companion.clock import stamp
from companion.records import RecalledMemory
from companion.store.database import Database
from companion.store.memories import Memories


class Recalls:
    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, reply: int, recalled: Sequence[RecalledMemory]) -> None:
        with self._db.write():
            self._db.run_many(
                "INSERT OR REPLACE INTO recalls VALUES (?,?,?,?,?,?,?,NULL)",
                ((reply, r.rank, r.memory.id, r.memory.version, r.score, r.similarity, r.coverage) for r in recalled),
            )

    def of(self, replies: Sequence[int]) -> dict[int, tuple[RecalledMemory, ...]]:
        """The memories each reply was given, as they are now, by rank; erased ones are left out."""
        marks = ",".join("?" * len(replies))
        rows = self._db.all(
            "SELECT reply, rank, memory, score, similarity, coverage FROM recalls"
            f" WHERE reply IN ({marks}) ORDER BY reply, rank",
            tuple(replies),
        )
        memories = Memories(self._db).many(sorted({row[2] for row in rows}))
        found: dict[int, tuple[RecalledMemory, ...]] = dict.fromkeys(replies, ())
        for reply, rank, memory, score, similarity, coverage in rows:
            if memory in memories:
                recalled = RecalledMemory(memories[memory], score, rank, similarity, coverage)
                found[reply] = (*found[reply], recalled)
        return found

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
