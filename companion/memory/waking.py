"""On the tip of the tongue: faded memories that a question fits, among those that are present.

Faded memories are not in the pool; they are looked for by the question's words alone, in the index of words that holds
every memory whatever its state, and the few that hold most of them are then compared by meaning as well: a few
milliseconds, however much has faded, and only where something is asked. Using one wakes it (`Reflection`).
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
from companion.strings import text

FADED: tuple[Status, ...] = ("dormant", "archived")
LOOKED_AT = 40
"""Faded memories that are compared by meaning."""
STRONG = 0.2
"""Share of the question's words (idf-weighted, of those that any memory holds) that a faded memory must hold."""
AT_ALL = 0.15
"""Share of all its words: what no memory holds counts here, and not above."""
WOKEN = 5
"""Faded memories that may come to mind at once, and never more than half of what does."""
SHARED = 0.6
"""Share of its words that a newer memory must hold to speak of the same."""
AS_MUCH = 0.9
"""What it must hold of the words, against something older, to be news of it."""
NEAR = 1.0
"""Standard deviations of meaning above what is unrelated that news is at least."""
HEAD = 6
"""Memories at the head of the list among which such a newer one is looked for."""
HANDICAP = 0.5
"""What a faded memory must fit better by to stand above one that is present."""
FIT = 2.0
"""Fit that brings anything back at least."""
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


def faded(
    store: Store,
    sought: Sought,
    present: Ints,
    meaning: Meaning | None,
    scopes: frozenset[str] | None = frozenset({""}),
) -> list[Faded]:
    """Faded memories of these scopes (None: of all) that hold much of what is sought, the best first. `present`: ids of
    what is in the pool."""
    ids, shares = _by_words(sought.words, present)
    memories = store.memories.many([int(id) for id in ids])
    found = [(memories[int(id)], float(share)) for id, share in zip(ids, shares, strict=True) if int(id) in memories]
    found = [(memory, share) for memory, share in found if memory.status in FADED]
    found = [(memory, share) for memory, share in found if scopes is None or memory.scope in scopes]
    near = _nearness(store, sought, [memory for memory, _ in found], meaning)
    scored = [Faded(memory, z, share) for (memory, share), z in zip(found, near, strict=True)]
    scored = [each for each in scored if each.fit >= FIT]
    return sorted(scored, key=lambda each: (-each.fit, -each.memory.id))


def with_woken(
    known: Sequence[Faded], found: Sequence[RecalledMemory], fits: Sequence[float], asked: bool, limit: int
) -> list[RecalledMemory]:
    """`found`, whose `fits` are beside it, with the best of faded memories among it. A faded one stands above the
    first that it fits better than by HANDICAP, but below what is newer and speaks of the same, and above what is older
    and does: it may have changed between them."""
    listed = list(zip(found, fits, strict=True))
    for each in known[: max(1, min(WOKEN, limit // 2))]:
        place = next((at for at, (_, fit) in enumerate(listed) if fit < each.fit - HANDICAP), len(listed))
        above, below = 0, len(listed)
        for at, (item, _) in enumerate(listed[:HEAD]):
            if item.memory.recorded_at > each.memory.recorded_at and item.coverage >= SHARED * each.words:
                above = at + 1
            elif item.memory.recorded_at < each.memory.recorded_at and _is_news(each, item):
                below = min(below, at)
        listed.insert(max(above, min(place, below)), (_recalled(each, asked), each.fit))
    return [replace(item, rank=rank) for rank, (item, _) in enumerate(listed[:limit], 1)]


def _is_news(each: Faded, older: RecalledMemory) -> bool:
    """Whether it speaks of the same as something older, and as much."""
    return older.coverage >= STRONG and each.words >= AS_MUCH * older.coverage and each.near >= NEAR


def _recalled(found: Faded, asked: bool) -> RecalledMemory:
    return RecalledMemory(
        found.memory,
        score=round(1.0 / (1.0 + math.exp(-found.fit)), 4),
        rank=0,
        coverage=round(found.words, 4),
        reasons=(text("reason.woken"),),
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
