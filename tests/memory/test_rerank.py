"""The order in which memories come to mind, from their scores."""

from __future__ import annotations

import numpy as np

from companion.memory.controller import Controller
from companion.memory.rerank import Weights, in_order, spread_out

ONE_TALK = np.array([1, 1, 1, 2, 3])


def weights(*, depth: float = 99.0, least: float = -99.0, spread: float = 0.0) -> Weights:
    return Weights({}, 0.0, Controller({}, 0.0, 0.0), depth, least, spread)


def order(scores: list[float], found: Weights, **others: object) -> list[int]:
    row = np.array(scores)
    return in_order(row, row, ONE_TALK, found, 5, **others).tolist()  # type: ignore[arg-type]


def test_the_best_stand_first_and_equals_in_the_order_they_were_told() -> None:
    assert order([1.0, 3.0, 3.0, 2.0, 0.0], weights()) == [1, 2, 3, 0, 4]


def test_what_is_far_below_the_best_does_not_come_to_mind() -> None:
    assert order([5.0, 4.0, 1.0, 3.9, -2.0], weights(depth=1.0)) == [0, 1]
    assert order([5.0, 4.0, 1.0, 3.9, -2.0], weights(least=2.0)) == [0, 1, 3]


def test_unless_something_else_speaks_for_it() -> None:
    also = np.array([False, False, False, False, True])
    assert order([5.0, 4.0, 1.0, 3.9, -2.0], weights(depth=1.0), also=also) == [0, 1, 4]


def test_what_is_ruled_out_never_comes() -> None:
    ruled_out = np.full(5, True)
    assert order([5.0, -np.inf, 1.0, -np.inf, 0.0], weights(), also=ruled_out) == [0, 2, 4]


def test_each_conversation_is_heard_once_before_any_is_heard_twice() -> None:
    assert order([5.0, 4.8, 4.6, 2.0, 1.0], weights(spread=6.0)) == [0, 3, 4, 1, 2]
    assert order([5.0, 4.8, 4.6, 2.0, 1.0], weights(spread=1.0)) == [0, 1, 2, 3, 4]
    assert order([5.0, 4.8, 4.6, 4.3, 1.0], weights(spread=1.0)) == [0, 3, 1, 2, 4]


def test_spreading_keeps_every_row() -> None:
    rows = np.array([4, 0, 2, 3, 1])
    assert sorted(spread_out(rows, np.arange(5.0), ONE_TALK, 2.0).tolist()) == [0, 1, 2, 3, 4]
