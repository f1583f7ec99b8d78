"""The files of backups in a folder: which are there, whether they are what was written, what may go."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from companion.safekeeping import Backup
from companion.store import files
from companion.store.backup_names import BackupName, parse_name
from companion.store.headers import has_plain_header

KEYS = ".keys"
"""How the file ends that opens an encrypted backup, beside it."""


def parse_profile(name: str) -> str | None:
    """Whose it is."""
    found = parse_name(name)
    return found.profile if found is not None else None


def backups_in(folder: Path, profile: str | None) -> Iterator[Backup]:
    """Those of a profile (None: of any); none where the folder cannot be read, on a disk that is not there, say."""
    with contextlib.suppress(OSError):
        for path in sorted(folder.iterdir()):
            name = parse_name(path.name)
            if name is not None and profile in (None, name.profile) and path.is_file():
                yield described(path, name)


def described(path: Path, name: BackupName) -> Backup:
    """What its name and its header tell."""
    size, encrypted = path.stat().st_size, not has_plain_header(path)
    return Backup(path.name, name.at, name.utc_offset, size, name.reason, name.schema, encrypted)


def is_what_was_written(path: Path) -> bool:
    """Every byte is read."""
    name = parse_name(path.name)
    with contextlib.suppress(OSError):
        return name is not None and files.sha256(path).startswith(name.hash)
    return False


def sweep(folder: Path, profile: str) -> None:
    """Remove what was begun and not finished. Only the one who holds the profile's lock makes copies of it."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f".companion-{profile}*"):
            if path.name.endswith((".part", ".rewriting", "-journal")):
                path.unlink()
        for path in folder.glob(f"companion-{profile}-*{KEYS}"):
            if not path.with_suffix(".db").exists():
                path.unlink()


def remove(path: Path) -> None:
    """The file and what SQLite may have put beside it."""
    for each in (path, path.with_name(path.name + "-journal")):
        each.unlink(missing_ok=True)
