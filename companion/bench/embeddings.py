"""Embeddings kept between runs of the bench, by the hash of the text. Safe to delete."""

from __future__ import annotations

import hashlib
import logging
import re
import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import platformdirs

from companion.memory.embedder import Embedder
from companion.paths import APP
from companion.store.vectors import Matrix, as_matrix

log = logging.getLogger(__name__)
_LITTLE = np.dtype("<f4")


def cache_folder(embedder: Embedder) -> Path:
    """Where this embedder's vectors are kept: the system's folder for what may be deleted."""
    revision = re.sub(r"[^\w.-]", "_", embedder.revision)
    return Path(platformdirs.user_cache_dir(APP, appauthor=False)) / f"bench-{revision}"


class CachedEmbedder:
    """`inner` with a memory: the same space, each text computed once. A cache that fails costs time, nothing else."""

    def __init__(self, inner: Embedder, folder: Path) -> None:
        self._inner = inner
        self.name, self.revision, self.dimension = inner.name, inner.revision, inner.dimension
        self._live = False
        self.computing = 0.0
        """Seconds spent on computing vectors so far."""
        self._db = _open(folder / "vectors.db")

    @property
    def runtime(self) -> str:
        return self._inner.runtime

    def encode(self, texts: Sequence[str]) -> Matrix:
        keys = [self._key(text) for text in texts]
        held = {} if self._live else self._held(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in held}
        if missing:
            started = time.perf_counter()
            vectors = self._inner.encode(list(missing.values()))
            self.computing += time.perf_counter() - started
            new = {key: row.astype(_LITTLE).tobytes() for key, row in zip(missing, vectors, strict=True)}
            if not self._live:
                self._keep(new)
            held |= new
        return as_matrix([held[key] for key in keys], self.dimension)

    @contextmanager
    def live(self) -> Generator[None]:
        """Within, every vector is computed as if there were no cache, for timing. May be nested."""
        before, self._live = self._live, True
        try:
            yield
        finally:
            self._live = before

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _key(self, text: str) -> bytes:
        return hashlib.sha256(f"{self.name}\0{self.dimension}\0{text}".encode("utf-8", "replace")).digest()

    def _held(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        if self._db is None:
            return found
        try:
            for key in keys:
                row = self._db.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
                if row is not None and len(row[0]) == self.dimension * _LITTLE.itemsize:
                    found[key] = row[0]
        except sqlite3.Error as error:
            self._give_up(error)
        return found

    def _keep(self, vectors: dict[bytes, bytes]) -> None:
        if self._db is None:
            return
        try:
            with self._db:
                self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?,?)", vectors.items())
        except sqlite3.Error as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        log.warning("the cache of embeddings is not used: %s", error)
        self.close()


def _open(file: Path) -> sqlite3.Connection | None:
    """The cache, made anew when it is damaged; None when there can be none."""
    for _ in range(2):
        db = None
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            db = sqlite3.connect(file, timeout=10)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=OFF")  # lost vectors are computed again
            db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID")
            return db
        except sqlite3.OperationalError as error:  # busy, no room, no right to write
            log.warning("no cache of embeddings in %s: %s", file, error)
            _close(db)
            return None
        except (sqlite3.DatabaseError, OSError) as error:
            log.warning("the cache of embeddings is made anew: %s", error)
            _close(db)
            try:
                for part in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
                    part.unlink(missing_ok=True)
            except OSError:
                return None
    return None


def _close(db: sqlite3.Connection | None) -> None:
    if db is not None:
        db.close()
