"""What is pasted never becomes keys, and bytes that are no text never end the app.

Textual 8.2.8 takes an escape character inside of a bracketed paste for the beginning of a key: what follows it is
replayed as keys (`_xterm_parser.py`, reissue_sequence_as_keys), so that a paste may send the message, or press any
other key. Most terminals filter what they paste, not all do. Here control characters are taken out of a paste
before it is parsed.
"""

from __future__ import annotations

import codecs
import re
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from textual._xterm_parser import XTermParser

BEGIN, END = "\x1b[200~", "\x1b[201~"
_ACTING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class PasteFilter:
    """Goes over what the terminal sends, in whatever pieces it comes."""

    def __init__(self) -> None:
        self._pasting = False
        self._held = ""
        """Within a paste: what may be the beginning of its end."""
        self._passed = ""
        """Outside of one: the last that was passed on, which may be the beginning of its beginning."""

    def __call__(self, data: str) -> str:
        """`data` with pastes made harmless. Outside of a paste nothing is held back: an escape character is a key."""
        out: list[str] = []
        while data:
            if self._pasting:
                before, found, data = _paste(self._held + data)
                self._held = "" if found else _cut_mark(before)
                kept = before[: len(before) - len(self._held)]
                out.append(_ACTING.sub("", kept) + found)
                self._pasting, self._passed = not found, ""
            else:
                before, found, rest = (self._passed + data).partition(BEGIN)
                new = (before + found)[len(self._passed) :]
                out.append(new)
                self._passed, data = (before + found)[-len(BEGIN) + 1 :], rest
                self._pasting = bool(found)
        return "".join(out)


def _paste(text: str) -> tuple[str, str, str]:
    """What is pasted, END where it ends, and the rest. An end that another follows, and no beginning before that, was
    pasted: what stands behind it would be keys. Only the terminal can keep out one that comes in a piece of its own."""
    pasted, found, rest = text.partition(END)
    while found and END in rest and BEGIN not in rest[: rest.index(END)]:
        more, _, rest = rest.partition(END)
        pasted += more
    return pasted, found, rest


def _cut_mark(text: str) -> str:
    """What `text` ends with that may be the beginning of END."""
    return next((END[:size] for size in range(len(END) - 1, 0, -1) if text.endswith(END[:size])), "")


class SafeParser(XTermParser):
    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._filter = PasteFilter()

    def feed(self, data: str) -> Iterable[Any]:
        # An empty piece tells the parser that the input is over; one that is all held back must not.
        kept = self._filter(data)
        return super().feed(kept) if kept or not data else ()


def filter_pastes() -> None:
    """Have every driver parse with it. Call before the app runs."""
    modules: list[Any]
    if sys.platform == "win32":
        from textual.drivers import win32

        modules = [win32]
    else:
        from textual.drivers import linux_driver, linux_inline_driver

        modules = [linux_driver, linux_inline_driver]
    for module in modules:
        module.XTermParser = SafeParser
        if hasattr(module, "getincrementaldecoder"):
            module.getincrementaldecoder = _forgiving


def _forgiving(encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
    """For textual 8.2.8's drivers, whose thread for keys ends, and the app with it, at a byte that is no UTF-8."""
    return partial(codecs.getincrementaldecoder(encoding), "replace")
