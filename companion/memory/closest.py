"""Meaning at scale: cosines of everything while that is quick, and of a chosen few thousand when it is not.

Up to WHOLE memories all are compared. Beyond, the nearest pieces (Chroma, or exact search until it is ready), the
memories that hold most of the cue's words, those of the time it names, pins and the latest, each with what stands
around it, go on as a pool of their own; everything after that costs the same however much is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from companion.memory.cue import Reading
from companion.memory.meaning import Meaning
from companion.memory.nearness import background_of
from companion.memory.pool import Floats, Ints, Rows
from companion.memory.vector_table import VectorTable
from companion.memory.wording import Terms, Wording
from companion.store.vectors import Matrix

WHOLE = 6_000
"""Memories that are all looked at."""
NEAREST = 250
"""Pieces by meaning, memories by words, and by each other way, that go on."""
PASSAGES = 30
"""Of so many, the whole conversation."""
_SAMPLE = 4_000


@dataclass(frozen=True)
class Compared:
    """`rows` to go on with, and for each vector of the cue the cosines of their pieces and what is unrelated to it."""

    rows: Rows
    cosines: tuple[Floats, ...]
    backgrounds: tuple[tuple[float, float], ...]


def compare(
    rows: Rows, reading: Reading, vectors: Matrix, meaning: Meaning | None, table: VectorTable | None, terms: Terms
) -> Compared:
    """Compare the pool with a cue's `vectors`, one row each: of the message first."""
    there = meaning is not None and table is not None and len(table.matrix) > 0 and len(vectors) > 0
    if len(rows) <= WHOLE:
        if not there or meaning is None or table is None:
            return Compared(rows, (), ())
        whole = table.matrix @ vectors.T
        return _compared(rows, whole, rows.piece_slot, meaning.background, whole[rows.piece_slot[rows.piece_slot >= 0]])
    chosen = [_by_words(rows, reading, terms), _by_time(rows, reading)]
    if there and meaning is not None and table is not None:
        chosen = [*(_nearest(rows, vector, meaning, table) for vector in vectors[:2]), *chosen]
    some = rows.some(_with_neighbours(rows, chosen))
    if not there or meaning is None or table is None:
        return Compared(some, (), ())
    slots = some.piece_slot
    part = table.matrix[np.maximum(slots, 0)] @ vectors.T
    sample = table.matrix[:: max(1, len(table.matrix) // _SAMPLE)] @ vectors.T
    own = np.where(slots >= 0, np.arange(len(slots)), -1)
    return _compared(some, part, own, meaning.background, sample)


def _compared(rows: Rows, cosines: Matrix, slots: Ints, of_embedder: tuple[float, float], sample: Matrix) -> Compared:
    """`cosines` (slots, vectors) → by piece; the background of each vector from `sample`."""
    by_piece = np.where(slots[:, None] >= 0, cosines[np.maximum(slots, 0)], np.nan).astype(np.float64)
    count = by_piece.shape[1]
    return Compared(
        rows,
        tuple(by_piece[:, at] for at in range(count)),
        tuple(background_of(sample[:, at].astype(np.float64), of_embedder) for at in range(count)),
    )


def _nearest(rows: Rows, vector: Matrix, meaning: Meaning, table: VectorTable) -> Ints:
    found = meaning.index.search(vector, NEAREST) if meaning.index is not None else None
    if found is not None:
        ids = np.array(found, dtype=np.int64)
        at = np.minimum(np.searchsorted(rows.piece_ids, ids), len(rows.piece_ids) - 1)
        there: Ints = rows.piece_row[at[rows.piece_ids[at] == ids]]
        return there
    cosines = table.matrix @ vector
    by_piece = np.where(rows.piece_slot >= 0, cosines[rows.piece_slot], -1.0)
    exact: Ints = rows.piece_row[_best(by_piece, NEAREST)]
    return exact


def _by_words(rows: Rows, reading: Reading, terms: Terms) -> Ints:
    words = Wording(terms, reading.words or reading.context_words, rows)
    covered = words.coverage(words.memories)
    best = _best(covered, NEAREST)
    return best[covered[best] > 0]


def _by_time(rows: Rows, reading: Reading) -> Ints:
    chosen = [np.flatnonzero(rows.pinned)[:NEAREST], _best(rows.recency, NEAREST)]
    for begins, ends in reading.windows:
        inside = np.flatnonzero(
            ((rows.starts < ends) & (rows.ends >= begins)) | ((rows.at >= begins) & (rows.at < ends))
        )
        chosen.append(inside[-2 * NEAREST :])
    if "first" in reading.asks:
        chosen.append(_best(-rows.recency, NEAREST))
    return np.concatenate(chosen)


def _with_neighbours(rows: Rows, chosen: Sequence[Ints]) -> Ints:
    """The rows, the moments around them, and of the first of each way the whole conversation, sorted."""
    wanted = np.zeros(len(rows) + 1, dtype=np.bool_)
    sessions = np.zeros(int(rows.session.max()) + 1, dtype=np.bool_)
    for part in chosen:
        wanted[part] = True
        sessions[rows.session[part[:PASSAGES]]] = True
    for _ in range(2):
        at = np.flatnonzero(wanted[:-1])
        for neighbour in (rows.before[at], rows.after[at], rows.anchor[at]):
            wanted[neighbour] = True  # -1 is the place past the end
    wanted[:-1] |= sessions[rows.session]
    return np.flatnonzero(wanted[:-1])


def _best(values: Floats | Matrix, count: int) -> Ints:
    """Places of the `count` largest, best first."""
    count = min(count, len(values))
    if count <= 0:
        return np.zeros(0, dtype=np.int64)
    best = np.argpartition(-values, count - 1)[:count]
    found: Ints = best[np.argsort(-values[best], kind="stable")]
    return found
