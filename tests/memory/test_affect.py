"""How a text feels: the sign is right in English and Chinese, and what cannot be told is neutral."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.memory.affect import valence


@pytest.mark.parametrize(
    "text",
    [
        "I love my wonderful dog!",
        "What a great day, I'm so happy.",
        "I am not sad any more.",
        "我很开心，太高兴了！",
        "考试很顺利，我很满意。",
    ],
)
def test_glad_texts_are_above_zero(text: str) -> None:
    assert 0.1 < valence(text) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "My grandmother died and I miss her terribly.",
        "I am not happy with this awful job.",
        "我很难过，我们吵架了。",
        "我不高兴。",
        "我不太喜欢他。",
    ],
)
def test_low_texts_are_below_zero(text: str) -> None:
    assert -1 <= valence(text) < -0.1


@pytest.mark.parametrize(
    "text", ["", " \n", "The table is brown.", "Ich bin sehr traurig.", "我住在巴黎。", "👍🏽 12 %", "x" * 100_000]
)
def test_what_does_not_feel_or_cannot_be_read_is_neutral(text: str) -> None:
    assert valence(text) == 0


def test_more_feeling_is_further_from_zero() -> None:
    assert valence("I like it. I love it. It is wonderful.") > valence("I like it.") > 0
    assert valence("我绝望，我崩溃。") < valence("我有点累。") < 0


@given(text=st.text(st.sampled_from("开心难过不没有很 lovehatesad!") | st.characters(exclude_categories=["Cs"])))
def test_it_is_always_a_share(text: str) -> None:
    assert -1 <= valence(text) <= 1
    assert valence(text) == valence(text)
