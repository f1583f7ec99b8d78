"""What becomes of a place when a night has drafted what should stand there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from companion.mind.drafts import Draft
from companion.mind.portrait_rules import PREFIX
from companion.mind.rewording import Rewording
from companion.mind.story import KEY as STORY
from companion.records import Memory
from companion.store.consolidated import AWAY, STANDING, Written
from companion.store.store import Store
from companion.text import text_hash


@dataclass(frozen=True, slots=True)
class Step:
    """`what`: "+" makes it, "~" writes it anew, "-" lays it away, "" leaves it and notes its rank. `memory`: as it is;
    `placeholder`: the id below 0 that other drafts know it by."""

    key: str
    what: Literal["+", "~", "-", ""]
    draft: Draft | None
    place: Written | None = None
    memory: Memory | None = None
    text: str = ""
    placeholder: int = 0


def step_for(store: Store, key: str, draft: Draft | None, place: Written | None, words: Rewording) -> Step | None:
    """None when nothing is to be done. `words` tells a draft in other words, where there are any."""
    if place is None:
        # In a profile that was put back from an export nothing but this tells that the person had it forgotten.
        if draft is None or store.memories.is_buried(draft.memory.text):
            return None
        return Step(key, "+", draft, text=words.of(draft))
    memory = store.memories.many([place.memory]).get(place.memory)
    if memory is None or memory.status in AWAY:
        if draft is None or _stays_away(store, draft, place):
            return None
        return Step(key, "+", draft, place, memory, words.of(draft))
    if is_theirs(memory, place):
        return Step(key, "", draft, place, memory) if draft is not None and draft.rank != place.rank else None
    stands = memory.status in STANDING
    if draft is None:
        gone = stands and not store.consolidated.brought_back(memory.id)
        return Step(key, "-", None, place, memory) if gone else None
    if stands and draft.basis == place.basis:
        return Step(key, "", draft, place, memory) if draft.rank != place.rank else None
    return Step(key, "~" if stands else "+", draft, place, memory, words.of(draft))


def is_theirs(memory: Memory, place: Written) -> bool:
    """Whether the person made it their own: pinned it, or gave it other words than the night did."""
    return memory.pinned or text_hash(memory.text) != place.text_hash


def _stays_away(store: Store, draft: Draft, place: Written) -> bool:
    """Whether the person had it forgotten, set aside, merged or split, or undid it, and it was not told anew since.
    What was only forgotten along with a memory it rested on is made anew from the others."""
    gone = store.consolidated.taken_away(place.memory)
    if gone is None or not gone[2]:
        return False
    if not draft.key.startswith(PREFIX) or draft.key == STORY:
        return True
    turns = store.turns.many([e.turn for e in draft.memory.evidence]).values()
    return max([draft.memory.recorded_at, *(turn.at for turn in turns)]) <= gone[1]
