"""What the files of a closed index are, so that it is known before Chroma opens them whether they still are.

Chroma reads whatever it finds: a damaged file ends the process, opens with vectors missing, or grows to tens of
gigabytes (measured, TRAPS.md). So nothing is opened that is not, byte for byte, what was closed in good order.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

SPARE = 32_000_000
"""Bytes that an index of any size may take: Chroma's own tables, and room that it makes ahead."""
TIMES = 3
"""Times the bytes of its vectors that it may take: 1.4 were measured, more after many changes."""
_BLOCK = 1 << 20
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def manifest(folder: Path) -> str:
    """Name, size and BLAKE2b of every file, as JSON. Raises OSError: also when there is anything but files and
    folders."""
    return json.dumps({name: (size, _digest(folder / name)) for name, size in _files(folder).items()}, sort_keys=True)


def is_as(folder: Path, noted: str) -> bool:
    """Whether the folder holds exactly the files of a `manifest`, each as it was. What can be told from names and sizes
    is told without reading."""
    try:
        expected = {str(name): (int(size), str(digest)) for name, (size, digest) in json.loads(noted).items()}
        found = _files(folder)
        if found != {name: size for name, (size, _) in expected.items()}:
            return False
        return all(_digest(folder / name) == digest for name, (_, digest) in expected.items())
    except (OSError, ValueError, TypeError, AttributeError):
        return False


def taken(folder: Path) -> int:
    """Bytes that its files take or claim to have, whichever is more for each: a sparse file counts as long as it says
    it is. 0 where there is no folder."""
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                found = os.lstat(os.path.join(at, name))  # noqa: PTH118 - a walk gives names
                total += max(found.st_size, getattr(found, "st_blocks", 0) * 512)
    return total


def justified(vectors: int, dimension: int) -> int:
    """Bytes that an index of so many vectors (float32) may take at most."""
    return SPARE + TIMES * vectors * (dimension * 4 + 256)


def remove(folder: Path) -> bool:
    """Remove the folder, or whatever is in its place, without following a link. Whether nothing is there now."""
    for _ in range(2):
        with suppress(OSError):
            mode = os.lstat(folder).st_mode
            if not stat.S_ISDIR(mode):
                folder.unlink()
            else:
                shutil.rmtree(folder, ignore_errors=True)
        if not os.path.lexists(folder):
            return True
        # What was made read-only is removed once it may be written.
        for at, folders, _ in os.walk(folder):
            for each in (at, *(os.path.join(at, name) for name in folders)):  # noqa: PTH118
                with suppress(OSError):
                    if not os.path.islink(each):  # noqa: PTH114
                        os.chmod(each, 0o700)  # noqa: PTH101
    return False


def _files(folder: Path) -> dict[str, int]:
    """Size of every file by its name from the folder on. Raises OSError."""
    if not stat.S_ISDIR(os.lstat(folder).st_mode):
        raise NotADirectoryError(folder)
    found: dict[str, int] = {}
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    found[Path(entry.path).relative_to(folder).as_posix()] = entry.stat(follow_symlinks=False).st_size
                else:
                    raise OSError(f"{entry.name} is neither a file nor a folder")
    return found


def _digest(file: Path) -> str:
    """BLAKE2b of its bytes. Raises OSError, also for a link."""
    digest = hashlib.blake2b(digest_size=32)
    with os.fdopen(os.open(file, os.O_RDONLY | _NO_LINK), "rb") as stream:
        while part := stream.read(_BLOCK):
            digest.update(part)
    return digest.hexdigest()
