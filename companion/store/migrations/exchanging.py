"""Steps of the schema for what was brought in from elsewhere."""

from __future__ import annotations

from companion.store.database import Database


def keep_origins(db: Database) -> None:
    """Where a row came from: `origin` is the program or the profile it was exported by, `key` a hash of what it is
    called there, so that the same is not brought in twice, and is found again when it was changed there. `buried` are
    statements (hashes) that must not be learned again, as in `tombstones`."""
    db.run(
        """CREATE TABLE origins (
             origin TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('conversation','turn','memory')),
             key TEXT NOT NULL, local INTEGER NOT NULL, source INTEGER REFERENCES sources(id) ON DELETE CASCADE,
             PRIMARY KEY (origin, kind, key)) STRICT, WITHOUT ROWID"""
    )
    db.run("CREATE INDEX origins_by_row ON origins(kind, local)")
    # What was forgotten in the profile that was put back here: there is no memory any more that it belongs to.
    db.run(
        """CREATE TABLE buried (
             norm_hash BLOB NOT NULL, memory INTEGER NOT NULL, at REAL NOT NULL,
             PRIMARY KEY (norm_hash, memory)) STRICT, WITHOUT ROWID"""
    )
    db.run("CREATE INDEX origins_by_source ON origins(source) WHERE source IS NOT NULL")
    _look_back(db)


def _look_back(db: Database) -> None:
    """What is confirmed of an import is thought about afterwards, and may be taken back: which batches confirmed and
    removed a source last (what was confirmed may be removed, and that taken back), and which were thoughts about it."""
    db.run("ALTER TABLE sources ADD COLUMN confirmed_in INTEGER")
    db.run("ALTER TABLE sources ADD COLUMN removed_in INTEGER")
    db.run(
        """CREATE TABLE looked_back (
             batch INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
             job TEXT NOT NULL) STRICT"""
    )
    db.run("CREATE INDEX looked_back_by_source ON looked_back(source)")
