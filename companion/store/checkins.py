"""What the companion would bring up by itself: each thing once, whatever became of it, and what the person wants less
of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from companion.records import CheckInKind
from companion.store.database import Database, Row

State = Literal["waiting", "told", "missed", "unwanted"]
_COLUMNS = "id, kind, memory, due_at, utc_offset, key, state, told_at"


@dataclass(frozen=True, slots=True)
class Planned:
    """`due_at` and `told_at` in seconds since the epoch; `key` says what it is about, and is there once."""

    id: int
    kind: CheckInKind
    memory: int
    due_at: float
    utc_offset: int
    key: str
    state: State = "waiting"
    told_at: float | None = None


class CheckIns:
    def __init__(self, db: Database) -> None:
        self._db = db

    def sync(self, planned: Sequence[Planned]) -> None:
        """From now on exactly these wait (ids and states are ignored), without those that were told, missed or
        unwanted already. Inside a transaction."""
        waiting = {each.key: each for each in self.waiting()}
        wanted = {each.key: each for each in planned}
        for gone in waiting.keys() - wanted.keys():
            self._db.run("DELETE FROM checkins WHERE id = ?", (waiting[gone].id,))
        for key, each in wanted.items():
            values = (each.kind, each.memory, each.due_at, each.utc_offset)
            if key not in waiting:
                self._db.run(
                    "INSERT OR IGNORE INTO checkins(kind, memory, due_at, utc_offset, key) VALUES (?,?,?,?,?)",
                    (*values, key),
                )
            elif values != (waiting[key].kind, waiting[key].memory, waiting[key].due_at, waiting[key].utc_offset):
                self._db.run(
                    "UPDATE checkins SET kind = ?, memory = ?, due_at = ?, utc_offset = ? WHERE id = ?",
                    (*values, waiting[key].id),
                )

    def waiting(self) -> list[Planned]:
        """The next first."""
        return self._read("state = 'waiting' ORDER BY due_at, id")

    def done(self, keys: Collection[str]) -> frozenset[str]:
        """Those of `keys` that wait no more."""
        marks = ",".join("?" * len(keys))
        rows = self._db.all(f"SELECT key FROM checkins WHERE state <> 'waiting' AND key IN ({marks})", tuple(keys))
        return frozenset(str(key) for (key,) in rows)

    def told(self, since: float) -> list[Planned]:
        """Those that were told after `since`, the latest first."""
        return self._read("state = 'told' AND told_at > ? ORDER BY told_at DESC, id DESC", (since,))

    def latest(self, kind: CheckInKind) -> Planned | None:
        """The latest of a kind that was told, or left out because less of it is wanted."""
        found = self._read("kind = ? AND state IN ('told', 'unwanted') ORDER BY told_at DESC, id DESC LIMIT 1", (kind,))
        return found[0] if found else None

    def tell(self, id: int, turn: int, at: float) -> None:
        """It is brought up in `turn`. Inside the transaction that writes the turn."""
        self._db.run("UPDATE checkins SET state = 'told', turn = ?, told_at = ? WHERE id = ?", (turn, at, id))

    def leave(self, id: int, state: State, at: float) -> None:
        """It is never brought up. Inside a transaction."""
        self._db.run("UPDATE checkins SET state = ?, told_at = ? WHERE id = ?", (state, at, id))

    def less(self, kind: CheckInKind) -> int:
        """How often the person wanted less of a kind."""
        return int(self._db.value("SELECT less FROM checkin_tastes WHERE kind = ?", (kind,)) or 0)

    def want_less(self, kind: CheckInKind) -> None:
        with self._db.write():
            self._db.run(
                "INSERT INTO checkin_tastes VALUES (?, 1) ON CONFLICT(kind) DO UPDATE SET less = less + 1", (kind,)
            )

    def told_in(self, turns: Collection[int]) -> dict[int, CheckInKind]:
        """Those of `turns` that brought something up, with its kind."""
        if not turns:
            return {}
        marks = ",".join("?" * len(turns))
        rows = self._db.all(f"SELECT turn, kind FROM checkins WHERE turn IN ({marks})", tuple(turns))
        return {int(turn): kind for turn, kind in rows}

    def last_word(self) -> tuple[int, float, int] | None:
        """The latest turn of the person: id, seconds, offset."""
        row = self._db.one("SELECT id, at, utc_offset FROM turns WHERE role = 'person' ORDER BY id DESC LIMIT 1")
        return None if row is None else (int(row[0]), float(row[1]), int(row[2]))

    def dated(self, formed_since: float, happens_since: float) -> list[int]:
        """Thoughts that everybody may know, formed after the one and ahead, when they were told, of something after the
        other (seconds), the most important first."""
        rows = self._db.all(
            "SELECT id FROM memories INDEXED BY thoughts_by_time WHERE kind = 'thought' AND recorded_at > ?"
            " AND event_start > ? AND event_start > recorded_at AND status = 'active' AND scope = ''"
            " AND sensitivity = 0 AND polarity = 'affirmed' AND modality IN ('plan', 'fact', 'feeling')"
            " AND subject <> 'companion' ORDER BY importance DESC, event_start, id",
            (formed_since, happens_since),
        )
        return [int(id) for (id,) in rows]

    def _read(self, where: str, values: Sequence[object] = ()) -> list[Planned]:
        return [_planned(row) for row in self._db.all(f"SELECT {_COLUMNS} FROM checkins WHERE {where}", values)]


def _planned(row: Row) -> Planned:
    return Planned(*row)
