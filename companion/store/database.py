"""The one place that opens the SQLite file and the only importer of apsw.

Contract: `Database.write()` is one transaction, on disk when it returns (WAL, synchronous=FULL); nested calls join
it. Every apsw error leaves here as a `ProfileError` that tells the person what happened.

With a key every page of the file, its WAL and its journals is encrypted and authenticated (sqlite3mc, ChaCha20 and
Poly1305). An empty key or a misspelt pragma would write plain text without a word, so the header is looked at.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

import apsw

from companion import strings
from companion.errors import ProfileDamaged, ProfileReadOnly, ProfileSealed, ProfileUnavailable
from companion.store.connecting import APPLICATION_ID as APPLICATION_ID
from companion.store.connecting import Identity as Identity
from companion.store.connecting import (
    connected,
    connected_as_it_is,
    connected_copy,
    connected_read_only,
    copy_with_key,
    translated,
)
from companion.store.files import still_there
from companion.store.headers import has_plain_header

Row = tuple[Any, ...]


def sqlite_version() -> str:
    return apsw.sqlite_lib_version()


@functools.cache
def _tokenizer() -> Any:
    return apsw.Connection(":memory:").fts5_tokenizer("porter", ["unicode61", "remove_diacritics", "2"])


def index_terms(text: str) -> list[str]:
    """The terms that the full-text index makes of `text`, in order: lower case, without diacritics, stemmed."""
    # By the index's own tokenizer: Porter stemmers elsewhere differ from it in some words (technology, possibly).
    terms = _tokenizer()(text.encode("utf-8", "replace"), apsw.FTS5_TOKENIZE_DOCUMENT, None, include_offsets=False)
    return [term for (term, *_) in terms]


def term_places(text: str) -> list[tuple[int, int, str]]:
    """The same with where each is: (start, end, term), in characters of `text`."""
    encoded = text.encode("utf-8", "replace")
    places: list[tuple[int, int, str]] = []
    byte = character = 0
    for start, end, term, *_ in _tokenizer()(encoded, apsw.FTS5_TOKENIZE_DOCUMENT, None):
        first = character + len(encoded[byte:start].decode("utf-8", "replace"))
        character = first + len(encoded[start:end].decode("utf-8", "replace"))
        byte = end
        places.append((first, character, term))
    return places


class Database:
    """One connection shared by the engine's threads, one at a time."""

    def __init__(self, connection: apsw.Connection, path: Path, *, read_only: bool, key: bytes | None = None) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._depth = 0
        self._file: tuple[int, int] | None = None
        self.path = path
        self.read_only = read_only
        self.key = key
        """32 bytes, None for a file that is not encrypted."""

    def all(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        with self._lock, translated(self.path):
            return list(self._connection.execute(sql, tuple(values)))

    def one(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        rows = self.all(sql, values)
        return rows[0] if rows else None

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first column of the first row, None when there is none."""
        row = self.one(sql, values)
        return row[0] if row else None

    def each(self, sql: str) -> Generator[Row]:
        """The rows one by one, for more than fits in memory."""
        with self._lock, translated(self.path):
            yield from self._connection.execute(sql)

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Execute a change inside `write()`; returns the id of the last inserted row."""
        with self._lock, translated(self.path):
            if not self._depth:
                raise RuntimeError("a change outside a transaction")
            self._connection.execute(sql, tuple(values))
            return self._connection.last_insert_rowid()

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        with self._lock, translated(self.path):
            if not self._depth:
                raise RuntimeError("a change outside a transaction")
            self._connection.executemany(sql, (tuple(row) for row in rows))

    @contextlib.contextmanager
    def write(self) -> Generator[Database]:
        """All or nothing; on disk at the end. Raises ProfileReadOnly, DiskFull, ProfileMissing, ProfileError."""
        with self._lock:
            if self.read_only:
                raise ProfileReadOnly(str(self.path))
            if self._depth:
                self._depth += 1
                try:
                    yield self
                finally:
                    self._depth -= 1
                return
            self._file = still_there(self.path, self._file)
            with translated(self.path):
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield self
                with translated(self.path):
                    self._connection.execute("COMMIT")
            except BaseException:
                # A full disk rolls back by itself; then there is nothing left to roll back.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    @contextlib.contextmanager
    def snapshot(self) -> Generator[Database]:
        """Several reads of one moment: no other thread changes anything in between."""
        with self._lock:
            yield self

    def check(self, *, thoroughly: bool = False) -> list[str]:
        """SQLite's own findings about the file; empty when it is sound. `thoroughly`: indexes too."""
        pragma = "integrity_check" if thoroughly else "quick_check"
        found = [str(row[0]) for row in self.all(f"PRAGMA {pragma}(20)")]
        return [] if found == ["ok"] else found

    def copy_into(self, path: Path) -> None:
        """Write all that is committed to `path`, an empty file, without what was deleted, encrypted as this one is.
        Raises ProfileError, DiskFull."""
        with self._lock, translated(path):
            self._connection.execute("VACUUM INTO ?", (str(path),))

    def another(self) -> Database:
        """A second connection to the same file, to read it while this one goes on."""
        return open_copy(self.path, lambda _: None, self.key)

    def changes_seen(self) -> int:
        """Another number as soon as another connection has changed the file."""
        return int(self.value("PRAGMA data_version"))

    def compact(self) -> None:
        """Write the file anew without what was deleted, and leave nothing in the log beside it. Raises ProfileError,
        ProfileUnavailable where somebody reads the file for so long that the log cannot be emptied."""
        with self._lock, translated(self.path):
            self._connection.execute("VACUUM")
            ((busy, *_),) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            if busy:
                raise ProfileUnavailable(strings.text("mcp.read_meanwhile", path=self.path))

    @contextlib.contextmanager
    def alone(self) -> Generator[None]:
        """Nobody reads or writes meanwhile but who holds this."""
        with self._lock:
            if self._depth:
                raise RuntimeError("inside a transaction")
            yield

    def copy_to(self, target: Path, key: bytes | None) -> None:
        """As `copy_into`, but encrypted with `key`, or with None not at all. Inside `alone`."""
        with self._lock, translated(self.path):
            copy_with_key(self.path, self.key, target, key)

    def turn_to(self, commit: Callable[[], None], put: Callable[[], None], key: bytes | None) -> None:
        """Close the file, `commit` to another in its place, `put` that there and go on with it; `key` opens it. When
        `commit` raises, go on as before; when `put` does, stay closed: what would be written now would be lost."""
        with self._lock, translated(self.path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._connection.close()
            try:
                commit()
            except BaseException:
                self._connection = connected(self.path, self.key, lambda _: None)
                raise
            put()
            self._file = None  # another one now, and ours
            self._connection = connected(self.path, key, lambda _: None)
            self.key = key

    def close(self) -> None:
        with self._lock, translated(self.path):
            self._connection.close()


def opens_with(path: Path, key: bytes) -> bool:
    """Whether `key` is that of an encrypted file. Writes nothing, not even files of SQLite's own beside it."""
    if not path.is_file() or not path.stat().st_size or has_plain_header(path):
        return False
    try:
        read_closed(path, key).close()
    except (ProfileSealed, ProfileDamaged):
        return False
    return True


def read_closed(path: Path, key: bytes | None) -> Database:
    """A file that nobody has open, as it is: nothing is written, nothing beside it either. Raises ProfileError."""
    with translated(path):
        connection = connected_as_it_is(path, lambda _: None, key)
        connection.execute("PRAGMA temp_store=MEMORY").fetchall()
        return Database(connection, path, read_only=True, key=key)


def open_database(path: Path, examine: Callable[[Identity], None], key: bytes | None = None) -> Database:
    """Open or create the file, encrypted with a `key` (32 bytes). `examine` may refuse it before a byte of it is
    changed. A folder that cannot be written opens read-only. Raises ProfileError, ProfileSealed for another key."""
    apsw.config(apsw.SQLITE_CONFIG_LOG, None)
    exists = path.exists()
    with translated(path):
        if not exists:
            # SQLite's own files (-wal, -shm) take this file's mode over.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            return Database(connected(path, key, examine), path, read_only=False, key=key)
        except (apsw.ReadOnlyError, apsw.CantOpenError) as error:
            if not exists:
                raise
            return Database(connected_read_only(path, error, examine, key), path, read_only=True, key=key)


def open_copy(
    path: Path, examine: Callable[[Identity], None], key: bytes | None = None, *, change: bool = False
) -> Database:
    """Open a file that is there as it is, a backup say, to read it or to `change` it; no file is made beside it, unless
    it is open elsewhere. Raises ProfileError."""
    with translated(path):
        return Database(connected_copy(path, examine, key, change=change), path, read_only=not change, key=key)


def open_in_memory() -> Database:
    """An empty one that no file ever holds."""
    connection = apsw.Connection(":memory:")
    for pragma in ("foreign_keys=ON", "temp_store=MEMORY", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return Database(connection, Path(":memory:"), read_only=False)
