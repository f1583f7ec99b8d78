"""Adaptation: weights follow what is used, within bounds, whatever happens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.memory.adaptation import FIXED, Floats, adapted, bounds, learn, scales, vector
from companion.memory.features import FEATURES
from companion.memory.rerank import shipped
from companion.records import MODES, Mode

modes = st.sampled_from(MODES)
seeds = st.integers(0, 2**32 - 1)
RECENT = FEATURES.index("recent")


def rows(rng: np.random.Generator, count: int, spread: float = 1.0) -> Floats:
    """Memories with features of about the usual size, times `spread`."""
    return rng.normal(0.0, spread, (count, len(FEATURES))) * scales("asked")


@given(
    modes,
    seeds,
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.floats(0.0, 1e9)), max_size=40),
)
def test_weights_never_leave_their_bounds(mode: Mode, seed: int, lessons: list[tuple[int, int, float]]) -> None:
    rng = np.random.default_rng(seed)
    weights = shipped().of(mode == "asked")
    limit = bounds(weights, mode)
    deltas: dict[str, float] = {}
    for used, unused, spread in lessons:
        deltas = learn(deltas, weights, rows(rng, used, spread), rows(rng, unused, spread), mode)
        assert (np.abs(vector(deltas)) <= limit).all()
    moved = adapted(shipped(), {mode: deltas}).of(mode == "asked").vector() - weights.vector()
    assert (np.abs(moved) <= limit + 1e-12).all()


@given(modes)
def test_a_bound_is_a_quarter_of_the_weight_or_a_little(mode: Mode) -> None:
    weights = shipped().of(mode == "asked")
    for name, bound, scale in zip(FEATURES, bounds(weights, mode), scales(mode), strict=True):
        weight = abs(weights.values.get(name, 0.0))
        expected = 0.0 if name in FIXED else max(0.25 * weight, 0.1 / scale)
        assert bound == pytest.approx(expected)


@given(modes, seeds, st.integers(0, 8), st.booleans())
def test_nothing_used_or_everything_used_teaches_nothing(mode: Mode, seed: int, count: int, used: bool) -> None:
    rng = np.random.default_rng(seed)
    weights = shipped().of(mode == "asked")
    deltas = learn({}, weights, rows(rng, 2), rows(rng, 3), mode)
    given_rows, none = rows(rng, count), rows(rng, 0)
    after = learn(deltas, weights, *((given_rows, none) if used else (none, given_rows)), mode)
    assert after == deltas


@given(modes, seeds)
def test_a_lesson_never_makes_what_was_used_fit_less(mode: Mode, seed: int) -> None:
    rng = np.random.default_rng(seed)
    used, unused = rows(rng, 1), rows(rng, 1)
    weights = shipped().of(mode == "asked")
    step = vector(learn({}, weights, used, unused, mode))
    assert float(((used - unused) @ step)[0]) >= 0.0


@given(modes, seeds)
def test_gate_depth_spread_and_bias_never_change(mode: Mode, seed: int) -> None:
    rng = np.random.default_rng(seed)
    before = shipped().of(mode == "asked")
    deltas = learn({}, before, rows(rng, 2), rows(rng, 5), mode)
    after = adapted(shipped(), {mode: deltas}).of(mode == "asked")
    assert (after.bias, after.controller, after.depth, after.spread) == (
        before.bias, before.controller, before.depth, before.spread,
    )  # fmt: skip
    other = "talking" if mode == "asked" else "asked"
    assert adapted(shipped(), {mode: deltas}).of(other == "asked") is shipped().of(other == "asked")


@pytest.mark.parametrize("mode", MODES)
def test_who_always_uses_what_is_recent_gets_it_sooner(mode: Mode) -> None:
    rng = np.random.default_rng(7)
    weights = shipped().of(mode == "asked")
    deltas: dict[str, float] = {}
    for _ in range(100):
        x = rows(rng, 8)
        x[:, RECENT] = rng.random(8)
        latest = x[:, RECENT] >= np.sort(x[:, RECENT])[-2]
        deltas = learn(deltas, weights, x[latest], x[~latest], mode)
    assert deltas["recent"] > 0
    assert adapted(shipped(), {mode: deltas}).of(mode == "asked").values["recent"] > weights.values.get("recent", 0.0)


@pytest.mark.parametrize("mode", MODES)
def test_an_old_habit_fades_when_use_no_longer_shows_it(mode: Mode) -> None:
    rng = np.random.default_rng(7)
    weights = shipped().of(mode == "asked")
    used, unused = rows(rng, 1), rows(rng, 1)
    used[:, RECENT], unused[:, RECENT] = 1.0, 0.0
    deltas: dict[str, float] = {}
    for _ in range(30):
        deltas = learn(deltas, weights, used, unused, mode)
    learned = deltas["recent"]
    for _ in range(1000):
        deltas = learn(deltas, weights, used, used, mode)
    assert 0 <= deltas.get("recent", 0.0) < learned / 100


def test_without_deltas_the_weights_are_the_shipped_ones() -> None:
    assert adapted(shipped(), {}) == shipped()
    assert adapted(shipped(), {"asked": {"near": 0.0}, "talking": {}}) == shipped()


def test_deltas_of_features_that_are_gone_are_left_aside() -> None:
    assert adapted(shipped(), {"asked": {"a feature of an older version": 3.0}}) == shipped()


def test_length_is_not_learned_from_use() -> None:
    """Whether a memory counts as used depends on its length."""
    rng = np.random.default_rng(3)
    for _ in range(20):
        assert not FIXED & learn({}, shipped().asked, rows(rng, 2), rows(rng, 3), "asked").keys()
