"""A profile made by an earlier Companion has, once opened, everything that recall needs."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest

from companion.clock import SetClock
from companion.memory.words import stems
from companion.paths import Paths
from companion.pieces import pieces
from companion.store.images import content_key, statement_key
from companion.store.migrations import MIGRATIONS
from companion.store.search import pieces_of
from companion.store.store import Store

BEFORE_PIECES = [step.__name__ for step in MIGRATIONS].index("cut_memories_into_pieces")
LONG = " ".join(f"In chapter {n} Captain Ahab hunts the whale across the sea once more." for n in range(40))
TEXTS = ("My sister Lena has a house in Rome.", "我住在巴黎。", LONG)
VECTOR = struct.pack("<3f", 0.6, -0.8, 0.0)


@pytest.fixture
def migrated(paths: Paths, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A profile that was made, and filled, before memories were cut into pieces."""
    with monkeypatch.context() as earlier:
        earlier.setattr("companion.store.migrations.MIGRATIONS", MIGRATIONS[:BEFORE_PIECES])
        old = Store.open(paths, clock)
        with old.db.write() as db:
            db.run("INSERT INTO embedders(id, name, revision, dimension, floor) VALUES (1,'e','1',3,0.35)")
            db.run("INSERT INTO meta VALUES ('index', 'clean:1')")
            for id, text in enumerate(TEXTS, 1):
                db.run(
                    "INSERT INTO memories(id, kind, text, status, recorded_at, utc_offset, subject, polarity, modality,"
                    " importance, valence, pinned, sensitivity, strength, difficulty, used_count, version, text_hash,"
                    " norm_hash) VALUES (?,'thought',?,'active',?,0,'person','affirmed','fact',3,0,0,0,2.3,5,0,1,?,?)",
                    (id, text, float(id), content_key(text), statement_key(text)),
                )
                db.run("INSERT INTO memory_words(rowid, text) VALUES (?,?)", (id, text))
                db.run("INSERT INTO vectors VALUES (1,?,?)", (content_key(text), VECTOR))
        assert old.db.value("PRAGMA user_version") == BEFORE_PIECES
        old.close()
    store = Store.open(paths, clock)
    yield store
    store.close()


def test_its_memories_are_cut_into_pieces(migrated: Store) -> None:
    assert [memory.text for memory in migrated.memories.by_status(("active",))] == list(TEXTS)
    rows = migrated.db.all('SELECT id, memory, start, "end", text_hash FROM pieces ORDER BY id')
    assert rows == [
        (pieces_of(id)[number], id, start, end, content_key(text[start:end]))
        for id, text in enumerate(TEXTS, 1)
        for number, (start, end) in enumerate(pieces(text))
    ]
    assert len(rows) > len(TEXTS)


def test_their_words_are_found_again(migrated: Store) -> None:
    assert migrated.search.holders("hous").tolist() == migrated.search.holders("rome").tolist() == [pieces_of(1)[0]]
    assert migrated.search.holders("巴黎").tolist() == [pieces_of(2)[0]]
    assert set(migrated.search.holders("whale")) == set(pieces_of(3)[: len(pieces(LONG))])
    assert migrated.search.document_frequency(["sister", "巴黎"]) == {"sister": 1, "巴黎": 1}
    for id, text in enumerate(TEXTS, 1):
        assert all(set(migrated.search.holders(term)) & set(pieces_of(id)) for term in stems(text))


def test_the_names_in_them_connect_them(migrated: Store) -> None:
    assert {(1, "lena"), (1, "rome"), (3, "ahab")} <= set(migrated.working_set.mentions())


def test_vectors_of_short_texts_are_kept_and_long_ones_wait_to_be_embedded_by_pieces(migrated: Store) -> None:
    assert migrated.vectors.embedder("e", "1", 3) == 1
    assert [piece for piece, _ in migrated.vectors.recallable(1)] == [pieces_of(1)[0], pieces_of(2)[0]]
    assert {text for _, text in migrated.vectors.missing(1, 100)} == {LONG[start:end] for start, end in pieces(LONG)}
    assert migrated.vectors.calibration(1) is None, "measured anew"


def test_an_index_made_before_is_not_trusted(migrated: Store) -> None:
    assert migrated.db.value("SELECT value FROM meta WHERE key = 'index'") is None


def test_its_conversations_are_one_path_each_and_found_by_their_words(
    paths: Paths, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [step.__name__ for step in MIGRATIONS].index("branch_conversations")
    said = [(1, "person", "The lighthouse is white."), (2, "person", "我住在杭州。"), (1, "companion", "It is.")]
    with monkeypatch.context() as earlier:
        earlier.setattr("companion.store.migrations.MIGRATIONS", MIGRATIONS[:before])
        old = Store.open(paths, clock)
        with old.db.write() as db:
            for id in (1, 2):
                db.run("INSERT INTO conversations(id, started_at, utc_offset) VALUES (?,0,0)", (id,))
            for conversation, role, text in said:
                db.run(
                    "INSERT INTO turns(conversation, role, speaker, text, at, utc_offset, state)"
                    " VALUES (?,?,'You',?,0,0,'complete')",
                    (conversation, role, text),
                )
        old.close()
    store = Store.open(paths, clock)
    assert [turn.text for turn in store.turns.conversation(1)] == ["The lighthouse is white.", "It is."]
    assert (store.branches.parent(3), store.branches.leaf(1), store.branches.leaf(2)) == (1, 3, 2)
    assert [found.turn.id for found in store.turn_search.find("lighthouse", 5)] == [1]
    assert [found.turn.id for found in store.turn_search.find("杭州", 5)] == [2]
    assert [each.title for each in store.conversations.latest(5)] == ["我住在杭州。", "The lighthouse is white."]
    store.close()
