"""The profile read beside the app that has it open: another connection, which cannot write, for one question at a time.

It takes no lock, makes no profile and changes nothing of the database. While the app is closed SQLite leaves two empty
files beside it (-wal, -shm), which the next start takes away. Not held longer than a question: a profile may be
encrypted, restored or erased from meanwhile, and each question finds the file that is there by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from companion.clock import Clock
from companion.errors import ProfileError, ProfileUnavailable
from companion.paths import Paths
from companion.store.database import Identity, open_copy
from companion.store.encrypting import check_sealed, is_half_done
from companion.store.marker import refuse_missing
from companion.store.migrations import MIGRATIONS, refuse_others
from companion.store.restoring import is_half_restored
from companion.store.store import Store
from companion.strings import text

PATIENCE = 2000
"""Milliseconds that are waited for whoever has the file for themselves."""


@contextmanager
def read_beside(paths: Paths, clock: Clock, key: bytes | None) -> Iterator[Store]:
    """The store, for reading, meanwhile. `key`: of an encrypted one. Raises ProfileMissing where there is none,
    ProfileSealed without its key, ProfileTooNew, ProfileError."""
    if is_half_done(paths) or is_half_restored(paths):
        raise ProfileUnavailable(text("mcp.half_done", path=paths.data), hint=text("mcp.half_done_hint"))
    refuse_missing(paths)
    if not paths.database.is_file():
        raise ProfileUnavailable(text("mcp.no_profile", path=paths.data), hint=text("mcp.no_profile_hint"))
    check_sealed(paths, key, writable=False)
    db = open_copy(paths.database, _examine, key)
    try:
        db.all(f"PRAGMA busy_timeout={PATIENCE}")
        yield Store(db, clock, None)
    finally:
        db.close()


def _examine(file: Identity) -> None:
    refuse_others(file)
    if file.version < len(MIGRATIONS):
        raise ProfileError(text("mcp.too_old", path=file.path), hint=text("mcp.too_old_hint"))
