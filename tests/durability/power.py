"""A file system under SQLite that notes every write, and can fail at any: what a power cut would leave is made of the
notes, and what a full or broken disk does is done.

It lies above SQLite's own (with its encryption, where a key is given), and takes the place of the default one: the
program opens its profile as it always does.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import apsw

SECTOR = 512
"""Bytes that a disk writes all or none of."""
Fate = Literal["kept", "lost", "some", "torn"]
"""What a power cut leaves of what was not synced: all, nothing, any part in any order, or all but the end of the
last write."""
FATES: tuple[Fate, ...] = ("kept", "lost", "some", "torn")


PROFILE = ("companion.db", "companion.db-wal")
"""What is on the disk; copies and what SQLite puts aside for a moment are not looked at."""


@dataclass(frozen=True)
class Step:
    """One call that changes a file, or makes sure of it."""

    what: Literal["write", "truncate", "delete", "sync"]
    file: str
    offset: int = 0
    data: bytes = b""


@dataclass
class Disk:
    """What is done to the files under it. `fail_at`: the number of the step, from 0, at which `failure` is raised, and
    at every later one until `fail_at` is None."""

    steps: list[Step] = field(default_factory=list)
    fail_at: int | None = None
    failure: Callable[[], Exception] = apsw.FullError
    failed: bool = False

    def note(self, step: Step) -> None:
        if step.file not in PROFILE:
            return
        if self.fail_at is not None and len(self.steps) >= self.fail_at and step.what in ("write", "sync"):
            self.failed = True
            raise self.failure()
        self.steps.append(step)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, base: str, name: Any, flags: list[int]) -> None:
        self._disk = disk
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "").name
        super().__init__(base, name, flags)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        self._disk.note(Step("write", self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._disk.note(Step("truncate", self._name, newsize))
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.note(Step("sync", self._name))
        super().xSync(flags)


class _Vfs(apsw.VFS):
    def __init__(self, disk: Disk, base: str) -> None:
        self._disk, self._base = disk, base
        super().__init__("companion-tests", base, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return _File(self._disk, self._base, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self._disk.note(Step("delete", Path(filename).name))
        super().xDelete(filename, syncdir)


@contextmanager
def under_sqlite() -> Iterator[Disk]:
    """Every database that is opened meanwhile is on the disk."""
    disk = Disk()
    vfs = _Vfs(disk, apsw.vfs_names()[0])
    try:
        yield disk
    finally:
        vfs.unregister()


Image = dict[str, bytes]
"""Files of a folder by name."""


def image_of(folder: Path, names: tuple[str, ...] = PROFILE) -> Image:
    return {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}


def put(image: Image, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in image.items():
        (folder / name).write_bytes(data)


def left_by(image: Image, steps: list[Step], fate: Fate, chance: random.Random) -> Image:
    """What is on the disk when the power is cut after `steps`. Before them it was `image`, all of it synced."""
    files = {name: bytearray(data) for name, data in image.items()}
    synced: dict[str, int] = {}
    for number, step in enumerate(steps):
        if step.what == "sync":
            synced[step.file] = number
    for number, step in enumerate(steps):
        if number > synced.get(step.file, -1):
            if fate == "lost" or (fate == "some" and chance.random() < 0.5):
                continue
            if fate == "torn" and number == len(steps) - 1 and step.what == "write":
                kept = chance.randrange(0, len(step.data) // SECTOR + 1) * SECTOR
                step = Step("write", step.file, step.offset, step.data[:kept])
        _apply(files, step)
    return {name: bytes(data) for name, data in files.items()}


def _apply(files: dict[str, bytearray], step: Step) -> None:
    if step.what == "delete":
        files.pop(step.file, None)
    elif step.what == "truncate":
        file = files.setdefault(step.file, bytearray())
        del file[step.offset :]
        file.extend(bytes(step.offset - len(file)))
    elif step.what == "write" and step.data:
        file = files.setdefault(step.file, bytearray())
        file.extend(bytes(max(0, step.offset - len(file))))
        file[step.offset : step.offset + len(step.data)] = step.data
