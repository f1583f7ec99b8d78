"""Whoever searches for the very words of a memory means that memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from companion.memory.waking import FADED
from companion.records import RECALLABLE, RecalledMemory
from companion.store.store import Store
from companion.strings import text as words


def verbatim_first(store: Store, text: str, found: Sequence[RecalledMemory], limit: int) -> tuple[RecalledMemory, ...]:
    """What was found for `text`, at most `limit`, memories that say just that ahead of all else: what fits a message
    best in a conversation may be another, a newer thought of the same turn or one of the sentences of a day."""
    same = [memory for memory in store.memories.same_statement(text) if memory.status in (*RECALLABLE, *FADED)]
    ids = {memory.id for memory in same}
    known = {each.memory.id: each for each in found}
    best = max((each.score for each in found), default=1.0)
    reason = (words("searching.verbatim"),)
    first = [known.get(m.id) or RecalledMemory(m, best, 1, coverage=1.0, reasons=reason) for m in same]
    first.sort(key=lambda each: each.rank)
    rest = [each for each in found if each.memory.id not in ids]
    return tuple(replace(each, rank=rank) for rank, each in enumerate([*first, *rest][:limit], 1))
