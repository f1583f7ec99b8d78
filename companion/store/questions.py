"""When the person was last asked which of two memories holds: a gentle question, at most one a day."""

from __future__ import annotations

from datetime import date, datetime

from companion.store.database import Database

_META = "asked on"


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

    def asked(self, now: datetime) -> None:
        """Joins the caller's transaction."""
        with self._db.write():
            self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_META, now.date().isoformat()))
