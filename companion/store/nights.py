"""Which nights were slept, and what they did."""

from __future__ import annotations

import json
from datetime import date, datetime

from companion.clock import stamp
from companion.store.database import Database
from companion.store.origins import HERE

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

    def first(self) -> tuple[float, int] | None:
        """When life here began (seconds, offset): the first thing said, or remembered, or brought in. What others'
        exports tell of the years before is no night to be caught up."""
        here = HERE.format(turn="turns.id")
        for sql in (
            f"SELECT at, utc_offset FROM turns WHERE {here} ORDER BY at LIMIT 1",
            "SELECT recorded_at, utc_offset FROM memories m WHERE NOT EXISTS (SELECT 1 FROM source_memories s"
            " WHERE s.memory = m.id) ORDER BY recorded_at LIMIT 1",
            "SELECT at, utc_offset FROM sources ORDER BY at LIMIT 1",
        ):
            if (found := self._db.one(sql)) is not None:
                return float(found[0]), int(found[1])
        return None

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
