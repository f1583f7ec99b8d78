"""Which weeks have had their letter, and what the letters need to know that nothing else asks for."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from companion.clock import stamp_day
from companion.store.database import Database

_META, _SINCE, _PROBLEM = "letter ", "letters since", "letters failed"
UNCLEAN = "letters erasing"
"""Row of `meta`: the ids of erased memories that letters may still tell of."""


class Letters:
    def __init__(self, db: Database) -> None:
        self._db = db

    def since(self) -> date | None:
        """The last day of the first week that was to have a letter."""
        found = self._db.value("SELECT value FROM meta WHERE key = ?", (_SINCE,))
        return None if found is None else date.fromisoformat(found)

    def begin(self, last: date) -> None:
        """From the week on that ends on this day each has a letter. Inside a transaction."""
        self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_SINCE, last.isoformat()))

    def is_done(self, week: str) -> bool:
        return self._db.value("SELECT 1 FROM meta WHERE key = ?", (_META + week,)) is not None

    def last_of(self, week: str) -> date | None:
        """The last day that the letter of this week tells of, as far as that is known."""
        found = next((note.get("last") for name, note in self._notes() if name == week), None)
        return date.fromisoformat(found) if found else None

    def told_until(self, week: str, last: date) -> date | None:
        """The last day of the latest other week before `last` that had its letter. Unknown of letters that are older
        than this question."""
        found = [note.get("last") for name, note in self._notes() if name != week]
        return max((date.fromisoformat(each) for each in found if each and each < last.isoformat()), default=None)

    def done(self, week: str, last: date, at: float, path: str | None) -> None:
        """It has its letter; `last`: its last day; `path`: where, "" where it is shown when it is asked for, None:
        there was nothing to tell. Inside a transaction."""
        note = json.dumps({"at": at, "path": path, "last": last.isoformat()})
        self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_META + week, note))
        self._db.run("DELETE FROM meta WHERE key = ?", (_PROBLEM,))

    def latest(self, since: float) -> tuple[str, str] | None:
        """(week, path) of the newest letter that was written after a time (seconds), if any."""
        found = self._notes()
        told = [(week, note["path"]) for week, note in found if note["at"] > since and note["path"] is not None]
        return max(told, default=None)

    def folders(self) -> frozenset[Path]:
        """All that letters were ever kept in."""
        return frozenset(Path(note["path"]).parent for _, note in self._notes() if note["path"])

    def _notes(self) -> list[tuple[str, dict[str, Any]]]:
        rows = self._db.all("SELECT key, value FROM meta WHERE key >= ? AND key < ?", (_META, _META + "\U0010ffff"))
        return [(key.removeprefix(_META), json.loads(value)) for key, value in rows]

    # Erasing

    def to_clean(self, memories: Iterable[int]) -> None:
        """Letters may still tell of these, which are erased. Inside the transaction that erases them."""
        ids = sorted({*self.unclean(), *memories})
        self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (UNCLEAN, json.dumps(ids)))

    def unclean(self) -> frozenset[int]:
        found = self._db.value("SELECT value FROM meta WHERE key = ?", (UNCLEAN,))
        return frozenset(json.loads(found)) if found is not None else frozenset()

    def cleaned(self) -> None:
        """Inside a transaction."""
        self._db.run("DELETE FROM meta WHERE key = ?", (UNCLEAN,))

    def failed(self, why: str) -> None:
        """Inside a transaction."""
        self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_PROBLEM, why))

    def problem(self) -> str:
        """Why the latest could not be written, empty when it could."""
        return str(self._db.value("SELECT value FROM meta WHERE key = ?", (_PROBLEM,)) or "")

    def faded(self, first: date, last: date, importance: int) -> list[int]:
        """Thoughts of at least this importance that nights between the end of `first` and that of `last` let fade and
        that are faded still, the most important first."""
        days = [(day - date(1970, 1, 1)).days for day in (first, last)]
        since, until = stamp_day(days[0] + 1, 0)[0], stamp_day(days[1] + 1, 0)[1]
        rows = self._db.all(
            "SELECT DISTINCT m.id, m.importance FROM batches b JOIN journal j ON j.batch = b.id"
            " JOIN memories m ON m.id = j.memory"
            " WHERE b.actor = 'sleep' AND b.at + b.utc_offset >= ? AND b.at + b.utc_offset < ?"
            " AND j.before IS NOT NULL AND j.after IS NOT NULL"
            " AND json_extract(j.before, '$.status') = 'active' AND json_extract(j.after, '$.status') = 'dormant'"
            " AND m.status = 'dormant' AND m.kind = 'thought' AND m.scope = '' AND m.subject <> 'companion'"
            " AND m.importance >= ? ORDER BY m.importance DESC, m.id",
            (since, until, importance),
        )
        return [int(id) for id, _ in rows]
