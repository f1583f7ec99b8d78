"""Conversations and turns: verbatim, in the order they were said.

What a conversation says is its path (`branches`): whatever reads it here sees the chosen version of each message alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from companion import strings
from companion.clock import stamp
from companion.errors import NotFound
from companion.records import Role, Turn, TurnState
from companion.store.branches import ON_PATH, Branches
from companion.store.chain import seal_turn, unseal_turn
from companion.store.conversations import Conversations
from companion.store.database import Database, Row
from companion.store.origins import HERE
from companion.store.turn_search import index_turn, unindex_turn

_COLUMNS = "id, conversation, role, speaker, text, at, utc_offset, state, answers, model"
_SAID_HERE = HERE.format(turn="turns.id")
_FARTHEST_ZONE = 86_400
"""Seconds that a local day may begin before that of UTC, amply: lets the index by time be used."""


def _turn(row: Row) -> Turn:
    return Turn(*row)


class Turns:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._branches = Branches(db)

    def open_conversation(self, now: datetime) -> int:
        """A new one, as usual and with nobody in particular."""
        return Conversations(self._db).begin(now)

    def latest_conversation(self) -> int | None:
        found = self._db.value("SELECT max(conversation) FROM turns")
        return None if found is None else int(found)

    def add(
        self,
        conversation: int,
        role: Role,
        text: str,
        now: datetime,
        *,
        speaker: str = "",
        state: TurnState = "complete",
        answers: int | None = None,
        model: str | None = None,
        parent: int | None = None,
    ) -> Turn:
        """Commit a turn. On disk when this returns. It follows `parent` (0: nothing; default: what the conversation
        says last), beside what followed that until now: the conversation goes on from it."""
        at, offset = stamp(now)
        values = (conversation, role, speaker or role, text, at, offset, state, answers, model)
        with self._db.write():
            leaf = self._branches.leaf(conversation)
            if parent is not None and parent != leaf:
                self._branches.go(conversation, parent)
                leaf = parent
            id = self._db.run(
                "INSERT INTO turns(conversation, role, speaker, text, at, utc_offset, state, answers, model, parent)"
                " VALUES (?,?,?,?,?,?,?,?,?,?)",
                (*values, leaf or None),
            )
            self._branches.grow(conversation, id)
            if state != "streaming":
                index_turn(self._db, id, text)
                seal_turn(self._db, id)
        return Turn(id, *values)

    def checkpoint(self, id: int, text: str) -> None:
        """Save what has been written of a streaming reply so far."""
        with self._db.write():
            self._db.run("UPDATE turns SET text = ? WHERE id = ? AND state = 'streaming'", (text, id))

    def finish(self, id: int, text: str, state: TurnState) -> Turn:
        """End a streaming reply; from here on the turn is immutable."""
        with self._db.write():
            if self._db.value("SELECT 1 FROM turns WHERE id = ? AND state = 'streaming'", (id,)) is not None:
                self._db.run("UPDATE turns SET text = ?, state = ? WHERE id = ?", (text, state, id))
                index_turn(self._db, id, text)
                seal_turn(self._db, id)
        return self.get(id)

    def drop_empty(self, id: int, back_to: int | None = None) -> None:
        """Remove a reply that never got a word, so that no empty turn stays behind. The path ends in the turn
        `back_to` then (default: where the newest of its other versions leads)."""
        with self._db.write():
            row = self._db.one(
                "SELECT conversation, parent FROM turns WHERE id = ? AND text = '' AND role = 'companion'", (id,)
            )
            if row is None:
                return
            conversation, parent = int(row[0]), int(row[1] or 0)
            was_last = self._branches.leaf(conversation) == id
            if was_last:
                self._branches.go(conversation, parent)
            self._db.run("DELETE FROM recalls WHERE reply = ?", (id,))
            unindex_turn(self._db, id)
            unseal_turn(self._db, id)
            self._db.run("DELETE FROM turns WHERE id = ?", (id,))
            if was_last:
                back_to = back_to if back_to is not None else self._branches.latest_below(parent) if parent else 0
                self._branches.go(conversation, back_to)

    def interrupted(self) -> list[Turn]:
        """Replies that were being written when the process ended."""
        rows = self._db.all(f"SELECT {_COLUMNS} FROM turns WHERE state = 'streaming' ORDER BY id")
        return [_turn(row) for row in rows]

    def get(self, id: int) -> Turn:
        row = self._db.one(f"SELECT {_COLUMNS} FROM turns WHERE id = ?", (id,))
        if row is None:
            raise NotFound(strings.text("engine.no_turn", id=id))
        return _turn(row)

    def many(self, ids: Sequence[int]) -> dict[int, Turn]:
        marks = ",".join("?" * len(ids))
        rows = self._db.all(f"SELECT {_COLUMNS} FROM turns WHERE id IN ({marks})", tuple(ids))
        return {row[0]: _turn(row) for row in rows}

    def latest(self, limit: int, before: int | None = None) -> list[Turn]:
        """The `limit` turns before turn id `before` (default: the newest) of all conversations, oldest first. What was
        brought in from elsewhere is none of them."""
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM turns WHERE id < ? AND {ON_PATH} AND {_SAID_HERE} ORDER BY id DESC LIMIT ?",
            (2**62 if before is None else before, limit),
        )
        return [_turn(row) for row in reversed(rows)]

    def conversation(self, conversation: int) -> list[Turn]:
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM turns WHERE conversation = ? AND {ON_PATH} ORDER BY id",
            (conversation,),
        )
        return [_turn(row) for row in rows]

    def between(self, conversation: int, first: int, last: int) -> list[Turn]:
        """The turns of a conversation with ids from `first` to `last`, in order."""
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM turns WHERE conversation = ? AND id BETWEEN ? AND ? AND {ON_PATH} ORDER BY id",
            (conversation, first, last),
        )
        return [_turn(row) for row in rows]

    def page(self, conversation: int | None, limit: int, before: int | None = None) -> list[Turn]:
        """The last `limit` turns of a conversation (default: the newest), those before turn id `before` of it alone;
        what is missing comes from the usual conversations that began before it here. Oldest first."""
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM turns WHERE (conversation, id) < (?1, ?2) AND {ON_PATH}"
            " AND (conversation = ?1 OR ((SELECT mode FROM conversations c WHERE c.id = conversation) = 'usual'"
            f" AND {_SAID_HERE}))"
            " ORDER BY conversation DESC, id DESC LIMIT ?3",
            (conversation or 2**62, before or 2**62, limit),
        )
        return [_turn(row) for row in reversed(rows)]

    def following(self, turn: Turn, limit: int) -> list[Turn]:
        """The next `limit` turns of its conversation."""
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM turns WHERE conversation = ? AND id > ? AND {ON_PATH} ORDER BY id LIMIT ?",
            (turn.conversation, turn.id, limit),
        )
        return [_turn(row) for row in rows]

    def begins(self, conversation: int) -> int:
        """Id of the first turn of a conversation, 0 when it has none."""
        return int(self._db.value("SELECT min(id) FROM turns WHERE conversation = ?", (conversation,)) or 0)

    def replies_to(self, id: int) -> list[Turn]:
        """All versions of the reply to a turn, in the order in which they were made."""
        rows = self._db.all(f"SELECT {_COLUMNS} FROM turns WHERE answers = ? ORDER BY id", (id,))
        return [_turn(row) for row in rows]

    def without_reflection(self, among: int = 1000) -> list[int]:
        """Turns of the person, `among` the latest, that no reflection was ever queued for: the process ended before,
        or there was no room to. What was brought in from elsewhere is looked back at another way."""
        rows = self._db.all(
            "SELECT id FROM turns WHERE role = 'person' AND id > (SELECT max(id) FROM turns) - ?"
            f" AND {ON_PATH} AND NOT EXISTS (SELECT 1 FROM jobs WHERE kind = 'reflect'"
            f" AND key = CAST(turns.id AS TEXT)) AND {_SAID_HERE} ORDER BY id",
            (among,),
        )
        return [int(row[0]) for row in rows]

    def said_since(self, day: date) -> list[Turn]:
        """What the person said on that calendar day of theirs and later, in order of time, as they chose among its
        versions. Nothing that was brought in from elsewhere."""
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM turns WHERE role = 'person' AND at >= ? AND at + utc_offset >= ? AND {ON_PATH}"
            f" AND {_SAID_HERE} ORDER BY at, id",
            ((day - date(1970, 1, 1)).days * 86_400 - _FARTHEST_ZONE, (day - date(1970, 1, 1)).days * 86_400),
        )
        return [_turn(row) for row in rows]

    def talk_days(self, until: float) -> list[float]:
        """The first word of the person here on each of their calendar days up to `until`, seconds, sorted."""
        rows = self._db.all(
            f"SELECT min(at) FROM turns WHERE role = 'person' AND at <= ? AND {_SAID_HERE}"
            " GROUP BY CAST((at + utc_offset) / 86400 AS INTEGER) ORDER BY 1",
            (until,),
        )
        return [float(row[0]) for row in rows]

    def count(self) -> int:
        return int(self._db.value("SELECT count(*) FROM turns"))
