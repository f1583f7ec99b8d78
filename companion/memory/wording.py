"""Which of the cue's words each memory holds, by pieces, from the full-text index: bit masks over all rows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from companion.memory.pool import Floats, Ints, Rows
from companion.memory.words import idf
from companion.store.store import Store

MOST_TERMS = 40
"""Terms of a cue that are looked up: the most telling ones."""
_KEPT = 512
Masks = npt.NDArray[np.int64]


class Terms:
    """The pieces that hold a term, kept for the terms asked for last."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: OrderedDict[str, Ints] = OrderedDict()
        store.changes.observe(self._begin_anew)

    def _begin_anew(self, _: tuple[int, ...]) -> None:
        self._held = OrderedDict()

    def holders(self, term: str) -> Ints:
        held = self._held  # a change meanwhile, told by another thread, must not be answered from before it
        found = held.get(term)
        if found is None:
            found = np.array(self._store.search.holders(term), dtype=np.int64)
            held[term] = found
            if len(held) > _KEPT:
                held.popitem(last=False)
        else:
            held.move_to_end(term)
        return found


class Wording:
    """How far the words of one cue are held by pieces, memories, and what stands around them.

    Coverage is the share (0–1) of the cue's weight, Σ idf of its terms, that a text holds.
    """

    def __init__(self, terms: Terms, words: Sequence[str], rows: Rows) -> None:
        total = len(rows.piece_ids)
        held = rows.total_pieces
        holders = {word: terms.holders(word) for word in dict.fromkeys(words)}
        weights = {word: idf(len(found), max(held, len(found))) for word, found in holders.items()}
        # Of a long message those that some memory holds: what none holds is the rarest, and would crowd them out.
        self.terms = sorted(weights, key=lambda word: (not len(holders[word]), -weights[word]))[:MOST_TERMS]
        self.weights: Floats = np.array([weights[word] for word in self.terms])
        self.total = float(self.weights.sum())
        self.pieces: Masks = np.zeros(total, dtype=np.int64)
        for bit, word in enumerate(self.terms):
            found = holders[word]
            at = np.minimum(np.searchsorted(rows.piece_ids, found), max(0, total - 1))
            if total:
                self.pieces[at[rows.piece_ids[at] == found]] |= np.int64(1) << bit
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
