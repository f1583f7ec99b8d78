"""JSON read as a stream: an export of hundreds of megabytes is never whole in memory, one conversation of it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import ijson

from companion.errors import FileRefused
from companion.strings import text

_BOM = b"\xef\xbb\xbf"


def items(path: Path) -> Iterator[Any]:
    """The values of a list, one at a time, or the one value that is all there is. Raises FileRefused where the file
    breaks off or is no JSON."""
    with _opened(path) as file, _told():
        start = file.tell()
        begins = file.read(64).lstrip()[:1]
        file.seek(start)
        yield from ijson.items(file, "item" if begins == b"[" else "", use_float=True)


def events(path: Path) -> Iterator[tuple[str, str, Any]]:
    """(prefix, event, value) as ijson tells them; several values, a line each, one after the other. Raises
    FileRefused."""
    with _opened(path) as file, _told():
        yield from ijson.parse(file, use_float=True, multiple_values=True)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        if file.read(3) != _BOM:
            file.seek(0)
        yield file


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ijson.IncompleteJSONError as error:
        raise FileRefused(text("importing.breaks_off"), hint=text("importing.breaks_off_hint")) from error
    except (ijson.JSONError, UnicodeDecodeError, ValueError, OverflowError) as error:
        raise FileRefused(text("unpacking.no_json"), hint=text("importing.breaks_off_hint")) from error
