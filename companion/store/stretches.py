"""How far each conversation was cut into events: a state (JSON) of one conversation, and whether an event is open."""

from __future__ import annotations

from companion.store.database import Database


class Stretches:
    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, conversation: int) -> str | None:
        found = self._db.value("SELECT state FROM stretches WHERE conversation = ?", (conversation,))
        return None if found is None else str(found)

    def open(self) -> dict[int, str]:
        """By conversation, the states of those with an open event."""
        rows = self._db.all("SELECT conversation, state FROM stretches WHERE open ORDER BY conversation")
        return {int(conversation): str(state) for conversation, state in rows}

    def put(self, conversation: int, state: str, *, open: bool) -> None:
        """Call inside the transaction that keeps the events it tells of."""
        self._db.run("INSERT OR REPLACE INTO stretches VALUES (?,?,?)", (conversation, state, int(open)))
