"""What erasing for good leaves to be done outside the database's rows; done again by whoever opens the profile next,
should the process end on the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from companion.paths import Paths
from companion.store import files
from companion.store.chain import ERASING
from companion.store.database import Database
from companion.store.erased import Erased

_SHORTEST = 8
"""Characters of words that are looked for in the logs."""


def clean_files(db: Database, paths: Paths, texts: Iterable[str] = ()) -> None:
    """Free pages and log of the database, the index, what the model had read, the program's logs (lines with one of
    `texts`). The index must be closed. Raises ProfileError."""
    shutil.rmtree(paths.index, ignore_errors=True)
    with files.told(paths.data):
        for path in paths.data.glob(f"{paths.read.stem}.*"):
            if path.is_file():
                path.unlink()
        for path in paths.logs.glob("*") if paths.logs.is_dir() else ():
            _clean_log(path, [text.encode() for text in texts if len(text) >= _SHORTEST])
        Erased(db).write_beside(paths.erased)
    db.compact()
    with db.write():
        db.run("DELETE FROM meta WHERE key = ?", (ERASING,))


def _clean_log(path: Path, words: list[bytes]) -> None:
    with suppress(OSError):
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if not any(word in line for word in words)]
        if len(kept) < len(lines):
            path.write_bytes(b"".join(kept))
