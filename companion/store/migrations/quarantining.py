"""Steps of the schema for what was pasted or imported."""

from __future__ import annotations

from companion.store.database import Database


def keep_sources(db: Database) -> None:
    """Where the memories that wait to be confirmed come from: a stretch [start, end) of a turn that was pasted, or
    something imported. `decided` is the batch in which the person confirmed or removed it (`confirmed`: which), and
    `stands` whether that still holds: it may be taken back. Which memories came from it outlives them, for a memory may
    be brought back."""
    db.run(
        """CREATE TABLE sources (
             id INTEGER PRIMARY KEY AUTOINCREMENT,
             kind TEXT NOT NULL CHECK (kind IN ('paste','import','proposal')), name TEXT NOT NULL,
             at REAL NOT NULL, utc_offset INTEGER NOT NULL, turn INTEGER REFERENCES turns(id) ON DELETE CASCADE,
             start INTEGER, "end" INTEGER, decided INTEGER, stands INTEGER NOT NULL DEFAULT 0,
             confirmed INTEGER NOT NULL DEFAULT 0) STRICT"""
    )
    db.run("CREATE INDEX sources_by_turn ON sources(turn) WHERE turn IS NOT NULL")
    db.run("CREATE INDEX sources_by_decision ON sources(decided) WHERE decided IS NOT NULL")
    db.run(
        """CREATE TABLE source_memories (
             memory INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE) STRICT"""
    )
    db.run("CREATE INDEX source_memories_by_source ON source_memories(source)")
