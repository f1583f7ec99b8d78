"""Updates: of two memories that answer a question alike but were said at different times, the newer comes first."""

from __future__ import annotations

import numpy as np

from companion.memory.features import Evidence
from companion.memory.pool import COMPANION, Floats, Ints
from companion.store.vectors import Matrix

LOOKED_AT = 12
"""Memories at the head of the list that may change places."""
SHARED = 0.6
"""Share of what either holds of the question that both hold, from which they are taken to speak of the same thing."""
ALIKE = 0.6
"""Cosine of two memories from which they are, whatever words they use."""
MARGIN = 3.0
"""A newer memory whose score is further below is about something else."""
ABOUT_THE_PAST = frozenset({"first", "before"})


def newer_first(order: Ints, scores: Floats, found: Evidence, vectors: Matrix | None, trust: float = 1.0) -> Ints:
    """`order` (rows, best first) with every newer memory above older ones of the same thing. `vectors`: theirs, in the
    same order; `trust`: how well the embedder understands the script of the cue (0–1). Vectors of what it cannot read
    are all near each other, and would put whatever is newest first. A cue that asks for the beginning, or names a time,
    is left as it is."""
    reading, rows = found.reading, found.rows
    if not reading.asked or reading.windows or reading.asks & ABOUT_THE_PAST or len(order) < 2:
        return order
    head = order[:LOOKED_AT]
    same = _same_thing(head, found, vectors, trust)
    own = rows.role[head] != COMPANION
    same &= own[:, None] & own[None, :]
    same &= rows.conversation[head][:, None] != rows.conversation[head][None, :]
    same &= np.abs(scores[head][:, None] - scores[head][None, :]) <= MARGIN
    places = list(range(len(head)))
    for at in range(1, len(head)):
        for above in range(at):
            older, newer = places[above], places[at]
            if same[older, newer] and rows.at[head[older]] < rows.at[head[newer]]:
                places.insert(above, places.pop(at))
                break
    return np.concatenate([head[places], order[LOOKED_AT:]])


def _same_thing(
    head: Ints, found: Evidence, vectors: Matrix | None, trust: float
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    masks = found.words.memories[head]
    held = found.words.coverage(masks)
    both = found.words.coverage(masks[:, None] & masks[None, :])
    same = (both > 0.2) & (both >= SHARED * np.maximum(held[:, None], held[None, :]))
    if vectors is not None:
        part = vectors[: len(head)]
        same = same | (part @ part.T * trust >= ALIKE)
    return same
