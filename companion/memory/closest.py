"""Meaning at scale: cosines of everything while that is quick, and of a chosen few thousand when it is not.

Up to WHOLE memories all are looked at. Beyond, the nearest pieces, the memories that hold most of the cue's words,
those of the time it names, pins and the latest, each with what stands around it, go on as a pool of their own;
everything after that costs the same however much is remembered. The nearest are found by comparing everything, and
from EXACT vectors on by Chroma, which is quicker from there (and while it is not ready, by comparing everything).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from companion.memory.cue import Reading
from companion.memory.meaning import Meaning
from companion.memory.nearness import background_of
from companion.memory.pool import Floats, Ints, Rows
from companion.memory.terms import Lookup
from companion.memory.vector_table import VectorTable
from companion.memory.wording import places
from companion.store.vectors import Matrix

WHOLE = 6_000
"""Memories that are all looked at."""
EXACT = 25_000
"""Vectors that are all compared: 12,000 take 1 ms, where a search by Chroma takes 3."""
NEAREST = 150
"""Pieces by meaning, memories by words, and by each other way, that go on."""
MORE = 4
"""Times as many pieces are asked of the index at most, where others' memories are among them."""
PASSAGES = 20
"""Of so many, the whole conversation."""
MESSAGES = 2
"""Vectors that choose: the message, and it together with what was said before."""


@dataclass(frozen=True)
class Compared:
    """`rows` to go on with, and for each vector of the cue the cosines of their pieces and what is unrelated to it."""

    rows: Rows
    cosines: tuple[Floats, ...]
    backgrounds: tuple[tuple[float, float], ...]


def compare(
    rows: Rows,
    reading: Reading,
    vectors: Matrix,
    meaning: Meaning | None,
    table: VectorTable | None,
    words: Lookup,
) -> Compared:
    """Compare the pool with a cue's `vectors`, one row each: of the message first. `words`: those of the message, or of
    its context where it has none."""
    if meaning is None or table is None or not len(table.matrix) or not len(vectors):
        return Compared(rows if len(rows) <= WHOLE else _some(rows, reading, words, []), (), ())
    if len(rows) > WHOLE:
        nearest = _nearest(rows, vectors[:MESSAGES], meaning, table, unsent=reading.unsent)
        rows = _some(rows, reading, words, nearest)
    slots = rows.piece_slot
    cosines = table.matrix[np.maximum(slots, 0)] @ vectors.T
    by_piece = np.where(slots[:, None] >= 0, cosines, np.nan).T.astype(np.float64)
    sample = (table.sample @ vectors.T).T.astype(np.float64)
    return Compared(rows, tuple(by_piece), tuple(background_of(row, meaning.background) for row in sample))


def _some(rows: Rows, reading: Reading, words: Lookup, nearest: Sequence[Ints]) -> Rows:
    return rows.some(_with_neighbours(rows, [*nearest, _by_words(rows, words), _by_time(rows, reading)]))


def _nearest(rows: Rows, vectors: Matrix, meaning: Meaning, table: VectorTable, *, unsent: bool) -> list[Ints]:
    """For each vector the rows of the nearest pieces, the nearest first. Much of a text can be guessed from its vector:
    that of one that is `unsent` is shown to no other computer."""
    index = meaning.index if len(table.matrix) > EXACT else None
    if index is not None and unsent and index.elsewhere:
        index = None
    # The index holds what may not be recalled here as well: more of it is asked for where that is much.
    wanted = int(NEAREST * min(MORE, rows.total_pieces / max(1, len(rows.piece_ids))))
    found = index.search(vectors, wanted) if index is not None else None
    if found is None:
        # One by one: two at once take four times as long (OpenBLAS packs the table for a product of matrices).
        every = [np.where(rows.piece_slot >= 0, (table.matrix @ vector)[rows.piece_slot], -1.0) for vector in vectors]
        return [rows.piece_row[_best(cosines, NEAREST)] for cosines in every]
    nearest = []
    for ids in found:
        at = np.minimum(np.searchsorted(rows.piece_ids, ids), len(rows.piece_ids) - 1)
        nearest.append(rows.piece_row[at[rows.piece_ids[at] == ids]])
    return nearest


def _by_words(rows: Rows, words: Lookup) -> Ints:
    covered = np.zeros(len(rows.piece_ids))
    for weight, holders in zip(words.weights, words.holders, strict=True):
        covered[places(rows.piece_ids, holders)] += weight
    best = _best(covered, NEAREST)
    found: Ints = rows.piece_row[best[covered[best] > 0]]
    return found


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
