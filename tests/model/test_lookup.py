"""Drafts looked up in the prompt: the text stays the same, and what is proposed did stand there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.bench.lookup import LookupReport, LookupRow, lookup_lines
from companion.model.lookup import GRAMS, Lookup, LookupModel
from companion.model.protocol import Message, Sampling

ECHO = [
    Message(
        "user",
        "Repeat this sentence word for word: My neighbour Mr Okafor looks after the plants in the green house when I "
        "am away at the harbour in the evening.",
    )
]


@pytest.fixture(scope="module")
def model(starter: Path) -> Iterator[LookupModel]:
    model = LookupModel.open(starter, context=512, threads=1)
    yield model
    model.close()


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(temperature=0, repeat_penalty=1.0, max_tokens=40),
        Sampling(temperature=0.5, max_tokens=40, seed=3),
    ],
    ids=["greedy", "seeded"],
)
def test_the_text_is_the_same_and_some_of_it_was_proposed(model: LookupModel, sampling: Sampling) -> None:
    model.write_with_lookup(ECHO, sampling, 0)
    plain = model.write_with_lookup(ECHO, sampling, 0)
    drafted = model.write_with_lookup(ECHO, sampling, 4)
    assert drafted.tokens == plain.tokens
    assert 0 < drafted.accepted <= drafted.proposed
    assert drafted.steps == plain.steps - drafted.accepted
    assert (plain.proposed, plain.steps) == (0, len(plain.tokens) - 1)
    # The cache is in step whatever was refused: what follows is the same again.
    assert model.write_with_lookup(ECHO, sampling, 0).tokens == plain.tokens


@given(st.lists(st.integers(0, 3), max_size=60), st.integers(0, 8))
def test_what_is_proposed_followed_the_same_words_before(tokens: list[int], most: int) -> None:
    proposed = Lookup(tokens).propose(most)
    assert len(proposed) <= most
    if proposed:
        runs = [
            tokens[at : at + length + len(proposed)] == tokens[-length:] + proposed
            for length in GRAMS
            for at in range(len(tokens) - length)
        ]
        assert any(runs)


def test_every_figure_is_told() -> None:
    row = LookupRow("persona", 4, 81.5, 0.93, 120, 0.25, 1.3, 0.9)
    told = "\n".join(lookup_lines(LookupReport("tiny", 700, (row,), {4: 1.75})))
    assert all(one in told for one in ("tiny", "700", "persona", "81.5", "0.93", "25%", "1.30", "90%", "5 tokens 1.75"))
