"""What must not be learned again after it was erased for good, in a form that does not spell it.

Of each statement eight bytes of a keyed BLAKE2b of its normalised words are kept; the key is random, of this profile.
So no table of hashes made elsewhere says what was erased, and too little is kept to tell near misses apart. Who has the
file with the key can still try whether a sentence they think of was erased; the profile's lock is against that.

The marks also lie in a file beside the database: when an older copy of the profile is put in its place, the words that
come back with it are known by them, and erased again.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from companion.store.database import Database
from companion.text import normalised

_KEY = "erased key"
_BYTES = 8


class Erased:
    def __init__(self, db: Database) -> None:
        self._db = db

    def holds(self, text: str) -> bool:
        """Whether these words, whatever their case and punctuation, were erased."""
        if self._db.value("SELECT 1 FROM erased LIMIT 1") is None:
            return False
        mark = _mark(self._key(), text)
        return self._db.value("SELECT 1 FROM erased WHERE mark = ?", (mark,)) is not None

    def add(self, texts: Iterable[str]) -> None:
        """Inside a transaction."""
        key = self._key() or os.urandom(32)
        self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_KEY, key.hex()))
        self._db.run_many("INSERT OR IGNORE INTO erased VALUES (?)", ((_mark(key, text),) for text in set(texts)))

    def marks(self) -> frozenset[bytes]:
        return frozenset(bytes(mark) for (mark,) in self._db.all("SELECT mark FROM erased"))

    def write_beside(self, file: Path) -> None:
        """Raises OSError."""
        told = {"key": self._key().hex(), "marks": sorted(mark.hex() for mark in self.marks())}
        part = file.with_name(file.name + ".part")
        part.write_text(json.dumps(told))
        with contextlib.suppress(OSError), part.open("rb") as opened:
            os.fsync(opened.fileno())
        part.replace(file)

    def take_over(self, file: Path) -> bool:
        """Take the marks over that the file has and the database has not. Whether there were any. A file that cannot be
        read has none: it is written anew with the next erasure."""
        try:
            told = json.loads(file.read_text())
            key, marks = bytes.fromhex(told["key"]), {bytes.fromhex(mark) for mark in told["marks"]}
        except (OSError, ValueError, KeyError, TypeError):
            return False
        own = self._key()
        if marks <= self.marks() or (own and own != key):
            return False
        with self._db.write():
            self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_KEY, key.hex()))
            self._db.run_many("INSERT OR IGNORE INTO erased VALUES (?)", ((mark,) for mark in marks))
        return True

    def _key(self) -> bytes:
        return bytes.fromhex(str(self._db.value("SELECT value FROM meta WHERE key = ?", (_KEY,)) or ""))


def _mark(key: bytes, text: str) -> bytes:
    return blake2b(normalised(text).encode(), key=key, digest_size=_BYTES).digest()
