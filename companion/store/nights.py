"""Which nights were slept, and what they did."""

from __future__ import annotations

import json
from datetime import date, datetime

from companion.clock import stamp
from companion.store.database import Database

AHEAD = 14 * 3600
"""Seconds by which a clock may have been ahead when a night was run: a computer that keeps its clock in local time and
is told otherwise, at the most."""


class Nights:
    def __init__(self, db: Database) -> None:
        self._db = db

    def latest(self, until: date, now: datetime) -> date | None:
        """The newest night up to `until` that was run by `now`: those of a clock that was once far ahead do not count.
        One that was put right by some hours runs no night a second time."""
        values = (until.isoformat(), stamp(now)[0] + AHEAD)
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
