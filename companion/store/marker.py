"""Whether there was a profile here: a database that is gone, or empty, is never silently replaced by a new one.

Whatever only a profile leaves behind tells of it: the file companion.id, which holds the profile's own number, its
backups, its keys, its index, what was read for it, the journal SQLite keeps beside the database. The lock file and the
log do not: they are there as soon as somebody tried to begin.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from companion.errors import ProfileMissing
from companion.paths import Paths
from companion.store.backup_names import parse_name
from companion.store.database import Database
from companion.store.files import told, write
from companion.strings import text


def refuse_missing(paths: Paths) -> None:
    """Raises ProfileMissing where there was a database and now is none, or an empty file; touches nothing."""
    file = paths.database
    with told(file):
        gone = not file.exists() and not file.is_symlink()
        empty = file.is_file() and file.stat().st_size <= 1  # a single byte is nothing to SQLite: it would begin anew
        dangling = file.is_symlink() and not file.exists()
        if not (gone or empty or dangling):
            return
        found = dangling or _traces(paths)
    if found:
        raise ProfileMissing(text("backup.empty_file" if empty else "backup.no_file", path=file))


def _traces(paths: Paths) -> bool:
    return (
        paths.marker.exists()
        or paths.keys.exists()
        or paths.index.is_dir()
        or paths.read.exists()
        or any(_has_content(paths.database.with_name(paths.database.name + end)) for end in ("-wal", "-journal"))
        or (paths.backups.is_dir() and any(parse_name(each.name) for each in paths.backups.iterdir()))
    )


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def profile_of(db: Database) -> str:
    """The profile's own number, which every copy of it has; eight hexadecimal digits of it."""
    return _digits(str(db.value("SELECT value FROM meta WHERE key = 'profile'")))


def marked_profile(paths: Paths) -> str | None:
    """The number of the profile that is, or was, here; None where nothing tells."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return _digits(paths.marker.read_text("ascii").strip()) or None
    return None


def mark(paths: Paths, db: Database) -> None:
    """From now on it is known that there is a profile. Raises ProfileError."""
    number = str(db.value("SELECT value FROM meta WHERE key = 'profile'"))
    if marked_profile(paths) != _digits(number):
        with told(paths.marker):
            write(paths.marker, f"{number}\n".encode("ascii"))


def _digits(number: str) -> str:
    return number.replace("-", "")[:8].lower()
