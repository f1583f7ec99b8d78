"""Folders of what was in the profile's place when a backup was put back, and could not be read: kept byte for byte
among the backups. The newest stays until the person removes it; another goes after as long as what backups keep."""

from __future__ import annotations

import contextlib
import re
from datetime import datetime, timedelta
from pathlib import Path

from companion.paths import Paths
from companion.store import files
from companion.store.encrypting import wipe
from companion.store.rotation import DAY, KEPT_WITH_REASON

_NAME = re.compile(r"replaced-(\d{8}T\d{6})(?:-\d+)?")
DAYS_KEPT = round(KEPT_WITH_REASON / DAY)
_WHEN = "%Y%m%dT%H%M%S"


def kept_aside(paths: Paths) -> list[Path]:
    """Oldest first."""
    found = [path for path in paths.backups.glob("replaced-*") if path.is_dir() and not path.is_symlink()]
    return sorted(found, key=lambda path: (_when(path) or datetime.min, path.name))


def size_of(folder: Path) -> int:
    """Bytes."""
    with contextlib.suppress(OSError):
        return sum(path.stat().st_size for path in folder.iterdir())
    return 0


def new_folder(paths: Paths, now: datetime) -> Path:
    """One that is not there yet, whatever was kept in the same second."""
    name = f"replaced-{now.strftime(_WHEN)}"
    folder, number = paths.backups / name, 1
    while folder.exists():
        number += 1
        folder = paths.backups / f"{name}-{number}"
    return folder


def prune(paths: Paths, now: datetime) -> None:
    """Remove those that are old enough, but for the newest. Raises ProfileError."""
    oldest = now.replace(tzinfo=None) - timedelta(days=DAYS_KEPT)
    for folder in kept_aside(paths)[:-1]:
        when = _when(folder)
        if when is None or when >= oldest:
            continue
        with files.told(folder):
            for path in list(folder.iterdir()):
                if path.name.startswith("companion.") and path.is_file() and not path.is_symlink():
                    if paths.keys.exists():
                        wipe(path)  # it may be from before there was a passphrase
                    path.unlink(missing_ok=True)
            if not any(folder.iterdir()):  # else there is something of the person's own in it
                folder.rmdir()


def _when(folder: Path) -> datetime | None:
    """By this computer's clock, as its name says; None for another name."""
    found = _NAME.fullmatch(folder.name)
    try:
        return datetime.strptime(found[1], _WHEN) if found else None
    except ValueError:
        return None
