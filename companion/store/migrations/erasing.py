"""Steps of the schema for erasing for good, and for a journal that shows when it was tampered with."""

from __future__ import annotations

from zlib import crc32

from companion.store.chain import ERASING, chain_what_is_there
from companion.store.database import Database

_NOW = f"EXISTS (SELECT 1 FROM meta WHERE key = '{ERASING}')"


def chain_the_journal(db: Database) -> None:
    """Each batch of the journal vouches for all before it, each turn is sealed, each vector has a checksum: what
    changed behind Companion's back shows. The triggers leave one door to erasing for good, open only while it is going
    on (the mark in `meta`): the words of an entry, a reason, or a turn may be taken away, and nothing else changed.
    `erased` keeps what must not be learned again in a form that does not spell it (`store.erased`)."""
    for table in ("journal", "batches"):
        db.run(f"DROP TRIGGER {table}_append_only")
        db.run(f"ALTER TABLE {table} ADD COLUMN nonce BLOB")
        db.run(f"ALTER TABLE {table} ADD COLUMN commitment BLOB")
        db.run(f"UPDATE {table} SET nonce = randomblob(16)")
    db.run(
        """CREATE TABLE chain (
             number INTEGER PRIMARY KEY, batch INTEGER NOT NULL, entries INTEGER NOT NULL, link BLOB NOT NULL) STRICT"""
    )
    db.run(
        """CREATE TABLE seals (
             number INTEGER PRIMARY KEY, turn INTEGER NOT NULL, nonce BLOB, commitment BLOB, link BLOB NOT NULL)
           STRICT"""
    )
    db.run("CREATE INDEX seals_by_turn ON seals(turn)")
    chain_what_is_there(db)
    taken = "new.nonce IS NULL AND old.nonce IS NOT NULL AND new.commitment IS NOT NULL"
    same = "new.seq = old.seq AND new.batch = old.batch AND new.memory = old.memory"
    db.run(
        f"""CREATE TRIGGER journal_append_only BEFORE UPDATE ON journal
            WHEN NOT ({_NOW} AND {same} AND {taken} AND new.before IS NULL AND new.after IS NULL)
            BEGIN SELECT raise(ABORT, 'the journal is append-only'); END"""
    )
    same = " AND ".join(f"new.{name} IS old.{name}" for name in ("id", "at", "utc_offset", "actor", "action", "undoes"))
    db.run(
        f"""CREATE TRIGGER batches_append_only BEFORE UPDATE ON batches
            WHEN NOT ({_NOW} AND {same} AND {taken} AND new.reason = '')
            BEGIN SELECT raise(ABORT, 'the journal is append-only'); END"""
    )
    fixed = ("id", "conversation", "role", "speaker", "at", "utc_offset", "state", "answers", "model", "parent")
    same = " AND ".join(f"new.{name} IS old.{name}" for name in fixed)
    db.run("DROP TRIGGER turns_are_immutable")
    db.run(
        f"""CREATE TRIGGER turns_are_immutable BEFORE UPDATE ON turns
            WHEN old.state <> 'streaming' AND NOT ({_NOW} AND {same})
            BEGIN SELECT raise(ABORT, 'a finished turn is immutable'); END"""
    )
    db.run("ALTER TABLE vectors ADD COLUMN checksum INTEGER")
    for embedder, key, vector in db.all("SELECT embedder, text_hash, vector FROM vectors"):
        db.run(
            "UPDATE vectors SET checksum = ? WHERE embedder = ? AND text_hash = ?",
            (crc32(key + vector), embedder, key),
        )
    db.run("CREATE TABLE erased (mark BLOB PRIMARY KEY) STRICT, WITHOUT ROWID")
