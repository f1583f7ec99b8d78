"""The one place that opens the SQLite file and the only importer of apsw.

Contract: `Database.write()` is one transaction, on disk when it returns (WAL, synchronous=FULL); nested calls join
it. Every apsw error leaves here as a `ProfileError` that tells the person what happened.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import shutil
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from companion import strings
from companion.errors import (
    CompanionError,
    DiskFull,
    NotFound,
    ProfileDamaged,
    ProfileError,
    ProfileReadOnly,
    ProfileUnavailable,
)

APPLICATION_ID = 0x436D706E  # "Cmpn" in the file header, so that `file` and we can tell whose it is
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
        self.path = path
        self.read_only = read_only
        self.key = key

    def all(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        with self._lock, _translated(self.path):
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
        with self._lock, _translated(self.path):
            yield from self._connection.execute(sql)

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Execute a change inside `write()`; returns the id of the last inserted row."""
        with self._lock, _translated(self.path):
            if not self._depth:
                raise RuntimeError("a change outside a transaction")
            self._connection.execute(sql, tuple(values))
            return self._connection.last_insert_rowid()

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        with self._lock, _translated(self.path):
            if not self._depth:
                raise RuntimeError("a change outside a transaction")
            self._connection.executemany(sql, (tuple(row) for row in rows))

    @contextlib.contextmanager
    def write(self) -> Generator[Database]:
        """All or nothing; on disk at the end. Raises ProfileReadOnly, DiskFull, ProfileError."""
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
            with _translated(self.path):
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield self
                with _translated(self.path):
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
        with self._lock, _translated(path):
            self._connection.execute("VACUUM INTO ?", (str(path),))

    def another(self) -> Database:
        """A second connection to the same file, to read it while this one goes on."""
        return open_copy(self.path, lambda _: None, key=self.key)

    def changes_seen(self) -> int:
        """Another number as soon as another connection has changed the file."""
        return int(self.value("PRAGMA data_version"))

    def close(self) -> None:
        with self._lock, _translated(self.path):
            self._connection.close()


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose file it is, read before anything is written to it."""

    path: Path
    application: int
    version: int
    empty: bool


def open_database(path: Path, examine: Callable[[Identity], None]) -> Database:
    """Open or create the file. `examine` may refuse it before a byte of it is changed. A folder that cannot be
    written opens read-only. Raises ProfileError."""
    apsw.config(apsw.SQLITE_CONFIG_LOG, None)
    exists = path.exists()
    with _translated(path):
        if not exists:
            # SQLite's own files (-wal, -shm) take this file's mode over.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        connection = apsw.Connection(str(path))
        try:
            examine(_identity(connection, path))
            _prepare(connection)
            return Database(connection, path, read_only=False)
        except (apsw.ReadOnlyError, apsw.CantOpenError) as error:
            connection.close()
            if not exists:
                raise
            return _open_read_only(path, error, examine)
        except BaseException:
            connection.close()
            raise


def open_copy(
    path: Path, examine: Callable[[Identity], None], *, key: bytes | None = None, change: bool = False
) -> Database:
    """Open a file that is there as it is, a backup say, to read it or to `change` it; no file is made beside it, unless
    it is open elsewhere. Raises ProfileError."""
    flags = apsw.SQLITE_OPEN_READWRITE if change else apsw.SQLITE_OPEN_READONLY
    with _translated(path):
        connection = apsw.Connection(str(path), flags=flags)
        try:
            examine(_identity(connection, path))
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
            for pragma in ("synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY", "trusted_schema=OFF"):
                connection.execute(f"PRAGMA {pragma}").fetchall()
            return Database(connection, path, read_only=not change, key=key)
        except BaseException:
            connection.close()
            raise


def open_in_memory() -> Database:
    """An empty one that no file ever holds."""
    connection = apsw.Connection(":memory:")
    for pragma in ("foreign_keys=ON", "temp_store=MEMORY", "trusted_schema=OFF"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return Database(connection, Path(":memory:"), read_only=False)


def _identity(connection: apsw.Connection, path: Path) -> Identity:
    # A file that is refused must not be touched by closing it either: what lies in its WAL stays there.
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    asked = ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_schema")
    found: list[Any] = [connection.execute(sql).fetchall()[0][0] for sql in asked]
    return Identity(path, application=found[0], version=found[1], empty=not found[2])


def _prepare(connection: apsw.Connection) -> None:
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
    connection.set_busy_timeout(2000)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # acknowledged means on disk
        "foreign_keys=ON",
        "secure_delete=ON",  # what the person erases is overwritten
        "temp_store=MEMORY",
        "trusted_schema=OFF",
        "cell_size_check=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("BEGIN IMMEDIATE")  # fails here, not at the first message, when it cannot be written
    connection.execute("ROLLBACK")


def _open_read_only(path: Path, cause: apsw.Error, examine: Callable[[Identity], None]) -> Database:
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    # A WAL file cannot be read without writing its shared-memory file, so the last resort ignores the WAL.
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        try:
            connection = apsw.Connection(f"{path.absolute().as_uri()}?{mode}", flags=flags)
            examine(_identity(connection, path))
            return Database(connection, path, read_only=True)
        except (apsw.CantOpenError, apsw.ReadOnlyError):
            continue
    raise cause


@contextlib.contextmanager
def _translated(path: Path) -> Generator[None]:
    try:
        yield
    except CompanionError:
        raise
    except apsw.FullError as error:
        raise DiskFull(str(path)) from error
    except apsw.ReadOnlyError as error:
        raise ProfileReadOnly(str(path)) from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise ProfileDamaged(f"{path} ({error})") from error
    except (apsw.CantOpenError, apsw.PermissionsError, apsw.IOError, apsw.BusyError) as error:
        # Without room for even the shared-memory file SQLite speaks of input and output, not of a full disk.
        kind = DiskFull if _is_full(path) else ProfileUnavailable
        raise kind(f"{path} ({error})") from error
    except apsw.Error as error:
        raise ProfileError(f"{path} ({type(error).__name__}: {error})") from error
    except OverflowError as error:
        raise NotFound(strings.text("engine.too_large_number")) from error
    except OSError as error:
        kind = DiskFull if error.errno == errno.ENOSPC else ProfileUnavailable
        raise kind(f"{path} ({error.strerror or error})") from error


def _is_full(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(path.parent).free < 64 * 1024
    return False
