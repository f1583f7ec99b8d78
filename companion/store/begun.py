"""Folders outside of the profile in which an export is got ready. Each is noted before it is made: what one that was
killed left behind is known by that as the program's own, and cleared by the next export, or the next start."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from companion.errors import ProfileError
from companion.store.database import Database

ENDING = ".companion-part"
_LONGEST = 200
"""Bytes of a name from which on the folder beside it is called by the beginning of it: file systems take 255."""
_BEGUN = "exports begun"
"""Key in `meta`: their full paths, as JSON."""


def beside(target: Path) -> Path:
    """Where what is to be `target` is got ready."""
    name = target.name
    while len(os.fsencode(name)) > _LONGEST:
        name = name[:-1]
    return target.with_name(f".{name}{ENDING}")


class Begun:
    """One export at a time, and none while they are cleared: whoever calls sees to that."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @contextmanager
    def noted(self, folder: Path) -> Iterator[None]:
        """`folder` is made, and put in its place or removed, in here."""
        self.note(folder)
        try:
            yield
        finally:
            if not _may_be_there(folder):
                self._keep([path for path in self._paths() if path != folder])

    def note(self, folder: Path) -> None:
        self._keep([*(path for path in self._paths() if path != folder), folder])

    def clear(self) -> None:
        """Remove what was left behind. What cannot be removed, or is on a disk that is not there now, stays noted."""
        begun = self._paths()
        if not begun:
            return
        for path in begun:
            with suppress(OSError):  # of a disk that does not answer, say
                if path.name.endswith(ENDING) and path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)
        self._keep([path for path in begun if _may_be_there(path)])

    def _paths(self) -> list[Path]:
        found = self._db.value("SELECT value FROM meta WHERE key = ?", (_BEGUN,))
        with suppress(ValueError, TypeError):  # damaged: nothing is known of them
            return [Path(path) for path in json.loads(found or "[]")]
        return []

    def _keep(self, paths: list[Path]) -> None:
        # Where the profile's disk is full, or it can only be read, there is no note: an export to another disk is what
        # helps then.
        with suppress(ProfileError), self._db.write():
            if paths:
                told = json.dumps([str(path) for path in paths])
                self._db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (_BEGUN, told))
            else:
                self._db.run("DELETE FROM meta WHERE key = ?", (_BEGUN,))


def _may_be_there(path: Path) -> bool:
    try:
        return path.exists() or not path.parent.exists()
    except OSError as error:
        return error.errno != errno.ENAMETOOLONG
