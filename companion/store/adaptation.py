"""What recall has learned from use: a delta for each weight, and an append-only log of every step."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from companion.clock import stamp
from companion.records import Lesson, Mode
from companion.store.database import Database, Row

RESET = "reset by you"
RESTORED = "reset taken back by you"
USED = "used in a reply"
JUDGED = "called not relevant by you"
JUDGED_BACK = "taken back by you"
_COLUMNS = "id, at, utc_offset, reason, change, reply, undoes"


class Adaptation:
    """The deltas change in one way only: with a lesson that says what was before and after."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def deltas(self) -> dict[Mode, dict[str, float]]:
        """mode → feature → what is added to its weight; what is not there is 0."""
        found: dict[Mode, dict[str, float]] = defaultdict(dict)
        for mode, feature, delta in self._db.all("SELECT mode, feature, delta FROM adaptation"):
            found[mode][feature] = delta
        return dict(found)

    def newest(self) -> int:
        """Number of the latest lesson, 0 before the first: the deltas are the same while it is."""
        return int(self._db.value("SELECT coalesce(max(id), 0) FROM lessons"))

    def teach(
        self,
        now: datetime,
        reason: str,
        after: Mapping[Mode, Mapping[str, float]],
        reply: int | None = None,
        undoes: int | None = None,
    ) -> int | None:
        """Make the deltas of the modes in `after` what it says, and log it; the lesson's number, None when nothing
        differs (taking a reset back is a lesson in any case). Joins the caller's transaction."""
        with self._db.write():
            before = self.deltas()
            change = {
                mode: changed for mode, wanted in after.items() if (changed := _changed(before.get(mode, {}), wanted))
            }
            if not change and undoes is None:
                return None
            at, offset = stamp(now)
            for mode, features in change.items():
                for feature, (_, delta) in features.items():
                    if delta:
                        self._db.run("INSERT OR REPLACE INTO adaptation VALUES (?,?,?)", (mode, feature, delta))
                    else:
                        self._db.run("DELETE FROM adaptation WHERE mode = ? AND feature = ?", (mode, feature))
            return self._db.run(
                "INSERT INTO lessons(at, utc_offset, reason, change, reply, undoes) VALUES (?,?,?,?,?,?)",
                (at, offset, reason, json.dumps(change, separators=(",", ":"), sort_keys=True), reply, undoes),
            )

    def lessons(self, limit: int) -> tuple[Lesson, ...]:
        """The latest, newest first."""
        rows = self._db.all(f"SELECT {_COLUMNS} FROM lessons ORDER BY id DESC LIMIT ?", (limit,))
        return tuple(_lesson(row) for row in rows)

    def lesson(self, id: int) -> Lesson | None:
        row = self._db.one(f"SELECT {_COLUMNS} FROM lessons WHERE id = ?", (id,))
        return _lesson(row) if row is not None else None

    def taught_since_reset(self) -> int:
        """How many replies the present deltas come from: those since the last reset that stands, and with one taken
        back those before it again."""
        standing = self.standing_reset()
        since = standing.id if standing is not None else 0
        return int(
            self._db.value("SELECT count(DISTINCT reply) FROM lessons WHERE reply IS NOT NULL AND id > ?", (since,))
        )

    def standing_reset(self) -> Lesson | None:
        """The latest reset that was not taken back."""
        row = self._db.one(
            f"SELECT {_COLUMNS} FROM lessons WHERE reason = ? AND id NOT IN"
            " (SELECT undoes FROM lessons WHERE undoes IS NOT NULL) ORDER BY id DESC LIMIT 1",
            (RESET,),
        )
        return _lesson(row) if row is not None else None


def _changed(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    pairs = {name: (before.get(name, 0.0), after.get(name, 0.0)) for name in sorted({*before, *after})}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _lesson(row: Row) -> Lesson:
    id, at, offset, reason, change, reply, undoes = row
    pairs = {
        mode: {name: (float(before), float(after)) for name, (before, after) in features.items()}
        for mode, features in json.loads(change).items()
    }
    return Lesson(id, at, offset, reason, pairs, reply, undoes)
