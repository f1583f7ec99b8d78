"""How far each conversation was cut into events: a state (JSON) of one conversation, and whether an event is open."""

from __future__ import annotations

from collections.abc import Sequence

from companion.records import Status
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

    def surprised(self, turn: int, nats: float) -> None:
        """The mean −ln P of a turn's tokens, as the model read them."""
        self._db.run("INSERT OR REPLACE INTO surprises VALUES (?,?)", (turn, nats))

    def surprise(self, turn: int) -> float | None:
        """What `surprised` was told of a turn; None where no model measured it."""
        found = self._db.value("SELECT nats FROM surprises WHERE turn = ?", (turn,))
        return None if found is None else float(found)

    def event_before(self, at: float, statuses: Sequence[Status], scope: str = "") -> int | None:
        """The memory of the latest event of a scope that began at or before `at`, seconds."""
        marks = ",".join("?" * len(statuses))
        found = self._db.value(
            f"SELECT id FROM memories WHERE kind = 'event' AND status IN ({marks}) AND recorded_at <= ? AND scope = ?"
            " ORDER BY recorded_at DESC, id DESC LIMIT 1",
            (*statuses, at, scope),
        )
        return None if found is None else int(found)
