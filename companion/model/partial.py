"""A file that is being fetched: NAME.gguf.part, and NAME.gguf.part.json, which says what it is a part of.

The one is nothing without the other: bytes of which nobody knows what they are a part of are never gone on from.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from companion import strings
from companion.disk import rename, to_disk
from companion.errors import DiskFull, PullFailed

CHUNK = 1 << 20
RESERVE = 200_000_000
"""Bytes of the disk that a download leaves free."""
NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


@dataclass(frozen=True, slots=True)
class Mark:
    """What the server says of the file: by this one file is told from another. Empty and 0 where it says nothing."""

    source: str
    etag: str = ""
    modified: str = ""
    total: int = 0
    sha256: str = ""

    @property
    def validator(self) -> str:
        """For If-Range (RFC 9110, 13.1.5): a strong ETag, else the date; empty when there is neither."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified

    def same_file(self, other: Mark) -> bool:
        """Whether both can be of the same bytes: whatever both of them say, they say alike. Where both tell the
        checksum, that decides: one file has another ETag on each of a network's servers."""
        pairs = ((self.source, other.source), (self.total, other.total), (self.sha256, other.sha256))
        if not all(one == two for one, two in pairs if one and two):
            return False
        return bool(self.sha256 and other.sha256) or self.validator == other.validator


class Partial:
    """A context manager, for whoever holds its lock. Bytes on disk stay there whatever happens, until `discard`."""

    def __init__(self, target: Path, reserve: int = RESERVE) -> None:
        self.target = target
        self.part = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.json")
        self._reserve = reserve
        self._hash = hashlib.sha256()
        self.size = 0
        self.mark: Mark | None = None

    def __enter__(self) -> Partial:
        try:
            self._file = self.part.open("ab", buffering=0)
        except OSError as error:
            raise self._failure(error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if not part_bytes(self.target):
            drop_part(self.target)

    def take_up(self, source: str, on_read: Callable[[int, int], None]) -> None:
        """Go on from what is there, if it is known to be of `source`; its bytes are read once, for the checksum."""
        size = self.part.stat().st_size
        mark = self._read_note()
        if not size or mark is None or mark.source != source or not (mark.validator or mark.sha256):
            self.restart(None)
            return
        with self.part.open("rb") as file:
            while chunk := file.read(CHUNK):
                self._hash.update(chunk)
                self.size += len(chunk)
                on_read(self.size, size)
        self.mark = mark

    def restart(self, mark: Mark | None) -> None:
        """Nothing of what was there is of any use; from here on it is a part of what `mark` tells."""
        try:
            self._file.truncate(0)
            if mark is None:
                self._note.unlink(missing_ok=True)
            else:
                self._note.write_text(json.dumps(asdict(mark)), encoding="utf-8")
        except OSError as error:
            raise self._failure(error) from error
        self._hash, self.size, self.mark = hashlib.sha256(), 0, mark

    def check_room(self, total: int) -> None:
        """Raises DiskFull when the rest of `total` bytes has no room."""
        wanted = max(0, total - self.size)
        free = shutil.disk_usage(self.target.parent).free
        if total and wanted + self._reserve > free:
            raise DiskFull(
                strings.text("partial.no_room", wanted=wanted / 1e9, parent=self.target.parent, free=free / 1e9),
                hint=strings.text("partial.no_room_hint"),
            )

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            try:
                written = self._file.write(left) or 0
            except OSError as error:
                raise self._failure(error) from error
            self._hash.update(left[:written])
            self.size += written
            left = left[written:]

    def sha256(self) -> str:
        return self._hash.hexdigest()

    def settle(self) -> None:
        """All of it is on the disk itself, not only on its way there."""
        try:
            to_disk(self._file.fileno())
        except OSError as error:
            raise self._failure(error) from error

    def publish(self) -> None:
        """It is whole and good: give it its name."""
        self._file.close()
        try:
            rename(self.part, self.target)
            self._note.unlink(missing_ok=True)
        except OSError as error:
            raise self._failure(error) from error

    def discard(self) -> None:
        self._file.close()
        for path in (self.part, self._note):
            path.unlink(missing_ok=True)

    def _read_note(self) -> Mark | None:
        try:
            told = json.loads(self._note.read_text(encoding="utf-8"))
            mark = Mark(**told)
        except (OSError, ValueError, TypeError):
            return None  # it is fetched from the beginning
        texts = (mark.source, mark.etag, mark.modified, mark.sha256)
        return mark if all(isinstance(text, str) for text in texts) and isinstance(mark.total, int) else None

    def _failure(self, error: OSError) -> DiskFull | PullFailed:
        if error.errno in NO_ROOM:
            return DiskFull(
                str(self.target.parent),
                hint=strings.text("partial.free_hint"),
            )
        return PullFailed(f"{self.part} ({error.strerror or error})", hint=strings.text("download.may_write"))


def part_bytes(target: Path) -> int:
    """Bytes that have come of a file so far."""
    try:
        return target.with_name(target.name + ".part").stat().st_size
    except OSError:
        return 0


def drop_part(target: Path) -> None:
    """Remove what has come of a file. For whoever holds its lock. Raises OSError."""
    for ending in (".part", ".part.json"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
