"""Exact search over the stored vectors: what serves until the index is ready, and whenever it is not."""

from __future__ import annotations

import threading

import numpy as np

from companion.store.store import Store
from companion.store.vectors import Matrix, as_matrix


class ExactSearch:
    """Cosine over all recallable memories, kept in memory and brought up to date by what changed."""

    def __init__(self, store: Store, embedder: int, dimension: int) -> None:
        self._store = store
        self._embedder = embedder
        self._dimension = dimension
        self._lock = threading.Lock()
        self._stale = threading.Event()
        self._ids = np.zeros(0, dtype=np.int64)
        self._matrix: Matrix = np.zeros((0, dimension), dtype=np.float32)
        self._stale.set()
        store.changes.observe(lambda _: self._stale.set())

    def invalidate(self) -> None:
        """Vectors were added without a change to memories."""
        self._stale.set()

    def search(self, vector: Matrix, limit: int) -> list[int]:
        """Ids of the `limit` nearest memories, best first."""
        with self._lock:
            if self._stale.is_set():
                self._stale.clear()
                rows = self._store.vectors.recallable(self._embedder)
                self._ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
                self._matrix = as_matrix([row[2] for row in rows], self._dimension)
            scores = self._matrix @ vector
            count = min(limit, len(scores))
            if count == 0:
                return []
            best = np.argpartition(-scores, count - 1)[:count]
            return [int(id) for id in self._ids[best[np.argsort(-scores[best], kind="stable")]]]
