"""Exact search finds what brute force finds, also after every kind of change."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.records import Memory
from companion.store.store import Store
from tests.support import FakeEmbedder, add, change, embed_missing, meaning

ANIMALS = "dog cat horse bird fish mouse snake whale ant bee"


def nearest(store: Store, embedder: FakeEmbedder, text: str) -> dict[int, float]:
    """Cosine of every active memory with `text`, straight from the texts."""
    rows: list[Memory] = store.memories.by_status(("active",))
    if not rows:
        return {}
    cosines = embedder.encode([memory.text for memory in rows]) @ embedder.encode([text])[0]
    return {memory.id: float(cosine) for memory, cosine in zip(rows, cosines, strict=True)}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.lists(st.sampled_from(ANIMALS.split()), min_size=1, max_size=5).map(" ".join), max_size=12))
def test_it_equals_brute_force(store: Store, texts: list[str]) -> None:
    for text in texts:
        add(store, text)
    found = meaning(store)
    embedder = FakeEmbedder()
    wanted = nearest(store, embedder, "dog cat bird")
    for limit in (0, 1, 3, 1000):
        ids = found.exact.search(embedder.encode(["dog cat bird"])[0], limit)
        assert len(ids) == len(set(ids)) == min(limit, len(wanted))
        scores = [wanted[id] for id in ids]
        assert np.allclose(scores, sorted(wanted.values(), reverse=True)[:limit], atol=1e-5)


def test_it_follows_every_change(store: Store) -> None:
    embedder = FakeEmbedder()
    found = meaning(store, embedder)
    assert found.exact.search(embedder.encode(["dog"])[0], 5) == []
    dog, cat = add(store, "my dog"), add(store, "my cat")
    embed_missing(store, found)
    cue = embedder.encode(["dog"])[0]
    assert found.exact.search(cue, 1) == [dog.id]
    change(store, dog.id, status="forgotten")
    assert found.exact.search(cue, 5) == [cat.id]
    store.changes.undo()
    assert found.exact.search(cue, 1) == [dog.id]
    change(store, cat.id, text="my other dog, another dog")
    embed_missing(store, found)
    assert set(found.exact.search(cue, 5)) == {dog.id, cat.id}
