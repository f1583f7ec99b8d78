"""Steps of the schema for who may recall a memory, and for what the companion brings up by itself."""

from __future__ import annotations

from companion.store.database import Database


def scope_memories(db: Database) -> None:
    """A persona may have a memory of its own, and what was said in play is recalled in play: `scope` says whose a
    memory is. All that is remembered so far is everybody's."""
    db.run("ALTER TABLE memories ADD COLUMN scope TEXT NOT NULL DEFAULT ''")
    db.run("CREATE INDEX memories_by_scope ON memories(scope) WHERE scope <> ''")


def keep_check_ins(db: Database) -> None:
    """What the companion would bring up, once: `state` says whether it was, and `kind` is what the person may want less
    of."""
    db.run(
        """CREATE TABLE checkins (
             id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, memory INTEGER NOT NULL, due_at REAL NOT NULL,
             utc_offset INTEGER NOT NULL, key TEXT NOT NULL UNIQUE, turn INTEGER REFERENCES turns(id),
             state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting','told','missed','unwanted')),
             told_at REAL) STRICT"""
    )
    db.run("CREATE INDEX checkins_waiting ON checkins(due_at) WHERE state = 'waiting'")
    db.run("CREATE TABLE checkin_tastes (kind TEXT PRIMARY KEY, less INTEGER NOT NULL) STRICT, WITHOUT ROWID")
