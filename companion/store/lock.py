"""One process at a time owns a profile. The operating system drops the lock when its owner dies, however it dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from companion.errors import ProfileLocked, ProfileUnavailable
from companion.strings import text


class ProfileLock:
    """Held from `acquire` to `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path, mode=0o600, thread_local=False)
        self._path = path

    def acquire(self, patience: float = 0.5) -> None:
        """Wait at most `patience` seconds: an engine whose window was killed needs a moment to notice.
        Raises ProfileLocked, ProfileUnavailable."""
        try:
            self._lock.acquire(timeout=patience, poll_interval=0.02)
        except Timeout as error:
            raise ProfileLocked(text("engine.holds", parent=self._path.parent)) from error
        except OSError as error:
            raise ProfileUnavailable(f"{self._path} ({error.strerror or error})") from error

    def release(self) -> None:
        self._lock.release()


@contextmanager
def held(path: Path, patience: float = 0.0) -> Iterator[bool]:
    """Hold the lock at `path` meanwhile; whether it could be had within `patience` seconds. Raises OSError."""
    lock = FileLock(path, mode=0o600, thread_local=False)
    try:
        lock.acquire(timeout=patience, poll_interval=0.02)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
