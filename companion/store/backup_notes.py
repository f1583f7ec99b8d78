"""What went wrong with the latest copy of the night, until one was made again."""

from __future__ import annotations

import json

from companion import errors
from companion.errors import CompanionError
from companion.store.database import Database

_META = "backup failed"


class BackupNotes:
    def __init__(self, db: Database) -> None:
        self._db = db

    def failed(self, at: float, error: CompanionError) -> None:
        """Call inside a transaction."""
        note = {"at": at, "error": type(error).__name__, "detail": error.detail, "hint": error.hint}
        self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_META, json.dumps(note, ensure_ascii=False)))

    def made(self) -> None:
        """Call inside a transaction."""
        self._db.run("DELETE FROM meta WHERE key = ?", (_META,))

    def problem(self) -> tuple[float, CompanionError] | None:
        """When the latest one failed (seconds), and why."""
        found = self._db.value("SELECT value FROM meta WHERE key = ?", (_META,))
        if found is None:
            return None
        note = json.loads(found)
        kind = getattr(errors, str(note["error"]), CompanionError)
        return float(note["at"]), kind(str(note["detail"]), hint=str(note["hint"]))
