"""Updates: of two memories that say the same thing of different times, the newer comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from companion.memory.pool import COMPANION, Floats, Ints
from companion.store.vectors import Matrix

if TYPE_CHECKING:
    from companion.memory.recall import Examined

ALIKE = 2.5
"""Standard deviations above unrelated texts from which two memories are taken to speak of the same thing."""
LOOKED_AT = 30
_OLD = frozenset({"first", "before"})


def newer_first(order: Ints, scores: Floats, examined: Examined, vectors: Matrix | None) -> Ints:
    """`order` (rows, best first) with every newer memory above older ones that it is much like. A cue that asks for
    the beginning, or names a time, is left as it is. No memory moves down past one that it has nothing to do with."""
    reading = examined.evidence.reading
    if vectors is None or reading.windows or reading.asks & _OLD or len(order) < 2:
        return order
    rows = examined.evidence.rows
    head = order[:LOOKED_AT]
    cosines = vectors[: len(head)] @ vectors[: len(head)].T
    near = examined.evidence.near
    if near is None:
        return order
    alike = cosines >= _threshold(cosines)
    places = list(range(len(head)))
    for at in range(1, len(head)):
        newer = head[places[at]]
        if rows.role[newer] == COMPANION:
            continue
        for above in range(at):
            older = head[places[above]]
            if (
                rows.role[older] != COMPANION
                and rows.at[older] < rows.at[newer]
                and rows.conversation[older] != rows.conversation[newer]
                and alike[places[above], places[at]]
            ):
                places.insert(above, places.pop(at))
                break
    return np.concatenate([head[places], order[LOOKED_AT:]])


def _threshold(cosines: Matrix) -> float:
    others = cosines[~np.eye(len(cosines), dtype=bool)]
    return max(0.5, float(others.mean() + ALIKE * others.std()))
