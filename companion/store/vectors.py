"""Vectors of pieces as blobs (little-endian float32), by embedder and text; the outbox that feeds the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from zlib import crc32

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

    def calibration(self, embedder: int) -> tuple[float, float, float] | None:
        """(mean, standard deviation) of the cosine between unrelated texts for this embedder, and how far CJK script
        can be trusted to it, once measured."""
        row = self._db.one("SELECT mean, spread, cjk_trust FROM embedders WHERE id = ?", (embedder,))
        return None if row is None or row[0] is None else (float(row[0]), float(row[1]), float(row[2]))

    def set_calibration(self, embedder: int, mean: float, spread: float, cjk_trust: float) -> None:
        with self._db.write():
            self._db.run(
                "UPDATE embedders SET mean = ?, spread = ?, cjk_trust = ? WHERE id = ?",
                (mean, spread, cjk_trust, embedder),
            )

    def put(self, embedder: int, vectors: Mapping[bytes, Matrix]) -> None:
        """Keep unit vectors by content key."""
        with self._db.write():
            self._db.run_many(
                "INSERT OR REPLACE INTO vectors(embedder, text_hash, vector, checksum) VALUES (?,?,?,?)",
                (
                    (embedder, key, blob, crc32(key + blob))
                    for key, blob in ((key, vector.astype(_LITTLE).tobytes()) for key, vector in vectors.items())
                ),
            )

    def get(self, embedder: int, keys: Sequence[bytes]) -> dict[bytes, Matrix]:
        """The vectors there are for these content keys."""
        marks = ",".join("?" * len(keys))
        rows = self._db.all(
            f"SELECT text_hash, vector FROM vectors WHERE embedder = ? AND text_hash IN ({marks})", (embedder, *keys)
        )
        return {bytes(key): np.frombuffer(blob, dtype=_LITTLE).astype(np.float32) for key, blob in rows}

    def missing(self, embedder: int, limit: int) -> list[tuple[bytes, str]]:
        """(content key, text) of pieces that have no vector yet, each text once, the newest first. What waits to be
        confirmed gets its vectors once it is."""
        rows = self._db.all(
            'SELECT p.text_hash, m.text, p.start, p."end" FROM pieces p JOIN memories m ON m.id = p.memory'
            " LEFT JOIN vectors v ON v.embedder = ? AND v.text_hash = p.text_hash"
            " WHERE v.text_hash IS NULL AND m.status <> 'quarantined'"
            " GROUP BY p.text_hash ORDER BY max(p.id) DESC LIMIT ?",
            (embedder, limit),
        )
        return [(bytes(key), text[start:end]) for key, text, start, end in rows]

    def recallable(self, embedder: int, ids: Sequence[int] | None = None) -> list[tuple[int, bytes]]:
        """(piece, vector blob) of memories recall may use, all or those of the memories `ids`."""
        where, values = self._recallable_where(ids)
        return [
            (int(id), bytes(blob))
            for id, blob in self._db.all(
                "SELECT p.id, v.vector FROM memories m JOIN pieces p ON p.memory = m.id JOIN vectors v"
                f" ON v.embedder = ? AND v.text_hash = p.text_hash WHERE {where} ORDER BY p.id",
                (embedder, *values),
            )
        ]

    def count(self, embedder: int) -> int:
        """Vectors that belong into the index."""
        where, values = self._recallable_where(None)
        return int(
            self._db.value(
                "SELECT count(*) FROM memories m JOIN pieces p ON p.memory = m.id JOIN vectors v"
                f" ON v.embedder = ? AND v.text_hash = p.text_hash WHERE {where}",
                (embedder, *values),
            )
        )

    def announce(self, keys: Iterable[bytes]) -> list[int]:
        """Put the memories with pieces of these content keys into the outbox: their vectors have come. Returns them."""
        found: dict[int, None] = {}
        with self._db.write():
            for key in keys:
                found |= dict.fromkeys(
                    int(row[0]) for row in self._db.all("SELECT memory FROM pieces WHERE text_hash = ?", (key,))
                )
            self._db.run_many("INSERT INTO outbox(memory) VALUES (?)", ((memory,) for memory in found))
        return list(found)

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
