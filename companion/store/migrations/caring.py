"""Steps of the schema for care."""

from __future__ import annotations

from companion.store.database import Database


def keep_care(db: Database) -> None:
    """What was shown to the person, and when: the card of a turn stays with it, also after a start. Its numbers are not
    kept, so that an old turn shows those that hold today."""
    db.run(
        """CREATE TABLE care (
             turn INTEGER PRIMARY KEY REFERENCES turns(id) ON DELETE CASCADE,
             kind TEXT NOT NULL DEFAULT '' CHECK (kind IN ('', 'crisis', 'gentle')),
             about TEXT NOT NULL DEFAULT 'self' CHECK (about IN ('self', 'other', 'danger')),
             is_program INTEGER NOT NULL DEFAULT 0) STRICT"""
    )
