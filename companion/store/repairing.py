"""Make anew what follows from the rest: memories from the journal, indexes from the texts, vectors by the embedder."""

from __future__ import annotations

from collections.abc import Collection
from zlib import crc32

from companion.store.database import Database
from companion.store.images import buried, content_key, cut, statement_key, write_image
from companion.store.replaying import images, replay
from companion.store.turn_search import index_turn
from companion.store.verifying import Part, Verified


def can_repair(found: Verified) -> bool:
    """Whether everything that is wrong can be made anew: the journal and what was said cannot."""
    return bool(found.faults) and found.faults.keys() <= {"file", "memories", "words", "vectors"}


def repair(db: Database, parts: Collection[Part]) -> None:
    """Make these parts anew, all or nothing. The journal must hold. Raises ProfileError."""
    with db.write():
        if "memories" in parts:
            told, there = replay(db), images(db)
            for id in sorted(told.keys() | there.keys()):
                if told.get(id) != there.get(id):
                    write_image(db, id, there.get(id), told.get(id))
        if "vectors" in parts:
            bad = [
                (embedder, key)
                for embedder, key, vector, checksum in db.all(
                    "SELECT embedder, text_hash, vector, checksum FROM vectors"
                )
                if checksum != crc32(key + vector)
            ]
            db.run_many("DELETE FROM vectors WHERE embedder = ? AND text_hash = ?", bad)
        if parts:
            index_anew(db)
            db.run("REINDEX")
            db.run("DELETE FROM meta WHERE key = 'index'")


def index_anew(db: Database) -> None:
    """All that is looked things up by, from the texts of memories and turns: no word that is in none of them stays.
    Inside a transaction."""
    db.run("INSERT INTO memory_words(memory_words) VALUES ('delete-all')")
    db.run("INSERT INTO turn_words(turn_words) VALUES ('delete-all')")
    for table in ("pieces", "mentions", "tombstones"):
        db.run(f"DELETE FROM {table}")
    for id, kind, text, tags, status, at in db.all(
        "SELECT id, kind, text, tags, status, recorded_at FROM memories ORDER BY id"
    ):
        cut(db, id, text, tags)
        db.run(
            "UPDATE memories SET text_hash = ?, norm_hash = ? WHERE id = ?",
            (content_key(text), statement_key(text), id),
        )
        if status == "forgotten":
            db.run_many("INSERT OR IGNORE INTO tombstones VALUES (?,?,?)", ((k, id, at) for k in buried(kind, text)))
    for id, text in db.all("SELECT id, text FROM turns WHERE state <> 'streaming' ORDER BY id"):
        index_turn(db, id, text)
