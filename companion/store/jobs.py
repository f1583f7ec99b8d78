"""Durable work. A job is done in the same transaction as its results: a crash makes it neither run twice nor never."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from companion.clock import stamp
from companion.store.database import Database

MAX_ATTEMPTS = 5
PAST = "past"
"""Kind of job that thinks about what was brought in from elsewhere: key "source/turn", and `queued_at` is when that was
said. Never before what is fresh, and only while nobody needs anything (`Jobs.next_past`)."""


@dataclass(frozen=True, slots=True)
class Job:
    id: int
    kind: str
    key: str
    attempts: int
    error: str | None
    state: str


class Jobs:
    def __init__(self, db: Database) -> None:
        self._db = db

    def queue(self, kind: str, key: str, now: datetime) -> None:
        """Inside or outside a transaction; queueing the same work twice queues it once."""
        with self._db.write():
            self._db.run("INSERT OR IGNORE INTO jobs(kind, key, queued_at) VALUES (?,?,?)", (kind, key, stamp(now)[0]))

    def next(self) -> Job | None:
        """The oldest queued job, those that failed before last; none about the past."""
        row = self._db.one(
            "SELECT id, kind, key, attempts, error, state FROM jobs WHERE state = 'queued' AND kind <> ?"
            " ORDER BY attempts, id LIMIT 1",
            (PAST,),
        )
        return Job(*row) if row else None

    def next_past(self) -> Job | None:
        """The job about what was said the longest ago, those that failed before last."""
        row = self._db.one(
            "SELECT id, kind, key, attempts, error, state FROM jobs WHERE state = 'queued' AND kind = ?"
            " ORDER BY attempts, queued_at, id LIMIT 1",
            (PAST,),
        )
        return Job(*row) if row else None

    def past(self) -> tuple[int, int]:
        """How many exchanges of the past were thought about, of how many; (0, 0) when nothing is left to do."""
        row = self._db.one("SELECT count(*), coalesce(sum(state = 'queued'), 0) FROM jobs WHERE kind = ?", (PAST,))
        total, left = row if row is not None else (0, 0)
        return (int(total - left), int(total)) if left else (0, 0)

    def done(self, id: int) -> None:
        """Call inside the transaction that writes the job's results."""
        with self._db.write():
            self._db.run("UPDATE jobs SET state = 'done', error = NULL WHERE id = ?", (id,))

    def drop(self, id: int) -> None:
        """It is not to be done now, and may be queued again."""
        with self._db.write():
            self._db.run("DELETE FROM jobs WHERE id = ?", (id,))

    def failed(self, id: int, error: str) -> None:
        """Count an attempt; after MAX_ATTEMPTS the job rests and doctor shows it."""
        with self._db.write():
            self._db.run(
                "UPDATE jobs SET attempts = attempts + 1, error = ?,"
                " state = CASE WHEN attempts + 1 >= ? THEN 'failed' ELSE 'queued' END WHERE id = ?",
                (error[:500], MAX_ATTEMPTS, id),
            )

    def pending(self) -> int:
        """How many are queued, but for those about the past."""
        return int(self._db.value("SELECT count(*) FROM jobs WHERE state = 'queued' AND kind <> ?", (PAST,)))

    def troubled(self) -> list[Job]:
        """Jobs that failed at least once and are not done."""
        rows = self._db.all(
            "SELECT id, kind, key, attempts, error, state FROM jobs WHERE error IS NOT NULL AND state <> 'done'"
        )
        return [Job(*row) for row in rows]
