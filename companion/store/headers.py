"""What the first bytes of a database file tell without its key."""

from __future__ import annotations

from pathlib import Path

_PLAIN = b"SQLite format 3\x00"
_TOLD = b"\x20\x40\x20\x20"
"""Bytes 20 to 23: 32 reserved bytes in a page (for nonce and tag), and SQLite's fixed payload fractions."""


def has_plain_header(path: Path) -> bool:
    """Whether anybody can read what the file holds. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(_PLAIN)) == _PLAIN


def looks_encrypted(path: Path) -> bool:
    """Whether it is an encrypted database, as far as one can tell: sqlite3mc leaves bytes 16 to 23 of a file readable.
    Raises OSError."""
    with path.open("rb") as file:
        head = file.read(24)
    return len(head) == 24 and head[:16] != _PLAIN and head[20:] == _TOLD
