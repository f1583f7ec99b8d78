"""The curve of one memory tells what was and what will be: the same retention that recall and sleep go by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.editing import Editing
from companion.memory.course import FARTHEST, course, fades_at
from companion.memory.credit import reinforce
from companion.memory.forgetting import DAY, GOOD, Curve, Fading, Fsrs, curve, fading_at
from companion.mind.sleep import state_at
from companion.store.store import Store
from tests.mind.test_nights import clock_of, opened
from tests.support import START, add, change, memory, say

CURVES = ("fsrs", "exponential")


def use(store: Store, id: int, how: Curve) -> None:
    with store.changes.batch("recall", "use") as batch:
        reinforce(store, batch, store.memories.get(id), how, store.clock.now(), GOOD, "used", None)


@pytest.mark.parametrize("name", CURVES)
@settings(max_examples=20)
@given(days=st.lists(st.tuples(st.integers(1, 40), st.sampled_from(("use", "talk", "pin", "nothing"))), max_size=10))
def test_the_drawn_past_is_what_was_measured_then(name: Any, days: list[tuple[int, str]]) -> None:
    how = curve(name)
    with opened() as store:
        made = add(store, "I have a dog", strength=2.3)
        say(store, "hello")
        measured: list[tuple[float, float]] = []
        for wait, deed in days:
            clock_of(store).advance(days=wait)
            at = clock_of(store).now()
            measured.append((at.timestamp() - 1.0, fading_at(store, how, at).retention(store.memories.get(made.id))))
            if deed == "use":
                use(store, made.id, how)
            elif deed == "talk":
                say(store, "on we go")
            elif deed == "pin":
                Editing(store, store.clock, how).pin(made.id, not store.memories.get(made.id).pinned)
        now = store.memories.get(made.id)
        fading = fading_at(store, how, clock_of(store).now())
        drawn = course(fading, now, store.memories.history(made.id, 200))
        assert list(drawn.points) == sorted(drawn.points)
        assert all(0.0 <= share <= 1.0 for _, share in drawn.points)
        assert dict(drawn.points)[drawn.now] == fading.retention(now)
        assert len(drawn.uses) <= sum(deed in ("use", "pin") for _, deed in days)
        # Between two points it goes straight: whatever was measured lies between its neighbours.
        for at_then, share in measured:
            before = [point for point in drawn.points if point[0] <= at_then][-1]
            after = next(point for point in drawn.points if point[0] >= at_then)
            low, high = sorted((before[1], after[1]))
            assert low - 1e-3 <= share <= high + 1e-3


@pytest.mark.parametrize("name", CURVES)
@given(
    strength=st.floats(0.3, 400),
    age=st.floats(0, 900),
    talked=st.lists(st.floats(0, 900), max_size=30),
    used=st.floats(0, 900) | st.none(),
)
def test_it_fades_when_it_is_said_to(
    name: Any, strength: float, age: float, talked: list[float], used: float | None
) -> None:
    now = START.timestamp() + 1000 * DAY
    fading = Fading(curve(name), now, sorted(now - days * DAY for days in talked))
    one = replace(
        memory("I have a dog", SetClock(START)),
        recorded_at=now - age * DAY, strength=strength, last_used_at=None if used is None else now - used * DAY,
    )  # fmt: skip
    fades = fades_at(fading, one)
    if state_at(fading, one) != "active":
        assert fades is not None
        assert fades <= now
    if fades is None:
        assert state_at(fading, one) == "active"
    elif fades <= now:
        before = Fading(fading.curve, fades - 120, [day for day in fading.talk_days if day <= fades - 120])
        assert before.in_grace(one) or before.retention(one) >= fading.curve.dormant_below
    else:
        assert fades <= now + FARTHEST * DAY + 60
    assert fades_at(fading, replace(one, pinned=True)) is None
    drawn = course(fading, one, ())
    assert drawn.points[0][0] == one.recorded_at
    assert drawn.points[-1][0] > now
    assert drawn.fades_at == fades


def test_undo_takes_the_use_out_of_the_curve(store: Store, clock: SetClock) -> None:
    made = add(store, "I have a dog", strength=2.3)
    clock.advance(days=20)
    batch = change(store, made.id, strength=50.0, last_used_at=clock.now().timestamp())
    clock.advance(days=1)
    store.changes.undo(batch)
    clock.advance(days=1)
    fading = fading_at(store, Fsrs(), clock.now())
    drawn = course(fading, store.memories.get(made.id), store.memories.history(made.id, 200))
    shares = dict(drawn.points)
    assert max(shares[at] for at in shares if START.timestamp() + 20.0 * DAY <= at < clock.now().timestamp() - DAY) == 1
    assert shares[drawn.now] == fading.retention(store.memories.get(made.id))
    assert shares[drawn.now] < 0.95
