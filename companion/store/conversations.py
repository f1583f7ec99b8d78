"""Conversations as they are listed: who holds them, how they are called, when something was last said in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from companion import strings
from companion.chats import ChatMode, Conversation
from companion.clock import stamp
from companion.errors import NotFound
from companion.store.branches import ON_PATH
from companion.store.database import Database, Row
from companion.text import one_line

TITLE = 60
"""Characters that a title has at most."""
_BEGINS = 400
"""Characters of the first message that a title is made from."""
STANDS = (
    "NOT EXISTS (SELECT 1 FROM evidence e JOIN memories m ON m.id = e.memory WHERE e.turn = {turn}"
    " AND m.status = 'forgotten' AND m.kind IN ('moment', 'thought'))"
)
"""Condition for a turn: the person had nothing of it forgotten."""
_BEGUN = "begun anew"
_SELECT = f"""SELECT c.id, c.title, c.started_at, c.utc_offset, c.mode, c.persona,
                coalesce((SELECT at FROM turns WHERE conversation = c.id ORDER BY id DESC LIMIT 1), c.started_at)
                  AS last_at,
                (SELECT count(*) FROM turns WHERE conversation = c.id AND {ON_PATH}) AS turns,
                coalesce((SELECT substr(text, 1, {_BEGINS}) FROM turns WHERE conversation = c.id AND {ON_PATH}
                            AND trim(text) <> '' AND role = 'person' AND {STANDS.format(turn="turns.id")}
                            ORDER BY id LIMIT 1),
                         (SELECT substr(text, 1, {_BEGINS}) FROM turns WHERE conversation = c.id AND {ON_PATH}
                            AND trim(text) <> '' AND {STANDS.format(turn="turns.id")} ORDER BY id LIMIT 1)) AS begins,
                (SELECT speaker FROM turns WHERE conversation = c.id AND {ON_PATH} AND role = 'companion'
                   ORDER BY id DESC LIMIT 1) AS speaker
              FROM conversations c"""


class Conversations:
    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, now: datetime, mode: ChatMode = "usual", persona: str = "") -> int:
        """Inside or outside a transaction. One that is incognito is in a store of its own, where it is as usual."""
        at, offset = stamp(now)
        kept = "usual" if mode == "incognito" else mode
        with self._db.write():
            return self._db.run(
                "INSERT INTO conversations(started_at, utc_offset, mode, persona) VALUES (?,?,?,?)",
                (at, offset, kept, persona),
            )

    def begin_later(self, now: datetime, mode: ChatMode, persona: str) -> None:
        """The person wants another conversation, held like this, in which nothing is said yet."""
        told = json.dumps([self._newest(), stamp(now)[0], mode, persona])
        with self._db.write():
            self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_BEGUN, told))

    def begin_no_more(self) -> None:
        """They went on with one that there is."""
        if self._db.value("SELECT 1 FROM meta WHERE key = ?", (_BEGUN,)) is not None:
            with self._db.write():
                self._db.run("DELETE FROM meta WHERE key = ?", (_BEGUN,))

    def beginning(self, since: float) -> tuple[ChatMode, str] | None:
        """How, and with whom, the one is to be held that the person wanted after `since` (seconds); None when there is
        none, or something was said since."""
        told = self._db.value("SELECT value FROM meta WHERE key = ?", (_BEGUN,))
        if told is None:
            return None
        after, at, mode, persona = json.loads(told)
        return (mode, persona) if at > since and after == self._newest() else None

    def _newest(self) -> int:
        return int(self._db.value("SELECT max(id) FROM turns") or 0)

    def held(self, id: int) -> tuple[ChatMode, str] | None:
        """How a conversation is held and with whom (a persona's key); None when there is none."""
        row = self._db.one("SELECT mode, persona FROM conversations WHERE id = ?", (id,))
        return None if row is None else (row[0], str(row[1]))

    def get(self, id: int) -> Conversation:
        """Raises NotFound."""
        row = self._db.one(f"{_SELECT} WHERE c.id = ?", (id,))
        if row is None:
            raise NotFound(strings.text("conversing.no_conversation", id=id))
        return _conversation(row)

    def latest(self, limit: int, among: Sequence[int] | None = None) -> list[Conversation]:
        """Those in which something was said, the latest first; of `among` alone, where that is given."""
        where = "c.leaf IS NOT NULL"
        if among is not None:
            where += f" AND c.id IN ({','.join(map(str, map(int, among)))})"
        rows = self._db.all(f"{_SELECT} WHERE {where} ORDER BY last_at DESC, c.id DESC LIMIT ?", (limit,))
        return [_conversation(row) for row in rows]

    def titled(self, text: str) -> set[int]:
        """Those whose title, as the person gave it, holds `text` whatever its case."""
        wanted = text.casefold()
        rows = self._db.all("SELECT id, title FROM conversations WHERE title <> ''")
        return {int(id) for id, title in rows if wanted in title.casefold()}

    def rename(self, id: int, title: str) -> None:
        """An empty title is made of its first words again. Raises NotFound."""
        self.get(id)
        with self._db.write():
            self._db.run("UPDATE conversations SET title = ? WHERE id = ?", (one_line(title, TITLE), id))


def _conversation(row: Row) -> Conversation:
    id, title, started, offset, mode, persona, last, turns, begins, speaker = row
    return Conversation(
        id,
        title or one_line(begins or "", TITLE),
        started,
        last,
        offset,
        turns,
        mode,
        persona,
        speaker or "",
        bool(title),
    )
