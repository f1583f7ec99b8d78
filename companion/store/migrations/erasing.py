"""Steps of the schema for erasing for good, and for a journal that shows when it was tampered with."""

from __future__ import annotations

from companion.store.database import Database


def chain_the_journal(db: Database) -> None:
    """Each entry vouches for all before it."""
