"""The question of the day: kept until it is answered or dismissed; and which of two people of one name is meant."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.paths import Paths
from companion.question import Question
from companion.store.store import Store
from tests.mind.test_keeping import by_text, tell
from tests.mind.test_reflect import Thinking


@pytest.fixture
def mind(store: Store) -> Thinking:
    return Thinking(store)


def ask(mind: Thinking, clock: SetClock) -> Question:
    tell(mind, clock, "I live in Leeds.")
    tell(mind, clock, "I live in York.", 40)
    (question,) = mind.store.questions.open()
    return question


def test_a_question_is_about_two_memories_and_stands_by_the_turn_that_led_to_it(
    mind: Thinking, clock: SetClock
) -> None:
    question = ask(mind, clock)
    known = by_text(mind)
    assert (question.older, question.newer) == (known["I live in Leeds."].id, known["I live in York."].id)
    (evidence,) = known["I live in York."].evidence
    assert mind.store.questions.of([evidence.turn]) == {evidence.turn: question}
    assert mind.store.questions.of([]) == {}


def test_it_is_still_there_after_a_restart(paths: Paths, clock: SetClock) -> None:
    first = Store.open(paths, clock)
    question = ask(Thinking(first), clock)
    first.close()
    second = Store.open(paths, clock)
    assert second.questions.open() == [question]
    assert not second.questions.may_ask(clock.now())
    second.close()


@pytest.mark.parametrize("which", ["older", "newer"])
@pytest.mark.parametrize("how", ["edit", "forget"])
def test_what_the_person_does_to_either_answers_it_until_that_is_undone(
    mind: Thinking, clock: SetClock, which: str, how: str
) -> None:
    question = ask(mind, clock)
    id = getattr(question, which)
    change = mind.editing.edit(id, "I live in Hull.") if how == "edit" else mind.editing.forget(id)
    assert mind.store.questions.open() == []
    mind.editing.undo(change.batch)
    assert mind.store.questions.open() == [question]


@pytest.mark.parametrize("text", ["I moved to York, so I live in York now.", "No, I meant I live in Bath."])
def test_a_message_that_puts_it_right_answers_it(mind: Thinking, clock: SetClock, text: str) -> None:
    ask(mind, clock)
    tell(mind, clock, text, 0.01)
    assert mind.store.questions.open() == []


def test_taking_back_what_led_to_it_takes_it_back(mind: Thinking, clock: SetClock) -> None:
    question = ask(mind, clock)
    (entry, *_) = mind.store.memories.history(question.newer, 1)
    mind.editing.undo(entry.batch)
    assert mind.store.questions.open() == []


def test_what_is_dismissed_is_not_asked_again(mind: Thinking, clock: SetClock) -> None:
    question = ask(mind, clock)
    mind.store.questions.dismiss(question.id)
    mind.store.questions.dismiss(99)
    assert mind.store.questions.open() == []


# Two people of one name

SISTER, COLLEAGUE = "My sister Lena lives in Porto.", "My colleague Lena plays the cello."
OSLO = "Lena moved to Oslo, finally."


def namesakes(mind: Thinking, clock: SetClock) -> Question:
    for text in (SISTER, COLLEAGUE, OSLO):
        tell(mind, clock, text)
    (question,) = mind.store.questions.open()
    return question


def linked(mind: Thinking, text: str) -> set[int]:
    id = by_text(mind)[text].id
    return {link.target for link in mind.store.memories.links(id) if link.source == id and link.type == "same-person"}


def test_what_is_told_of_a_name_that_two_people_bear_is_nobodys_and_asked_about(
    mind: Thinking, clock: SetClock
) -> None:
    question = namesakes(mind, clock)
    assert question.text in (
        "Which Lena: your sister or your colleague?",
        "Which Lena: your colleague or your sister?",
    )
    assert linked(mind, OSLO) == set()
    assert {memory.status for memory in mind.thoughts()} == {"active"}
    assert by_text(mind)[OSLO].tags == ""
    assert linked(mind, COLLEAGUE) == set()


@pytest.mark.parametrize("text", ["My sister.", "the sister one", "I mean my sister Lena, the one in Portugal!"])
def test_the_answer_tells_whose_it_is_and_can_be_taken_back(mind: Thinking, clock: SetClock, text: str) -> None:
    question = namesakes(mind, clock)
    tell(mind, clock, text, 0.01)
    assert mind.store.questions.open() == []
    assert by_text(mind)[OSLO].tags == "sister"
    assert by_text(mind)[OSLO].text == OSLO
    assert by_text(mind)[SISTER].id in linked(mind, OSLO)
    assert by_text(mind)[COLLEAGUE].id not in linked(mind, OSLO)
    entry = next(e for e in mind.store.memories.history(question.newer, 5) if e.before is not None)
    mind.editing.undo(entry.batch)
    assert mind.store.questions.open() == [question]


@pytest.mark.parametrize("text", ["What a rainy day.", "My sister and my colleague are both fine, thanks."])
def test_what_is_no_answer_leaves_it_open(mind: Thinking, clock: SetClock, text: str) -> None:
    question = namesakes(mind, clock)
    tell(mind, clock, text, 0.01)
    assert mind.store.questions.open() == [question]


def test_a_name_said_with_what_they_are_is_not_asked_about(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, SISTER)
    tell(mind, clock, COLLEAGUE)
    tell(mind, clock, "My sister Lena moved to Oslo, finally.")
    assert mind.store.questions.open() == []
    assert by_text(mind)[SISTER].status == "superseded"
    assert by_text(mind)[COLLEAGUE].status == "active"


def test_nobody_is_asked_whether_something_new_is_about_the_dead(mind: Thinking, clock: SetClock) -> None:
    for text in ("My dog is called Max.", "My nephew Max starts school in September.", "My dog Max died yesterday."):
        tell(mind, clock, text)
    tell(mind, clock, "Max loves his new school.")
    assert mind.store.questions.open() == []
    assert by_text(mind)["Max loves his new school."].status == "active"


def test_an_uncle_is_known_by_what_he_is_called(mind: Thinking, clock: SetClock) -> None:
    for text in ("My uncle Peter is ill.", "My colleague Peter got promoted.", "Uncle Peter passed away on Friday."):
        tell(mind, clock, text)
    assert by_text(mind)["My uncle Peter is ill."].status == "superseded"
    assert by_text(mind)["My colleague Peter got promoted."].status == "active"
