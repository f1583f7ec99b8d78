"""Steps of the schema for what was pasted or imported."""

from __future__ import annotations

from companion.store.database import Database


def keep_sources(db: Database) -> None:
    """Where the memories that wait to be confirmed come from."""
