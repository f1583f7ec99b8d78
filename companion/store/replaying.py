"""The memories as the journal alone tells them: what the tables must say as well."""

from __future__ import annotations

import json
from collections import defaultdict

from companion.store.database import Database
from companion.store.images import COLUMNS, Image, complete

_WHOLE = '"kind": '
"""In every image, and in no entry that holds a state alone; words have their quotation marks escaped."""


class Replay:
    """Fed with the entries of the journal in their order."""

    def __init__(self) -> None:
        self._whole: dict[int, str] = {}
        self._moves: defaultdict[int, list[str]] = defaultdict(list)
        self.erased = 0

    def add(self, memory: int, before: str | None, after: str | None) -> None:
        if after is None and before is None:
            self.erased += 1
            return
        if after is None:
            self._whole.pop(memory, None)
        elif _WHOLE in after:
            self._whole[memory] = after
        else:
            self._moves[memory].append(after)
            return
        self._moves.pop(memory, None)

    def images(self) -> dict[int, Image]:
        """By id, what each memory is now. Raises ValueError where an entry is no JSON."""
        found: dict[int, Image] = {}
        for memory, after in self._whole.items():
            image = complete(json.loads(after))
            for move in self._moves.get(memory, ()):
                told = json.loads(move)
                image |= {"status": told["status"], "version": told["version"]}
            found[memory] = image
        return found


def replay(db: Database) -> dict[int, Image]:
    """By id, the memories that the journal tells of, erased ones left out."""
    told = Replay()
    for memory, before, after in db.all("SELECT memory, before, after FROM journal ORDER BY seq"):
        told.add(memory, before, after)
    return told.images()


def images(db: Database) -> dict[int, Image]:
    """By id, the memories as the tables tell them."""
    found: dict[int, Image] = {}
    for id, *values in db.all(f"SELECT id, {', '.join(COLUMNS)} FROM memories"):
        found[id] = {**dict(zip(COLUMNS, values, strict=True)), "evidence": [], "links": []}
    for memory, *span in db.all(
        'SELECT memory, turn, start, "end", quote_hash FROM evidence ORDER BY memory, turn, start, "end"'
    ):
        found.get(memory, {"evidence": []})["evidence"].append(span)
    for source, *link in db.all("SELECT source, target, type, weight FROM links ORDER BY source, target, type"):
        found.get(source, {"links": []})["links"].append(link)
    return found
