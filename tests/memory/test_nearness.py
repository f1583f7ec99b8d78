"""Nearness at every granularity, and the router that weighs them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.memory.nearness import Nearness, background_of, nearness, router_weight
from companion.memory.pool import Floats, Pool, Rows
from companion.memory.vector_table import VectorTable
from companion.pieces import pieces
from companion.store.store import Store
from tests.support import UNRELATED, FakeEmbedder, add, evidence, meaning

SIMILARITIES = st.lists(st.floats(-1, 1), min_size=2, max_size=60).map(np.array)
EMBEDDER = FakeEmbedder()


# The router


@pytest.mark.parametrize("size", [2, 10, 10_000])
@pytest.mark.parametrize("value", [-0.3, 0.0, 0.9])
def test_where_all_are_alike_a_granularity_says_nothing(size: int, value: float) -> None:
    assert router_weight(np.full(size, value)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("size", [2, 10, 100])
def test_where_one_stands_out_it_says_all(size: int) -> None:
    similarity = np.zeros(size)
    similarity[size // 2] = 1.5
    assert router_weight(similarity) == pytest.approx(1, abs=0.01)


def test_the_fewer_stand_out_the_more_it_says() -> None:
    weights = [router_weight(np.array([0.8] * near + [0.0] * (40 - near))) for near in (1, 2, 5, 20, 40)]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 0.9
    assert weights[-1] == pytest.approx(0, abs=1e-9)


def test_of_one_memory_nothing_can_be_told() -> None:
    assert router_weight(np.array([0.9])) == router_weight(np.zeros(0)) == 0


@given(similarity=SIMILARITIES, shift=st.floats(-1, 1))
def test_only_how_they_differ_counts(similarity: Floats, shift: float) -> None:
    weight = router_weight(similarity)
    assert 0 <= weight <= 1
    assert router_weight(similarity + shift) == pytest.approx(weight, abs=1e-6)
    assert router_weight(similarity[::-1]) == pytest.approx(weight, abs=1e-6)


# What is unrelated


def test_a_small_memory_is_judged_by_the_embedder_a_large_one_by_itself() -> None:
    of_embedder = (0.0, 0.1)
    assert background_of(np.zeros(0), of_embedder) == of_embedder
    drawn = np.random.default_rng(1).normal(0.3, 0.05, 20_000)
    few, many = background_of(drawn[:5], of_embedder), background_of(drawn, of_embedder)
    assert few == pytest.approx(of_embedder, abs=0.05)
    assert many == pytest.approx((0.3, 0.05), abs=0.01)


def test_what_is_related_does_not_pass_for_unrelated() -> None:
    drawn = np.random.default_rng(1).normal(0.0, 0.05, 1000)
    _, spread = background_of(drawn, (0.0, 0.05))
    _, with_related = background_of(np.concatenate([drawn, np.full(100, 0.9)]), (0.0, 0.05))
    assert with_related < 1.3 * spread


# Granularities


def compared(store: Store, cue: str, without: frozenset[str] = frozenset()) -> tuple[Rows, Nearness]:
    """The memories of `store` against a cue; the vectors of some texts have not come yet."""
    found = meaning(store, EMBEDDER)
    with store.db.write() as db:
        for text in without:
            db.run("DELETE FROM vectors WHERE text_hash IN (SELECT text_hash FROM memories WHERE text = ?)", (text,))
    pool = Pool(store, VectorTable(store, found.id, EMBEDDER.dimension))
    rows = pool.refresh()
    assert pool.vectors is not None
    cosines = np.append(pool.vectors.matrix @ EMBEDDER.encode([cue])[0], np.nan)[rows.piece_slot]
    return rows, nearness(rows, cosines, UNRELATED)


def converse(store: Store, *texts: str) -> list[int]:
    """Moments of one conversation; their ids."""
    conversation = store.turns.open_conversation(store.clock.now())
    ids = []
    for text in texts:
        turn = store.turns.add(conversation, "person", text, store.clock.now())
        ids.append(add(store, text, kind="moment", evidence=(evidence(turn, text),)).id)
    return ids


def test_a_long_text_is_as_near_as_its_nearest_piece(store: Store) -> None:
    filler = " ".join(f"Harbour chapter {n} tells of ropes, anchors, sails and gulls." for n in range(40))
    text = f"{filler} The cello of my cousin Ada has a broken bridge. {filler}"
    add(store, "I love tea."), add(store, text), add(store, filler)
    rows, near = compared(store, "cello broken bridge")
    assert len(pieces(text)) > 3
    assert near.piece.argmax() == 1
    assert near.piece[1] > near.whole[1] + 1
    held = [text[start:end] for start, end in pieces(text)]
    assert "cello" in held[near.best_piece[1] - rows.first_piece[1]]
    assert near.cosine[1] == pytest.approx(
        float((EMBEDDER.encode(held) @ EMBEDDER.encode(["cello broken bridge"])[0]).max())
    )


def test_what_stands_beside_a_near_moment_is_nearer_than_what_stands_elsewhere(store: Store) -> None:
    converse(store, "Rain fell.", "My cello broke.", "Quite loud.")
    converse(store, "Snow melted.", "Trains stopped.", "Buses waited.")
    _, near = compared(store, "cello")
    assert near.piece.argmax() == 1
    beside, elsewhere = [0, 2], [3, 4, 5]
    for figures in (near.window, near.neighbour, near.session):
        assert figures[beside].min() > figures[elsewhere].max() + 1


def test_a_memory_without_a_vector_is_neither_near_nor_far(store: Store) -> None:
    for text in ("My cello broke.", "I love tea.", "Rain fell."):
        add(store, text)
    _, near = compared(store, "cello", without=frozenset({"My cello broke."}))
    assert near.known.tolist() == [0, 1, 1]
    assert near.piece[0] == near.cosine[0] == 0


def test_without_any_vector_there_is_nothing_to_tell_them_apart(store: Store) -> None:
    for text in ("My cello broke.", "I love tea."):
        add(store, text)
    _, near = compared(store, "cello", without=frozenset({"My cello broke.", "I love tea."}))
    assert not near.known.any()
    assert not near.routed.any()
    assert np.isfinite(near.routed).all()
