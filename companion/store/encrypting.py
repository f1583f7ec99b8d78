"""Encrypts a whole profile, decrypts it, gives it another key: before or after, at whatever point it is cut off.

A copy is made beside the database, compared with it row by row, and put on the disk. Then the key file changes in one
step, and that is the moment from which all is as asked: whatever is left to do (the copy into the place of the
database, wiping what the old one leaves) is done now, or by whoever opens the profile next (`finish`). Before that
moment a copy is a leftover, and removed.

    nothing -> key file              encrypting   companion.db.sealing waits, encrypted with that file's key
    key file -> another key file     rekeying     the same
    key file -> companion.keys.gone  decrypting   companion.db.plain waits
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from companion import disk
from companion.errors import DiskFull, ProfileError, ProfileReadOnly, ProfileSealed, ProfileUnavailable
from companion.paths import Paths
from companion.store.content import content_of
from companion.store.database import Database, opens_with, read_closed
from companion.store.headers import looks_encrypted
from companion.store.keys import Unlocked, write_keys
from companion.strings import text

_CHUNK = 1 << 20
_KINDRED = ("", "-wal", "-shm", "-journal")


def _beside(paths: Paths, ending: str) -> Path:
    return paths.database.with_name(paths.database.name + ending)


def _gone(paths: Paths) -> Path:
    return paths.keys.with_name(paths.keys.name + ".gone")


def encrypt(db: Database, paths: Paths, keys: Unlocked) -> None:
    """Give the open profile the key of `keys`, in place of none or of another. Raises ProfileError; then all is as it
    was, or the profile is closed."""
    key = keys.database_key
    with _copied(db, paths, ".sealing", key) as copy:

        def commit() -> None:
            try:
                write_keys(paths.keys, keys.file)
            except ProfileError:
                if not paths.keys.exists() or paths.keys.read_bytes() != keys.file.as_bytes():
                    wipe(copy)
                    raise

        db.turn_to(commit, lambda: finish(paths, key), key)


def decrypt(db: Database, paths: Paths) -> None:
    """Take the key away from the open profile. Raises ProfileError; then all is as it was, or the profile is closed."""
    with _copied(db, paths, ".plain", None) as copy:

        def commit() -> None:
            try:
                paths.keys.replace(_gone(paths))
            except OSError:
                wipe(copy)
                raise
            disk.sync_folder(paths.data)

        db.turn_to(commit, lambda: finish(paths, None), None)


def finish(paths: Paths, key: bytes | None) -> None:
    """Bring to its end what was cut off, or take it back. `key`: what the key file holds, None where there is none.
    Under the profile's lock, with the database closed. Does next to nothing when all is as it should be. Raises
    ProfileUnavailable."""
    try:
        paths.keys.with_name(paths.keys.name + ".part").unlink(missing_ok=True)
        if key is not None:
            _finish_encrypting(paths, key)
        else:
            _finish_decrypting(paths)
    except OSError as error:
        raise ProfileUnavailable(f"{paths.database} ({error.strerror or error})") from error


def _finish_encrypting(paths: Paths, key: bytes) -> None:
    copy, old, plain = (_beside(paths, ending) for ending in (".sealing", ".old", ".plain"))
    if copy.exists() or old.exists():
        if opens_with(copy, key) and not opens_with(paths.database, key):
            _exchange(paths, copy, old)
        elif opens_with(paths.database, key):
            _remove_all(copy)
        else:
            return  # it is the key of something else: nothing goes that may be all there is
    for each in (plain, old):
        wipe(each)
    _gone(paths).unlink(missing_ok=True)


def _finish_decrypting(paths: Paths) -> None:
    copy, old, plain = (_beside(paths, ending) for ending in (".sealing", ".old", ".plain"))
    _remove_all(copy)
    if _gone(paths).exists():
        if plain.exists():
            _exchange(paths, plain, old)
        if paths.database.exists() and looks_encrypted(paths.database):
            # Nothing of ours leaves it so. Without its keys nobody could ever open it: they are put back.
            _gone(paths).replace(paths.keys)
            disk.sync_folder(paths.data)
            raise ProfileSealed(str(paths.data))
        _gone(paths).unlink()
        disk.sync_folder(paths.data)
    wipe(plain)
    wipe(old)


def is_half_done(paths: Paths) -> bool:
    """Whether `finish` has more to do than looking."""
    return _gone(paths).exists() or any(_beside(paths, ending).exists() for ending in (".sealing", ".plain", ".old"))


def check_sealed(paths: Paths, key: bytes | None, *, writable: bool = True) -> None:
    """Before the database is opened, under the profile's lock: there is a key if it needs one, nothing is half done.
    Raises ProfileSealed, ProfileError."""
    sealed = paths.keys.exists()
    if sealed and writable:
        # What a decryption that came to nothing left behind can be read by anybody: it needs no key to go.
        with contextlib.suppress(OSError):
            wipe(_beside(paths, ".plain"))
    if sealed and key is None:
        raise ProfileSealed(str(paths.data))
    if key is not None and not sealed:
        raise ProfileError(text("sealing.no_key_file", path=paths.keys), hint=text("sealing.no_key_file_hint"))
    if writable:
        finish(paths, key)
    with contextlib.suppress(OSError):
        if not sealed and looks_encrypted(paths.database):
            raise ProfileSealed(text("sealing.no_key_file", path=paths.keys), hint=text("sealing.no_key_file_hint"))


def _exchange(paths: Paths, copy: Path, old: Path) -> None:
    if paths.database.exists():
        wipe(old)
        paths.database.replace(old)
    # What SQLite would take for a journal of the new file belongs to the old one.
    for ending in _KINDRED[1:]:
        wipe(_beside(paths, ending))
    copy.replace(paths.database)
    disk.sync_folder(paths.data)
    wipe(old)


@contextmanager
def _copied(db: Database, paths: Paths, ending: str, key: bytes | None) -> Iterator[Path]:
    """A copy of the database on the disk, the same in every row, while nobody changes that."""
    if db.read_only:
        raise ProfileReadOnly(str(paths.database))
    copy = _beside(paths, ending)
    with db.alone():
        try:
            wipe(copy)
            _check_room(paths)
            os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            db.copy_to(copy, key)
            _compare(db, copy, key)
            disk.sync(copy)
            disk.sync_folder(paths.data)
        except BaseException as error:
            with contextlib.suppress(OSError):
                wipe(copy)
            if isinstance(error, OSError):
                kind = DiskFull if error.errno == 28 else ProfileUnavailable  # ENOSPC
                raise kind(f"{paths.data} ({error.strerror or error})") from error
            raise
        yield copy


def _check_room(paths: Paths) -> None:
    needed = paths.database.stat().st_size * 11 // 10 + (1 << 20)
    if shutil.disk_usage(paths.data).free < needed:
        raise DiskFull(str(paths.data))


def _compare(db: Database, copy: Path, key: bytes | None) -> None:
    found = read_closed(copy, key)
    try:
        if found.check(thoroughly=True) or content_of(found) != content_of(db):
            raise ProfileError(text("sealing.copy_differs"), hint=text("sealing.copy_differs_hint"))
    finally:
        found.close()


def wipe(path: Path) -> None:
    """Overwrite a file, then remove it, and what SQLite put beside it; nothing when it is not there. On many disks the
    old blocks survive all the same, out of reach of any program: docs/privacy.md says so. Raises OSError."""
    for each in [path.with_name(path.name + ending) for ending in _KINDRED]:
        if each.is_symlink():
            each.unlink()
        elif each.is_file():
            overwrite(each)
            each.unlink()


def overwrite(path: Path) -> None:
    """Zeros in place of what a file holds, down to the disk. Raises OSError."""
    with path.open("rb+") as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(bytes(min(left, _CHUNK)))
        file.flush()
        disk.to_disk(file.fileno())


def _remove_all(path: Path) -> None:
    for ending in _KINDRED:
        path.with_name(path.name + ending).unlink(missing_ok=True)
