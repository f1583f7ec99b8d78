"""Sentence spans: what a reader would call a sentence, and what must hold for any text."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I like tea. I hate coffee!", ["I like tea.", "I hate coffee!"]),
        ("i like tea. i hate coffee", ["i like tea.", "i hate coffee"]),
        ("Dr. Ruiz saw me. She was kind.", ["Dr. Ruiz saw me.", "She was kind."]),
        ("Bring fruit, e.g. pears. Thanks.", ["Bring fruit, e.g. pears.", "Thanks."]),
        ("I left the U.S. army in May.", ["I left the U.S. army in May."]),
        ("I was born in the U.S. My father was not.", ["I was born in the U.S.", "My father was not."]),
        ("We met at 9 a.m. on the pier.", ["We met at 9 a.m. on the pier."]),
        ("We met at 9 a.m. It rained.", ["We met at 9 a.m.", "It rained."]),
        ("It costs 3.50 or v2.1 of it. OK.", ["It costs 3.50 or v2.1 of it.", "OK."]),
        ("J. R. Okafor is my boss. I like him.", ["J. R. Okafor is my boss.", "I like him."]),
        ("Neither do I. My sister does.", ["Neither do I.", "My sister does."]),
        ('She said "Go away!" and left. I cried.', ['She said "Go away!" and left.', "I cried."]),
        ('He said "I am done." Then he left.', ['He said "I am done."', "Then he left."]),
        ("Well... maybe not. Or so.", ["Well... maybe not.", "Or so."]),
        ("I don't know… Perhaps.", ["I don't know…", "Perhaps."]),
        ("Really?! Yes!!! (Truly.) So.", ["Really?!", "Yes!!!", "(Truly.)", "So."]),
        ("我叫李明。我住在北京！你呢？", ["我叫李明。", "我住在北京！", "你呢？"]),
        ("他说：“我走了。”然后走了。", ["他说：“我走了。”然后走了。"]),
        ("我不知道……也许吧。", ["我不知道……也许吧。"]),
        ("Things:\n- tea\n- milk. And eggs", ["Things:", "- tea", "- milk.", "And eggs"]),
        ("1. Buy milk\n2. Call Ana", ["1. Buy milk", "2. Call Ana"]),
        ("Look:\n```py\na = 1. b\n\nc!\n```\nNice.", ["Look:", "```py\na = 1. b\n\nc!\n```", "Nice."]),
        ("```\nnever closed. x", ["```\nnever closed. x"]),
        ("No. I never did. See no. 5 there.", ["No.", "I never did.", "See no. 5 there."]),
        ("  \n\t ", []),
        ("", []),
    ],
)
def test_sentences_as_a_reader_sees_them(text: str, expected: list[str]) -> None:
    assert split(text) == expected


PIECES = st.sampled_from(
    [
        *"aIZ9 .!?…。！？\n\t\"'”’」)(*_-`~",
        "Dr.",
        "e.g.",
        "U.S.",
        "```",
        "\n```\n",
        "1. ",
        "no.",
        "...",
        "我",
        " She",
        "\r",
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=80))


@given(TEXTS)
def test_spans_are_ordered_disjoint_trimmed_and_cover_everything(text: str) -> None:
    position = 0
    for start, end in sentences(text):
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


@given(TEXTS)
def test_a_sentence_is_one_sentence(text: str) -> None:
    for sentence in split(text):
        assert split(sentence) == [sentence]


@pytest.mark.parametrize(
    "unit", ["a", ".", ". ", "a. ", "``` ", "```\n", "\n", " ", '."', ". (", "e.g. ", "…", "。", "1. ", "* "]
)
def test_work_grows_in_proportion_to_length(unit: str) -> None:
    """Counted in line events, so that a busy machine does not matter."""

    def work(text: str) -> int:
        lines = 0

        def count(frame: object, event: str, argument: object) -> object:
            nonlocal lines
            lines += event == "line"
            return count

        before = sys.gettrace()
        sys.settrace(count)  # type: ignore[arg-type]
        try:
            sentences(text)
        finally:
            sys.settrace(before)
        return lines

    small, large = work(unit * 500), work(unit * 2000)
    assert large <= 4.5 * small + 200
