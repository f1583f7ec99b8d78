"""The morning report: once a day, about what is new, and with what is about to fade."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companion.clock import SetClock, stamp
from companion.mind.morning import SOON, Morning
from companion.mind.reflect import Reflection
from companion.records import Memory
from companion.store.store import Store
from tests.support import FSRS, add


class Days:
    """A person who tells things and comes back on other days."""

    def __init__(self, store: Store, clock: SetClock) -> None:
        self.store, self.clock = store, clock
        self.morning = Morning(store, clock, FSRS)
        self.reflection = Reflection(store, clock, FSRS, lambda: None)
        self.conversation = store.turns.open_conversation(clock.now())

    def tell(self, text: str) -> None:
        self.clock.advance(minutes=1)
        turn = self.store.turns.add(self.conversation, "person", text, self.clock.now())
        self.store.turns.add(self.conversation, "companion", "I see.", self.clock.now(), answers=turn.id)
        self.reflection.queue(turn.id)
        job = self.store.jobs.next()
        assert job is not None
        self.reflection.run(job.id, turn.id)

    def next_day(self, days: int = 1) -> None:
        self.clock.advance(days=days)


@pytest.fixture
def days(store: Store, clock: SetClock) -> Days:
    return Days(store, clock)


def test_on_the_first_day_there_is_no_yesterday_to_tell_of(days: Days) -> None:
    assert not days.morning.report().due
    days.tell("I adopted a dog called Biscuit.")
    assert not days.morning.report().due


def test_it_is_due_once_on_a_new_day(days: Days) -> None:
    days.tell("I adopted a dog called Biscuit.")
    days.next_day()
    report = days.morning.report()
    assert report.due
    assert [memory.text for memory in report.learned] == ["I adopted a dog called Biscuit."]
    days.morning.seen()
    assert not days.morning.report().due
    days.next_day()
    assert not days.morning.report().due, "nothing is new"
    days.tell("I am allergic to walnuts.")
    days.next_day()
    assert [memory.text for memory in days.morning.report().learned] == ["I am allergic to walnuts."]


def test_what_changed_is_told_with_what_it_was(days: Days) -> None:
    days.tell("I live in Leeds.")
    days.next_day()
    days.morning.seen()
    days.tell("I moved to Bristol last week, I live in Bristol now.")
    days.next_day()
    (changed,) = days.morning.report().changed
    assert "Leeds" in changed.older.text
    assert "Bristol" in changed.newer.text


def test_what_is_about_to_fade_is_told_with_its_day_before_it_does(days: Days, store: Store) -> None:
    at, offset = stamp(days.clock.now())
    kept = add(store, "I play the cello.", recorded_at=at, utc_offset=offset, strength=2.3, importance=4)
    days.tell("Hello there, how are you today?")
    for _ in range(400):
        days.next_day()
        days.tell("It rained again here.")
        found = [each for each in days.morning.report().fading if each.memory.id == kept.id]
        if found:
            break
    (soon,) = found
    assert 0 <= (soon.day - days.clock.now().date()).days <= SOON
    assert soon.retention >= FSRS.dormant_below


def test_pinned_and_unimportant_memories_are_not_announced(days: Days, store: Store) -> None:
    long_ago = stamp(days.clock.now() - timedelta(days=2000))
    for fields in ({"pinned": True, "importance": 5}, {"importance": 1}):
        add(store, "I play the cello.", recorded_at=long_ago[0], utc_offset=long_ago[1], strength=2.3, **fields)
    assert days.morning.report().fading == ()


def test_plans_whose_day_has_come_are_asked_after_once(days: Days) -> None:
    days.tell("I have an interview at the library tomorrow.")
    assert days.morning.report().questions == ()
    days.next_day(2)
    (question,) = days.morning.report().questions
    assert "interview" in question
    days.morning.seen()
    days.next_day(2)
    assert days.morning.report().questions == ()


def test_after_a_year_away_only_the_latest_is_told(days: Days) -> None:
    days.tell("I adopted a dog called Biscuit.")
    days.next_day(365)
    assert days.morning.report().learned == ()


def test_a_clock_that_was_ahead_does_no_harm(days: Days) -> None:
    days.tell("I adopted a dog called Biscuit.")
    days.next_day(4000)
    days.morning.seen()
    days.next_day(-4000)
    days.tell("I am allergic to walnuts.")
    days.next_day()
    report = days.morning.report()
    assert not report.due, "it was shown on a later day, as far as anybody knows"
    assert isinstance(report.learned, tuple)


def test_what_the_person_forgot_is_not_told(days: Days, store: Store) -> None:
    days.tell("I adopted a dog called Biscuit.")
    (memory,) = (m for m in store.memories.by_status(("active",)) if m.kind == "thought")
    with store.changes.batch("person", "forget", "") as batch:
        batch.update(memory.id, status="forgotten")
    days.next_day()
    learned: tuple[Memory, ...] = days.morning.report().learned
    assert learned == ()


def test_a_question_that_is_open_is_asked_once_more_and_not_for_ever(days: Days, store: Store) -> None:
    days.tell("My favourite tea is Assam.")
    days.tell("My favourite tea is Lapsang.")
    days.next_day()
    (question,) = days.morning.report().questions
    assert "Which holds?" in question
    days.morning.seen()
    days.next_day()
    assert days.morning.report().questions == ()
    assert len(store.questions.open()) == 1
