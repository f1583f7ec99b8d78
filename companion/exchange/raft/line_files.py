"""The exact part of an export as files: written line by line, and read again by the numbers of the lines, so that no
profile has to be in memory whole."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from companion.disk import sync
from companion.exchange.raft.content import FILES, Line, canonical, data_file

AnyLine = TypeVar("AnyLine", bound=Line)
_PART = 1 << 16


class LineFile(Generic[AnyLine]):
    """`count`: lines; `sha256`: of its bytes."""

    def __init__(self, path: Path, kind: type[AnyLine]) -> None:
        self.path = path
        self.count = 0
        self.sha256 = ""
        self._kind = kind
        self._ids = array("q")
        self._places = array("q")

    def write(self, lines: Iterable[AnyLine]) -> Generator[AnyLine]:
        """Yields each line when it is written; on the disk at the end. Raises OSError."""
        hash, place = hashlib.sha256(), 0
        with self.path.open("wb") as file:
            for line in lines:
                data = canonical(line.model_dump()) + b"\n"
                file.write(data)
                hash.update(data)
                id = getattr(line, "id", None)
                if isinstance(id, int):
                    self._ids.append(id)
                    self._places.append(place)
                place += len(data)
                self.count += 1
                yield line
        sync(self.path)
        self.sha256 = hash.hexdigest()

    def read(self, ids: Sequence[int]) -> Iterator[AnyLine]:
        """Those of `ids`, which are there, in this order. Only of lines that have ids, and were written in their
        order. Raises OSError."""
        if ids:
            with self.path.open("rb") as file:
                for id in ids:
                    file.seek(self._places[bisect_left(self._ids, id)])
                    yield self._kind.model_validate_json(file.readline())


def sha256_of_files(folder: Path) -> str:
    """The SHA-256 of an export, of the data files in its folder. Raises OSError."""
    hash = hashlib.sha256()
    for name, _ in FILES:
        path = folder / data_file(name)
        hash.update(heading(name, path.stat().st_size))
        for part in parts(path):
            hash.update(part)
    return hash.hexdigest()


def heading(name: str, size: int) -> bytes:
    """What goes ahead of the bytes of a data file into the SHA-256 of an export."""
    return f"{name} {size}\n".encode()


def parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_PART):
            yield part
