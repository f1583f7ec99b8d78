"""What a sentence says of different things becomes statements that can change one by one."""

from __future__ import annotations

import pytest

from companion.mind.admit import admit
from companion.mind.clauses import clauses, parts


def kept(text: str) -> list[tuple[str, str, str | None, str | None]]:
    return [(s.text, s.subject, s.slot, s.value) for s in admit(text)]


def test_each_slot_has_a_statement_of_its_own() -> None:
    assert kept("My name is Tomasz and I live in Leeds.") == [
        ("My name is Tomasz", "person", "name", "Tomasz"),
        ("I live in Leeds.", "person", "home_city", "Leeds"),
    ]
    assert [s.slot for s in admit("my name's jo, i'm 23 and i live in hull")] == ["name", "age", "home_city"]
    assert [s.slot for s in admit("I live in Porto and work as a baker.")] == ["home_city", "job"]


def test_company_outlives_the_place() -> None:
    assert kept("I live in Leeds with my dog Biscuit.") == [
        ("I live in Leeds", "person", "home_city", "Leeds"),
        ("my dog Biscuit.", "Biscuit", None, None),
    ]
    assert len(admit("I live in Leeds with my parents.")) == 1


def test_what_is_said_of_two_people_is_two_statements() -> None:
    assert [(s.text, s.subject) for s in admit("My sister is a nurse and I'm a baker.")] == [
        ("My sister is a nurse", "sister"),
        ("I'm a baker.", "person"),
    ]
    assert [s.text for s in admit("I saw Mark yesterday, he's lost his job.")] == ["I saw Mark yesterday"]


@pytest.mark.parametrize(
    "text",
    [
        "I moved to Bristol, so I live in Bristol now.",
        "My brother and I live in Ghent.",
        "When I was ten, I broke my arm.",
        "I moved to Porto because my husband got a job there.",
        "If I lived in Rome, my sister would visit.",
        "I shared my ideas with the magazine and they liked them.",
    ],
)
def test_what_belongs_together_is_not_parted(text: str) -> None:
    assert parts(text) == [(0, len(text))]


def test_clauses_cover_what_they_say() -> None:
    text = "I work at Aldi, my boyfriend Tom works at Lidl; we met in York."
    found = clauses(text)
    assert [text[start:end] for start, end in found] == [
        "I work at Aldi",
        "my boyfriend Tom works at Lidl",
        "we met in York.",
    ]
