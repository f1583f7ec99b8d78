"""Texts in pieces: everything is in one, each is short enough to be read whole, and sentences stay together."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from companion.pieces import MOST, SHORT, TOKENS, pieces, tokens_about
from companion.sentences import sentences
from companion.store.search import PIECE_BITS

SENTENCE = "In chapter {} the captain hunts the white whale across the sea. "
CHINESE = "第{}章，船长在海上追那条白鲸。"
PARTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.sampled_from(
        [
            SENTENCE * 12,
            CHINESE * 30,
            "x" * 3000,
            "字" * 900,
            "\n" * 50,
            " " * 5000,
            "```\ncode " + "a b\n" * 300 + "```\n",
        ]
    ),
)


@given(text=st.lists(PARTS, max_size=10).map(" ".join))
@example("")
@example(" \n ")
@example("x" * 100_000)
@example("字" * 100_000)
@example(" " * 10_000 + "end.")
@example("a " * 100_000)
def test_pieces_are_in_order_and_apart_and_leave_nothing_out(text: str) -> None:
    spans = pieces(text)
    assert 1 <= len(spans) <= MOST < 1 << PIECE_BITS
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())


@given(text=st.text(max_size=4 * SHORT))
def test_a_short_text_is_one_piece_as_it_is(text: str) -> None:
    if tokens_about(text) <= SHORT:
        assert pieces(text) == [(0, len(text))]


@pytest.mark.parametrize("sentence", [SENTENCE, CHINESE])
@pytest.mark.parametrize("count", [20, 60])
def test_a_piece_is_a_few_whole_sentences(sentence: str, count: int) -> None:
    text = "".join(sentence.format(n) for n in range(count))
    spans = pieces(text)
    assert len(spans) > 2
    assert all(tokens_about(text[start:end]) <= TOKENS for start, end in spans)
    begins, ends = zip(*sentences(text), strict=True)
    assert {start for start, _ in spans} <= set(begins)
    assert {end for _, end in spans} <= set(ends)


def test_pieces_of_a_very_long_text_grow_evenly() -> None:
    text = "".join(SENTENCE.format(n) for n in range(3000))
    sizes = [tokens_about(text[start:end]) for start, end in pieces(text)]
    assert len(sizes) == MOST
    assert max(sizes) < 2 * tokens_about(text) / MOST


@pytest.mark.parametrize(
    "endless", ["and then we walked on " * 200, "字" * 3000, "我们走了很久，又累又饿，" * 60, "x" * 30_000]
)
def test_a_sentence_without_end_is_cut_all_the_same(endless: str) -> None:
    spans = pieces(endless)
    assert len(spans) > 2
    assert all(
        tokens_about(endless[start:end]) <= 2 * max(TOKENS, tokens_about(endless) / MOST) for start, end in spans
    )
    if "，" in endless:
        assert all(endless[end - 1] == "，" for _, end in spans)
    if " " in endless:
        assert all(endless[start].isalpha() and endless[start - 1 : start] in ("", " ") for start, _ in spans)


def test_a_small_change_at_the_end_leaves_the_other_pieces_as_they_were() -> None:
    text = "".join(SENTENCE.format(n) for n in range(40))
    before = [text[start:end] for start, end in pieces(text)]
    longer = f"{text}The end."
    after = [longer[start:end] for start, end in pieces(longer)]
    assert before[:-1] == after[: len(before) - 1]
