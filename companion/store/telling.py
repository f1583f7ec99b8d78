"""Who and what memories tell of, and in which months: what pages are put together from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from companion.records import PLAY, Status
from companion.store.database import Database, Row

STANDING: tuple[Status, ...] = ("active", "dormant", "candidate")
ONCE: tuple[Status, ...] = ("active", "dormant", "archived", "candidate", "superseded")
"""States of what is, or was, true."""
_PART = 500
_NAMED = (
    "WITH named AS (SELECT memory, name FROM mentions UNION SELECT id, lower(subject) FROM memories"
    " WHERE kind = 'thought' AND subject NOT IN ('person', 'companion'))"
)
"""A name at the beginning of a sentence may be any word, and is no mention; the subject says whose it is."""
_SAID = f"m.kind IN ('moment', 'thought') AND m.subject <> 'companion' AND m.scope <> '{PLAY}'"
"""What the person said, and not in play: what nights made of it would count it once more."""


class Told(NamedTuple):
    """A name or a subject, and the memories that tell of it."""

    name: str
    memories: int
    last_at: float
    utc_offset: int
    text: str
    """Of the latest."""


class Telling:
    def __init__(self, db: Database) -> None:
        self._db = db

    def subjects(self) -> list[Told]:
        """Whom standing thoughts are about, besides the two speakers; names as they are written."""
        # A bare column beside max() is of the row that has it.
        rows = self._db.all(
            "SELECT subject, count(*), max(recorded_at), utc_offset, text FROM memories WHERE kind = 'thought'"
            f" AND status IN ({_quoted(STANDING)}) AND subject NOT IN ('person', 'companion')"
            f" AND scope <> '{PLAY}' GROUP BY subject"
        )
        return [Told(*row) for row in rows]

    def names(self, limit: int) -> list[Told]:
        """What the person called by name, and whom thoughts are about (case folded), the most often first."""
        rows = self._db.all(
            f"{_NAMED} SELECT x.name, count(*), max(m.recorded_at), m.utc_offset, m.text FROM named x"
            f" JOIN memories m ON m.id = x.memory WHERE m.status IN ({_quoted(STANDING)}) AND {_SAID}"
            " GROUP BY x.name ORDER BY 2 DESC, 3 DESC, 1 LIMIT ?",
            (limit,),
        )
        return _folded(rows)

    def names_in(self, memories: Sequence[int]) -> list[Told]:
        """The same of these memories alone."""
        rows: list[Row] = []
        for start in range(0, len(memories), _PART):
            part = memories[start : start + _PART]
            rows += self._db.all(
                f"{_NAMED} SELECT x.name, 1, m.recorded_at, m.utc_offset, m.text FROM memories m"
                f" JOIN named x ON x.memory = m.id WHERE m.id IN ({','.join('?' * len(part))}) AND {_SAID}",
                part,
            )
        return _folded(rows)

    def introducing(self, name: str, limit: int) -> list[str]:
        """Texts of the thoughts that call a name (case folded), the oldest: who is told of is introduced first."""
        rows = self._db.all(
            "SELECT m.text FROM mentions x JOIN memories m ON m.id = x.memory WHERE x.name = ? AND m.kind = 'thought'"
            f" AND m.subject <> 'companion' AND m.scope <> '{PLAY}' AND m.status IN ({_quoted(ONCE)})"
            " ORDER BY m.id LIMIT ?",
            (name, limit),
        )
        return [str(text) for (text,) in rows]

    def months(self, statuses: Sequence[Status]) -> dict[tuple[int, int], dict[str, int]]:
        """(year, month) of the person's calendar → kind → how many were formed in it."""
        found: dict[tuple[int, int], dict[str, int]] = {}
        for month, kind, count in self._db.all(
            "SELECT strftime('%Y-%m', recorded_at + utc_offset, 'unixepoch'), kind, count(*) FROM memories"
            f" WHERE status IN ({_quoted(statuses)}) GROUP BY 1, 2"
        ):
            if month is not None:  # a clock beyond the calendar
                year, number = month.rsplit("-", 1)
                found.setdefault((int(year), int(number)), {})[kind] = count
        return found

    def changes_by_day(self, since: int) -> list[tuple[int, str, bool, str | None, str | None, int]]:
        """(local day counted from 1970-01-01, actor, whether it stands and was no undoing, state before, state after,
        how many memories) of the journal from a day on; a state is None where there was no memory."""
        undone = ",".join(map(str, sorted(self._undone())))
        rows = self._db.all(
            "SELECT CAST(floor((b.at + b.utc_offset) / 86400.0) AS INTEGER), b.actor,"
            f" b.undoes IS NULL AND b.id NOT IN ({undone}),"
            " json_extract(j.before, '$.status'), json_extract(j.after, '$.status'), count(*)"
            " FROM batches b JOIN journal j ON j.batch = b.id AND j.nonce IS NOT NULL"
            " WHERE b.at + b.utc_offset >= ? GROUP BY 1, 2, 3, 4, 5",
            (since * 86_400,),
        )
        return [(day, actor, bool(own), before, after, count) for day, actor, own, before, after, count in rows]

    def _undone(self) -> set[int]:
        """Batches that were taken back, and not done again since."""
        undoing: dict[int, list[int]] = {}
        for id, target in self._db.all("SELECT id, undoes FROM batches WHERE undoes IS NOT NULL ORDER BY id DESC"):
            undoing.setdefault(int(target), []).append(int(id))
        undone: set[int] = set()
        for target in sorted(undoing, reverse=True):  # what takes it back came after it
            if not undone.issuperset(undoing[target]):
                undone.add(target)
        return undone


def _folded(rows: Sequence[Row]) -> list[Told]:
    """Names that differ in case alone as one: SQLite folds ASCII."""
    found: dict[str, Told] = {}
    for row in rows:
        one = Told(*row)._replace(name=str(row[0]).casefold())
        other = found.get(one.name, one._replace(memories=0))
        latest = max(one, other, key=lambda told: told.last_at)
        found[one.name] = latest._replace(memories=one.memories + other.memories)
    return sorted(found.values(), key=lambda told: (-told.memories, -told.last_at, told.name))


def _quoted(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
