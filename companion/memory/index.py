"""The Chroma index: ids and vectors only, fed from the outbox, disposable. The only importer of chromadb.

SQLite is the truth. The folder may vanish or be damaged at any time: then it is made anew from the stored vectors,
and until it is in step `search` answers None and exact search serves. Chroma does not sync its files, so an index that
was not closed cleanly is not trusted either (measured: after a power loss vectors are gone without a word).
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from companion.errors import CompanionError
from companion.store.search import pieces_of
from companion.store.store import Store
from companion.store.vectors import Matrix, as_matrix

# Before the import: Chroma pulls in onnxruntime, which looks up its maker's hosts unless told not to.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["ANONYMIZED_TELEMETRY"] = "False"

log = logging.getLogger(__name__)
_PART = 500
_META = "index"


class VectorIndex:
    """One collection per embedder. All methods but `search` are called by one thread."""

    def __init__(self, store: Store, folder: Path, embedder: int, dimension: int) -> None:
        self._store = store
        self._folder = folder
        self._embedder = embedder
        self._dimension = dimension
        self._collection: Any = None
        self._client: Any = None
        self._ready = threading.Event()
        self.problem = ""

    @property
    def ready(self) -> bool:
        """In step with SQLite as of the last delivery."""
        return self._ready.is_set()

    @property
    def _opening(self) -> Path:
        return self._folder.with_name(self._folder.name + ".opening")

    def open(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        """Open the folder, or make it anew, and bring it in step. Stops early when no longer `wanted`.
        Never raises for a bad folder; `problem` says what was wrong."""
        stamp = str(self._store.db.value("SELECT value FROM meta WHERE key = ?", (_META,)) or "")
        trusted = stamp.startswith(self._stamp(""))
        # A damaged folder can take the process down while it is opened; then this file is still there next time.
        if not trusted or self._opening.exists():
            self._remove()
        # What waits in the outbox came after it was closed; without that it holds what it held then.
        unchanged = trusted and not self._store.vectors.outbox(1)
        try:
            self._connect()
            if unchanged and stamp != self._stamp(self.count()):
                raise ValueError("it does not hold what it should")
        except Exception as error:
            self._renew(error)
            unchanged = False
        self._mark("")
        self.catch_up(wanted=wanted)
        if trusted and not unchanged and self.ready and not self._is_whole():
            self._renew(ValueError("it does not hold what it should"))
            self.catch_up(wanted=wanted)

    def catch_up(self, *, wanted: Callable[[], bool] = lambda: True) -> None:
        """Deliver what the outbox holds, and everything when the collection is new."""
        if self._collection is None:
            return
        try:
            if self._collection.count() == 0:
                last = self._store.db.value("SELECT max(seq) FROM outbox")
                if not self._fill(wanted):
                    return
                if last is not None:
                    self._store.vectors.delivered(last)
            while wanted() and (part := self._store.vectors.outbox(_PART)):
                self._deliver(list(dict.fromkeys(memory for _, memory in part)))
                self._store.vectors.delivered(part[-1][0])
            self._ready.set()
        except CompanionError:
            raise
        except Exception as error:
            # Chroma's own failures only cost speed: the folder is not trusted next time, exact search goes on.
            log.exception("the index failed")
            self.problem = f"failed ({type(error).__name__}); exact search serves"
            self._ready.clear()
            self._collection = None

    def search(self, vectors: Matrix, limit: int) -> list[list[int]] | None:
        """For each of some vectors about the `limit` nearest pieces, None when the index cannot say."""
        if not self.ready or self._collection is None:
            return None
        try:
            found = self._collection.query(query_embeddings=vectors, n_results=limit, include=[])
        except Exception as error:
            log.exception("the index could not be searched")
            self.problem = f"could not be searched ({type(error).__name__}); exact search serves"
            self._ready.clear()
            return None
        return [[int(id) for id in ids] for ids in found["ids"]]

    def count(self) -> int:
        """Vectors in the index, 0 when it is not open."""
        return int(self._collection.count()) if self._collection is not None else 0

    def close(self) -> None:
        """Close; the folder is trusted next time if it is in step."""
        in_step = self.ready and not self._store.vectors.outbox(1)
        try:
            stamp = self._stamp(self.count()) if in_step else ""
        except Exception:
            log.exception("the index cannot say what it holds")
            stamp = ""
        self._ready.clear()
        self._disconnect()
        if stamp:
            self._mark(stamp)

    def _is_whole(self) -> bool:
        return self.count() == self._store.vectors.count(self._embedder)

    def _renew(self, error: Exception) -> None:
        """Begin with an empty folder: whatever Chroma raises, the cure is the same."""
        log.warning("the index is made anew: %s", error)
        self.problem = f"was damaged and made anew ({type(error).__name__})"
        self._ready.clear()
        self._disconnect()
        self._remove()
        self._connect()

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

    def _connect(self) -> None:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._opening.touch(mode=0o600)
        settings = Settings(anonymized_telemetry=False, allow_reset=False)
        try:
            self._client = chromadb.PersistentClient(path=str(self._folder), settings=settings)
        except Exception:
            # Chroma keeps the half-made client of a folder it could not open, and would hand it out again.
            SharedSystemClient.clear_system_cache()
            raise
        # Without an explicit None Chroma would fetch an embedding model of its own.
        self._collection = self._client.get_or_create_collection(
            f"memories-{self._embedder}",
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
        )
        self._collection.count()
        self._opening.unlink(missing_ok=True)

    def _disconnect(self) -> None:
        client, self._client, self._collection = self._client, None, None
        if client is not None:
            client.close()

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._folder.is_file() or self._folder.is_symlink():
            self._folder.unlink()
        self._opening.unlink(missing_ok=True)

    def _stamp(self, count: int | str) -> str:
        """What is written when it was closed in step: counting what should be there reads all of a large store."""
        return f"clean:{self._embedder}:{count}"

    def _mark(self, value: str) -> None:
        with self._store.db.write() as db:
            db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_META, value))
