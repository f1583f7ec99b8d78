"""What was said to have changed: the newer statement stands above the words that still say the older one.

A thought that was replaced is not recalled, but the turn it was taken from still is: what was said stays said. Where
such a moment comes to mind, what took the place of its thought comes with it, and before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from companion import strings
from companion.memory.words import stems
from companion.records import Memory, RecalledMemory, Status
from companion.store.store import Store

STANDING: tuple[Status, ...] = ("active", "dormant", "archived")
"""States of what holds now. It may have faded: what is true comes to mind with what is not any more."""
MOSTLY = 0.6
"""Share of a moment's words from which what does not hold any more is all it says."""
_LONGEST = 8
"""Steps from a statement to the one that holds now: home, job and the like change a few times."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A thought that a moment still says, and the memory that holds in its place."""

    text: str
    now: int


def replaced_in(store: Store, moments: Sequence[Memory]) -> Mapping[int, tuple[Replaced, ...]]:
    """By moment, what of it does not hold any more."""
    found: dict[int, tuple[Replaced, ...]] = {}
    for moment, text, replaced_by in store.working_set.replaced([m.id for m in moments]):
        now = _now(store, replaced_by)
        if now is not None and now != moment:
            found[moment] = (*found.get(moment, ()), Replaced(text, now))
    return found


def newer_above(
    store: Store, found: Sequence[RecalledMemory], words: frozenset[str], limit: int
) -> list[RecalledMemory]:
    """`found` with what holds now right above the words it took the place of, where those are what the cue (`words`:
    its stems) asks about; at most `limit`."""
    old = replaced_in(store, [item.memory for item in found if item.memory.kind == "moment"])
    if not old:
        return list(found)
    listed: list[RecalledMemory] = []
    for item in found:
        for each in old.get(item.memory.id, ()):
            about = not words.isdisjoint(stems(each.text)) or len(each.text) >= MOSTLY * len(item.memory.text)
            now = store.memories.get(each.now)
            about = about and now.scope == item.memory.scope  # the person may have merged what was told to two
            if about and not any(_same(now, other.memory) for other in listed):
                listed.append(
                    replace(item, memory=now, reasons=(strings.text("reason.replaced"),), excerpt="", figures=())
                )
        if not any(item.memory.id == other.memory.id for other in listed):
            listed.append(item)
    return [replace(item, rank=rank) for rank, item in enumerate(listed[:limit], 1)]


def _same(one: Memory, other: Memory) -> bool:
    """Whether they are one memory, or rest on a turn together."""
    turns = {evidence.turn for evidence in one.evidence}
    return one.id == other.id or any(evidence.turn in turns for evidence in other.evidence)


def _now(store: Store, id: int) -> int | None:
    """Follow a replacement to the one that holds."""
    for _ in range(_LONGEST):
        memory = store.memories.many((id,)).get(id)
        if memory is None:
            return None
        if memory.status in STANDING:
            return memory.id
        if memory.replaced_by is None:
            return None
        id = memory.replaced_by
    return None
