"""JSON read value by value: an export of hundreds of megabytes is never whole in memory, one conversation of it is.

Python's own decoder reads each value; where it meets the end of what was read it is given more, twice as much each
time. It refuses what is nested without end, which a parser that names the place of each value would choke on.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from companion.errors import FileRefused
from companion.exchange.foreign.given import Notes
from companion.strings import text
from companion.unpacking import UnpackedFile

MOST_VALUE = 256 << 20
"""Characters of one value: a conversation, or all of an export that is no list."""
_PART = 1 << 20
_SPACE = " \t\r\n"


def values(path: Path) -> Iterator[Any]:
    """The values of a list, or the values that stand in the file one behind the other, one at a time. Raises
    FileRefused where the file breaks off, is no JSON, or holds too large a value."""
    try:
        yield from _Reader(path).values()
    except UnicodeDecodeError as error:
        raise FileRefused(text("unpacking.no_json"), hint=text("importing.breaks_off_hint")) from error
    except RecursionError as error:
        raise FileRefused(text("unpacking.json_deep"), hint=text("importing.breaks_off_hint")) from error


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._decoder = json.JSONDecoder()
        self._more: Callable[[int], str] = lambda size: ""
        self._held = ""
        self._at = 0
        self._ended = False

    def values(self) -> Iterator[Any]:
        with self._path.open("rb") as file:
            decode = codecs.getincrementaldecoder("utf-8-sig")().decode
            self._more = lambda size: decode(file.read(size), final=self._ended)
            listed = self._next() == "["
            self._at += listed
            while (begins := self._next()) not in ("", "]"):
                yield self._value()
                if listed and (after := self._next()) not in (",", "]"):
                    raise _broken(ended=not after)
                self._at += listed and self._next() == ","
            if listed and not begins:
                raise _broken(ended=True)

    def _next(self) -> str:
        """The next character that is no space, left where it is; empty at the end."""
        while True:
            while self._at < len(self._held) and self._held[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._held):
                return self._held[self._at]
            if not self._read(_PART):
                return ""

    def _value(self) -> Any:
        size = _PART
        while True:
            try:
                value, end = self._decoder.raw_decode(self._held, self._at)
            except ValueError as error:
                if self._ended or isinstance(error, UnicodeDecodeError):
                    raise _broken(ended=_is_cut(error, self._held)) from error
                if len(self._held) - self._at > MOST_VALUE:
                    raise FileRefused(text("unpacking.json_large", most=MOST_VALUE >> 20)) from error
                self._read(size)
                size *= 2
                continue
            if end == len(self._held) and not self._ended:
                self._read(_PART)  # a number may go on
                continue
            self._at = end
            return value

    def _read(self, size: int) -> bool:
        """Read on, forgetting what was passed. False at the end of the file."""
        if self._ended:
            return False
        more = self._more(size)
        if not more:
            self._ended = True
            more = self._more(0)
        self._held, self._at = self._held[self._at :] + more, 0
        return bool(more)


def _is_cut(error: ValueError, held: str) -> bool:
    """Whether it was the end of the file that the decoder met."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.pos >= len(held.rstrip()) - 1 or error.msg.startswith("Unterminated")


def _broken(*, ended: bool) -> FileRefused:
    told = text("importing.breaks_off") if ended else text("unpacking.no_json")
    return FileRefused(told, hint=text("importing.breaks_off_hint"))


def conversations(
    files: Iterable[UnpackedFile], field: str, kind: type, notes: Notes
) -> Iterator[tuple[UnpackedFile, str, dict[str, Any]]]:
    """(file, a name for those that have none, conversation) of files that are lists of them. What has no `field` of
    this kind is none, and is noted."""
    for file in files:
        for number, found in enumerate(values(file.path)):
            if isinstance(found, dict) and isinstance(found.get(field), kind):
                yield file, f"{file.name}/{number}", found
            else:
                notes.add("broken")
