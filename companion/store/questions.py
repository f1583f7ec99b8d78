"""What the companion asked the person about its memories, at most once a day, and what of that is still open.

A question is open as long as what it is about is as it was: it is answered by any change to either memory (edited,
forgotten, superseded), and comes back when that is undone. Where it asks whom a name stands for, a tag answers it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from companion.clock import stamp
from companion.question import Question
from companion.store.database import Database, Row

_META = "asked on"
_OPEN = (
    "SELECT q.id, q.text, q.turn, q.older, q.newer, q.options, n.tags FROM questions q"
    " JOIN memories n ON n.id = q.newer JOIN memories o ON o.id = q.older"
    " WHERE NOT q.dismissed AND n.text_hash = q.newer_hash AND o.text_hash = q.older_hash"
    " AND n.status IN ('active','dormant','archived','candidate')"
    " AND (q.options <> '[]' OR o.status IN ('active','dormant','archived','candidate'))"
)


class Questions:
    def __init__(self, db: Database) -> None:
        self._db = db

    def last_day(self) -> date | None:
        stored = self._db.value("SELECT value FROM meta WHERE key = ?", (_META,))
        return None if stored is None else date.fromisoformat(str(stored))

    def may_ask(self, now: datetime) -> bool:
        """Whether none was asked on the local day of `now`."""
        last = self.last_day()
        return last is None or last < now.date()

    def ask(self, now: datetime, question: Question) -> Question:
        """Keep a question (its id is ignored) about two memories that are there. Joins the caller's transaction."""
        at, offset = stamp(now)
        with self._db.write():
            self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_META, now.date().isoformat()))
            id = self._db.run(
                "INSERT INTO questions(at, utc_offset, text, turn, older, newer, options, older_hash, newer_hash)"
                " VALUES (?,?,?,?,?,?,?, (SELECT text_hash FROM memories WHERE id = ?),"
                " (SELECT text_hash FROM memories WHERE id = ?))",
                (
                    at,
                    offset,
                    question.text,
                    question.turn,
                    question.older,
                    question.newer,
                    json.dumps(question.options),
                    question.older,
                    question.newer,
                ),
            )
        return Question(id, question.text, question.turn, question.older, question.newer, question.options)

    def dismiss(self, id: int) -> None:
        """It is not asked any more."""
        with self._db.write():
            self._db.run("UPDATE questions SET dismissed = 1 WHERE id = ?", (id,))

    def open(self) -> list[Question]:
        """The questions about what is everybody's that wait for an answer, oldest first."""
        rows = self._db.all(f"{_OPEN} AND n.scope = '' ORDER BY q.id")
        return [found for row in rows if (found := _read(row)) is not None]

    def latest_choice(self, scope: str = "") -> Question | None:
        """The latest open question, about memories of a scope, of whom a name stands for."""
        row = self._db.one(f"{_OPEN} AND q.options <> '[]' AND n.scope = ? ORDER BY q.id DESC LIMIT 1", (scope,))
        return None if row is None else _read(row)

    def of(self, turns: Sequence[int]) -> dict[int, Question]:
        """Open questions, by the person's turn that led to them."""
        marks = ",".join("?" * len(turns))
        rows = self._db.all(f"{_OPEN} AND q.turn IN ({marks}) ORDER BY q.id", tuple(turns))
        return {found.turn: found for row in rows if (found := _read(row)) is not None}


def _read(row: Row) -> Question | None:
    """None where a tag has answered it."""
    id, text, turn, older, newer, options, tags = row
    question = Question(id, text, turn, older, newer, tuple(json.loads(options)))
    return None if set(question.options) & set(str(tags).split(", ")) else question
