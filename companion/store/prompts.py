"""What each reply was written from, as references: JSON that `companion.sources` writes and reads."""

from __future__ import annotations

from companion.store.database import Database


class Prompts:
    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, reply: int) -> str | None:
        found = self._db.value("SELECT segments FROM prompts WHERE reply = ?", (reply,))
        return None if found is None else str(found)

    def put(self, reply: int, segments: str) -> None:
        """Call inside the transaction that keeps the reply."""
        self._db.run("INSERT OR REPLACE INTO prompts VALUES (?,?)", (reply, segments))
