"""Reflection keeps what lasts, once, with its evidence; what is private or forgotten stays out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from companion.clock import SetClock
from companion.editing import Editing
from companion.errors import ProfileError
from companion.events import Line, ThoughtsFormed
from companion.memory.meaning import Meaning
from companion.mind.reflect import REFLECT, Reflection
from companion.records import Memory, MemoryFilter, RecalledMemory, Turn
from companion.store.search import PIECE_BITS
from companion.store.store import Store
from companion.store.vectors import as_matrix
from companion.text import text_hash
from tests.support import FSRS, ZONE, add, change, dump, meaning, say

DAY = 86_400


class Thinking:
    """A person who talks to someone that reflects at once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.meaning: Meaning | None = None
        self.reflection = Reflection(store, store.clock, FSRS, lambda: self.meaning)
        self.editing = Editing(store, store.clock, FSRS)

    def hear(self, text: str, reply: str = "I see.", recalled: tuple[Memory, ...] = ()) -> Turn:
        turn, answer = say(self.store, text, reply)
        assert answer is not None
        self.store.recalls.record(answer.id, [RecalledMemory(m, 1.0, n) for n, m in enumerate(recalled, 1)])
        self.reflection.queue(turn.id)
        return turn

    def think(self) -> list[ThoughtsFormed]:
        formed = []
        while (job := self.store.jobs.next()) is not None:
            assert job.kind == REFLECT
            found = self.reflection.run(job.id, int(job.key))
            if found:
                formed.append(found)
        return formed

    def told(self, clock: SetClock, *texts: str, **between: float) -> list[Memory]:
        """All thoughts, active or not, after each of these was told and thought about; `between` two of them passes so
        much (keyword arguments of `timedelta`)."""
        for text in texts:
            clock.advance(**between)
            self.hear(text)
            self.think()
        return self.thoughts()

    def thoughts(self) -> list[Memory]:
        return self.store.memories.find(MemoryFilter(kinds=("thought",), statuses=()))

    def moments(self) -> list[Memory]:
        return self.store.memories.find(MemoryFilter(kinds=("moment",), statuses=()))


@pytest.fixture
def mind(store: Store) -> Thinking:
    return Thinking(store)


def test_what_a_person_says_of_themselves_is_kept_with_its_evidence(mind: Thinking) -> None:
    turn = mind.hear("Hi there! I adopted a dog named Biscuit. What do you think?")
    (formed,) = mind.think()
    assert formed.lines == (Line("I adopted a dog named Biscuit."),)
    (thought,) = mind.thoughts()
    assert formed.memories == (thought.id,)
    (quote,) = mind.store.memories.quotes(thought)
    assert quote.turn == turn
    assert quote.text == "I adopted a dog named Biscuit."
    assert thought.evidence[0].quote_hash == text_hash(quote.text)
    (moment,) = mind.moments()
    assert moment.text == turn.text
    assert [(e.turn, e.start, e.end) for e in moment.evidence] == [(turn.id, 0, len(turn.text))]
    assert moment.evidence[0].quote_hash == text_hash(turn.text)


@pytest.mark.parametrize(
    "text",
    ["hi", "How are you?", "What is the capital of France?", "Thanks!", "👍", "ok ok", "你好吗？"],
)
def test_small_talk_and_questions_leave_nothing(mind: Thinking, text: str) -> None:
    mind.hear(text)
    assert mind.think() == []
    assert mind.store.memories.count() == 0
    assert mind.store.jobs.pending() == 0


def test_what_was_said_in_private_is_not_kept(mind: Thinking) -> None:
    mind.hear("Don't remember this: I owe my brother two thousand euros. I live in Paris.")
    mind.think()
    assert mind.store.memories.count() == 0


def test_the_companions_words_are_never_taken_for_the_persons(mind: Thinking) -> None:
    mind.hear("Tell me about yourself please", reply="I live in Paris. I adopted a dog named Biscuit.")
    mind.think()
    assert mind.thoughts() == []
    (moment,) = mind.moments()
    assert moment.subject == "companion"


# Moments: the words themselves


def test_either_side_of_an_exchange_is_a_moment_of_its_own(mind: Thinking) -> None:
    turn = mind.hear("  My knee hurts after running.\n", "Rest it for a week, then try swimming instead.")
    mind.think()
    reply, said = mind.moments()
    assert (said.text, said.subject) == ("My knee hurts after running.", "person")
    assert (reply.text, reply.subject) == ("Rest it for a week, then try swimming instead.", "companion")
    quotes = [mind.store.memories.quotes(moment) for moment in (said, reply)]
    assert [[(q.turn.id, q.text) for q in each] for each in quotes] == [
        [(turn.id, said.text)],
        [(turn.id + 1, reply.text)],
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Nice weather.", True),
        ("Cool.", False),
        ("How was your holiday?", False),
        ("Did Lena finally sell that old bicycle?", True),
        ("Hm. Did Lena finally sell that old bicycle? Ok.", True),
        ("我住在巴黎。", True),
        ("好的。", False),
        ("巴黎的天气好吗？", True),
        ("天气好吗？", False),
    ],
)
def test_what_tells_something_is_a_moment_and_a_question_has_to_tell_more(
    mind: Thinking, text: str, told: bool
) -> None:
    mind.hear(text, "Yes.")
    mind.think()
    assert [moment.text for moment in mind.moments()] == [text] * told


def test_a_reply_that_only_repeats_what_it_was_given_is_not_learned(mind: Thinking) -> None:
    known = add(mind.store, "Your sister Lena lives in Rome beside the old river.")
    mind.hear(
        "Tell me of Lena please", "Lena is your sister, she lives in Rome beside the old river!", recalled=(known,)
    )
    mind.hear("I bought a green bicycle today.", "A green bicycle, bought today!")
    mind.think()
    assert [m.text for m in mind.moments()] == ["I bought a green bicycle today."]
    mind.hear("I bought a green bicycle today.", "A green bicycle! Keep it locked beside the station at night.")
    mind.think()
    assert "A green bicycle! Keep it locked beside the station at night." in {m.text for m in mind.moments()}


def test_what_somebody_else_said_is_a_moment_of_theirs_and_never_the_persons(mind: Thinking) -> None:
    conversation = mind.store.turns.open_conversation(mind.store.clock.now())
    turn = mind.store.turns.add(
        conversation, "other", "I live in Paris. I adopted a dog.", mind.store.clock.now(), speaker="Nora"
    )
    mind.reflection.queue(turn.id)
    mind.think()
    assert mind.thoughts() == []
    (moment,) = mind.moments()
    assert (moment.subject, moment.text) == ("Nora", turn.text)


def test_a_reply_does_not_bring_back_what_was_forgotten(mind: Thinking) -> None:
    mind.hear("I used to smoke a lot in Paris.")
    mind.think()
    mind.editing.forget(mind.thoughts()[0].id)
    mind.hear("What am I like?", "You smile often, gladly. I used to smoke a lot in Paris. You like tall trees, too.")
    mind.think()
    assert [m.status for m in mind.moments()] == ["forgotten"]
    mind.hear("What am I like?", "You smile often, gladly. You like tall trees, too.")
    mind.think()
    assert [m.subject for m in mind.moments() if m.status == "active"] == ["companion"]


def test_moments_and_thoughts_know_how_they_felt(mind: Thinking) -> None:
    mind.hear("I love my wonderful dog Biscuit.", "How sad and terrible that the poor neighbour lost hers.")
    mind.think()
    (thought,) = mind.thoughts()
    reply, said = mind.moments()
    assert thought.valence > 0.3
    assert said.valence > 0.3
    assert reply.valence < -0.3


def test_a_moment_knows_when_what_it_tells_of_happened(mind: Thinking) -> None:
    turn = mind.hear("The storm yesterday broke our window.", "Tomorrow a glazier can repair that glass.")
    mind.think()
    reply, said = mind.moments()
    midnight = datetime(2026, 3, 2, tzinfo=ZONE).timestamp()
    assert midnight <= turn.at < midnight + DAY
    assert (said.event_start, said.event_end) == (midnight - DAY, midnight)
    assert (reply.event_start, reply.event_end) == (midnight + DAY, midnight + 2 * DAY)


def test_a_date_that_was_named_is_resolved_from_when_it_was_said(mind: Thinking, clock: SetClock) -> None:
    mind.hear("I broke my arm yesterday.")
    clock.advance(days=30)
    mind.think()
    (thought,) = mind.thoughts()
    assert thought.event_start is not None
    assert thought.event_end is not None
    assert thought.event_end - thought.event_start == 86_400
    assert thought.event_end <= thought.recorded_at
    assert thought.recorded_at == mind.store.turns.get(1).at


# Once


def test_running_a_job_again_adds_and_changes_nothing(mind: Thinking, clock: SetClock) -> None:
    known = add(mind.store, "My sister Lena lives in Rome.")
    turn = mind.hear(
        "I adopted a dog named Biscuit. I adopted a dog named Biscuit.",
        reply="Will Lena in Rome meet Biscuit?",
        recalled=(known,),
    )
    mind.think()
    tables = ("memories", "evidence", "links", "journal", "reviews", "recalls")
    before = dump(mind.store, *tables)
    for _ in range(3):
        clock.advance(days=2)
        assert mind.reflection.run(1, turn.id) is None
    assert dump(mind.store, *tables) == before


def test_a_crash_in_the_middle_leaves_the_job_queued_and_it_runs_once(
    mind: Thinking, monkeypatch: pytest.MonkeyPatch
) -> None:
    mind.hear("I adopted a dog named Biscuit. I live in Paris.")
    before = dump(mind.store)

    def crash(*_: object) -> None:
        raise ProfileError("power cut")

    monkeypatch.setattr(type(mind.store.jobs), "done", crash)
    with pytest.raises(ProfileError):
        mind.think()
    assert dump(mind.store) == before
    monkeypatch.undo()
    mind.think()
    assert len(mind.thoughts()) == 2
    assert len(mind.moments()) == 1
    assert mind.store.jobs.pending() == 0


def test_said_again_is_more_evidence_and_not_another_memory(mind: Thinking, clock: SetClock) -> None:
    mind.hear("I live in Paris.")
    mind.think()
    (before,) = mind.thoughts()
    clock.advance(days=3)
    mind.hear("i live in paris")
    assert mind.think() == []
    (after,) = mind.thoughts()
    assert [e.turn for e in after.evidence] == [1, 3]
    assert after.used_count == 1
    assert after.strength >= before.strength
    assert after.text == "I live in Paris."


def test_twice_in_one_breath_is_once(mind: Thinking) -> None:
    mind.hear("I live in Paris. I live in Paris!")
    mind.think()
    (thought,) = mind.thoughts()
    assert [(e.turn, e.start) for e in thought.evidence] == [(1, 0), (1, 17)]


@pytest.mark.parametrize("status", ["dormant", "archived"])
def test_said_again_wakes_what_had_faded(mind: Thinking, clock: SetClock, status: str) -> None:
    mind.hear("I live in Paris.")
    mind.think()
    change(mind.store, mind.thoughts()[0].id, status=status)
    clock.advance(days=3)
    mind.hear("I live in Paris.")
    mind.think()
    assert [m.status for m in mind.thoughts()] == ["active"]


def test_what_was_replaced_is_not_woken_by_being_said_again(mind: Thinking, clock: SetClock) -> None:
    mind.hear("I live in Paris.")
    mind.think()
    change(mind.store, mind.thoughts()[0].id, status="superseded")
    clock.advance(days=3)
    mind.hear("I live in Paris.")
    mind.think()
    assert "superseded" in {m.status for m in mind.thoughts()}


# Forgotten


def test_what_the_person_had_forgotten_is_not_learned_again(mind: Thinking, clock: SetClock) -> None:
    mind.hear("I used to smoke a lot in Paris.")
    mind.think()
    (thought,) = mind.thoughts()
    change_ = mind.editing.forget(thought.id)
    assert {m.kind for m in change_.memories} == {"thought", "moment"}
    for text in (
        "I used to smoke a lot in Paris.",
        "i used to smoke a lot in paris!",
        "Well, well, what a rainy day in town. I used to smoke a lot in Paris",
    ):
        clock.advance(days=1)
        mind.hear(text)
        assert mind.think() == []
    assert {m.status for m in (*mind.thoughts(), *mind.moments())} == {"forgotten"}
    mind.editing.undo(None)
    assert {m.status for m in mind.thoughts()} == {"active"}


def test_a_thought_the_person_edited_keeps_the_persons_words(mind: Thinking, clock: SetClock) -> None:
    mind.hear("I live in the old town of Paris.")
    mind.think()
    (thought,) = mind.thoughts()
    mind.editing.edit(thought.id, "I live in Lyon.")
    assert mind.moments()[0].status == "superseded"
    clock.advance(days=1)
    mind.hear("I live in Lyon.")
    mind.think()
    (kept,) = mind.thoughts()
    assert [e.turn for e in kept.evidence] == [1, 3]


# Credit


def test_a_memory_the_reply_used_grows_and_one_it_only_had_does_not(mind: Thinking, clock: SetClock) -> None:
    for filler in ("I love tea", "We went sailing in Greece", "My car is red"):
        add(mind.store, filler)
    used = add(mind.store, "My dentist is Dr. Okafor on Elm Street")
    unused = add(mind.store, "My sister Lena collects stamps")
    clock.advance(days=5)
    turn = mind.hear("Who is my dentist?", "Dr. Okafor on Elm Street, I believe.", (used, unused))
    mind.think()
    after = mind.store.memories.many((used.id, unused.id))
    assert after[used.id].used_count == 1
    assert after[used.id].strength > used.strength
    assert after[unused.id] == unused
    assert mind.store.db.all("SELECT used FROM recalls WHERE reply = ? ORDER BY rank", (turn.id + 1,)) == [(1,), (0,)]


def test_what_was_forgotten_meanwhile_gets_no_credit(mind: Thinking, clock: SetClock) -> None:
    memory = add(mind.store, "My dentist is Dr. Okafor on Elm Street")
    clock.advance(days=1)
    mind.hear("Who is my dentist?", "Dr. Okafor on Elm Street.", (memory,))
    mind.editing.forget(memory.id)
    mind.think()
    assert mind.store.memories.get(memory.id).used_count == 0


# Meaning


def test_with_an_embedder_what_is_kept_can_be_found_by_meaning_at_once(mind: Thinking) -> None:
    mind.meaning = meaning(mind.store)
    mind.hear("I adopted a dog named Biscuit.")
    mind.think()
    assert mind.store.vectors.missing(mind.meaning.id, 10) == []
    vector = mind.meaning.embedder.encode(["my dog Biscuit"])[0]
    rows = mind.store.vectors.recallable(mind.meaning.id)
    near = {piece >> PIECE_BITS for piece, blob in rows if float(as_matrix([blob], len(vector))[0] @ vector) > 0.5}
    assert near == {memory.id for memory in (*mind.thoughts(), *mind.moments())}


def test_a_very_long_turn_is_thought_about_too(mind: Thinking) -> None:
    mind.hear("I live in Paris. " + " ".join(f"w{n}" for n in range(40_000)))
    mind.hear("I adopted a dog named Biscuit.", recalled=tuple(mind.moments()))
    mind.think()
    assert mind.store.jobs.pending() == 0
    assert "I adopted a dog named Biscuit." in {m.text for m in mind.thoughts()}


def test_undo_of_a_reflection_takes_all_of_it_back(mind: Thinking) -> None:
    before = dump(mind.store, "memories", "evidence", "links")
    mind.hear("I adopted a dog named Biscuit. I live in Paris.")
    (formed,) = mind.think()
    mind.editing.undo(formed.batch)
    assert dump(mind.store, "memories", "evidence", "links") == before


def test_an_exchange_in_another_zone_keeps_its_own_time(mind: Thinking, clock: SetClock) -> None:
    from datetime import timezone

    clock.at = clock.at.astimezone(timezone(timedelta(hours=-10)))
    mind.hear("I adopted a dog named Biscuit.")
    clock.at = clock.at.astimezone(timezone(timedelta(hours=9)))
    mind.think()
    assert mind.thoughts()[0].utc_offset == -36_000
