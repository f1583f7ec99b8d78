"""Steps of the schema for care."""

from __future__ import annotations

from companion.store.database import Database


def keep_care(db: Database) -> None:
    """What was shown to the person, and when."""
