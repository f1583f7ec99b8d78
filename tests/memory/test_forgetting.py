"""Forgetting: retention falls with time and never destroys; what is used more never fades faster, on either curve."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.memory.forgetting import (
    AGAIN,
    DAY,
    EASY,
    GOOD,
    GRACE_DAYS,
    Curve,
    Fading,
    curve,
    fading_at,
    first_strength,
)
from companion.memory.layers import PACES, pace
from companion.records import Memory
from companion.store.store import Store
from tests.support import START, add, say

CURVES = (curve("fsrs"), curve("exponential"))
each_curve = pytest.mark.parametrize("curve", CURVES, ids=lambda c: c.name)
strengths = st.sampled_from([1.3, 2.3, 8.3, 30.0]) | st.floats(0.1, 3000)
days = st.floats(0, 10_000)
NOW = START.timestamp()


def after_uses(curve: Curve, uses: list[float], strength: float, rating: int = GOOD) -> tuple[float, float]:
    """(strength, day of the last use) of a memory made on day 0 and used on these days."""
    difficulty, last = 5.0, 0.0
    for day in uses:
        strength, difficulty = curve.review(strength, difficulty, day - last, rating)
        last = day
    return strength, last


@each_curve
@given(strength=strengths, first=days, more=days)
def test_retention_is_a_chance_and_falls_with_time(curve: Curve, strength: float, first: float, more: float) -> None:
    early, late = curve.retention(first, strength), curve.retention(first + more, strength)
    assert 0.0 <= late <= early <= 1.0
    assert curve.retention(0.0, strength) == 1.0
    if curve.name == "fsrs":
        assert late > 0.0


@each_curve
@given(weaker=strengths, more=st.floats(0, 100), at=days)
def test_a_stronger_memory_is_never_less_present(curve: Curve, weaker: float, more: float, at: float) -> None:
    assert curve.retention(at, weaker + more) >= curve.retention(at, weaker) - 1e-12


@each_curve
@settings(max_examples=150, deadline=None)
@given(
    uses=st.lists(st.integers(1, 400), min_size=1, max_size=8, unique=True).map(sorted),
    strength=strengths,
    rating=st.sampled_from([GOOD, EASY]),
    wait=st.floats(0, 1000),
    data=st.data(),
)
def test_what_was_used_more_never_fades_faster(
    curve: Curve, uses: list[int], strength: float, rating: int, wait: float, data: st.DataObject
) -> None:
    """Take any use away: the memory is not more present for it, at any later time."""
    left_out = data.draw(st.sampled_from(uses))
    now = uses[-1] + wait
    more, last = after_uses(curve, [float(day) for day in uses], strength, rating)
    less, last_less = after_uses(curve, [float(day) for day in uses if day != left_out], strength, rating)
    assert curve.retention(now - last, more) >= curve.retention(now - last_less, less) - 1e-9


@each_curve
@given(strength=strengths, difficulty=st.floats(1, 10), at=days)
def test_only_a_contradiction_weakens(curve: Curve, strength: float, difficulty: float, at: float) -> None:
    for rating in (GOOD, EASY):
        assert curve.review(strength, difficulty, at, rating)[0] >= strength
    weaker, _ = curve.review(strength, difficulty, at, AGAIN)
    assert weaker > 0


@each_curve
@given(strength=strengths, at=st.floats(0, 1000))
def test_difficulty_stays_what_fsrs_can_take(curve: Curve, strength: float, at: float) -> None:
    difficulty = 5.0
    for rating in (EASY, AGAIN, GOOD, AGAIN, AGAIN, EASY, EASY):
        strength, difficulty = curve.review(strength, difficulty, at, rating)
        assert 1.0 <= difficulty <= 10.0
        assert strength > 0


def a_memory(**values: object) -> Memory:
    made: dict[str, object] = {"recorded_at": NOW, "utc_offset": 3600, **values}
    return Memory(1, "thought", "x", "active", **made)  # type: ignore[arg-type]


@each_curve
@given(years=st.floats(0, 50), strength=strengths)
def test_a_pinned_memory_never_fades(curve: Curve, years: float, strength: float) -> None:
    fading = Fading(curve, NOW + years * 365 * DAY, ())
    assert fading.retention(a_memory(pinned=True, strength=strength)) == 1.0


def test_the_first_week_is_grace() -> None:
    for after, grace in ((0.0, True), (GRACE_DAYS - 0.01, True), (GRACE_DAYS + 0.01, False), (-400.0, True)):
        assert Fading(CURVES[0], NOW + after * DAY, ()).in_grace(a_memory()) is grace


@given(
    talked=st.lists(st.integers(0, 60), unique=True, max_size=40).map(sorted),
    span=st.integers(1, 60),
    strength=strengths,
)
def test_days_without_conversation_count_for_less(talked: list[int], span: int, strength: float) -> None:
    now = NOW + span * DAY
    starts = [NOW + day * DAY + 1 for day in talked if NOW + day * DAY + 1 <= now]
    counted = Fading(CURVES[0], now, starts).days_since(NOW, strength)
    spoken = min(span, len(starts))
    assert counted == pytest.approx(spoken + pace(strength) * (span - spoken))
    assert pace(strength) * span <= counted + 1e-9
    assert counted <= span
    assert Fading(CURVES[0], now, ()).days_since(NOW, strength) <= counted


def test_the_longer_one_talks_the_more_has_passed(store: Store, clock: object) -> None:
    made = add(store, "I live in Paris")
    for day in range(1, 21):
        store.clock.advance(days=1)  # type: ignore[attr-defined]
        if day % 2:
            say(store, f"day {day}")
    fading = fading_at(store, CURVES[0], store.clock.now())
    passed = [fading.days_since(made.recorded_at, strength) for strength in (1.3, 8.3, 30.0)]
    assert passed == pytest.approx([10 + 10 * pace for pace in PACES])


@each_curve
def test_a_clock_set_back_makes_nothing_older_or_stronger_than_new(curve: Curve) -> None:
    before = Fading(curve, NOW - 100 * DAY, ())
    assert before.retention(a_memory()) == 1.0
    assert before.retention(a_memory(last_used_at=NOW + DAY)) == 1.0


@each_curve
def test_a_use_starts_the_clock_anew(curve: Curve) -> None:
    fading = Fading(curve, NOW + 30 * DAY, ())
    used = fading.retention(a_memory(last_used_at=NOW + 29 * DAY))
    assert used > fading.retention(a_memory())


@each_curve
def test_small_talk_goes_first_and_who_one_is_last(curve: Curve) -> None:
    kinds = [
        first_strength("moment", "fact", 2, None),
        first_strength("thought", "fact", 3, None),
        first_strength("thought", "preference", 3, None),
        first_strength("thought", "fact", 4, "home_city"),
    ]
    assert kinds == [1.3, 2.3, 8.3, 30.0]
    present = [curve.retention(20, strength) for strength in kinds]
    assert present == sorted(present)
    assert curve.archived_below < curve.dormant_below < 1.0
