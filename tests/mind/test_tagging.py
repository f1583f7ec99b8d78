"""Older memories gain tags from what is told later: they are found by them, and keep their words."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.mind.tagging import bearers
from companion.records import Memory, MemoryFilter
from companion.store.store import Store
from tests.mind.test_keeping import by_text, tell
from tests.mind.test_reflect import Thinking


@pytest.fixture
def mind(store: Store) -> Thinking:
    return Thinking(store)


def moment(mind: Thinking, text: str) -> Memory:
    return next(memory for memory in mind.moments() if memory.text == text)


def found(mind: Thinking, word: str) -> set[str]:
    ids = [id for id, _ in mind.store.search.by_words([word], 10, ("active",))]
    return {memory.text for memory in mind.store.memories.many(ids).values()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My sister is called Lena.", [("Lena", "sister")]),
        ("My mum's name is Vera, she is 70.", [("Vera", "mother")]),
        ("I live in Ghent with my dog Biscuit.", [("Biscuit", "dog")]),
        ("Noor is my best friend.", [("Noor", "friend")]),
        ("Noor is a nurse in Porto.", [("Noor", "nurse")]),
        ("The Heron is a small restaurant in Porto.", [("Heron", "restaurant")]),
        ("My sister Lena's wedding is in June.", []),
        ("Porto is lovely.", []),
        ("I like Vera.", []),
    ],
)
def test_who_or_what_a_text_introduces(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(bearer.name, bearer.kind) for bearer in bearers(text)] == expected


def test_an_older_memory_is_found_by_who_it_is_about_once_that_is_known(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "Lena moved to Porto with all her books.")
    assert found(mind, "sister") == set()
    tell(mind, clock, "My sister is called Lena.")
    older = moment(mind, "Lena moved to Porto with all her books.")
    assert older.tags == "sister"
    assert older.text in found(mind, "sister")
    assert older in mind.store.memories.find(MemoryFilter(text="sister"))
    assert found(mind, "sisters") == found(mind, "sister")


def test_what_is_told_after_it_is_known_has_the_tag_from_the_beginning(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "My sister is called Lena.")
    tell(mind, clock, "Lena adopted a greyhound.")
    assert by_text(mind)["Lena adopted a greyhound."].tags == "sister"


def test_tags_go_with_the_change_that_brought_them(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "Lena moved to Porto with all her books.")
    clock.advance(days=1)
    mind.hear("My sister is called Lena.")
    (formed,) = mind.think()
    mind.store.changes.undo(formed.batch)
    assert moment(mind, "Lena moved to Porto with all her books.").tags == ""
    assert found(mind, "sister") == set()


def test_tags_follow_what_the_person_changes(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "Lena moved to Porto with all her books.")
    tell(mind, clock, "My sister is called Lena.")
    said = by_text(mind)["My sister is called Lena."]
    mind.editing.edit(said.id, "My cousin is called Lena.")
    assert moment(mind, "Lena moved to Porto with all her books.").tags == "cousin"
    change = mind.editing.forget(said.id)
    assert moment(mind, "Lena moved to Porto with all her books.").tags == ""
    mind.editing.undo(change.batch)
    assert moment(mind, "Lena moved to Porto with all her books.").tags == "cousin"


def test_a_name_that_two_people_bear_gives_no_tag(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "My sister Lena lives in Porto.")
    tell(mind, clock, "My colleague Lena plays the cello.")
    tell(mind, clock, "Lena moved to Oslo.")
    assert by_text(mind)["Lena moved to Oslo."].tags == ""


def test_the_words_themselves_stay(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "Lena moved to Porto with all her books.")
    before = moment(mind, "Lena moved to Porto with all her books.")
    tell(mind, clock, "My sister is called Lena.")
    after = moment(mind, before.text)
    assert (after.text, after.subject, after.polarity, after.evidence) == (
        before.text,
        before.subject,
        before.polarity,
        before.evidence,
    )
    reasons = [entry.reason for entry in mind.store.memories.history(after.id, 10)]
    assert len(reasons) == 2  # its making, and the tag
