"""Files that are on disk when a call returns, and readable by nobody but the person."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Generator
from pathlib import Path

from companion.disk import rename, sync
from companion.errors import CompanionError, DiskFull, ProfileMissing, ProfileUnavailable
from companion.strings import text

_PART = 1 << 20


@contextlib.contextmanager
def told(path: Path) -> Generator[None]:
    """An OSError about `path` leaves as a ProfileError."""
    try:
        yield
    except CompanionError:
        raise
    except OSError as error:
        kind = DiskFull if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)) else ProfileUnavailable
        raise kind(f"{error.filename or path} ({error.strerror or error})") from error


def create(path: Path) -> None:
    """An empty file, which must not exist yet."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def copy(source: Path, target: Path) -> None:
    """The bytes of `source` as a new file, on disk."""
    create(target)
    with source.open("rb") as reading, target.open("r+b") as writing:
        shutil.copyfileobj(reading, writing, _PART)
    sync(target)


def write(path: Path, data: bytes) -> None:
    """`data` in the place of the file, all of it or nothing."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    create(part)
    try:
        part.write_bytes(data)
        sync(part)
        rename(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def sha256(path: Path) -> str:
    """In hexadecimal."""
    hash = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_PART):
            hash.update(part)
    return hash.hexdigest()


def still_there(path: Path, known: tuple[int, int] | None) -> tuple[int, int] | None:
    """Which file it is (device, number), None where there is none yet. Raises ProfileMissing when it is not the `known`
    one any more: what is written to a file that was taken away would be acknowledged and lost."""
    try:
        status = path.stat()
    except FileNotFoundError:
        found = None
    except OSError:
        return known  # it cannot be told; writing will tell
    else:
        found = (status.st_dev, status.st_ino)
    if known is not None and found != known:
        raise ProfileMissing(text("backup.no_file", path=path))
    return found
