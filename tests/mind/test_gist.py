"""The gist of what left the prompt: bounded, only what was said, in the order it was said, and always the same."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import ThinkingStopped
from companion.mind.gist import COMPANION_SAID, IN_SHORT, fold, fold_by_model
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Tier
from companion.model.protocol import StopSignal
from companion.records import Role, Turn
from companion.sentences import sentences
from tests.fakes import FakeModel

COUNT = FakeModel().count
SAID = (
    "My sister Lena lives in Porto.",
    "I am allergic to peanuts, and so is my son Tomas.",
    "The bus was late again.",
    "What do you think of that?",
    "ok",
    "We planted 14 apple trees behind the house!",
    "我妹妹住在巴黎，她叫小红。",
    "You said: nothing of the kind.",
    "It rained a lot on the way to work and I had no umbrella with me.",
    "In short: life is good here.",
)
texts = st.lists(st.sampled_from(SAID), max_size=4).map(" ".join)
talk = st.lists(st.tuples(st.sampled_from(("person", "companion", "other")), texts), max_size=30)


def turns(said: Sequence[tuple[Role, str]], first: int = 1) -> list[Turn]:
    return [Turn(n, 1, role, role, text, 60.0 * n, 0) for n, (role, text) in enumerate(said, first)]


def person(*said: str) -> list[Turn]:
    return turns([("person", text) for text in said])


def order(lines: Sequence[str], said: Sequence[str]) -> bool:
    """Whether `lines` stand in `said` in this order."""
    rest = iter(said)
    return all(line in rest for line in lines)


@given(first=talk, second=talk, limit=st.integers(0, 120))
def test_it_is_bounded_and_says_only_what_was_said_in_the_order_it_was_said(
    first: list[tuple[Role, str]], second: list[tuple[Role, str]], limit: int
) -> None:
    earlier, later = turns(first), turns(second, len(first) + 1)
    gist = fold("", earlier, limit, COUNT)
    again = fold(gist, later, limit, COUNT)
    said = [
        ("" if turn.role != "companion" else COMPANION_SAID) + turn.text[start:end]
        for turn in (*earlier, *later)
        for start, end in sentences(turn.text)
    ]
    for kept in (gist, again):
        assert COUNT(kept) <= limit
        assert order(kept.split("\n") if kept else [], said)
        assert len(set(kept.split("\n"))) == len(kept.split("\n"))
    assert fold(gist, later, limit, COUNT) == again


@given(said=talk, limit=st.integers(1, 120))
def test_when_nothing_leaves_the_gist_stays(said: list[tuple[Role, str]], limit: int) -> None:
    gist = fold("", turns(said), limit, COUNT)
    assert fold(gist, [], limit, COUNT) == gist


def test_of_nothing_there_is_no_gist() -> None:
    assert fold("", [], 100) == ""
    assert fold("", person("ok", "hi", "  "), 100) == ""


def test_what_lasts_outlives_small_talk() -> None:
    gist = fold("", person(*SAID[2:5] * 5, SAID[1], *SAID[2:5] * 5), 16, COUNT)
    assert gist == SAID[1]


def test_older_lines_give_way_to_newer_ones_that_tell_as_much() -> None:
    gist = ""
    for week in range(12):
        gist = fold(gist, person(f"I bought bicycle number {week} for my cousin Mara in town {week}."), 60, COUNT)
    numbers = [int(line.split("number ")[1].split()[0]) for line in gist.split("\n")]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 11
    assert len(numbers) >= 3


def test_the_person_comes_before_the_companion() -> None:
    said: list[tuple[Role, str]] = [
        ("companion", "Peru has many old mountain railways, and trains to Cusco leave at noon."),
        ("person", "Trains to Cusco fascinate my whole family."),
    ]
    assert fold("", turns(said), 8, COUNT) == said[1][1]
    assert fold("", turns(said), 100, COUNT).split("\n") == [COMPANION_SAID + said[0][1], said[1][1]]


def test_what_is_not_wanted_any_more_leaves_the_gist_as_well() -> None:
    gist = fold("", person(*SAID[:3]), 100, COUNT)
    assert "Lena" in gist
    assert "Lena" not in fold(gist, person("I like tea."), 100, COUNT, lambda sentence: "Lena" in sentence)


def test_a_very_long_history_is_folded_at_once() -> None:
    gist = fold("", person(*(f"I met person {n} at the station {n % 7}." for n in range(5000))), 200, COUNT)
    assert COUNT(gist) <= 200
    assert "person 4999" in gist


# A model's words


class Summing(Tier0):
    tier: Tier = 3

    def __init__(self, answer: str | None) -> None:
        self.answer = answer
        self.asked: list[list[str]] = []

    def summarise(self, lines: Sequence[str], *, stop: StopSignal) -> str | None:
        self.asked.append(list(lines))
        if stop.is_set():
            raise ThinkingStopped
        return self.answer


def test_from_tier_3_the_model_sums_up_with_the_most_telling_lines_below() -> None:
    thinker = Summing("Family\nTheir sister Lena lives in Porto.")
    gist = fold_by_model("", person(*SAID[:3]), 40, thinker, StopSignal(), COUNT)
    assert gist is not None
    assert gist.split("\n")[0] == f"{IN_SHORT}Their sister Lena lives in Porto."
    assert set(gist.split("\n")[1:]) <= set(SAID[:3])
    assert COUNT(gist) <= 40
    thinker.answer = "Family\nTheir sister Lena lives in Porto and they like tea."
    again = fold_by_model(gist, person("I like tea."), 40, thinker, StopSignal(), COUNT)
    assert again is not None
    assert again.split("\n")[0] == f"{IN_SHORT}Their sister Lena lives in Porto and they like tea."
    assert thinker.asked[-1][0] == "Their sister Lena lives in Porto."


@pytest.mark.parametrize("answer", [None, "Family", "Family\nTheir sister Lena lives in Rome.", "Fun\nA party " * 90])
def test_a_model_that_says_anything_else_is_not_believed(answer: str | None) -> None:
    assert fold_by_model("", person(*SAID[:3]), 40, Summing(answer), StopSignal(), COUNT) is None


def test_a_smaller_model_is_not_asked() -> None:
    assert fold_by_model("", person(*SAID[:3]), 40, Tier0(), StopSignal(), COUNT) is None


def test_what_a_model_summed_up_stays_when_lines_are_folded_below_it() -> None:
    gist = fold(f"{IN_SHORT}They are well.\n{SAID[0]}", person(SAID[1]), 60, COUNT)
    assert gist.split("\n") == [f"{IN_SHORT}They are well.", SAID[0], SAID[1]]
