"""Which nights were slept, and what they did."""

from __future__ import annotations

import json
from datetime import date, datetime

from companion.clock import stamp
from companion.store.database import Database


class Nights:
    def __init__(self, db: Database) -> None:
        self._db = db

    def latest(self, until: date, now: datetime) -> date | None:
        """The newest night up to `until` that was run by `now`: those of a clock that was once ahead do not count."""
        values = (until.isoformat(), stamp(now)[0])
        found = self._db.value("SELECT max(night) FROM nights WHERE night <= ? AND ran_at <= ?", values)
        return None if found is None else date.fromisoformat(found)

    def run_last(self) -> date | None:
        """The night whose time the state of memories is of: of the pass that was run last, its latest."""
        found = self._db.value("SELECT max(night) FROM nights WHERE batch = (SELECT max(batch) FROM nights)")
        return None if found is None else date.fromisoformat(found)

    def record(self, night: date, now: datetime, batch: int, report: dict[str, object]) -> None:
        """Call inside the transaction that holds the night's changes, with their batch, even if it is empty: batches
        tell in which order nights were run, whatever the clock said."""
        self._db.run(
            "INSERT OR REPLACE INTO nights VALUES (?,?,?,?)",
            (night.isoformat(), stamp(now)[0], batch, json.dumps(report, ensure_ascii=False)),
        )
