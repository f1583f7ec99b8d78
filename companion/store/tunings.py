"""How the models this profile was used with run best, by machine, model and size of context."""

from __future__ import annotations

from datetime import datetime

from companion.clock import moment, stamp
from companion.store.database import Database


class Tunings:
    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, machine: str, model: str, context: int, version: str) -> tuple[str, datetime] | None:
        """What was kept (JSON), and when."""
        found = self._db.one(
            "SELECT state, at, utc_offset FROM tunings WHERE machine = ? AND model = ? AND context = ? AND version = ?",
            (machine, model, context, version),
        )
        return None if found is None else (str(found[0]), moment(float(found[1]), int(found[2])))

    def put(self, machine: str, model: str, context: int, version: str, state: str, now: datetime) -> None:
        """Keep `state` (JSON) in the place of what was found before."""
        with self._db.write():
            self._db.run(
                "INSERT OR REPLACE INTO tunings VALUES (?,?,?,?,?,?,?)",
                (machine, model, context, version, state, *stamp(now)),
            )
