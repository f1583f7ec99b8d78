"""What no life holds is not kept as if it were one's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.mind.absurd import OLDEST, is_absurd
from companion.mind.admit import admit


@pytest.mark.parametrize(
    "said",
    [
        "I'm nine hundred years old on Mondays.",
        "I work thirty hours a day.",
        "My boss wants me in eight days a week.",
        "I've only got two hundred hands.",
        "我一天有四十八个小时。",
        "我已经三百岁了。",
    ],
)
def test_quantities_that_cannot_be_are_not_meant(said: str) -> None:
    assert is_absurd(said)
    assert admit(said) == []


@pytest.mark.parametrize(
    "said",
    [
        "I'm ninety-nine years old.",
        "I work twelve hours a day.",
        "I train seven days a week.",
        "I live in a house that is four hundred years old.",
        "I have two hands and no patience.",
        "我今年三十五岁。",
        "我每天工作十二个小时。",
    ],
)
def test_quantities_that_can_be_are_left_alone(said: str) -> None:
    assert not is_absurd(said)


@given(st.integers(min_value=1, max_value=10**7))
def test_an_age_is_absurd_exactly_when_nobody_has_reached_it(age: int) -> None:
    assert is_absurd(f"I'm {age} years old") == (age > OLDEST)


@given(st.text(max_size=200))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    is_absurd(text)
