"""What recall keeps in memory of every memory it may use: read whole at start, then by what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from companion.records import RECALLABLE
from companion.store.database import Database


class Member(NamedTuple):
    """A memory as recall looks at it. `turn` is the first it rests on; 0, without a conversation, if none."""

    id: int
    kind: str
    subject: str
    recorded_at: float
    utc_offset: int
    event_start: float | None
    event_end: float | None
    importance: int
    valence: float
    pinned: int
    length: int
    """Characters."""
    asks: int
    """Whether the text ends in a question mark."""
    turn: int
    conversation: int
    role: str
    speaker: str
    scope: str


class WorkingSet:
    def __init__(self, db: Database) -> None:
        self._db = db

    def members(self, ids: Sequence[int] | None = None) -> list[Member]:
        """Those recall may use, all or those of `ids`, by id."""
        rows = self._db.all(
            "SELECT m.id, m.kind, m.subject, m.recorded_at, m.utc_offset, m.event_start, m.event_end, m.importance,"
            " m.valence, m.pinned, length(m.text), substr(rtrim(m.text), -1) IN ('?', '？'), coalesce(t.id, 0),"
            " coalesce(t.conversation, 0), coalesce(t.role, ''), coalesce(t.speaker, ''), m.scope"
            " FROM memories m"
            " LEFT JOIN turns t ON t.id = (SELECT min(turn) FROM evidence e WHERE e.memory = m.id)"
            f" WHERE {_where(ids)} ORDER BY m.id",
            (*RECALLABLE, *(ids or ())),
        )
        return [Member(*row) for row in rows]

    def pieces(self, ids: Sequence[int] | None = None) -> list[int]:
        """The pieces of the same memories, in order."""
        rows = self._db.all(
            f"SELECT p.id FROM memories m JOIN pieces p ON p.memory = m.id WHERE {_where(ids)} ORDER BY p.id",
            (*RECALLABLE, *(ids or ())),
        )
        return [int(row[0]) for row in rows]

    def mentions(self, ids: Sequence[int] | None = None) -> list[tuple[int, str]]:
        """(memory, name) of the same memories."""
        rows = self._db.all(
            f"SELECT n.memory, n.name FROM memories m JOIN mentions n ON n.memory = m.id WHERE {_where(ids)}",
            (*RECALLABLE, *(ids or ())),
        )
        return [(int(memory), str(name)) for memory, name in rows]

    def replaced(self, moments: Sequence[int]) -> list[tuple[int, str, int]]:
        """(moment, text of the thought, memory that replaced it) of thoughts that were taken from these moments and
        superseded since."""
        marks = ",".join("?" * len(moments))
        rows = self._db.all(
            "SELECT DISTINCT here.memory, old.text, old.replaced_by FROM evidence here JOIN evidence there"
            ' ON there.turn = here.turn AND there.start < here."end" AND there."end" > here.start'
            " JOIN memories old ON old.id = there.memory JOIN memories m ON m.id = here.memory"
            f" WHERE here.memory IN ({marks}) AND m.kind = 'moment' AND old.kind = 'thought'"
            " AND old.status = 'superseded' AND old.replaced_by IS NOT NULL ORDER BY old.id",
            tuple(moments),
        )
        return [(int(moment), str(text), int(by)) for moment, text, by in rows]

    def links(self, ids: Sequence[int]) -> list[tuple[int, int, float]]:
        """(source, target, weight) of links that begin or end at one of `ids`."""
        marks = ",".join("?" * len(ids))
        rows = self._db.all(
            f"SELECT source, target, weight FROM links WHERE source IN ({marks})"
            f" UNION SELECT source, target, weight FROM links WHERE target IN ({marks})",
            (*ids, *ids),
        )
        return [(int(source), int(target), float(weight)) for source, target, weight in rows]


def _where(ids: Sequence[int] | None) -> str:
    where = f"m.status IN ({','.join('?' * len(RECALLABLE))})"
    return where if ids is None else f"{where} AND m.id IN ({','.join('?' * len(ids))})"
