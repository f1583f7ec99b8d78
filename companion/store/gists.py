"""The gist of what has left the prompt of a long conversation, and from which turn on its history is still in it."""

from __future__ import annotations

from typing import NamedTuple

from companion.store.database import Database


class Gist(NamedTuple):
    """`start`: id of the first turn that is still in the prompt word for word; `text` tells of those before it."""

    start: int = 0
    text: str = ""


class Gists:
    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, conversation: int) -> Gist:
        row = self._db.one("SELECT start, text FROM gists WHERE conversation = ?", (conversation,))
        return Gist(*row) if row else Gist()

    def put(self, conversation: int, gist: Gist) -> None:
        with self._db.write():
            self._db.run("INSERT OR REPLACE INTO gists VALUES (?,?,?)", (conversation, *gist))
