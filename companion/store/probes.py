"""What was measured of the models this profile was used with, by model and by version of the measuring."""

from __future__ import annotations

from datetime import datetime

from companion.clock import stamp
from companion.store.database import Database


class Probes:
    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, model: str, version: str) -> str | None:
        """What was kept (JSON), also when it is not complete yet."""
        found = self._db.value("SELECT state FROM probes WHERE model = ? AND version = ?", (model, version))
        return None if found is None else str(found)

    def put(self, model: str, version: str, state: str, now: datetime) -> None:
        """Keep `state` (JSON) for the model, in the place of what another version found."""
        with self._db.write():
            self._db.run("DELETE FROM probes WHERE model = ?", (model,))
            self._db.run("INSERT INTO probes VALUES (?,?,?,?,?)", (model, version, state, *stamp(now)))
