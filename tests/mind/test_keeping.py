"""What becomes of a thought among those that are known, through reflection as a chat does it."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from companion.mind.candidates import core_of
from companion.records import Memory, Span
from companion.store.store import Store
from tests.mind.test_reflect import Thinking


@pytest.fixture
def mind(store: Store) -> Thinking:
    return Thinking(store)


def tell(mind: Thinking, clock: SetClock, text: str, days: float = 1) -> tuple[str, ...]:
    clock.advance(days=days)
    mind.hear(text)
    return tuple(str(line) for formed in mind.think() for line in formed.lines)


def by_text(mind: Thinking) -> dict[str, Memory]:
    return {memory.text: memory for memory in mind.thoughts()}


def test_what_changed_takes_the_place_of_what_was_and_keeps_when(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I live in Leeds.")
    assert tell(mind, clock, "I moved to Bristol, so I live in Bristol now.", 40) == (
        "~ I live in Leeds. → I moved to Bristol, so I live in Bristol now.",
    )
    known = by_text(mind)
    old, new = known["I live in Leeds."], known["I moved to Bristol, so I live in Bristol now."]
    assert (old.status, old.replaced_by) == ("superseded", new.id)
    assert old.valid_to == new.valid_from == new.recorded_at
    assert new.status == "active"
    assert [(link.source, link.target, link.type) for link in mind.store.memories.links(new.id)] == [
        (new.id, old.id, "refines")
    ]


def test_it_can_all_be_taken_back(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I live in Leeds.")
    clock.advance(days=40)
    mind.hear("I moved to Bristol, so I live in Bristol now.")
    (formed,) = mind.think()
    mind.store.changes.undo(formed.batch)
    old = by_text(mind)["I live in Leeds."]
    assert (old.status, old.replaced_by, old.valid_to) == ("active", None, None)


def test_what_is_put_right_was_never_true(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I have three nephews.")
    tell(mind, clock, "Correction: I have four nephews, I forgot the baby.", 2)
    old = by_text(mind)["I have three nephews."]
    assert old.status == "superseded"
    assert old.valid_to == old.valid_from


def test_what_contradicts_stays_beside_it_and_is_asked_about_once_a_day(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I live in Leeds.")
    tell(mind, clock, "My favourite colour is green.", 0.01)
    clock.advance(days=40)
    mind.hear("I live in York.")
    mind.hear("My favourite colour is purple.")
    first, second = mind.think()
    assert "“I live in Leeds.”" in first.question
    assert "“I live in York.”" in first.question
    assert second.question == ""
    assert {memory.status for memory in mind.thoughts()} == {"active"}
    clock.advance(days=1)
    mind.hear("My favourite colour is grey.")
    (third,) = mind.think()
    assert "favourite colour" in third.question


def test_what_is_told_in_more_detail_becomes_one_with_it(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I have a cat.")
    tell(mind, clock, "I have a cat, a grey one called Figaro.", 25)
    known = by_text(mind)
    less, more = known["I have a cat."], known["I have a cat, a grey one called Figaro."]
    assert (less.status, less.replaced_by, more.status) == ("merged", more.id, "active")
    assert {e.turn for e in more.evidence} >= {e.turn for e in less.evidence}


def test_what_says_less_only_adds_to_what_is_known(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I have a cat, a grey one called Figaro.")
    assert tell(mind, clock, "I have a cat.", 25) == ()
    (known,) = mind.thoughts()
    assert known.used_count == 1
    assert len({e.turn for e in known.evidence}) == 2


def test_what_is_told_later_of_an_earlier_time_takes_no_place(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I moved to Bristol on 3 May 2026, I live in Bristol now.")
    tell(mind, clock, "I moved to Leeds on 4 June 2019, finally.", 3)
    assert all(memory.status == "active" for memory in mind.thoughts())


def test_what_changed_before_the_older_was_told_takes_its_place_all_the_same(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I live in Leeds with my dog Biscuit.")
    (line,) = tell(mind, clock, "I moved to Bristol last month, I live in Bristol now.", 0.01)
    assert line.startswith("~ ")
    old = by_text(mind)["I live in Leeds"]
    assert old.status == "superseded"
    assert old.valid_to == old.valid_from
    assert by_text(mind)["My dog Biscuit."].status == "active"


def test_a_pinned_memory_is_not_replaced_without_being_asked(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I live in Leeds.")
    mind.editing.pin(mind.thoughts()[0].id, True)
    tell(mind, clock, "I moved to Bristol, so I live in Bristol now.", 40)
    assert by_text(mind)["I live in Leeds."].status == "active"


def test_yesterday_is_another_day_each_time(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I had dinner with Noor yesterday.")
    assert tell(mind, clock, "I had dinner with Noor yesterday.", 7)
    assert len(mind.thoughts()) == 2


def test_one_persons_thoughts_are_linked(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "My sister Lena is a nurse.")
    tell(mind, clock, "My sister Lena adopted a greyhound.", 3)
    (first, second) = sorted(mind.thoughts(), key=lambda m: m.id)
    assert [(link.target, link.type) for link in mind.store.memories.links(second.id)] == [(first.id, "same-person")]


def test_the_statement_itself_is_known_of_one_that_is_kept_with_its_setting(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I work at the harbour library. The roof leaks on the old atlases.")
    (thought,) = mind.thoughts()
    if thought.slot is None:
        assert core_of(thought) in ("I work at the harbour library.", thought.text)


def test_five_hundred_echoes_add_nothing(mind: Thinking, clock: SetClock) -> None:
    """A reply that parrots what it was given is not learned from, nor is the question again."""
    tell(mind, clock, "I adopted a dog named Biscuit.")
    tell(mind, clock, "My sister Lena had a baby in Porto.")
    known = tuple(memory for memory in mind.thoughts() if memory.status == "active")
    before = {memory.id for memory in (*mind.thoughts(), *mind.moments())}
    for number in range(500):
        clock.advance(minutes=7)
        told = known[number % 2]
        echo = told.text.replace("I adopted", "You adopted").replace("My sister", "Your sister")
        mind.hear("What do you know?", f"I remember: {told.text} {echo}", (told,))
    mind.think()
    assert {memory.id for memory in (*mind.thoughts(), *mind.moments())} == before


def test_thinking_about_an_exchange_again_changes_nothing(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I live in Leeds.")
    clock.advance(days=40)
    turn = mind.hear("I moved to Bristol, so I live in Bristol now.")
    mind.think()
    before = {m.id: (m.text, m.status, m.evidence, m.used_count) for m in mind.thoughts()}
    mind.reflection.run(0, turn.id)
    assert {m.id: (m.text, m.status, m.evidence, m.used_count) for m in mind.thoughts()} == before


def test_what_is_told_of_somebody_known_by_name_is_kept_as_theirs(mind: Thinking, clock: SetClock) -> None:
    assert tell(mind, clock, "Biscuit is afraid of thunder.") == ()  # who is Biscuit?
    tell(mind, clock, "I live in Ghent with my dog Biscuit.")
    tell(mind, clock, "Biscuit hides under the stairs when it rains.")
    assert by_text(mind)["Biscuit hides under the stairs when it rains."].subject == "Biscuit"
    assert tell(mind, clock, "Napoleon hides under the stairs when it rains.") == ()


def test_a_job_that_grows_takes_the_place_of_the_old_one(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I work as a nurse at the children's hospital.")
    (line,) = tell(mind, clock, "I now work as a charge nurse on the night shift.", 100)
    assert line.startswith("~ ")


def test_what_changed_in_other_words_is_found_by_its_matter(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I'm unemployed at the moment.")
    (line,) = tell(mind, clock, "I started at the recycling plant on Monday.", 40)
    assert line == "~ I'm unemployed at the moment. → I started at the recycling plant on Monday."


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("My birthday is on 4 March.", "Oops, typo. My birthday is on 14 March."),
        ("My dog is called Pepper.", "Sorry, I typed that wrong: my dog is called Pippin."),
        ("I've read Middlemarch twice.", "To be accurate, I never finished Middlemarch, let alone read it twice."),
    ],
)
def test_what_stands_before_a_statement_tells_that_it_puts_something_right(
    mind: Thinking, clock: SetClock, older: str, newer: str
) -> None:
    tell(mind, clock, older)
    tell(mind, clock, newer, 0.01)
    assert by_text(mind)[older].status == "superseded"


def test_an_older_one_is_found_among_many_by_a_word_that_both_hold(mind: Thinking, clock: SetClock) -> None:
    """A turn's own words are rare too: they must not stand in the way of those by which older ones are found."""
    tell(mind, clock, "I can't stand olives.")
    for number in range(30):
        tell(mind, clock, f"I bought a lamp for room {number}.", 0.01)
    tell(mind, clock, "I've come round to olives, I eat them by the jar now, with breadsticks and vermouth.", 40)
    assert by_text(mind)["I can't stand olives."].status == "superseded"


def test_a_plan_that_is_off_takes_the_place_of_the_plan(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I'm going to run the marathon on 3 December 2030.")
    tell(mind, clock, "I've pulled out of the marathon.", 3)
    assert by_text(mind)["I'm going to run the marathon on 3 December 2030."].status == "superseded"


def test_a_reply_that_makes_something_up_does_not_become_memory(mind: Thinking, clock: SetClock) -> None:
    invented = "Your grandmother Ottilie must be proud of the new garden shed and all its tulips."
    turn = mind.hear("I painted the garden shed on Saturday.", invented)
    (reply,) = mind.store.turns.replies_to(turn.id)
    begin = invented.index("Ottilie")
    mind.store.marks.put(reply.id, (Span(begin, begin + len("Ottilie"), "Ottilie"),))
    mind.think()
    assert [memory.text for memory in mind.moments()] == [turn.text]


def test_a_memory_holds_how_it_felt(mind: Thinking, clock: SetClock) -> None:
    tell(mind, clock, "I feel so lonely since the move.")
    (thought,) = mind.thoughts()
    assert thought.emotion == "loneliness"
    assert thought.valence < 0


@pytest.mark.parametrize(
    "again",
    [
        "I sing in the harbour choir. The tenors are always late.",
        "I sing in the harbour choir.",
        "What a week. i sing in the harbour choir! The altos are worse.",
    ],
)
def test_a_forgotten_statement_does_not_come_back_without_its_setting(
    mind: Thinking, clock: SetClock, again: str
) -> None:
    tell(mind, clock, "I sing in the harbour choir. The tenors are always late.")
    (thought,) = mind.thoughts()
    assert thought.text == "I sing in the harbour choir. The tenors are always late."
    change = mind.editing.forget(thought.id)
    assert tell(mind, clock, again) == ()
    assert {m.status for m in (*mind.thoughts(), *mind.moments())} == {"forgotten"}
    mind.editing.undo(change.batch)
    assert not mind.store.memories.is_buried("I sing in the harbour choir.")
