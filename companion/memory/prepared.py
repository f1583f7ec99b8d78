"""What was recalled while the person was still typing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from companion.memory.pool import Rows
from companion.memory.recall import Recall, Recalled
from companion.records import Turn
from companion.store.store import Store


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `text` brought to mind at `at`, after the turn `last` (0: none), with `rows` in the pool."""

    text: str
    at: datetime
    last: int
    rows: Rows
    recalled: Recalled
    scopes: frozenset[str] | None = frozenset({""})

    def serves(
        self,
        turn: Turn,
        history: list[Turn],
        now: datetime,
        recall: Recall,
        store: Store,
        scopes: frozenset[str] | None,
    ) -> bool:
        """Whether recalling anew for `turn`, after `history`, in those `scopes` would find the same."""
        if self.text != turn.text or self.last != (history[-1].id if history else 0) or self.at.date() != now.date():
            return False
        if self.scopes != scopes:
            return False  # typed to another persona, or not in play
        if recall.pool.refresh() is not self.rows:
            return False  # something was learned, changed or forgotten meanwhile
        memories = [recalled.memory for recalled in self.recalled.memories]
        known = store.memories.many([memory.id for memory in memories])
        return all(known.get(memory.id) == memory for memory in memories)
