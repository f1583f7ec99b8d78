"""Where events begin and end: pauses, changes of subject, surprise, and that hearing again changes nothing."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.mind.events import (
    LEAST,
    MOST,
    PAUSE,
    Boundary,
    Heard,
    Running,
    Stretch,
    hear,
)

figure = st.floats(-1, 1, allow_nan=False)
exchanges = st.lists(
    st.tuples(st.none() | figure, st.none() | st.floats(0, 12), st.floats(1, 2 * PAUSE)), max_size=90
).map(lambda found: [_heard(number, *each) for number, each in enumerate(found)])


def _heard(number: int, likeness: float | None, surprise: float | None, wait: float) -> Heard:
    return Heard(2 * number + 1, 2 * number + 2, number * PAUSE + wait / 2, likeness, surprise)


def talk(likeness: list[float | None], surprise: list[float | None] | None = None, every: float = 60.0) -> list[Heard]:
    surprises = surprise or [None] * len(likeness)
    return [
        Heard(2 * n + 1, 2 * n + 2, n * every, like, odd)
        for n, (like, odd) in enumerate(zip(likeness, surprises, strict=True))
    ]


def boundaries(heard: list[Heard]) -> list[tuple[int, Boundary]]:
    """(number of the exchange, why) of each that began something new."""
    stretch, found = None, []
    for number, each in enumerate(heard):
        stretch, boundary = hear(stretch, each)
        if boundary is not None:
            found.append((number, boundary))
    return found


def test_talk_about_one_thing_is_one_event() -> None:
    assert boundaries(talk([None, 0.5, 0.5, 0.52, 0.49, 0.51, 0.5, 0.5])) == []


def test_a_drop_of_likeness_begins_a_new_event() -> None:
    assert boundaries(talk([None, 0.5, 0.6, 0.5, 0.6, 0.1, 0.5, 0.6])) == [(5, "change of subject")]


def test_a_drop_is_one_for_this_conversation() -> None:
    """Where everything differs from everything, differing is no news."""
    assert boundaries(talk([None, 0.0, 0.2, 0.0, 0.1, 0.2, 0.1, 0.2])) == []


@pytest.mark.parametrize("at", [1, 2])
def test_an_event_has_at_least_three_exchanges(at: int) -> None:
    likeness: list[float | None] = [None, 0.5, 0.6, 0.5, 0.6, 0.1, 0.5, 0.6]
    likeness[5 + at] = 0.0
    assert [number for number, _ in boundaries(talk(likeness))] == [5]


def test_a_pause_ends_an_event_however_short_it_is() -> None:
    assert boundaries([Heard(1, 2, 0.0), Heard(3, 4, PAUSE + 1)]) == [(1, "pause")]
    assert boundaries([Heard(1, 2, 0.0), Heard(3, 4, PAUSE)]) == []


def test_surprise_begins_a_new_event_where_it_is_known() -> None:
    surprise: list[float | None] = [3.0, 3.2, 2.9, 3.1, 3.0, 6.0, 3.0]
    assert boundaries(talk([None] * 7, surprise)) == [(5, "surprise")]


def test_surprising_words_about_the_same_thing_go_on() -> None:
    surprise: list[float | None] = [3.0, 3.2, 2.9, 3.1, 3.0, 6.0, 3.0]
    alike: list[float | None] = [None, 0.4, 0.5, 0.4, 0.5, 0.8, 0.5]
    assert boundaries(talk(alike, surprise)) == []


def test_an_event_does_not_go_on_for_ever() -> None:
    assert boundaries(talk([None] + [0.5] * (MOST + 5))) == [(MOST, "length")]


@given(exchanges)
def test_every_exchange_belongs_to_one_event_and_events_do_not_overlap(heard: list[Heard]) -> None:
    stretch: Stretch | None = None
    covered: list[tuple[int, int]] = []
    for each in heard:
        before = stretch
        stretch, boundary = hear(stretch, each)
        if boundary is not None and before is not None:
            covered.append((before.first, before.last))
            assert boundary in ("pause", "length") or before.exchanges >= LEAST
            assert stretch.exchanges == 1
        assert stretch.first <= each.first <= each.last == stretch.last
    if stretch is not None:
        covered.append((stretch.first, stretch.last))
    turns = [turn for first, last in covered for turn in range(first, last + 1)]
    assert turns == list(range(1, 2 * len(heard) + 1))


@given(exchanges, st.integers(0, 89))
def test_what_was_heard_before_changes_nothing(heard: list[Heard], again: int) -> None:
    stretch: Stretch | None = None
    for each in heard:
        stretch, _ = hear(stretch, each)
    if stretch is not None:
        assert hear(stretch, heard[again % len(heard)]) == (stretch, None)
        assert hear(stretch.closed(), heard[again % len(heard)]) == (stretch.closed(), None)


@given(exchanges)
def test_a_stretch_comes_back_from_the_store_as_it_was(heard: list[Heard]) -> None:
    stretch: Stretch | None = None
    for each in heard:
        stretch, _ = hear(stretch, each)
        assert Stretch.from_json(stretch.json()) == stretch


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=50))
def test_mean_and_deviation_come_one_by_one(figures: list[float]) -> None:
    running = Running()
    for each in figures:
        running = running.add(each)
    assert math.isclose(running.mean, statistics.fmean(figures), abs_tol=1e-9)
    assert math.isclose(running.deviation, statistics.pstdev(figures), abs_tol=1e-6)
