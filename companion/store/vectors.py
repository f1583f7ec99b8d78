"""Embedding vectors as blobs (little-endian float32), by embedder and text; and the outbox that feeds the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from companion.records import RECALLABLE
from companion.store.database import Database

Matrix = npt.NDArray[np.float32]
_LITTLE = np.dtype("<f4")


class Vectors:
    def __init__(self, db: Database) -> None:
        self._db = db

    def embedder(self, name: str, revision: str, dimension: int) -> int:
        """The id under which this embedder's vectors are kept."""
        identity = (name, revision, dimension)
        sql = "SELECT id FROM embedders WHERE name = ? AND revision = ? AND dimension = ?"
        found = self._db.value(sql, identity)
        if found is None:
            with self._db.write():
                return self._db.run("INSERT INTO embedders(name, revision, dimension) VALUES (?,?,?)", identity)
        return int(found)

    def floor(self, embedder: int) -> float | None:
        """The calibrated cosine below which two texts are unrelated for this embedder."""
        found = self._db.value("SELECT floor FROM embedders WHERE id = ?", (embedder,))
        return None if found is None else float(found)

    def set_floor(self, embedder: int, floor: float) -> None:
        with self._db.write():
            self._db.run("UPDATE embedders SET floor = ? WHERE id = ?", (floor, embedder))

    def put(self, embedder: int, vectors: Mapping[bytes, Matrix]) -> None:
        """Keep unit vectors by content key."""
        with self._db.write():
            self._db.run_many(
                "INSERT OR REPLACE INTO vectors VALUES (?,?,?)",
                ((embedder, key, vector.astype(_LITTLE).tobytes()) for key, vector in vectors.items()),
            )

    def missing(self, embedder: int, limit: int) -> list[tuple[bytes, str]]:
        """(content key, text) of memories that have no vector yet, each text once."""
        return [
            (bytes(key), text)
            for key, text in self._db.all(
                "SELECT m.text_hash, min(m.text) FROM memories m LEFT JOIN vectors v"
                " ON v.embedder = ? AND v.text_hash = m.text_hash"
                " WHERE v.text_hash IS NULL GROUP BY m.text_hash ORDER BY max(m.id) DESC LIMIT ?",
                (embedder, limit),
            )
        ]

    def recallable(self, embedder: int, ids: Sequence[int] | None = None) -> list[tuple[int, bytes, bytes]]:
        """(memory, content key, vector blob) of memories recall may use, all or those of `ids`."""
        where, values = self._recallable_where(ids)
        return [
            (int(id), bytes(key), bytes(blob))
            for id, key, blob in self._db.all(
                "SELECT m.id, m.text_hash, v.vector FROM memories m JOIN vectors v"
                f" ON v.embedder = ? AND v.text_hash = m.text_hash WHERE {where} ORDER BY m.id",
                (embedder, *values),
            )
        ]

    def keys(self, embedder: int) -> dict[int, bytes]:
        """Memory → content key of everything that belongs into the index."""
        where, values = self._recallable_where(None)
        rows = self._db.all(
            "SELECT m.id, m.text_hash FROM memories m JOIN vectors v"
            f" ON v.embedder = ? AND v.text_hash = m.text_hash WHERE {where}",
            (embedder, *values),
        )
        return {int(id): bytes(key) for id, key in rows}

    def announce(self, keys: Iterable[bytes]) -> None:
        """Put the memories with these content keys into the outbox: their vectors have come."""
        with self._db.write():
            self._db.run_many(
                "INSERT INTO outbox(memory) SELECT id FROM memories WHERE text_hash = ?", ((k,) for k in keys)
            )

    def outbox(self, limit: int) -> list[tuple[int, int]]:
        """(sequence number, memory) of changes the index has not seen, oldest first."""
        rows = self._db.all("SELECT seq, memory FROM outbox ORDER BY seq LIMIT ?", (limit,))
        return [(int(seq), int(memory)) for seq, memory in rows]

    def delivered(self, seq: int) -> None:
        """The index has everything up to `seq`."""
        with self._db.write():
            self._db.run("DELETE FROM outbox WHERE seq <= ?", (seq,))

    def _recallable_where(self, ids: Sequence[int] | None) -> tuple[str, tuple[object, ...]]:
        where = f"m.status IN ({','.join('?' * len(RECALLABLE))})"
        if ids is None:
            return where, RECALLABLE
        return f"{where} AND m.id IN ({','.join('?' * len(ids))})", (*RECALLABLE, *ids)


def as_matrix(blobs: Sequence[bytes], dimension: int) -> Matrix:
    """Blobs to an (n, dimension) float32 matrix."""
    joined = np.frombuffer(b"".join(blobs), dtype=_LITTLE)
    return joined.astype(np.float32, copy=False).reshape(len(blobs), dimension)
