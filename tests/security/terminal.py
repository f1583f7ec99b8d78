"""What reaches a terminal, taken apart as a terminal would: control sequences, and the text between them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

_STRING = {b"]": "OSC", b"P": "DCS", b"X": "SOS", b"^": "PM", b"_": "APC", b"k": "title"}
_CSI = re.compile(rb"\x1b\[([0-?]*)([ -/]*)([@-~])")
_ESC = re.compile(rb"\x1b([ -/]*)([0-~])")
VISIBLE_FORMATS = frozenset("\u200c\u200d")
"""Without them emoji and some scripts fall apart; they neither hide nor move anything."""


@dataclass
class Taken:
    kinds: set[str] = field(default_factory=set)
    """CSI by what they do, without their numbers: "CSI?h"."""
    strings: set[str] = field(default_factory=set)
    """OSC, DCS and the like, whole."""
    numbers: set[str] = field(default_factory=set)
    """All parameters of CSI."""
    broken: list[bytes] = field(default_factory=list)
    """What is no sequence, and bytes that are no UTF-8."""
    text: str = ""


def taken_apart(data: bytes) -> Taken:
    found = Taken()
    plain = bytearray()
    at = 0
    while at < len(data):
        if data[at] != 0x1B:
            plain.append(data[at])
            at += 1
            continue
        kind = _STRING.get(data[at + 1 : at + 2])
        if kind is not None:
            end = re.compile(rb"\x07|\x1b\\").search(data, at + 2)
            stop = end.end() if end else len(data)
            found.strings.add(f"{kind}:{data[at + 2 : stop].decode('latin-1')}")
            at = stop
            continue
        match = _CSI.match(data, at)
        if match is not None:
            numbers, between, last = (part.decode() for part in match.groups())
            found.kinds.add(f"CSI{''.join(c for c in numbers if c in '<=>?')}{between}{last}")
            found.numbers |= set(re.findall(r"\d+", numbers))
        elif (match := _ESC.match(data, at)) is not None:
            found.kinds.add(f"ESC{match[1].decode()}{match[2].decode()}")
        else:
            found.broken.append(data[at : at + 8])
            at += 1
            continue
        at = match.end()
    try:
        found.text = plain.decode("utf-8")
    except UnicodeDecodeError as error:
        found.broken.append(bytes(plain[error.start : error.end]))
        found.text = plain.decode("utf-8", "replace")
    return found


def acting(text: str) -> set[str]:
    """Characters that act, hide or reorder; those that end lines are no such."""
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp")
    odd = {c for c in set(text) - set("\r\n\t") - VISIBLE_FORMATS if unicodedata.category(c) in kinds}
    return odd | {c for c in text if 0xE0100 <= ord(c) <= 0xE01EF}
