"""Steps of the schema for conversations: versions of a message, drafts, what a reply was written from."""

from __future__ import annotations

from companion.store.database import Database
from companion.store.turn_search import index_turn


def branch_conversations(db: Database) -> None:
    """A message that is written anew, and another reply to it, stand beside the first: each turn knows which it follows
    (`parent`), and a conversation the turn that its path ends in (`leaf`). All that was said so far is one path. Whom a
    conversation is held with, and whether as play, belongs to it."""
    db.run("ALTER TABLE turns ADD COLUMN parent INTEGER REFERENCES turns(id)")
    db.run("ALTER TABLE conversations ADD COLUMN leaf INTEGER")
    db.run("ALTER TABLE conversations ADD COLUMN mode TEXT NOT NULL DEFAULT 'usual' CHECK (mode IN ('usual','play'))")
    db.run("ALTER TABLE conversations ADD COLUMN persona TEXT NOT NULL DEFAULT ''")
    db.run("DROP TRIGGER turns_are_immutable")
    db.run(
        """UPDATE turns SET parent = before.id FROM (
             SELECT id AS turn, lag(id) OVER (PARTITION BY conversation ORDER BY id) AS id FROM turns) AS before
           WHERE turns.id = before.turn AND before.id IS NOT NULL"""
    )
    db.run("UPDATE conversations SET leaf = (SELECT max(id) FROM turns WHERE conversation = conversations.id)")
    db.run("CREATE INDEX turns_by_parent ON turns(parent)")
    db.run("CREATE INDEX turns_by_answered ON turns(answers) WHERE answers IS NOT NULL")
    db.run(
        """CREATE TRIGGER turns_are_immutable BEFORE UPDATE ON turns WHEN old.state <> 'streaming'
           BEGIN SELECT raise(ABORT, 'a finished turn is immutable'); END"""
    )


def keep_drafts(db: Database) -> None:
    """What was typed and not sent survives quitting, one draft a conversation (0: one that has not begun). What a reply
    was written from is kept as references, not as a second copy of the words."""
    db.run("CREATE TABLE drafts (conversation INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
    db.run(
        """CREATE TABLE prompts (
             reply INTEGER PRIMARY KEY REFERENCES turns(id) ON DELETE CASCADE, segments TEXT NOT NULL) STRICT"""
    )


def note_what_is_off_the_path(db: Database) -> None:
    """Most of what is read are paths, most conversations have one only: what is not on its conversation's is noted."""
    db.run("CREATE TABLE off_path (turn INTEGER PRIMARY KEY REFERENCES turns(id) ON DELETE CASCADE) STRICT")
    db.run("CREATE INDEX memories_replaced ON memories(replaced_by) WHERE replaced_by IS NOT NULL")


def find_what_was_said(db: Database) -> None:
    """The words of turns are indexed like those of memories, without a second copy of the text."""
    db.run(
        """CREATE VIRTUAL TABLE turn_words USING fts5(
             text, content='', contentless_delete=1, tokenize="porter unicode61 remove_diacritics 2")"""
    )
    db.run("INSERT INTO turn_words(turn_words, rank) VALUES ('secure-delete', 1)")
    last = 0
    while rows := db.all(
        "SELECT id, text FROM turns WHERE id > ? AND state <> 'streaming' ORDER BY id LIMIT 500", (last,)
    ):
        for id, text in rows:
            index_turn(db, id, text)
        last = rows[-1][0]
