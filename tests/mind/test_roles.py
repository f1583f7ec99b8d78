"""Who is what to somebody, where one at a time is."""

from __future__ import annotations

import pytest

from companion.mind.placing import relate
from companion.mind.roles import gave_way
from tests.mind.placing import claim


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("My boss is Hedvig, strict but fair.", "My new boss is Ottokar."),
        ("My boss is Hedvig, strict but fair.", "My boss is Ottokar now."),
        ("My personal trainer is Radka.", "My personal trainer is Emilio now."),
        ("Ms Wieck is my tax adviser.", "Mr Dorn is my tax adviser now."),
        ("My landlady is Mrs Oduya.", "My new landlady is Ms Fenn."),
    ],
)
def test_somebody_else_takes_the_role(older: str, newer: str) -> None:
    assert relate(claim(older), claim(newer), 60) == "supersede"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("My boss is Hedvig.", "My boss is Ottokar."),
        ("My neighbour is Ada.", "My new neighbour is Ben."),
        ("My friend is called Lina.", "My new friend is called Olga."),
        ("My boss is Hedvig.", "My new dentist is Ottokar."),
    ],
)
def test_without_a_sign_of_it_or_where_there_may_be_many_nobody_does(older: str, newer: str) -> None:
    assert not gave_way(older, newer, changed="now" in newer)
    assert relate(claim(older), claim(newer), 60) != "supersede"


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("I live in Turku now.", "I live in Aarhus now."),
        ("They raised the rent, our rent is 905 euros now.", "They raised the rent, our rent is 990 euros now."),
        ("I work as a bus driver instead.", "I work as a florist instead."),
    ],
)
def test_what_changed_once_can_change_again_in_the_same_words(older: str, newer: str) -> None:
    assert relate(claim(older), claim(newer), 60) == "supersede"


def test_that_both_say_that_something_changed_makes_them_no_matter_of_one_kind() -> None:
    older = "I changed teams, I'm in the Magpies team of the quiz league now."
    newer = "We changed our plans: we want to go to the Azores in the summer, not to Sardinia."
    assert relate(claim(older), claim(newer), 60) == "both"


def test_now_is_no_part_of_a_value() -> None:
    assert claim("My favourite colour is brick red now.").value == "brick red"
