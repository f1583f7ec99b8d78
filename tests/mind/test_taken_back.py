"""What was a joke, said only in the next message, is not kept as so."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.records import Memory
from companion.store.store import Store
from tests.mind.test_reflect import Thinking


@pytest.fixture
def mind(store: Store) -> Thinking:
    return Thinking(store)


def told(mind: Thinking, clock: SetClock, *texts: str, minutes: float = 1) -> dict[str, Memory]:
    """The thoughts by their words, after all was told in one conversation."""
    return {memory.text: memory for memory in mind.told(clock, *texts, minutes=minutes)}


@pytest.mark.parametrize(
    ("joke", "then"),
    [
        ("My boss is a vampire.", "Just kidding, he's a nice guy called Stefan."),
        ("I work as a lion tamer.", "Haha, just kidding!"),
        ("I work as a lion tamer.", "I was joking, obviously."),
        ("我是飞行员。", "开玩笑的，我是护士。"),
        ("我是飞行员。", "我开玩笑的啦"),
    ],
)
def test_a_joke_that_is_owned_up_to_was_never_true(mind: Thinking, clock: SetClock, joke: str, then: str) -> None:
    found = told(mind, clock, joke, then)
    kept = next(memory for text, memory in found.items() if text.rstrip(".。") == joke.rstrip(".。"))
    assert (kept.status, kept.valid_to) == ("superseded", kept.valid_from)


@pytest.mark.parametrize(
    "then",
    [
        "I was joking with my sister all evening.",
        "I'm not kidding!",
        "My boss called.",
        "Are you kidding?",
        "我没开玩笑。",
    ],
)
def test_what_takes_nothing_back_leaves_it(mind: Thinking, clock: SetClock, then: str) -> None:
    assert told(mind, clock, "I work as a lion tamer.", then)["I work as a lion tamer."].status == "active"


def test_what_the_joke_took_the_place_of_stands_again(mind: Thinking, clock: SetClock) -> None:
    told(mind, clock, "I work as a nurse.")
    assert told(mind, clock, "I quit my job.")["I work as a nurse."].status == "superseded"
    nurse = told(mind, clock, "Kidding!")["I work as a nurse."]
    assert (nurse.status, nurse.replaced_by, nurse.valid_to) == ("active", None, None)


def test_only_the_message_right_before_is_meant(mind: Thinking, clock: SetClock) -> None:
    found = told(mind, clock, "I work as a nurse.", "I live in Leeds.", "Just kidding!")
    assert [found[text].status for text in ("I work as a nurse.", "I live in Leeds.")] == ["active", "superseded"]
    found = told(mind, clock, "I have a parrot.", "Just kidding!", minutes=60)
    assert found["I have a parrot."].status == "active"


def test_what_was_said_before_as_well_or_is_pinned_stays(mind: Thinking, clock: SetClock) -> None:
    found = told(mind, clock, "I have a parrot.", "I see.", "I have a parrot.", "Just kidding!")
    assert found["I have a parrot."].status == "active"
    found = told(mind, clock, "I have a goat.")
    mind.editing.pin(found["I have a goat."].id, True)
    assert told(mind, clock, "Just kidding!")["I have a goat."].status == "active"


def test_undoing_the_reflection_brings_it_back(mind: Thinking, clock: SetClock) -> None:
    kept = told(mind, clock, "I work as a lion tamer.", "Just kidding!")["I work as a lion tamer."]
    mind.store.changes.undo(mind.store.memories.history(kept.id, 1)[0].batch)
    assert mind.store.memories.get(kept.id).status == "active"
