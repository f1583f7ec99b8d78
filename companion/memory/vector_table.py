"""The vectors of pieces in one matrix that grows; a piece keeps its slot as long as its vector is the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from companion.store.search import pieces_of
from companion.store.store import Store
from companion.store.vectors import Matrix, as_matrix

Ints = npt.NDArray[np.int64]
_SAMPLE = 2_000
"""Vectors that stand for all of them where the background of a cue is measured."""
_STALE = 1.1
"""Growth from which another sample is taken."""


class VectorTable:
    def __init__(self, store: Store, embedder: int, dimension: int) -> None:
        self._store = store
        self._embedder = embedder
        self._dimension = dimension
        self._slots: dict[int, int] = {}
        self._free: list[int] = []
        self._used = 0
        self._matrix: Matrix = np.zeros((0, dimension), dtype=np.float32)
        self.sample: Matrix = self._matrix
        """Vectors in use, evenly over all that was said, beside each other in memory: picked out anew for each cue they
        would cost more than all else that is done with them."""
        self._sampled_from = 0

    @property
    def matrix(self) -> Matrix:
        """All slots; those of pieces that are gone hold zeros."""
        return self._matrix[: self._used]

    def load(self, memories: Sequence[int] | None, pieces: Ints) -> Ints:
        """Read the vectors of `memories` (None: of all) again; the slots of `pieces`, -1 where there is no vector."""
        rows = self._store.vectors.recallable(self._embedder, memories)
        if memories is None:
            self._slots = {piece: slot for slot, (piece, _) in enumerate(rows)}
            self._free, self._used = [], len(rows)
            self._matrix = as_matrix([blob for _, blob in rows], self._dimension).copy()
        else:
            for piece in [piece for memory in memories for piece in pieces_of(memory) if piece in self._slots]:
                slot = self._slots.pop(piece)
                self._matrix[slot] = 0.0
                self._free.append(slot)
            for (piece, _), vector in zip(rows, as_matrix([b for _, b in rows], self._dimension), strict=True):
                self._slots[piece] = slot = self._take()
                self._matrix[slot] = vector
        if memories is None or not self._sampled_from / _STALE <= len(self._slots) <= self._sampled_from * _STALE:
            self._take_sample()
        return np.fromiter((self._slots.get(int(piece), -1) for piece in pieces), np.int64, len(pieces))

    def _take_sample(self) -> None:
        slots = np.sort(np.fromiter(self._slots.values(), np.int64, len(self._slots)))
        self.sample = self._matrix[slots[:: max(1, -(-len(slots) // _SAMPLE))]]
        self._sampled_from = len(slots)

    def _take(self) -> int:
        if self._free:
            return self._free.pop()
        if self._used == len(self._matrix):
            # Zeros that are asked for, not copied, take no memory until something is put there.
            grown = np.zeros((self._used + max(256, self._used // 2), self._dimension), dtype=np.float32)
            grown[: self._used] = self._matrix
            self._matrix = grown
        self._used += 1
        return self._used - 1
