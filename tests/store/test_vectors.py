"""Vectors belong to an embedder and a text; the outbox tells the index what changed."""

from __future__ import annotations

import numpy as np

from companion.store.store import Store
from companion.store.vectors import as_matrix
from tests.support import FakeEmbedder, add, change, embed_missing, meaning


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
    ((memory, found_key, blob),) = store.vectors.recallable(id)
    assert (memory, found_key) == (made.id, key)
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
    assert [row[0] for row in store.vectors.recallable(found.id)] == [made.id]


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


def test_the_floor_belongs_to_the_embedder(store: Store) -> None:
    first, second = store.vectors.embedder("e", "1", 3), store.vectors.embedder("e", "2", 3)
    store.vectors.set_floor(first, 0.4)
    assert store.vectors.floor(first) == 0.4
    assert store.vectors.floor(second) is None


def test_only_what_recall_may_use_belongs_into_the_index(store: Store) -> None:
    kept, gone = add(store, "I live in Paris"), add(store, "I smoke")
    found = meaning(store)
    change(store, gone.id, status="forgotten")
    assert set(store.vectors.keys(found.id)) == {kept.id}
    assert store.vectors.recallable(found.id, [gone.id]) == []


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
