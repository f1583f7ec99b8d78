"""Opens what was given: a file, an archive or a folder. Nothing is followed out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from companion.errors import FileMissing, FileRefused
from companion.exchange.foreign.given import Given
from companion.strings import text
from companion.text import one_line, sanitise
from companion.unpacking import DEEPEST, MOST_FILES, UnpackedFile, unpacked


@contextmanager
def opened(path: Path, scratch: Path) -> Iterator[Given]:
    """What lies at `path`; an archive is unpacked below `scratch`, and gone at the end. Raises FileRefused,
    FileMissing, OSError."""
    if path.is_dir():
        yield Given(_shown(path.name or str(path)), path, _folder(path))
        return
    if not path.exists():
        raise FileMissing(text("file.missing", path=_shown(str(path))))
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise FileRefused(text("importing.unreadable", why=error.strerror or error)) from error
    with unpacked(path, scratch) as given:
        yield Given(_shown(path.name), path, given.files, given.card, given.kind == "archive")


def _folder(path: Path) -> tuple[UnpackedFile, ...]:
    """The files of a folder by name; hidden ones, and what links lead to, are none."""
    found: list[UnpackedFile] = []
    for folder, folders, files in os.walk(path, followlinks=False):
        inside = Path(folder).relative_to(path)
        folders[:] = sorted(each for each in folders if not each.startswith(".") and len(inside.parts) < DEEPEST)
        for name in sorted(files):
            file = Path(folder) / name
            if name.startswith(".") or file.is_symlink() or not file.is_file():
                continue
            found.append(UnpackedFile(_shown((inside / name).as_posix()), file))
            if len(found) > MOST_FILES:
                raise FileRefused(text("importing.many_files", most=MOST_FILES), hint=text("importing.fewer_files"))
    return tuple(found)


def _shown(name: str) -> str:
    return one_line(sanitise(name), 400) or "?"
