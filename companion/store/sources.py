"""What was pasted or imported, and which memories came from it: they are "quarantined" until the person has confirmed
their source, and told by that from what was set aside for other reasons.

    source = store.sources.add("import", "diary.zip", now)
    with store.quarantine_batch(source, "person", "import") as batch:
        batch.add(memory)                       is shown, and recalled once the source is confirmed
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from companion.clock import stamp
from companion.errors import NotFound
from companion.records import Actor, Memory
from companion.safekeeping import QuarantinedSource
from companion.store.changes import Batch, Changes
from companion.store.database import Database
from companion.strings import text as words
from companion.text import one_line

SourceKind = Literal["paste", "import", "proposal"]
WAITING = (
    "m.status = 'quarantined' AND m.id IN (SELECT w.memory FROM source_memories w JOIN sources s ON s.id = w.source"
    " WHERE s.stands = 0)"
)
"""Of a row m of memories: it waits for its source to be confirmed."""
_NAME = 60
"""Characters of a pasted text that it is called by."""


@dataclass(frozen=True, slots=True)
class Source:
    """A stretch of a turn that was pasted, or something imported; `decided`: it was confirmed, or removed."""

    id: int
    kind: SourceKind
    turn: int | None
    start: int
    end: int
    decided: bool
    confirmed: bool


class Sources:
    def __init__(self, db: Database, changes: Changes) -> None:
        self._db = db
        changes.keep_beside(self._take_back)

    def add(
        self, kind: SourceKind, name: str, when: datetime, turn: int | None = None, span: tuple[int, int] | None = None
    ) -> int:
        """Its id. A paste needs no name: it is called by its own first words, which are kept in its turn alone."""
        at, offset = stamp(when)
        start, end = span or (None, None)
        with self._db.write():
            return self._db.run(
                'INSERT INTO sources(kind, name, at, utc_offset, turn, start, "end") VALUES (?,?,?,?,?,?,?)',
                (kind, name, at, offset, turn, start, end),
            )

    def of_turn(self, turn: int) -> list[Source]:
        """What was pasted into it, in order."""
        return self._found("turn = ? ORDER BY start", turn)

    def in_conversation(self, conversation: int) -> list[tuple[Source, str]]:
        """What was pasted in it and is not confirmed, or was removed, with its words."""
        rows = self._db.all(
            'SELECT s.id, substr(t.text, s.start + 1, s."end" - s.start) FROM sources s JOIN turns t ON t.id = s.turn'
            " WHERE t.conversation = ? AND NOT (s.stands AND s.confirmed) ORDER BY s.id",
            (conversation,),
        )
        return [(self.get(int(id)), text) for id, text in rows]

    def get(self, id: int) -> Source:
        """Raises NotFound."""
        found = self._found("id = ?", id)
        if not found:
            raise NotFound(words("quarantine.none_such", id=id), hint=words("quarantine.see_list"))
        return found[0]

    def keep(self, batch: Batch, source: int, memory: Memory) -> Memory:
        """Add `memory` so that it waits."""
        added = batch.add(replace(memory, status="quarantined"))
        self._db.run("INSERT OR REPLACE INTO source_memories VALUES (?,?)", (added.id, source))
        return added

    def waiting(self, source: int) -> list[int]:
        """The memories of a source that wait."""
        rows = self._db.all(
            f"SELECT m.id FROM memories m JOIN source_memories o ON o.memory = m.id WHERE o.source = ? AND {WAITING}"
            " ORDER BY m.id",
            (source,),
        )
        return [int(id) for (id,) in rows]

    def proposed(self) -> int:
        """How many memories that other programs proposed wait."""
        return int(
            self._db.value(
                f"SELECT count(*) FROM memories m WHERE {WAITING} AND m.id IN (SELECT o.memory FROM source_memories o"
                " JOIN sources p ON p.id = o.source WHERE p.kind = 'proposal')"
            )
        )

    def taken_in(self, source: int) -> list[int]:
        """The memories of a source that was confirmed, but for those that were forgotten or merged since."""
        rows = self._db.all(
            "SELECT m.id FROM memories m JOIN source_memories o ON o.memory = m.id WHERE o.source = ?"
            " AND m.status NOT IN ('forgotten', 'merged') ORDER BY m.id",
            (source,),
        )
        return [int(id) for (id,) in rows]

    def name(self, source: int) -> str:
        """What it is called, or begins with."""
        return one_line(
            self._db.value(
                'SELECT coalesce(substr(t.text, s.start + 1, min(s."end" - s.start, 400)), s.name) FROM sources s'
                " LEFT JOIN turns t ON t.id = s.turn AND s.name = '' WHERE s.id = ?",
                (source,),
            )
            or "",
            _NAME,
        )

    def of_memories(self, ids: tuple[int, ...]) -> frozenset[int]:
        """Those of `ids` that came from any source."""
        marks = ",".join("?" * len(ids))
        rows = self._db.all(f"SELECT memory FROM source_memories WHERE memory IN ({marks})", ids)
        return frozenset(int(id) for (id,) in rows)

    def listed(self) -> tuple[QuarantinedSource, ...]:
        """Those with memories that wait, newest first."""
        rows = self._db.all(
            'SELECT s.id, coalesce(substr(t.text, s.start + 1, min(s."end" - s.start, 400)), s.name), s.at,'
            " s.utc_offset, count(*) FROM sources s JOIN source_memories o ON o.source = s.id"
            " JOIN memories m ON m.id = o.memory LEFT JOIN turns t ON t.id = s.turn AND s.name = ''"
            " WHERE m.status = 'quarantined' AND s.stands = 0 GROUP BY s.id ORDER BY s.id DESC"
        )
        return tuple(QuarantinedSource(id, one_line(name, _NAME), at, off, n) for id, name, at, off, n in rows)

    def decide(self, source: int, batch: Batch, *, confirmed: bool) -> None:
        """It was confirmed, or removed, in `batch`. Inside its transaction."""
        self._db.run(
            "UPDATE sources SET decided = ?, stands = 1, confirmed = ? WHERE id = ?", (batch.id, int(confirmed), source)
        )
        which = "confirmed_in" if confirmed else "removed_in"
        self._db.run(f"UPDATE sources SET {which} = decided WHERE id = ?", (source,))

    def _take_back(self, batch: int, stands: bool) -> bool:
        before = self._db.value("SELECT count(*) FROM sources WHERE decided = ? AND stands <> ?", (batch, int(stands)))
        self._db.run("UPDATE sources SET stands = ? WHERE decided = ?", (int(stands), batch))
        return bool(before)

    def _found(self, where: str, value: int) -> list[Source]:
        rows = self._db.all(
            f'SELECT id, kind, turn, coalesce(start, 0), coalesce("end", 0), stands, confirmed FROM sources'
            f" WHERE {where}",
            (value,),
        )
        return [
            Source(id, kind, turn, start, end, bool(stands), bool(stands and confirmed))
            for id, kind, turn, start, end, stands, confirmed in rows
        ]


@dataclass
class QuarantineBatch:
    """Adds memories to a batch so that they wait until their source is confirmed; all else is done on `batch`."""

    batch: Batch
    source: int
    sources: Sources

    def add(self, memory: Memory) -> Memory:
        return self.sources.keep(self.batch, self.source, memory)


@contextlib.contextmanager
def quarantine_batch(
    changes: Changes, sources: Sources, source: int, actor: Actor, action: str, reason: str = ""
) -> Generator[QuarantineBatch]:
    """See `Changes.batch`."""
    with changes.batch(actor, action, reason) as batch:
        yield QuarantineBatch(batch, source, sources)
