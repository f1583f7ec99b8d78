"""Older thoughts that a new one may say again, change or contradict."""

from __future__ import annotations

from companion.mind import slots, subjects
from companion.mind.admit import LONGEST_TURN
from companion.mind.placing import Claim
from companion.mind.rules import language_of
from companion.mind.wording import wording
from companion.records import Memory, Status
from companion.sentences import sentences
from companion.store.store import Store
from companion.voices import COMPANION, bare

STATUSES: tuple[Status, ...] = ("active", "dormant", "candidate")
MOST = 24
"""Older thoughts looked at."""
RAREST = 4
"""Of a new statement's words, those by which older ones are found: the rarest in the store, which say most."""
COMMON = 400
"""Pieces from which a word is held by so many that it finds nothing in particular."""


def core_of(memory: Memory) -> str:
    """The statement itself, of a memory that holds the sentences beside it as well: the shortest span it rests on."""
    whole = [e for e in memory.evidence if e.end - e.start == len(memory.text)]
    for outer in whole:
        inner = [e for e in memory.evidence if e.turn == outer.turn and outer.start <= e.start and e.end <= outer.end]
        core = min(inner, key=lambda e: e.end - e.start)
        if core != outer:
            return memory.text[core.start - outer.start : core.end - outer.start]
    return memory.text


def claim_of(memory: Memory) -> Claim:
    """What is compared of a memory; the value of its slot is read out of its words again."""
    text = core_of(memory) if memory.subject != COMPANION else bare(memory.text)
    filled = slots.slot_of(text, language_of(text)) if memory.slot else None
    value = filled[1] if filled and filled[0] == memory.slot else None
    return Claim(text, memory.subject, memory.slot, value, memory.polarity)


def candidates(store: Store, thought: Memory, claim: Claim) -> list[Memory]:
    """At most MOST older thoughts, those in the same slot first, then those that share the rarest words."""
    ids = store.memories.in_slot(thought.slot, thought.subject, STATUSES) if thought.slot else []
    if thought.subject not in ("person", COMPANION):
        ids += store.memories.about(thought.subject, STATUSES, MOST // 2)
    frequency = store.search.document_frequency(wording(claim.text).telling)
    rare = sorted((count, word) for word, count in frequency.items() if 0 < count <= COMMON)[:RAREST]
    if rare:
        ids += [id for id, _ in store.search.holding([word for _, word in rare], MOST, STATUSES, "thought")]
    found = store.memories.many(list(dict.fromkeys(ids))[:MOST])
    own = {evidence.turn for evidence in thought.evidence}
    return [
        found[id]
        for id in dict.fromkeys(ids)
        if id in found and found[id].kind == "thought" and not own & {e.turn for e in found[id].evidence}
    ]


def known_names(store: Store, text: str) -> frozenset[str]:
    """Of the names that sentences of `text` begin with, those that thoughts say belong to somebody in the person's
    life; case folded."""
    begun = {subjects.first_name(text[start:end]) for start, end in sentences(text[:LONGEST_TURN])} - {""}
    return frozenset(name.casefold() for name in begun if _is_known(store, name))


def _is_known(store: Store, name: str) -> bool:
    if store.memories.about(name, STATUSES, 1):
        return True
    mentioned = store.memories.many(store.memories.mentioning(name.casefold(), MOST))
    told = [memory for memory in mentioned.values() if memory.kind == "thought" and memory.subject != COMPANION]
    return any(subjects.introduces(memory.text, name) for memory in told)
