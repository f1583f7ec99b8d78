"""Layers: read off strength, reached by spaced use; what was used more never fades faster, whenever one talked."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.memory.credit import reinforce
from companion.memory.forgetting import DAY, GOOD, Curve, Fading, curve, fading_at
from companion.memory.layers import PACES, pace, paces
from companion.mind.fading import moves, state_at
from companion.records import LAYERS, Memory
from companion.store.store import Store
from tests.support import START, add, say
from tests.support import memory as memory_of

CURVES = (curve("fsrs"), curve("exponential"))
each_curve = pytest.mark.parametrize("curve", CURVES, ids=lambda c: c.name)
strengths = st.sampled_from([1.3, 2.3, 6.99, 7.0, 8.3, 29.99, 30.0]) | st.floats(0.1, 3000)
some_days = st.lists(st.integers(1, 400), max_size=12, unique=True).map(sorted)
NOW = START.timestamp()


def lived(curve: Curve, uses: list[int], strength: float) -> Memory:
    """A memory of day 0 that was used on these days."""
    difficulty, last = 5.0, 0.0
    for day in uses:
        strength, difficulty = curve.review(strength, difficulty, day - last, GOOD)
        last = float(day)
    return Memory(
        1, "thought", "x", "active", NOW, 3600, strength=strength, last_used_at=NOW + last * DAY if uses else None
    )


@each_curve
@settings(max_examples=300, deadline=None)
@given(uses=some_days.filter(bool), strength=strengths, talked=some_days, wait=st.floats(0, 4000), data=st.data())
def test_what_was_used_more_never_fades_faster(
    curve: Curve, uses: list[int], strength: float, talked: list[int], wait: float, data: st.DataObject
) -> None:
    """Two lives of one memory, one with a use more: that one is the more present, at any time and in any rhythm."""
    left_out = data.draw(st.sampled_from(uses))
    fading = Fading(curve, NOW + (uses[-1] + wait) * DAY, [NOW + day * DAY for day in talked])
    more = fading.retention(lived(curve, uses, strength))
    less = fading.retention(lived(curve, [day for day in uses if day != left_out], strength))
    assert more >= less - 1e-9


@each_curve
@given(uses=some_days, strength=strengths, talked=some_days, first=st.floats(0, 4000), more=st.floats(0, 4000))
def test_retention_falls_with_time_and_stays_a_chance(
    curve: Curve, uses: list[int], strength: float, talked: list[int], first: float, more: float
) -> None:
    memory = lived(curve, uses, strength)
    known = [NOW + day * DAY for day in talked]

    def at(days: float) -> float:
        now = NOW + days * DAY
        return Fading(curve, now, [day for day in known if day <= now]).retention(memory)

    early, late = at(first), at(first + more)
    assert 0.0 < late <= early + 1e-12
    assert early <= 1.0
    assert not math.isnan(late)
    assert at(first) == early, "asking twice tells the same"


@given(st.lists(st.floats(0.01, 1e5), min_size=1, max_size=50).map(sorted))
def test_a_stronger_memory_is_in_no_shallower_layer_and_has_no_faster_pace(many: list[float]) -> None:
    assert paces(np.array(many)).tolist() == [pace(strength) for strength in many]
    assert [pace(s) for s in many] == sorted((pace(s) for s in many), reverse=True)
    names = [name for _, name in LAYERS]
    depths = [names.index(lived(CURVES[0], [], strength).layer) for strength in many]
    assert depths == sorted(depths)
    assert [PACES[depth] for depth in depths] == [pace(strength) for strength in many]


@each_curve
def test_ten_uses_in_a_day_count_far_less_than_one_on_each_of_ten_days(
    curve: Curve, store: Store, clock: SetClock
) -> None:
    crammed, spaced = (add(store, text, strength=2.3) for text in ("crammed", "spaced"))
    for minutes, id in [(5, crammed.id)] * 10 + [(24 * 60, spaced.id)] * 10:
        clock.advance(minutes=minutes)
        with store.changes.batch("reflection", "use") as batch:
            reinforce(store, batch, store.memories.get(id), curve, clock.now(), GOOD, "used", None)
    one, ten = (store.memories.get(each.id) for each in (crammed, spaced))
    assert one.used_count == 1
    assert ten.used_count == 10
    assert ten.strength > 3 * one.strength
    assert (one.layer, ten.layer) == ("working", "long-term" if curve.name == "fsrs" else "recent")


@each_curve
@settings(max_examples=40, deadline=None)
@given(strength=st.floats(0.5, 40), every=st.sampled_from([1, 2, 4, 7]))
def test_it_fades_on_the_day_that_was_foretold(curve: Curve, strength: float, every: int) -> None:
    """Somebody who goes on talking every so many days: the memory becomes dormant when it was said to."""
    memory = Memory(1, "thought", "x", "active", NOW, 3600, strength=strength)
    talked = [NOW + day * DAY for day in range(-126, 12_000, every)]
    told = Fading(curve, NOW, [day for day in talked if day <= NOW]).fades_around(memory)
    assert told is not None

    def state(day: int) -> str:
        now = NOW + day * DAY
        return state_at(Fading(curve, now, [each for each in talked if each <= now]), memory)

    foretold = (told - START.date()).days
    slack = 2 + every + foretold // 50  # the last four weeks hold about as many days of talk as all do
    assert state(max(0, foretold - slack)) == "active"
    assert state(foretold + slack) != "active"


def test_nobody_foretells_the_fading_of_what_will_not(store: Store, clock: SetClock) -> None:
    say(store, "hello")
    pinned = add(store, "pinned", pinned=True)
    dormant = add(store, "dormant", status="dormant")
    strong = add(store, "for good", strength=30_000.0)
    fading = fading_at(store, CURVES[0], clock.now())
    assert [fading.fades_around(memory) for memory in (pinned, dormant, strong)] == [None, None, None]


def test_a_use_puts_the_fading_off(store: Store, clock: SetClock) -> None:
    for _ in range(40):
        clock.advance(days=1)
        say(store, "hello")
    made = add(store, "My sister plays the cello.")
    before = fading_at(store, CURVES[0], clock.now()).fades_around(made)
    for _ in range(10):
        clock.advance(days=1)
        say(store, "hello")
    with store.changes.batch("reflection", "use") as batch:
        reinforce(store, batch, made, CURVES[0], clock.now(), GOOD, "used", None)
    after = fading_at(store, CURVES[0], clock.now()).fades_around(store.memories.get(made.id))
    assert before is not None
    assert after is not None
    assert after > before + timedelta(days=30)


@each_curve
@given(
    how=st.sampled_from([{"pinned": True}, {"slot": "home_city"}, {"importance": 5}, {"modality": "preference"}]),
    strength=strengths,
    years=st.floats(0, 80),
    talked=some_days,
)
def test_who_one_is_and_what_is_pinned_is_never_lost(
    curve: Curve, how: dict[str, object], strength: float, years: float, talked: list[int]
) -> None:
    values: dict[str, object] = {"importance": 4, "strength": strength, **how}
    memory = Memory(1, "thought", "x", "active", NOW, 3600, **values)  # type: ignore[arg-type]
    fading = Fading(curve, NOW + years * 365 * DAY, [NOW + day * DAY for day in talked])
    assert state_at(fading, memory) == "active"
    assert fading.fades_around(memory) is None


@each_curve
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lives=st.lists(
        st.tuples(strengths, st.booleans(), st.sampled_from([None, "job"]), st.integers(1, 5), st.integers(-300, 900)),
        min_size=1,
        max_size=30,
    ),
    wait=st.integers(0, 900),
)
def test_many_at_once_fade_as_each_alone(
    store: Store, clock: SetClock, curve: Curve, lives: list[tuple[float, bool, str | None, int, int]], wait: int
) -> None:
    with store.changes.batch("system", "import") as batch:
        for number, (strength, pinned, slot, importance, day) in enumerate(lives):
            ends = NOW + day * DAY if day > 400 else None
            used = NOW + day * DAY if 0 < day <= 400 else None
            batch.add(
                memory_of(
                    f"life {number}", clock, strength=strength, pinned=pinned, slot=slot, importance=importance,
                    event_start=ends, event_end=ends, last_used_at=used,
                )
            )  # fmt: skip
    later = START + timedelta(days=wait)
    fading = fading_at(store, curve, later)
    moved = {move.id: move.after for move in moves(store, curve, later)}
    for each in store.memories.by_status(("active", "dormant", "archived")):
        assert moved.get(each.id, each.status) == state_at(fading, each)
