"""Associations: a shared rare name, a link or a place in the conversation leads on, what is common leads nowhere."""

from __future__ import annotations

import numpy as np
import pytest

from companion.memory.associations import associated
from companion.memory.pool import Pool
from companion.store.store import Store
from tests.support import add, evidence, say

FILLER = [f"filler number {n} about nothing" for n in range(40)]


def ranks(store: Store, *seeds: int, scores: tuple[float, ...] = ()) -> dict[int, float]:
    """Memory → PageRank, from the memories `seeds`."""
    rows = Pool(store, None).refresh()
    at = np.searchsorted(rows.ids, seeds)
    weights = np.array(scores or [1.0] * len(seeds))
    reached, rank = associated(rows, at, weights, store.working_set.links(seeds))
    assert 0 < rank.sum() <= 1 + 1e-9
    assert (rank >= 0).all()
    return {int(rows.ids[row]): float(value) for row, value in zip(reached, rank, strict=True)}


def test_a_memory_that_shares_only_a_rare_name_is_reached(store: Store) -> None:
    seed = add(store, "Yesterday I met Zelda at the market.")
    other = add(store, "The bees belong to Zelda and her brother.")
    strangers = [add(store, text).id for text in FILLER]
    found = ranks(store, seed.id)
    assert found[other.id] > 0
    assert found[seed.id] > found[other.id]
    assert not any(found.get(id) for id in strangers)


def test_a_name_that_everything_mentions_connects_nothing(store: Store) -> None:
    seed = add(store, "Yesterday I met Zelda at the market.")
    others = [add(store, f"I told Zelda about it, number {n}.").id for n in range(20)]
    assert not any(ranks(store, seed.id).get(id) for id in others)


def test_the_rarer_the_name_the_stronger(store: Store) -> None:
    seed = add(store, "In Rome I met Zelda.")
    rare = add(store, "The bees belong to Zelda.")
    common = [add(store, f"We flew to Rome, time {n}.").id for n in range(5)]
    for text in FILLER * 4:
        add(store, text)
    found = ranks(store, seed.id)
    assert found[rare.id] > 2 * max(found[id] for id in common) > 0


def test_two_names_reach_further_than_one(store: Store) -> None:
    seed = add(store, "In Rome I met Zelda.")
    both = add(store, "Bees in Rome belong to Zelda.")
    one = add(store, "Honey was brought by Zelda.")
    for text in FILLER:
        add(store, text)
    found = ranks(store, seed.id)
    assert found[both.id] > found[one.id] > 0


@pytest.mark.parametrize("backwards", [False, True])
def test_a_link_leads_either_way(store: Store, backwards: bool) -> None:
    seed, linked = add(store, "I love tea."), add(store, "The kettle is new.")
    for text in FILLER:
        add(store, text)
    with store.changes.batch("reflection", "link") as batch:
        batch.link(*((linked.id, seed.id) if backwards else (seed.id, linked.id)), "same-topic", 0.8)
    assert ranks(store, seed.id)[linked.id] > 0


def test_a_link_to_what_was_forgotten_leads_nowhere(store: Store) -> None:
    seed, gone, last = add(store, "I love tea."), add(store, "I smoke."), add(store, "The kettle is new.")
    with store.changes.batch("reflection", "link") as batch:
        batch.link(seed.id, gone.id, "same-topic", 1.0)
        batch.update(gone.id, status="forgotten")
    assert set(ranks(store, seed.id)) == {seed.id}
    assert last.id not in ranks(store, seed.id)


def test_what_was_said_just_before_and_after_comes_along(store: Store) -> None:
    ids = []
    for text in ("first of all", "next in line", "third in row", "fourth and last"):
        turn, _ = say(store, text)
        ids.append(add(store, text, kind="moment", evidence=(evidence(turn, text),)).id)
    found = ranks(store, ids[1])
    assert found[ids[0]] > 0
    assert found[ids[2]] > 0
    assert not found.get(ids[3])


def test_a_better_seed_leads_more_strongly(store: Store) -> None:
    zelda, quentin = add(store, "I met Zelda."), add(store, "I met Quentin.")
    bees, boats = add(store, "The bees of Zelda"), add(store, "The boats of Quentin")
    found = ranks(store, zelda.id, quentin.id, scores=(1.0, 0.1))
    assert found[bees.id] > 5 * found[boats.id] > 0


def test_without_seeds_nothing_is_reached(store: Store) -> None:
    add(store, "I met Zelda.")
    rows = Pool(store, None).refresh()
    for seeds, scores in ((np.zeros(0, dtype=np.int64), np.zeros(0)), (np.array([0]), np.zeros(1))):
        reached, rank = associated(rows, seeds, scores, [])
        assert len(reached) == len(rank) == 0
