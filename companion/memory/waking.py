"""On the tip of the tongue: a faded memory that a question fits better than anything that is present.

Faded memories are not in the pool; they are looked for by the question's words alone, in the index of words that holds
every memory whatever its state, and the few that hold most of them are then compared by meaning as well. That costs a
few milliseconds, and only where what is present leaves the question open. Using one wakes it (`Reflection`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from companion.memory.meaning import Meaning
from companion.memory.pool import Ints
from companion.memory.terms import Lookup
from companion.pieces import pieces
from companion.records import Memory, RecalledMemory, Status
from companion.store.images import content_key
from companion.store.search import PIECE_BITS
from companion.store.store import Store
from companion.store.vectors import Matrix

FADED: tuple[Status, ...] = ("dormant", "archived")
LOOKED_AT = 40
"""Faded memories that are compared by meaning."""
STRONG = 0.4
"""Share of the question's words (idf-weighted) that a faded memory must hold: a weak cue brings nothing back."""
AT_ALL = 0.2
"""The same, of all its words: those that no memory holds count here, and not above."""
WOKEN = 2
"""Faded memories that may come to mind at once."""
SHARED = 0.6
"""Share of its words that a newer memory must hold to speak of the same."""
HEAD = 6
"""Memories at the head of the list among which such a newer one is looked for."""
AS_MUCH = 0.9
"""What a newer faded memory must hold of the words, against what is present, to be news of the same."""
NEAR = 1.0
"""Standard deviations of meaning above what is unrelated that news of the same is at least."""
REASON = "had faded, and your words bring it back"
WORDS = 4.0
"""Weight of the share of words against meaning in standard deviations, as where associations begin."""


@dataclass(frozen=True)
class Sought:
    """What a question looks for: its words, and its vector with what is unrelated to it (None without an embedder)."""

    words: Lookup
    vector: Matrix | None = None
    background: tuple[float, float] = (0.0, 1.0)
    trust: float = 1.0


@dataclass(frozen=True)
class Faded:
    """A faded memory and how well it fits: meaning in standard deviations, the share of words, both."""

    memory: Memory
    near: float
    words: float

    @property
    def fit(self) -> float:
        return fit(self.near, self.words)


def fit(near: float, words: float) -> float:
    return near + WORDS * words


def faded(store: Store, sought: Sought, present: Ints, meaning: Meaning | None) -> list[Faded]:
    """Faded memories that hold much of what is sought, the best first. `present`: ids of what is in the pool."""
    ids, shares = _by_words(sought.words, present)
    memories = store.memories.many([int(id) for id in ids])
    found = [(memories[int(id)], float(share)) for id, share in zip(ids, shares, strict=True) if int(id) in memories]
    found = [(memory, share) for memory, share in found if memory.status in FADED]
    near = _nearness(store, sought, [memory for memory, _ in found], meaning)
    scored = [Faded(memory, z, share) for (memory, share), z in zip(found, near, strict=True)]
    return sorted(scored, key=lambda each: (-each.fit, -each.memory.id))


def worth_waking(known: Sequence[Faded], best: float, found: Sequence[RecalledMemory]) -> list[Faded]:
    """Of faded memories those that fit better than all that is present (`best`: the best fit of that), or that are
    newer than what was found and hold as much of the question: it may have changed since."""
    head = max((item for item in found[:HEAD] if item.coverage >= STRONG), key=lambda item: item.coverage, default=None)

    def is_news(each: Faded) -> bool:
        return (
            head is not None
            and each.memory.recorded_at > head.memory.recorded_at
            and each.words >= AS_MUCH * head.coverage
            and each.near >= NEAR
        )

    return [each for each in known if each.fit > best or is_news(each)][:WOKEN]


def in_their_place(
    awake: Sequence[Faded], found: Sequence[RecalledMemory], asked: bool, limit: int
) -> list[RecalledMemory]:
    """`found` with what was woken: first, but below whatever is newer and speaks of the same, which it may have been
    before it changed."""
    listed = list(found)
    for each in reversed(awake):
        newer = [
            at
            for at, item in enumerate(listed[:HEAD])
            if item.memory.recorded_at > each.memory.recorded_at and item.coverage >= SHARED * each.words
        ]
        listed.insert(newer[-1] + 1 if newer else 0, _recalled(each, asked))
    return [replace(item, rank=rank) for rank, item in enumerate(listed[:limit], 1)]


def _recalled(found: Faded, asked: bool) -> RecalledMemory:
    return RecalledMemory(
        found.memory,
        score=round(1.0 / (1.0 + math.exp(-found.fit)), 4),
        rank=0,
        coverage=round(found.words, 4),
        reasons=(REASON,),
        asked=asked,
    )


def _by_words(words: Lookup, present: Ints) -> tuple[Ints, Matrix]:
    holders = [np.unique(pieces_held >> PIECE_BITS) for pieces_held in words.holders]
    known = float(words.weights[[len(each) > 0 for each in holders]].sum()) if holders else 0.0
    if not known:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    held = np.concatenate(holders)
    weights = np.repeat(words.weights, [len(each) for each in holders])
    ids, place = np.unique(held, return_inverse=True)
    held_weight = np.bincount(place.reshape(-1), weights=weights, minlength=len(ids))
    shares = held_weight / float(words.weights.sum())
    strong = (held_weight >= STRONG * known) & (shares >= AT_ALL) & ~np.isin(ids, present)
    ids, shares = ids[strong], shares[strong]
    best = np.argsort(-shares, kind="stable")[:LOOKED_AT]
    return ids[best], shares[best].astype(np.float32)


def _nearness(store: Store, sought: Sought, memories: Sequence[Memory], meaning: Meaning | None) -> list[float]:
    """z-score of the nearest piece of each, 0 without a vector."""
    if meaning is None or sought.vector is None or not memories:
        return [0.0] * len(memories)
    keys = [[content_key(m.text[start:end]) for start, end in pieces(m.text)] for m in memories]
    held = store.vectors.get(meaning.id, list(dict.fromkeys(key for part in keys for key in part)))
    mean, spread = sought.background
    return [
        max(
            (sought.trust * (float(held[key] @ sought.vector) - mean) / spread for key in part if key in held),
            default=0.0,
        )
        for part in keys
    ]
