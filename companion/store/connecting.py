"""How a connection to the SQLite file is made: with its key before anything else, looked at before a byte is changed.

Every apsw error leaves here, and `Database`, as a `ProfileError` that tells the person what happened.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
from collections.abc import Callable, Generator
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
    ProfileSealed,
    ProfileUnavailable,
)
from companion.store.headers import has_plain_header

APPLICATION_ID = 0x436D706E  # "Cmpn" in the file header, so that `file` and we can tell whose it is
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose file it is, read before anything is written to it."""

    path: Path
    application: int
    version: int
    empty: bool


def connected(path: Path, key: bytes | None, examine: Callable[[Identity], None]) -> apsw.Connection:
    """To read and change it. Raises apsw's own errors, and ProfileError."""
    try:
        return _connected(path, key, examine)
    except apsw.IOError:
        # Not even the file that its connections share could be made. Alone it needs none: what there is can be read,
        # and written again once there is room. Until the next start no second connection can be had.
        if not _is_full(path):
            raise
        return _connected(path, key, examine, alone=True)


def _connected(
    path: Path, key: bytes | None, examine: Callable[[Identity], None], *, alone: bool = False
) -> apsw.Connection:
    refuse_plain(path, key)
    connection = apsw.Connection(str(path))
    try:
        give_key(connection, key)
        if alone:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
        examine(_identity(connection, path, key))
        _prepare(connection)
        refuse_plain(path, key)
    except BaseException:
        connection.close()
        raise
    return connection


def give_key(connection: apsw.Connection, key: bytes | None) -> None:
    """Before anything else is asked of a connection."""
    if key is None:
        return
    if len(key) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    connection.execute("PRAGMA cipher = 'chacha20'").fetchall()
    # "raw:" is the key itself; without it this text would be a passphrase for the cipher's own, weaker derivation.
    connection.execute(f"PRAGMA key = 'raw:{key.hex()}'", can_cache=False).fetchall()


def refuse_plain(path: Path, key: bytes | None) -> None:
    if key is not None and path.stat().st_size and has_plain_header(path):
        raise ProfileError(
            strings.text("sealing.not_encrypted", path=path), hint=strings.text("sealing.not_encrypted_hint")
        )


def _identity(connection: apsw.Connection, path: Path, key: bytes | None) -> Identity:
    # A file that is refused must not be touched by closing it either: what lies in its WAL stays there.
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    asked = ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_schema")
    try:
        found: list[Any] = [connection.execute(sql).fetchall()[0][0] for sql in asked]
    except apsw.NotADBError as error:
        if key is None:
            raise
        raise ProfileSealed(
            strings.text("sealing.other_key", path=path), hint=strings.text("sealing.other_key_hint")
        ) from error
    return Identity(path, application=found[0], version=found[1], empty=not found[2])


def _prepare(connection: apsw.Connection) -> None:
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
    connection.set_busy_timeout(2000)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # acknowledged means on disk
        "fullfsync=ON",  # on a Mac too, where fsync alone leaves it in the drive's cache; nothing elsewhere
        "foreign_keys=ON",
        "secure_delete=ON",  # what the person erases is overwritten
        "temp_store=MEMORY",
        "trusted_schema=OFF",
        "cell_size_check=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("BEGIN IMMEDIATE")  # fails here, not at the first message, when it cannot be written
    connection.execute("ROLLBACK")


def connected_read_only(
    path: Path, cause: apsw.Error, examine: Callable[[Identity], None], key: bytes | None
) -> apsw.Connection:
    """Where nothing can be written. Raises `cause` when that does not help."""
    # A WAL file cannot be read without writing its shared-memory file, so the last resort ignores the WAL.
    for mode in ("mode=ro", "mode=ro&immutable=1"):
        try:
            return connected_as_it_is(path, examine, key, mode=mode)
        except (apsw.CantOpenError, apsw.ReadOnlyError):
            continue
    raise cause


def connected_as_it_is(
    path: Path, examine: Callable[[Identity], None], key: bytes | None, *, mode: str = "mode=ro&immutable=1"
) -> apsw.Connection:
    """To read a file; by default one that nobody has open: nothing is written, not even files of SQLite's own beside
    it."""
    refuse_plain(path, key)
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    connection = apsw.Connection(f"{path.absolute().as_uri()}?{mode}", flags=flags)
    try:
        give_key(connection, key)
        examine(_identity(connection, path, key))
    except BaseException:
        connection.close()
        raise
    return connection


def connected_copy(
    path: Path, examine: Callable[[Identity], None], key: bytes | None, *, change: bool
) -> apsw.Connection:
    """To a file that is there, a backup say; no file is made beside it, unless it is open elsewhere."""
    refuse_plain(path, key)
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE if change else apsw.SQLITE_OPEN_READONLY)
    try:
        connection.set_busy_timeout(2000)  # whoever has it open may have it for themselves for a moment
        give_key(connection, key)
        examine(_identity(connection, path, key))
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
        for pragma in (
            "synchronous=FULL",
            "fullfsync=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def copy_with_key(source: Path, key: bytes | None, target: Path, new: bytes | None) -> None:
    """All that `source` holds into `target`, an empty file, without what was deleted, encrypted with `new` (None: not
    at all). Nothing of it is synced."""
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI
    connection = apsw.Connection(source.absolute().as_uri(), flags=flags)
    try:
        give_key(connection, key)
        into = f"raw:{new.hex()}" if new is not None else ""
        connection.execute("VACUUM INTO ?", (f"{target.absolute().as_uri()}?cipher=chacha20&key={into}",)).fetchall()
    finally:
        connection.close()
    if has_plain_header(target) != (new is None):
        raise ProfileError(strings.text("sealing.not_as_asked"))


@contextlib.contextmanager
def translated(path: Path) -> Generator[None]:
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
        # "disk I/O error" alone is some thirty different things.
        code = apsw.mapping_extended_result_codes.get(getattr(error, "extendedresult", 0))
        raise kind(f"{path} ({error}, {code})" if code else f"{path} ({error})") from error
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
