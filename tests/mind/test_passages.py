"""A pronoun reaches back to the one introduced a little earlier, and to nobody when it is not clear who is meant."""

from __future__ import annotations

import pytest

from companion.mind.admit import admit


@pytest.mark.parametrize(
    ("turn", "words", "subject"),
    [
        (
            "My wife is called Ingeborg. We met on a night train. She builds harpsichords.",
            "builds harpsichords",
            "Ingeborg",
        ),
        ("I have one son, Mateus. Doesn't ring. Lives in Curitiba with a painter.", "Lives in Curitiba", "Mateus"),
        ("Write an ode to my cat Bismarck. He's nineteen and on kidney medicine.", "kidney medicine", "Bismarck"),
        ("我有个妹妹叫小雨。我们差十岁。她在深圳当护士。", "在深圳当护士", "小雨"),
    ],
)
def test_what_is_said_of_somebody_introduced_before_is_theirs(turn: str, words: str, subject: str) -> None:
    found = [statement for statement in admit(turn) if words in statement.text]
    assert [statement.subject for statement in found] == [subject]


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        ("My mother raised me. The winters were long. He never once wrote.", "never once wrote"),
        ("I was with my friends Rachel and Mike. We stayed late. She sings in a band.", "sings in a band"),
        ("My sister met the mayor and his dog. We laughed a lot. He has three wives.", "three wives"),
    ],
)
def test_nobody_gets_what_may_be_anothers(turn: str, words: str) -> None:
    for statement in admit(turn):
        assert words not in statement.text or statement.subject != "person"
