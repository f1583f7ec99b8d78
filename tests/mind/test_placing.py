"""Where a new statement stands beside an older one."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from companion.mind.placing import Claim, relate
from tests.mind.placing import pairs, placed, report, right


def test_the_suite_is_large() -> None:
    of = Counter(pair.then for pair in pairs())
    assert len(pairs()) >= 200
    assert min(of.values()) >= 30


def test_nothing_is_merged_wrongly() -> None:
    """Two statements become one only where they say the same."""
    wrong = [pair for pair in pairs() if placed(pair) == "merge" and pair.then not in ("merge", "duplicate")]
    assert not wrong


def test_nothing_is_taken_for_the_same_that_is_not() -> None:
    assert not [pair for pair in pairs() if placed(pair) == "duplicate" and pair.then not in ("merge", "duplicate")]


def test_of_what_changed_at_least_95_of_100_take_the_place_of_the_older() -> None:
    meant = [pair for pair in pairs() if pair.then == "supersede"]
    assert sum(placed(pair) == "supersede" for pair in meant) >= 0.95 * len(meant), "\n".join(report())


def test_nothing_takes_the_place_of_what_stays_true() -> None:
    assert not [pair for pair in pairs() if pair.then == "both" and placed(pair) in ("supersede", "correct")]


def test_what_is_put_right_is_taken_as_such() -> None:
    meant = [pair for pair in pairs() if pair.then == "correct"]
    assert sum(right(pair, placed(pair)) for pair in meant) >= 0.9 * len(meant)


@given(st.text(max_size=60), st.text(max_size=60))
def test_anything_can_be_placed(first: str, second: str) -> None:
    assert relate(Claim(first), Claim(second), 1.0) in ("duplicate", "merge", "supersede", "correct", "ask", "both")


@given(st.text(min_size=1, max_size=60), st.sampled_from(["Lena", "mother", "boss"]))
def test_what_is_said_of_another_never_takes_the_place_of_the_persons_own(text: str, other: str) -> None:
    assert relate(Claim(text), Claim(text + " now", subject=other), 1.0) != "supersede"
