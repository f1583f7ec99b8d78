"""A copy of an open database as a file of its own, and opening such a file."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from companion.errors import BackupUnusable, ProfileDamaged, ProfileSealed, ProfileUnavailable
from companion.store import files
from companion.store.content import Content, content_of
from companion.store.database import Database, open_copy
from companion.store.headers import has_plain_header
from companion.store.migrations import refuse_others
from companion.strings import text

_TRIES = 3
Look = Callable[[], None]
"""Called now and then while something long is done; may raise to end it, which leaves nothing behind."""


def never() -> None:
    """Nobody wants to go first."""


def copied(db: Database, part: Path, key: bytes | None, look: Look, alone: bool) -> Content:
    """Copy what `db` holds into the empty file `part`; what that is. Over a connection of its own, so that whoever
    talks need not wait; only when something is changed again and again meanwhile, all others wait. `alone`: nobody else
    has the file open."""
    if db.read_only or alone:
        with db.snapshot():
            db.copy_to(part, key)
            return content_of(db, look)
    other = db.another()
    try:
        for _ in range(_TRIES):
            look()
            before = other.changes_seen()
            other.copy_to(part, key)
            content = content_of(other, look)
            if other.changes_seen() == before:
                return content
            part.write_bytes(b"")
        with db.snapshot():
            other.copy_to(part, key)
            return content_of(other, look)
    finally:
        other.close()


def verify(part: Path, content: Content, key: bytes | None, look: Look) -> None:
    """Raises BackupUnusable where the copy is not what was copied, or readable without the key."""
    if has_plain_header(part) != (key is None):
        raise BackupUnusable(text("backup.plain", path=part))
    with contextlib.closing(open_copy(part, refuse_others, key=key)) as made:
        look()
        found = made.check(thoroughly=True)
        if found:
            raise BackupUnusable(f"{part} ({found[0]})")
        if content_of(made, look) != content:
            raise BackupUnusable(text("backup.differs", path=part))


def opened(path: Path, key: bytes | None, *, change: bool = False) -> Database:
    """A backup, to read it or to `change` it; `key` for one that is encrypted. Raises BackupUnusable, ProfileSealed."""
    with files.told(path):
        plain = has_plain_header(path)
    if key is None and not plain:
        raise ProfileSealed(path.name)
    try:
        return open_copy(path, refuse_others, None if plain else key, change=change)
    except (ProfileDamaged, ProfileUnavailable) as error:
        raise BackupUnusable(error.detail) from error
