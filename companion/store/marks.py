"""The marks of replies: what a reply says about the person that nothing it was given supports."""

from __future__ import annotations

from collections.abc import Sequence

from companion.records import Span
from companion.store.database import Database


class Marks:
    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, reply: int, spans: Sequence[Span]) -> None:
        """Keep the marks of a reply that is on disk, in the place of those it had."""
        with self._db.write():
            self._db.run("DELETE FROM unsupported WHERE reply = ?", (reply,))
            self._db.run_many(
                "INSERT INTO unsupported VALUES (?,?,?)", ((reply, span.start, span.end) for span in spans)
            )

    def of(self, replies: Sequence[int]) -> dict[int, tuple[Span, ...]]:
        """The marks of each reply, in order; a reply without any is left out."""
        marks = ",".join("?" * len(replies))
        rows = self._db.all(
            'SELECT u.reply, u.start, u."end", t.text FROM unsupported u JOIN turns t ON t.id = u.reply'
            f" WHERE u.reply IN ({marks}) ORDER BY u.reply, u.start",
            tuple(replies),
        )
        found: dict[int, tuple[Span, ...]] = {}
        for reply, start, end, text in rows:
            found[reply] = (*found.get(reply, ()), Span(start, end, text[start:end]))
        return found
