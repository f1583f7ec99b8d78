"""What must not be learned again after it was erased for good, in a form that does not spell it.

Of each statement eight bytes of a keyed BLAKE2b of its normalised words are kept; the key is random, of this profile.
So no table of hashes made elsewhere says what was erased, and too little is kept to tell near misses apart. Who has the
file with the key can still try whether a sentence they think of was erased; the profile's lock is against that.

The marks also lie in a file beside the database: when an older copy of the profile is put in its place, the words that
come back with it are known by them, and erased again. Of a profile with a passphrase the key is not in that file, which
anybody can read: it is in the database before the first encrypted copy is made, and so in all of those.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from companion.store.database import Database
from companion.store.encrypting import overwrite
from companion.store.files import write
from companion.text import normalised

_KEY = "erased key"
_BYTES = 8
_KEY_BYTES = 32


class Erased:
    def __init__(self, db: Database) -> None:
        self._db = db

    @property
    def any(self) -> bool:
        """Whether anything was ever erased."""
        return self._db.value("SELECT 1 FROM erased LIMIT 1") is not None

    def holds(self, text: str) -> bool:
        """Whether these words, whatever their case and punctuation, were erased."""
        if not self.any:
            return False
        mark = _mark(self._key(), text)
        return self._db.value("SELECT 1 FROM erased WHERE mark = ?", (mark,)) is not None

    def add(self, texts: Iterable[str]) -> None:
        """Inside a transaction."""
        key = self.make_key()
        self._db.run_many("INSERT OR IGNORE INTO erased VALUES (?)", ((_mark(key, text),) for text in set(texts)))

    def make_key(self) -> bytes:
        """That of the marks, if there is none yet. Inside a transaction."""
        key = self._key()
        if not key:
            key = os.urandom(_KEY_BYTES)
            self._keep_key(key)
        return key

    def give_key(self, copy: Database) -> None:
        """To a copy of this profile that may have been made before there was one."""
        key = self._key()
        if key:
            with copy.write():
                Erased(copy)._keep_key(key)

    def marks(self) -> frozenset[bytes]:
        return frozenset(bytes(mark) for (mark,) in self._db.all("SELECT mark FROM erased"))

    def write_beside(self, file: Path, *, readable: bool = False) -> None:
        """Nothing where it is so already, or nothing was erased. `readable`: with the key in any case, for a copy of
        the profile that has neither a passphrase nor the key. Raises OSError."""
        key, marks = self._key(), sorted(mark.hex() for mark in self.marks())
        if not marks:
            return
        shown = key.hex() if readable or self._db.key is None else ""
        told = json.dumps({"key": shown, "whose": _name(key), "marks": marks})
        with contextlib.suppress(FileNotFoundError):
            if file.read_bytes() == told.encode():
                return
            if not shown:
                overwrite(file)  # it may have the key
        write(file, told.encode())

    def take_over(self, file: Path) -> bool:
        """Take the marks over that the file has and the database has not. Whether there were any. A file that cannot be
        read, or whose key nothing tells, has none: it is written anew with the next erasure. Inside a transaction, with
        which the words themselves go: else a crash would leave them with marks that nobody heeds."""
        try:
            told = json.loads(file.read_text())
            key, marks = bytes.fromhex(told["key"]), {bytes.fromhex(mark) for mark in told["marks"]}
            whose = str(told["whose"])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        key = self._key() or key
        if not key or _name(key) != whose or marks <= self.marks():
            return False
        self._keep_key(key)
        self._db.run_many("INSERT OR IGNORE INTO erased VALUES (?)", ((mark,) for mark in marks))
        return True

    def _keep_key(self, key: bytes) -> None:
        self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_KEY, key.hex()))

    def _key(self) -> bytes:
        return bytes.fromhex(str(self._db.value("SELECT value FROM meta WHERE key = ?", (_KEY,)) or ""))


def _mark(key: bytes, text: str) -> bytes:
    return blake2b(normalised(text).encode(), key=key, digest_size=_BYTES).digest()


def _name(key: bytes) -> str:
    """By which a key is known, and which does not tell it."""
    return blake2b(b"whose", key=key, digest_size=_BYTES).hexdigest() if key else ""
