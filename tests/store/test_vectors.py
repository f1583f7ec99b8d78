"""Vectors belong to an embedder and a text; the outbox tells the index what changed."""

from __future__ import annotations

import numpy as np

from companion.memory.meaning import Meaning
from companion.pieces import pieces
from companion.store.images import content_key
from companion.store.search import PIECE_BITS, pieces_of
from companion.store.store import Store
from companion.store.vectors import as_matrix
from tests.support import FakeEmbedder, add, change, embed_missing, meaning


def memories_of(store: Store, found: Meaning) -> list[int]:
    """The memories whose vectors belong into the index."""
    return [piece >> PIECE_BITS for piece, _ in store.vectors.recallable(found.id)]


def test_each_text_is_embedded_once(store: Store) -> None:
    add(store, "I live in Paris")
    add(store, "I live in Paris")
    add(store, "I love tea")
    id = store.vectors.embedder("e", "1", 4)
    assert [text for _, text in store.vectors.missing(id, 10)] == ["I love tea", "I live in Paris"]
    assert len(store.vectors.missing(id, 1)) == 1


def test_a_vector_comes_back_as_it_was_kept(store: Store) -> None:
    made = add(store, "I live in Paris")
    id = store.vectors.embedder("e", "1", 3)
    ((key, _),) = store.vectors.missing(id, 10)
    vector = np.array([0.6, -0.8, 0.0], dtype=np.float32)
    store.vectors.put(id, {key: vector})
    ((piece, blob),) = store.vectors.recallable(id)
    assert piece in pieces_of(made.id)
    assert np.array_equal(as_matrix([blob], 3)[0], vector)
    assert as_matrix([], 3).shape == (0, 3)


def test_an_undone_edit_needs_no_new_vector(store: Store) -> None:
    found = meaning(store)
    made = add(store, "I live in Paris")
    embed_missing(store, found)
    change(store, made.id, text="I live in Lyon")
    embed_missing(store, found)
    store.changes.undo()
    assert store.vectors.missing(found.id, 10) == []
    assert memories_of(store, found) == [made.id]


def test_another_embedder_starts_anew_and_never_mixes(store: Store) -> None:
    add(store, "I live in Paris")
    first = meaning(store, FakeEmbedder(revision="1"))
    second_id = store.vectors.embedder("fake", "2", 256)
    assert second_id != first.id
    assert store.vectors.recallable(second_id) == []
    assert len(store.vectors.missing(second_id, 10)) == 1
    second = meaning(store, FakeEmbedder(revision="2"))
    assert second.id == second_id
    assert store.vectors.recallable(first.id) != store.vectors.recallable(second.id)
    again = store.vectors.embedder("fake", "1", 256)
    assert again == first.id, "going back finds the old vectors"
    assert store.vectors.missing(again, 10) == []


def test_the_calibration_belongs_to_the_embedder(store: Store) -> None:
    first, second = store.vectors.embedder("e", "1", 3), store.vectors.embedder("e", "2", 3)
    store.vectors.set_calibration(first, 0.0, 0.4, 0.5)
    assert store.vectors.calibration(first) == (0.0, 0.4, 0.5)
    assert store.vectors.calibration(second) is None


def test_vectors_are_read_by_the_texts_that_have_one(store: Store) -> None:
    embedder = FakeEmbedder()
    found = meaning(store, embedder)
    add(store, "I live in Paris")
    embed_missing(store, found)
    there, missing = content_key("I live in Paris"), content_key("I love tea")
    read = store.vectors.get(found.id, [there, missing])
    assert list(read) == [there]
    assert np.array_equal(read[there], embedder.encode(["I live in Paris"])[0])
    assert store.vectors.get(found.id, []) == {}


def test_only_what_recall_may_use_belongs_into_the_index(store: Store) -> None:
    kept, gone = add(store, "I live in Paris"), add(store, "I smoke")
    found = meaning(store)
    change(store, gone.id, status="forgotten")
    assert memories_of(store, found) == [kept.id]
    assert store.vectors.count(found.id) == 1
    assert store.vectors.recallable(found.id, [gone.id]) == []


def test_a_long_text_has_a_vector_for_each_piece_and_shares_those_it_has_in_common(store: Store) -> None:
    embedder = FakeEmbedder()
    found = meaning(store, embedder)
    long = " ".join(f"Chapter {n} tells how the harbour of Lisbon was built and rebuilt." for n in range(60))
    made = add(store, long)
    parts = [long[start:end] for start, end in pieces(long)]
    assert len(parts) > 2
    assert sorted(text for _, text in store.vectors.missing(found.id, 100)) == sorted(parts)
    embed_missing(store, found)
    rows = store.vectors.recallable(found.id)
    assert [piece for piece, _ in rows] == list(pieces_of(made.id))[: len(parts)]
    assert np.array_equal(as_matrix([blob for _, blob in rows], 256), embedder.encode(parts))
    change(store, made.id, text=f"{long} I read it twice.")
    assert [text for _, text in store.vectors.missing(found.id, 100)] == [f"{parts[-1]} I read it twice."]


def test_new_vectors_are_announced_to_every_memory_that_has_the_words(store: Store) -> None:
    one, other, _ = add(store, "I love tea"), add(store, "I love tea"), add(store, "I live in Paris")
    id = store.vectors.embedder("e", "1", 3)
    store.vectors.delivered(store.vectors.outbox(10)[-1][0])
    key = next(key for key, text in store.vectors.missing(id, 10) if text == "I love tea")
    assert sorted(store.vectors.announce([key, key])) == [one.id, other.id]
    assert sorted(memory for _, memory in store.vectors.outbox(10)) == [one.id, other.id]


def test_every_change_of_words_or_state_goes_through_the_outbox_once_delivered_never_again(store: Store) -> None:
    made = add(store, "I live in Paris")
    change(store, made.id, text="I live in Lyon")
    change(store, made.id, pinned=True)
    change(store, made.id, status="dormant")
    waiting = store.vectors.outbox(10)
    assert [memory for _, memory in waiting] == [made.id] * 3
    store.vectors.delivered(waiting[1][0])
    assert store.vectors.outbox(10) == waiting[2:]
    store.changes.undo()
    assert len(store.vectors.outbox(10)) == 2
