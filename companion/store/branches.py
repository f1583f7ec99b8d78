"""Versions of a message beside each other. A conversation's path leads from its first turn to its `leaf`; a turn that
another version was chosen over stands in `off_path`, with all that was said after it.

Ids grow along a path, so the path in its order is every turn of the conversation that is not off it, by id. A
conversation in which nothing was ever said anew has nothing in `off_path`, whatever its length.
"""

from __future__ import annotations

from collections.abc import Sequence

from companion import strings
from companion.errors import NotFound
from companion.store.database import Database

ON_PATH = "NOT EXISTS (SELECT 1 FROM off_path WHERE off_path.turn = turns.id)"
"""Condition for rows of `turns`."""
_ABOVE = """WITH RECURSIVE above(id, parent) AS (
              SELECT id, parent FROM turns WHERE id = ?
              UNION ALL SELECT t.id, t.parent FROM above a JOIN turns t ON t.id = a.parent
                WHERE EXISTS (SELECT 1 FROM off_path o WHERE o.turn = a.id)) SELECT id FROM above"""
_WAY = """WITH RECURSIVE way(id, parent) AS (
            SELECT id, parent FROM turns WHERE id = ?1
            UNION ALL SELECT t.id, t.parent FROM way w JOIN turns t ON t.id = w.parent WHERE t.id >= ?2)
          SELECT id FROM way"""
_BELOW = """WITH RECURSIVE below(id) AS (
              SELECT ? UNION ALL SELECT t.id FROM below b JOIN turns t ON t.parent = b.id) SELECT id FROM below"""


class Branches:
    def __init__(self, db: Database) -> None:
        self._db = db

    def leaf(self, conversation: int) -> int:
        """The turn that its path ends in, 0 when nothing was said."""
        return int(self._db.value("SELECT leaf FROM conversations WHERE id = ?", (conversation,)) or 0)

    def parent(self, turn: int) -> int:
        """The turn that it follows, 0 when it began its conversation. Raises NotFound."""
        row = self._db.one("SELECT parent FROM turns WHERE id = ?", (turn,))
        if row is None:
            raise NotFound(strings.text("engine.no_turn", id=turn))
        return int(row[0] or 0)

    def is_on(self, turn: int) -> bool:
        """Whether it is what its conversation now says."""
        return self._db.value("SELECT 1 FROM off_path WHERE turn = ?", (turn,)) is None

    def off(self, turns: Sequence[int]) -> frozenset[int]:
        """Those of `turns` that are not what their conversations now say."""
        marks = ",".join("?" * len(turns))
        return frozenset(int(id) for (id,) in self._db.all(f"SELECT turn FROM off_path WHERE turn IN ({marks})", turns))

    def after(self, conversation: int, turn: int) -> tuple[int, ...]:
        """All that was ever said in a conversation since `turn`, in every version, in order."""
        rows = self._db.all("SELECT id FROM turns WHERE conversation = ? AND id > ? ORDER BY id", (conversation, turn))
        return tuple(int(id) for (id,) in rows)

    def above(self, turn: int, first: int = 0) -> tuple[int, ...]:
        """The way to `turn` from the first turn of its conversation, or from `first`, whatever was chosen since."""
        rows = self._db.all(_WAY, (turn, first))
        return tuple(sorted(int(id) for (id,) in rows))

    def siblings(self, turns: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """By turn, all its versions in the order in which they were made, for those that have more than one."""
        marks = ",".join("?" * len(turns))
        places = {
            id: (parent, conversation if parent is None else None, role)
            for id, parent, conversation, role in self._db.all(
                f"SELECT id, parent, conversation, role FROM turns WHERE id IN ({marks})", turns
            )
        }
        parents = sorted({parent for parent, _, _ in places.values() if parent is not None})
        begun = sorted({conversation for _, conversation, _ in places.values() if conversation is not None})
        rows = self._db.all(
            f"SELECT id, parent, NULL, role FROM turns WHERE parent IN ({','.join('?' * len(parents))})", parents
        )
        # "+": by the index on parents; by that on conversations every turn of them would be looked at.
        rows += self._db.all(
            "SELECT id, NULL, conversation, role FROM turns WHERE parent IS NULL"
            f" AND +conversation IN ({','.join('?' * len(begun))})",
            begun,
        )
        versions: dict[object, list[int]] = {}
        for id, *place in sorted(rows):
            versions.setdefault(tuple(place), []).append(int(id))
        found = {turn: tuple(versions.get(place, ())) for turn, place in places.items()}
        return {turn: each for turn, each in found.items() if len(each) > 1}

    def latest_below(self, turn: int) -> int:
        """Where the newest way to go on from `turn` ends; itself when nothing follows it."""
        return max(int(id) for (id,) in self._db.all(_BELOW, (turn,)))

    def following(self, conversation: int, turn: int) -> tuple[int, ...]:
        """What the conversation now says after `turn`."""
        rows = self._db.all(
            f"SELECT id FROM turns WHERE conversation = ? AND id > ? AND {ON_PATH} ORDER BY id", (conversation, turn)
        )
        return tuple(int(id) for (id,) in rows)

    def go(self, conversation: int, leaf: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """From now on the path is the one that ends in `leaf` (0: before the first turn). Returns the turns that left
        it and those that joined it. Inside a transaction."""
        joining = {int(id) for (id,) in self._db.all(_ABOVE, (leaf,))} if leaf else set()
        joining = set(self.off(sorted(joining)))
        fork = self.parent(min(joining)) if joining else leaf
        leaving = self.following(conversation, fork)
        self._db.run_many("INSERT INTO off_path VALUES (?)", ((id,) for id in leaving))
        self._db.run_many("DELETE FROM off_path WHERE turn = ?", ((id,) for id in joining))
        self._db.run("UPDATE conversations SET leaf = ? WHERE id = ?", (leaf or None, conversation))
        if changed := [*leaving, *joining]:
            # It tells of turns that are not what was said any more, or leaves some out that are again.
            self._db.run("DELETE FROM gists WHERE conversation = ? AND start > ?", (conversation, min(changed)))
        return leaving, tuple(sorted(joining))

    def grow(self, conversation: int, turn: int) -> None:
        """The path ends in `turn`, which was just added after its present end. Inside a transaction."""
        self._db.run("UPDATE conversations SET leaf = ? WHERE id = ?", (turn, conversation))
