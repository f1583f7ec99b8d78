"""A vector index that is fed from the outbox: ids and vectors only, disposable, wherever it is kept.

SQLite is the truth. Until the index is in step `search` answers None and exact search serves.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from companion.errors import CompanionError
from companion.store.search import pieces_of
from companion.store.store import Store
from companion.store.vectors import Matrix, as_matrix
from companion.strings import text

log = logging.getLogger(__name__)
_PART = 500
_META = "index"


class FedIndex:
    """One collection per embedder. All methods but `search` are called by one thread."""

    def __init__(self, store: Store, embedder: int, dimension: int) -> None:
        self._store = store
        self._embedder = embedder
        self._dimension = dimension
        self._collection: Any = None
        self._ready = threading.Event()
        self.problem = ""
        self.is_off = False
        """Whether it stays closed because Chroma took the engine down again and again."""

    @property
    def elsewhere(self) -> bool:
        """Whether it is on another computer."""
        return False

    @property
    def ready(self) -> bool:
        """In step with SQLite as of the last delivery."""
        return self._ready.is_set()

    def open(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        """Open it, or make it anew, and bring it in step. Stops early when no longer `wanted`. Never raises for what is
        wrong with the index itself; `problem` says it."""
        raise NotImplementedError

    def close(self) -> None:
        """Close it; it can be opened again."""
        raise NotImplementedError

    def catch_up(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        """Deliver what the outbox holds, and everything when the collection is new."""
        if self._collection is None:
            return
        try:
            if self._bring_in_step(wanted):
                self._ready.set()
        except CompanionError:
            raise
        except Exception as error:
            # Chroma's own failures only cost speed: it is not trusted next time, exact search goes on.
            log.exception("the index failed")
            self._failed(text("index.failed", name=type(error).__name__))
            self._collection = None

    def search(self, vectors: Matrix, limit: int) -> list[list[int]] | None:
        """For each of some vectors about the `limit` nearest pieces, None when the index cannot say."""
        if not self.ready or self._collection is None:
            return None
        try:
            found = self._collection.query(query_embeddings=vectors, n_results=limit, include=[])
        except Exception as error:
            log.exception("the index could not be searched")
            self._failed(text("index.not_searched", name=type(error).__name__))
            return None
        return [[int(id) for id in ids] for ids in found["ids"]]

    def count(self) -> int:
        """Vectors in the index, 0 when it is not open."""
        return int(self._collection.count()) if self._collection is not None else 0

    def _failed(self, problem: str) -> None:
        self.problem = problem
        self._ready.clear()

    def _leave_alone(self) -> None:
        """Exact search serves. What waits for the index is dropped: should it be wanted again, it is made from all
        there is."""
        self.is_off = True
        self._failed(text("index.off"))
        self._mark("")
        last = self._store.db.value("SELECT max(seq) FROM outbox")
        if last is not None:
            self._store.vectors.delivered(last)

    def _bring_in_step(self, wanted: Callable[[], bool]) -> bool:
        """Whether all was delivered; False when it was no longer wanted."""
        if self._collection.count() == 0:
            last = self._store.db.value("SELECT max(seq) FROM outbox")
            if not self._fill(wanted):
                return False
            if last is not None:
                self._store.vectors.delivered(last)
        while wanted() and (part := self._store.vectors.outbox(_PART)):
            self._deliver(list(dict.fromkeys(memory for _, memory in part)))
            self._store.vectors.delivered(part[-1][0])
        return True

    def _fill(self, wanted: Callable[[], bool]) -> bool:
        rows = self._store.vectors.recallable(self._embedder)
        for start in range(0, len(rows), _PART):
            if not wanted():
                return False
            self._upsert(rows[start : start + _PART])
        return True

    def _deliver(self, ids: list[int]) -> None:
        rows = self._store.vectors.recallable(self._embedder, ids)
        there = {row[0] for row in rows}
        gone = [piece for id in ids for piece in pieces_of(id) if piece not in there]
        if rows:
            self._upsert(rows)
        if gone:
            self._collection.delete(ids=[str(piece) for piece in gone])

    def _upsert(self, rows: list[tuple[int, bytes]]) -> None:
        matrix = as_matrix([blob for _, blob in rows], self._dimension)
        self._collection.upsert(ids=[str(row[0]) for row in rows], embeddings=matrix)

    def _noted(self) -> str:
        """What `_mark` wrote last, by whichever kind of index."""
        return str(self._store.db.value("SELECT value FROM meta WHERE key = ?", (_META,)) or "")

    def _mark(self, value: str) -> None:
        with self._store.db.write() as db:
            db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_META, value))
