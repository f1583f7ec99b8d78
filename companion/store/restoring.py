"""Putting a backup in the place of the database: before or after, whoever dies on the way.

Everything is prepared beside the database under other names. The change is decided when a note of it gets its name;
from then on it is finished by whoever comes next, also after a loss of power. What was there is kept first: as a backup
where it can be read, else byte for byte in a folder of its own.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from datetime import datetime
from pathlib import Path

from companion import disk
from companion.clock import Clock
from companion.errors import BackupUnusable, ProfileError, ProfileMissing, ProfileTooNew, ProfileUnavailable
from companion.paths import Paths
from companion.safekeeping import Backup
from companion.store import files
from companion.store.backups import Backups
from companion.store.database import open_copy, open_database, read_closed
from companion.store.encrypting import check_sealed
from companion.store.erased import Erased
from companion.store.marker import refuse_missing
from companion.store.migrations import MIGRATIONS, refuse_others
from companion.store.replaced import new_folder
from companion.strings import text

_WITH_KEYS, _WITHOUT_KEYS = b"keys\n", b"no keys\n"
DRILL = "drill-"
"""What the folder of a drill begins with (`drill`)."""
_OLD_DRILL = 3600.0
"""Seconds after which it is one that was killed: none takes that long."""
BESIDE = ("-wal", "-shm", "-journal")
_UNFINISHED = (".sealing", ".plain", ".old")
"""What stands beside the database while it is encrypted or decrypted (`encrypting`)."""


Kept = Backup | Path | None
"""What was there: a backup, a folder, or there was nothing."""


def restore(paths: Paths, backups: Backups, backup: Backup, clock: Clock, key: bytes | None = None) -> Kept:
    """Under the profile's lock, with the profile closed: put `backup` in its place, and say where what was there is
    kept. `key`: of what is there, if that is encrypted and can be opened. Raises BackupUnusable, ProfileError: then
    everything is as it was."""
    finish_restoring(paths)
    backups.check(backup)
    if backup.schema > len(MIGRATIONS):  # an encrypted one cannot be asked
        too_new = text("engine.too_new", path=backup.name, version=backup.schema, migrations=len(MIGRATIONS))
        raise ProfileTooNew(too_new)
    if paths.database.is_dir():
        raise ProfileUnavailable(text("backup.folder_in_place", path=paths.database))
    new, new_keys = _prepared(paths)
    source = backups.path(backup.name)
    with files.told(paths.data):
        _clear(paths)
        files.copy(source, new)
        if backup.encrypted:
            files.copy(backups.keys(backup.name), new_keys)
        else:
            _check(new)
        wanted = files.sha256(new)
        if wanted != files.sha256(source):
            raise BackupUnusable(text("backup.differs", path=new))
    kept = _keep_what_is_there(paths, backups, clock, key)
    if key is not None and not backup.encrypted:
        _tell_what_was_erased(paths, key)
    with files.told(paths.data):
        files.write(_note(paths), _WITH_KEYS if backup.encrypted else _WITHOUT_KEYS)
    finish_restoring(paths)
    with files.told(paths.database):
        if files.sha256(paths.database) != wanted:  # `source` may have been encrypted with what is kept
            raise BackupUnusable(text("backup.differs", path=paths.database))
    return kept


def finish_restoring(paths: Paths) -> None:
    """Finish what was decided on and not done, and remove what was not; call under the profile's lock, before
    the database is opened. Raises ProfileError."""
    note = _note(paths)
    with files.told(paths.data):
        if not note.exists():
            _clear(paths)
            return
        decided = note.read_bytes()
        new, new_keys = _prepared(paths)
        if new.exists():
            # What SQLite keeps beside the old file must not be taken for the new one's.
            for end in (*BESIDE, *_UNFINISHED):
                paths.database.with_name(paths.database.name + end).unlink(missing_ok=True)
            _gone(paths).unlink(missing_ok=True)
            if decided == _WITH_KEYS and new_keys.exists():
                new_keys.replace(paths.keys)
            elif decided == _WITHOUT_KEYS:
                paths.keys.unlink(missing_ok=True)
            disk.sync_folder(paths.data)
            disk.rename(new, paths.database)
        elif not paths.database.exists():
            raise ProfileMissing(text("backup.half", path=paths.database), hint=text("backup.half_hint"))
        _forget_what_was_derived(paths)
        note.unlink()
        disk.sync_folder(paths.data)


def is_half_restored(paths: Paths) -> bool:
    """Whether a restore was decided on and is not finished."""
    return _note(paths).exists()


def _note(paths: Paths) -> Path:
    return paths.data / "companion.restoring"


def _prepared(paths: Paths) -> tuple[Path, Path]:
    return paths.data / "companion.restoring.db", paths.data / "companion.restoring.keys"


def _gone(paths: Paths) -> Path:
    return paths.keys.with_name(paths.keys.name + ".gone")


def _clear(paths: Paths) -> None:
    """What a restore that was not decided on left behind."""
    for path in (*_prepared(paths), _note(paths).with_name(_note(paths).name + ".part")):
        path.unlink(missing_ok=True)
    for folder in paths.data.glob(f"{DRILL}*"):
        if time.time() - folder.stat().st_mtime > _OLD_DRILL:
            shutil.rmtree(folder, ignore_errors=True)


def _check(path: Path) -> None:
    with contextlib.closing(open_copy(path, refuse_others)) as db:
        found = db.check()
    if found:
        raise BackupUnusable(f"{path} ({found[0]})")


def _keep_what_is_there(paths: Paths, backups: Backups, clock: Clock, key: bytes | None) -> Kept:
    try:
        check_sealed(paths, key)
        refuse_missing(paths)
        if paths.database.exists():
            db = open_database(paths.database, refuse_others, key)
            try:
                return backups.make(db, "restore")
            finally:
                db.close()
    except ProfileError:
        pass  # it cannot be read: then its bytes are kept
    names = [paths.database.name + end for end in ("", *BESIDE, *_UNFINISHED)]
    possible = (*(paths.data / name for name in names), paths.keys, _gone(paths))
    there = [path for path in possible if path.is_file()]
    return _set_aside(paths, there, clock.now()) if there else None


def _tell_what_was_erased(paths: Paths, key: bytes) -> None:
    """To a copy that may know nothing of it, nor of the key of its marks."""
    with contextlib.suppress(ProfileError, OSError), contextlib.closing(read_closed(paths.database, key)) as db:
        Erased(db).write_beside(paths.erased, readable=True)


def _set_aside(paths: Paths, there: list[Path], now: datetime) -> Path:
    """The files as they are."""
    folder = new_folder(paths, now)
    with files.told(folder):
        paths.backups.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700)
        for path in there:
            files.copy(path, folder / path.name)
        disk.sync_folder(folder)
    return folder


def _forget_what_was_derived(paths: Paths) -> None:
    """The index and what the model has read were made of another state; both are made anew."""
    shutil.rmtree(paths.index, ignore_errors=True)
    for path in paths.data.glob(f"{paths.read.stem}.*"):
        if path.is_file():
            path.unlink()
