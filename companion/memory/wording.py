"""Which of the cue's words each memory holds, by pieces, from the full-text index: bit masks over all rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from companion.memory.pool import Floats, Ints, Rows
from companion.memory.terms import Lookup

Masks = npt.NDArray[np.int64]


class Wording:
    """How far the words of one cue are held by pieces, memories, and what stands around them.

    Coverage is the share (0–1) of the cue's weight, Σ idf of its terms, that a text holds.
    """

    def __init__(self, found: Lookup, rows: Rows) -> None:
        total = len(rows.piece_ids)
        self.terms = found.terms
        self.weights: Floats = found.weights
        self.total = float(self.weights.sum())
        self.pieces: Masks = np.zeros(total, dtype=np.int64)
        for bit, holders in enumerate(found.holders):
            self.pieces[places(rows.piece_ids, holders)] |= np.int64(1) << bit
        self.memories: Masks = _reduce_or(self.pieces, rows.first_piece) if total else np.zeros(0, dtype=np.int64)

    def coverage(self, masks: Masks) -> Floats:
        """Share of the cue's weight in each mask."""
        covered = np.zeros(masks.shape)
        for bit, weight in enumerate(self.weights):
            covered += weight * ((masks >> bit) & 1)
        return covered / self.total if self.total else covered

    def best_piece(self, rows: Rows) -> Floats:
        """Coverage of each memory's best piece."""
        found = self.coverage(self.pieces)
        best: Floats = np.maximum.reduceat(found, rows.first_piece) if len(found) else found
        return best

    def around(self, rows: Rows, reach: int) -> Masks:
        """The words held by the moment of a memory's turn and `reach` moments to each side."""
        masks = self.memories[rows.anchor] | self.memories
        for neighbour in (rows.before, rows.after):
            at = neighbour
            for _ in range(reach):
                masks = masks | np.where(at >= 0, self.memories[at], 0)
                at = np.where(at >= 0, neighbour[at], -1)
        return masks

    def of_sessions(self, rows: Rows) -> Masks:
        """The words held by a memory's whole conversation."""
        count = int(rows.session.max()) + 1 if len(rows) else 0
        found = np.zeros(count, dtype=np.int64)
        np.bitwise_or.at(found, rows.session, self.memories)
        return found[rows.session]


def _reduce_or(masks: Masks, starts: Ints) -> Masks:
    found: Masks = np.bitwise_or.reduceat(masks, starts)
    return found


def places(ids: Ints, wanted: Ints) -> Ints:
    """Where those of `wanted` that are in `ids` stand in it; both sorted. Each of the fewer is looked for among the
    more."""
    if not len(ids) or not len(wanted):
        return np.zeros(0, dtype=np.int64)
    few, many = (ids, wanted) if len(ids) < len(wanted) else (wanted, ids)
    at = np.minimum(np.searchsorted(many, few), len(many) - 1)
    there = many[at] == few
    found: Ints = np.flatnonzero(there) if few is ids else at[there]
    return found
