"""What is on the disk itself when a call returns, not only on its way there. All of them raise OSError."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from pathlib import Path


def rename(source: Path, target: Path) -> None:
    """Put `source` in the place of `target`, in the same folder, for good."""
    source.replace(target)
    sync_folder(target.parent)


def to_disk(descriptor: int) -> None:
    """fsync; on a Mac, where that leaves it in the drive's own cache (man 2 fsync), F_FULLFSYNC."""
    if sys.platform == "darwin":
        import fcntl

        with contextlib.suppress(OSError):  # some file systems know no such thing
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def sync(path: Path) -> None:
    """The bytes of a file."""
    file = os.open(path, os.O_RDWR)  # Windows flushes what may be written only
    try:
        to_disk(file)
    finally:
        os.close(file)


def sync_folder(folder: Path) -> None:
    """What was created, renamed or removed in it stays so when the power fails."""
    if os.name != "posix":  # elsewhere a folder cannot be opened
        return
    file = os.open(folder, os.O_RDONLY)
    try:
        to_disk(file)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems know no such thing
            raise
    finally:
        os.close(file)
