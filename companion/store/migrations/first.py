"""The first steps of the schema: turns, memories and their journal, search, work, nights."""

from __future__ import annotations

import uuid

from companion.store.database import Database
from companion.store.images import cut


def create_conversations_and_turns(db: Database) -> None:
    """Turns are verbatim and immutable: once a turn is no longer streaming, a trigger refuses to change it."""
    db.run("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID")
    db.run("INSERT INTO meta VALUES ('profile', ?)", (str(uuid.uuid4()),))
    db.run(
        """CREATE TABLE conversations (
             id INTEGER PRIMARY KEY AUTOINCREMENT, started_at REAL NOT NULL, utc_offset INTEGER NOT NULL,
             title TEXT NOT NULL DEFAULT '') STRICT"""
    )
    db.run(
        """CREATE TABLE turns (
             id INTEGER PRIMARY KEY AUTOINCREMENT,
             conversation INTEGER NOT NULL REFERENCES conversations(id),
             role TEXT NOT NULL CHECK (role IN ('person','companion','other')),
             speaker TEXT NOT NULL, text TEXT NOT NULL, at REAL NOT NULL, utc_offset INTEGER NOT NULL,
             state TEXT NOT NULL CHECK (state IN ('complete','streaming','stopped','interrupted','failed')),
             answers INTEGER REFERENCES turns(id), model TEXT) STRICT"""
    )
    db.run("CREATE INDEX turns_by_conversation ON turns(conversation, id)")
    db.run("CREATE INDEX turns_streaming ON turns(id) WHERE state = 'streaming'")
    db.run("CREATE INDEX turns_by_time ON turns(at)")
    db.run(
        """CREATE TRIGGER turns_are_immutable BEFORE UPDATE ON turns WHEN old.state <> 'streaming'
           BEGIN SELECT raise(ABORT, 'a finished turn is immutable'); END"""
    )


def create_memories(db: Database) -> None:
    """Memories with their evidence and links; `norm_hash` finds the same statement in other dress."""
    db.run(
        """CREATE TABLE memories (
             id INTEGER PRIMARY KEY AUTOINCREMENT,
             kind TEXT NOT NULL CHECK (kind IN ('moment','thought','event','day','trait')),
             text TEXT NOT NULL,
             status TEXT NOT NULL CHECK (status IN ('candidate','active','dormant','archived','superseded',
                                                    'merged','quarantined','forgotten')),
             recorded_at REAL NOT NULL, utc_offset INTEGER NOT NULL,
             subject TEXT NOT NULL, slot TEXT, polarity TEXT NOT NULL, modality TEXT NOT NULL,
             importance INTEGER NOT NULL CHECK (importance BETWEEN 1 AND 5),
             valence REAL NOT NULL, emotion TEXT, pinned INTEGER NOT NULL, sensitivity INTEGER NOT NULL,
             event_start REAL, event_end REAL, valid_from REAL, valid_to REAL,
             strength REAL NOT NULL CHECK (strength > 0), difficulty REAL NOT NULL,
             last_used_at REAL, used_count INTEGER NOT NULL, replaced_by INTEGER, version INTEGER NOT NULL,
             text_hash BLOB NOT NULL, norm_hash BLOB NOT NULL) STRICT"""
    )
    db.run("CREATE INDEX memories_by_status ON memories(status, recorded_at)")
    db.run("CREATE INDEX memories_by_norm ON memories(norm_hash)")
    db.run("CREATE INDEX memories_by_text ON memories(text_hash)")
    db.run(
        """CREATE TABLE evidence (
             memory INTEGER NOT NULL REFERENCES memories(id) ON DELETE CASCADE,
             turn INTEGER NOT NULL REFERENCES turns(id), start INTEGER NOT NULL, "end" INTEGER NOT NULL,
             quote_hash TEXT NOT NULL, PRIMARY KEY (memory, turn, start, "end")) STRICT, WITHOUT ROWID"""
    )
    db.run("CREATE INDEX evidence_by_turn ON evidence(turn)")
    db.run(
        """CREATE TABLE links (
             source INTEGER NOT NULL REFERENCES memories(id) ON DELETE CASCADE,
             target INTEGER NOT NULL, type TEXT NOT NULL, weight REAL NOT NULL,
             PRIMARY KEY (source, target, type)) STRICT, WITHOUT ROWID"""
    )
    db.run("CREATE INDEX links_by_target ON links(target)")
    db.run(
        """CREATE TABLE tombstones (
             norm_hash BLOB NOT NULL, memory INTEGER NOT NULL, at REAL NOT NULL,
             PRIMARY KEY (norm_hash, memory)) STRICT, WITHOUT ROWID"""
    )


def create_journal(db: Database) -> None:
    """Append-only: triggers refuse to change an entry (erasing for good will bring its own door)."""
    db.run(
        """CREATE TABLE batches (
             id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, utc_offset INTEGER NOT NULL,
             actor TEXT NOT NULL, action TEXT NOT NULL, reason TEXT NOT NULL,
             undoes INTEGER REFERENCES batches(id)) STRICT"""
    )
    db.run("CREATE INDEX batches_undoing ON batches(undoes) WHERE undoes IS NOT NULL")
    db.run(
        """CREATE TABLE journal (
             seq INTEGER PRIMARY KEY AUTOINCREMENT, batch INTEGER NOT NULL REFERENCES batches(id),
             memory INTEGER NOT NULL, before TEXT, after TEXT) STRICT"""
    )
    db.run("CREATE INDEX journal_by_batch ON journal(batch)")
    db.run("CREATE INDEX journal_by_memory ON journal(memory)")
    for table in ("batches", "journal"):
        db.run(
            f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table}
                BEGIN SELECT raise(ABORT, 'the journal is append-only'); END"""
        )


def create_search(db: Database) -> None:
    """Full-text indexes without a second copy of the text: porter stems for spaced scripts, trigrams for CJK."""
    db.run(
        """CREATE VIRTUAL TABLE memory_words USING fts5(
             text, content='', contentless_delete=1, tokenize="porter unicode61 remove_diacritics 2")"""
    )
    db.run(
        """CREATE VIRTUAL TABLE memory_trigrams USING fts5(
             text, content='', contentless_delete=1, tokenize='trigram')"""
    )
    for table in ("memory_words", "memory_trigrams"):
        # Deleted text must not linger in the index's pages. Contentless tables need no more than this.
        db.run(f"INSERT INTO {table}({table}, rank) VALUES ('secure-delete', 1)")
    db.run("CREATE VIRTUAL TABLE memory_vocabulary USING fts5vocab(memory_words, row)")


def create_vectors(db: Database) -> None:
    """Vectors belong to (embedder, text): an undone edit finds its old vector, two embedders never mix."""
    db.run(
        """CREATE TABLE embedders (
             id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, revision TEXT NOT NULL,
             dimension INTEGER NOT NULL, floor REAL, UNIQUE (name, revision, dimension)) STRICT"""
    )
    db.run(
        """CREATE TABLE vectors (
             embedder INTEGER NOT NULL REFERENCES embedders(id), text_hash BLOB NOT NULL,
             vector BLOB NOT NULL, PRIMARY KEY (embedder, text_hash)) STRICT, WITHOUT ROWID"""
    )
    db.run(
        """CREATE TABLE outbox (
             seq INTEGER PRIMARY KEY AUTOINCREMENT, memory INTEGER NOT NULL) STRICT"""
    )


def create_work(db: Database) -> None:
    """Durable jobs, the nights that were slept, what each reply was given, and each review of a memory."""
    db.run(
        """CREATE TABLE jobs (
             id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, queued_at REAL NOT NULL,
             attempts INTEGER NOT NULL DEFAULT 0, error TEXT, state TEXT NOT NULL DEFAULT 'queued'
               CHECK (state IN ('queued','done','failed')), UNIQUE (kind, key)) STRICT"""
    )
    db.run("CREATE INDEX jobs_queued ON jobs(id) WHERE state = 'queued'")
    db.run(
        """CREATE TABLE nights (
             night TEXT PRIMARY KEY, ran_at REAL NOT NULL, batch INTEGER, report TEXT NOT NULL)
           STRICT, WITHOUT ROWID"""
    )
    db.run(
        """CREATE TABLE recalls (
             reply INTEGER NOT NULL REFERENCES turns(id), rank INTEGER NOT NULL, memory INTEGER NOT NULL,
             memory_version INTEGER NOT NULL, score REAL NOT NULL, similarity REAL, coverage REAL NOT NULL,
             used INTEGER, PRIMARY KEY (reply, rank)) STRICT, WITHOUT ROWID"""
    )
    db.run(
        """CREATE TABLE reviews (
             id INTEGER PRIMARY KEY AUTOINCREMENT, memory INTEGER NOT NULL, at REAL NOT NULL,
             utc_offset INTEGER NOT NULL, rating INTEGER NOT NULL, cause TEXT NOT NULL, turn INTEGER) STRICT"""
    )
    db.run("CREATE INDEX reviews_by_memory ON reviews(memory, at)")


def cut_memories_into_pieces(db: Database) -> None:
    """Words are indexed, and texts embedded, by pieces of a few sentences; CJK script by pairs of characters, which
    most Chinese words are, where trigrams could not look them up. Names connect memories. How far unrelated texts lie
    apart takes the place of an embedder's floor; it is measured anew, and so are the vectors of long texts."""
    db.run("DROP TABLE memory_vocabulary")
    db.run("DROP TABLE memory_words")
    db.run("DROP TABLE memory_trigrams")
    db.run(
        """CREATE TABLE pieces (
             id INTEGER PRIMARY KEY, memory INTEGER NOT NULL REFERENCES memories(id) ON DELETE CASCADE,
             start INTEGER NOT NULL, "end" INTEGER NOT NULL, text_hash BLOB NOT NULL) STRICT"""
    )
    db.run("CREATE INDEX pieces_by_memory ON pieces(memory)")
    db.run("CREATE INDEX pieces_by_text ON pieces(text_hash)")
    db.run(
        """CREATE VIRTUAL TABLE memory_words USING fts5(
             text, content='', contentless_delete=1,
             tokenize="porter unicode61 remove_diacritics 2")"""
    )
    db.run("INSERT INTO memory_words(memory_words, rank) VALUES ('secure-delete', 1)")
    db.run("CREATE VIRTUAL TABLE memory_vocabulary USING fts5vocab(memory_words, row)")
    db.run("CREATE VIRTUAL TABLE memory_terms USING fts5vocab(memory_words, instance)")
    db.run(
        """CREATE TABLE mentions (
             memory INTEGER NOT NULL REFERENCES memories(id) ON DELETE CASCADE, name TEXT NOT NULL,
             PRIMARY KEY (memory, name)) STRICT, WITHOUT ROWID"""
    )
    db.run("ALTER TABLE embedders DROP COLUMN floor")
    db.run("ALTER TABLE embedders ADD COLUMN mean REAL")
    db.run("ALTER TABLE embedders ADD COLUMN spread REAL")
    db.run("ALTER TABLE embedders ADD COLUMN cjk_trust REAL")
    # The vector index on disk knows memories by ids of their own, not by pieces.
    db.run("DELETE FROM meta WHERE key = 'index'")
    for id, text in db.all("SELECT id, text FROM memories ORDER BY id"):
        cut(db, id, text)


def learn_from_use(db: Database) -> None:
    """Recall learns from what replies use: what was weighed for each memory given waits with it for the reflection
    (`features` names the list that `figures` follow); what was learned, and every step of it."""
    db.run("ALTER TABLE recalls ADD COLUMN mode TEXT CHECK (mode IN ('asked','talking'))")
    db.run("ALTER TABLE recalls ADD COLUMN features TEXT")
    db.run("ALTER TABLE recalls ADD COLUMN figures BLOB")
    db.run(
        """CREATE TABLE adaptation (
             mode TEXT NOT NULL CHECK (mode IN ('asked','talking')), feature TEXT NOT NULL, delta REAL NOT NULL,
             PRIMARY KEY (mode, feature)) STRICT, WITHOUT ROWID"""
    )
    db.run(
        """CREATE TABLE lessons (
             id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, utc_offset INTEGER NOT NULL,
             reason TEXT NOT NULL, change TEXT NOT NULL, reply INTEGER REFERENCES turns(id),
             undoes INTEGER REFERENCES lessons(id)) STRICT"""
    )
    db.run(
        """CREATE TRIGGER lessons_append_only BEFORE UPDATE ON lessons
           BEGIN SELECT raise(ABORT, 'the log of lessons is append-only'); END"""
    )


def keep_reasons(db: Database) -> None:
    """Why a memory came to mind, in words, as a JSON list: asked for long after the reply was written."""
    db.run("ALTER TABLE recalls ADD COLUMN reasons TEXT")
    db.run("CREATE INDEX recalls_by_memory ON recalls(memory)")


def keep_probes(db: Database) -> None:
    """How far a model can be trusted to think is measured once, which takes minutes, and may be interrupted: `state` is
    JSON of what was found so far. `model` names the file, `version` the cases and prompts it was measured with."""
    db.run(
        """CREATE TABLE probes (
             model TEXT PRIMARY KEY, version TEXT NOT NULL, state TEXT NOT NULL,
             at REAL NOT NULL, utc_offset INTEGER NOT NULL) STRICT, WITHOUT ROWID"""
    )


def find_thoughts_by_subject(db: Database) -> None:
    """A new thought is compared with what is known of the same person and slot."""
    db.run("CREATE INDEX thoughts_by_subject ON memories(subject, slot, recorded_at) WHERE kind = 'thought'")
    db.run("CREATE INDEX mentions_by_name ON mentions(name, memory)")


def keep_stretches(db: Database) -> None:
    """A conversation is cut into events as it flows; where its open event began, and what is usual in it, outlives the
    process, and is written with the events themselves, so that none is made twice."""
    db.run(
        """CREATE TABLE stretches (
             conversation INTEGER PRIMARY KEY REFERENCES conversations(id), state TEXT NOT NULL,
             open INTEGER NOT NULL) STRICT"""
    )
    db.run("CREATE INDEX stretches_open ON stretches(conversation) WHERE open")


def keep_gists(db: Database) -> None:
    """What has left the prompt of a long conversation is still there as its gist, after a restart as well."""
    db.run(
        """CREATE TABLE gists (
             conversation INTEGER PRIMARY KEY REFERENCES conversations(id), start INTEGER NOT NULL,
             text TEXT NOT NULL) STRICT"""
    )


def mark_unsupported(db: Database) -> None:
    """What a reply made up about the person is shown under it and kept out of memory, after a restart as well."""
    db.run(
        """CREATE TABLE unsupported (
             reply INTEGER NOT NULL REFERENCES turns(id) ON DELETE CASCADE,
             start INTEGER NOT NULL, "end" INTEGER NOT NULL, PRIMARY KEY (reply, start)) STRICT, WITHOUT ROWID"""
    )


def keep_surprises(db: Database) -> None:
    """How unexpected the model found what the person said is known while it is read, and wanted when it is thought
    about: `nats` is the mean −ln P of its tokens."""
    db.run(
        """CREATE TABLE surprises (
             turn INTEGER PRIMARY KEY REFERENCES turns(id) ON DELETE CASCADE, nats REAL NOT NULL) STRICT"""
    )


def consolidate_in_sleep(db: Database) -> None:
    """What nights make of many memories, a digest of each day and the lines of the portrait, is made anew from what
    they rest on: which memory has which place (`key`), what it was made from (`basis`), and the hash of the text that
    was written, by which one that the person changed is known. `meta` keeps how far the journal was looked through."""
    db.run(
        """CREATE TABLE consolidated (
             key TEXT PRIMARY KEY, memory INTEGER NOT NULL, basis TEXT NOT NULL, text_hash TEXT NOT NULL,
             rank INTEGER NOT NULL) STRICT, WITHOUT ROWID"""
    )
    db.run("CREATE INDEX consolidated_by_memory ON consolidated(memory)")
    db.run("CREATE INDEX days_by_time ON memories(recorded_at) WHERE kind = 'day'")
    db.run("CREATE INDEX traits_by_time ON memories(recorded_at) WHERE kind = 'trait'")
    db.run("CREATE INDEX events_by_time ON memories(recorded_at) WHERE kind = 'event'")
    db.run("CREATE INDEX thoughts_by_time ON memories(recorded_at) WHERE kind = 'thought'")
    db.run("CREATE INDEX thoughts_that_weigh ON memories(recorded_at) WHERE kind = 'thought' AND importance >= 4")
    db.run("CREATE INDEX pinned_thoughts ON memories(recorded_at) WHERE kind = 'thought' AND pinned = 1")


def tag_memories(db: Database) -> None:
    """What is told later says more of an older memory: whose life it is about, what a name stands for. Its words stay
    what they are; the tags are indexed beside them."""
    db.run("ALTER TABLE memories ADD COLUMN tags TEXT NOT NULL DEFAULT ''")


def keep_questions(db: Database) -> None:
    """A question outlives the process until it is answered or dismissed. The hashes are of what the two memories said
    when it was asked: once either says something else it is answered."""
    db.run(
        """CREATE TABLE questions (
             id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, utc_offset INTEGER NOT NULL,
             text TEXT NOT NULL, turn INTEGER NOT NULL REFERENCES turns(id), older INTEGER NOT NULL,
             newer INTEGER NOT NULL, options TEXT NOT NULL, older_hash BLOB NOT NULL, newer_hash BLOB NOT NULL,
             dismissed INTEGER NOT NULL DEFAULT 0) STRICT"""
    )
    db.run("CREATE INDEX questions_by_turn ON questions(turn)")


def keep_tunings(db: Database) -> None:
    """How a model runs best is found out once for a machine, a model and a size of context, and used from then on. What
    another version of llama.cpp, or of the measuring, found is not used any more."""
    db.run(
        """CREATE TABLE tunings (
             machine TEXT NOT NULL, model TEXT NOT NULL, context INTEGER NOT NULL, version TEXT NOT NULL,
             state TEXT NOT NULL, at REAL NOT NULL, utc_offset INTEGER NOT NULL,
             PRIMARY KEY (machine, model, context)) STRICT, WITHOUT ROWID"""
    )
