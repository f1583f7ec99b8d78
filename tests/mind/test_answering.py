"""What the person answers to a first question becomes a memory that stands alone, however short it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import EmptyMessage, InvalidInput
from companion.events import MemoriesChanged
from companion.mind.answering import answered
from companion.records import MemoryFilter, Turn
from tests.fakes import FakeModel
from tests.house import House

CALL = "What should I call you?"
WHO = "Who matters to you?"


def turn(text: str) -> Turn:
    return Turn(1, 1, "person", "You", text, 1_772_442_000.0, 3600)


@pytest.mark.parametrize(
    ("question", "answer", "kept"),
    [
        (CALL, "Sam", ["My name is Sam."]),
        (CALL, "sam", ["My name is Sam."]),
        (CALL, "Hi, I'm Sam", ["My name is Sam."]),
        (CALL, "You can call me Sam, I am a nurse.", ["My name is Sam.", "I am a nurse."]),
        (CALL, "Mary Jane", ["My name is Mary Jane."]),
        (CALL, "Sam, please", ["My name is Sam."]),
        (CALL, "I'm a bit tired", ["I'm a bit tired"]),
        (CALL, "whatever you like", ["Asked “What should I call you?”, I said: whatever you like"]),
        ("我该怎么称呼你？", "叫我小明吧", ["我叫小明。"]),
        (WHO, "Lena, my sister", ["My sister is called Lena."]),
        (WHO, "my sister Lena and my dog Biscuit", ["My sister is called Lena.", "My dog is called Biscuit."]),
        (WHO, "Lena", ["Asked “Who matters to you?”, I said: Lena"]),
        (WHO, "My sister Lena is ill.", ["My sister Lena is ill."]),
        ("谁对你很重要？", "我妹妹丽娜", ["被问到“谁对你很重要？”时，我说：我妹妹丽娜"]),
        ("What do you do?", "I work as a nurse in Oslo.", ["I work as a nurse in Oslo."]),
    ],
)
def test_an_answer_is_a_memory_that_stands_alone(question: str, answer: str, kept: list[str]) -> None:
    found = answered(question, turn(answer))
    assert [memory.text for memory in found] == kept
    for memory in found:
        (evidence,) = memory.evidence
        assert 0 <= evidence.start < evidence.end <= len(answer)


def test_a_name_fills_its_place_and_a_day_to_come_is_a_plan() -> None:
    assert answered(CALL, turn("Sam"))[0].slot == "name"
    (memory,) = answered("What are you looking forward to?", turn("the concert on Friday"))
    assert memory.modality == "plan"
    assert memory.event_start is not None


@given(st.text(min_size=1, max_size=200).filter(lambda text: text.strip() != ""))
def test_every_answer_is_kept_as_something(answer: str) -> None:
    found = answered(WHO, turn(answer))
    assert found
    assert all(memory.text.strip() and memory.evidence for memory in found)


def test_both_are_in_the_conversation_and_the_answer_is_remembered_once(house: House) -> None:
    companion = house.open()
    change = companion.answer_question(WHO, "Lena, my sister")
    companion.answer_question("What do you do?", "I work as a nurse in Oslo.")
    companion.settle()
    assert [memory.text for memory in change.memories] == ["My sister is called Lena."]
    told = [(item.turn.role, item.turn.text) for item in companion.transcript()]
    assert told[:2] == [("companion", WHO), ("person", "Lena, my sister")]
    assert house.events.of(MemoriesChanged)
    thoughts = companion.list_memories(MemoryFilter(kinds=("thought",)))
    assert sorted(row.memory.text for row in thoughts) == ["I work as a nurse in Oslo.", "My sister is called Lena."]
    (quote,) = companion.memory(change.memories[0].id).quotes
    assert quote.text == "Lena, my sister"
    companion.close()
    report = house.open(model=FakeModel()).ask("What is my sister called?")
    assert "My sister is called Lena." in [item.memory.text for item in report.recalled]


def test_an_answer_can_be_taken_back(house: House) -> None:
    companion = house.open()
    companion.answer_question(CALL, "Sam")
    companion.undo()
    companion.settle()
    assert not any("My name" in row.memory.text for row in companion.list_memories(MemoryFilter()))


def test_nothing_asked_or_answered_is_refused(house: House) -> None:
    companion = house.open()
    with pytest.raises(EmptyMessage):
        companion.answer_question(CALL, " \n")
    with pytest.raises(InvalidInput):
        companion.answer_question("  ", "Sam")
    assert companion.transcript() == ()
