"""Events are kept as a conversation flows: once, from what was really said, and gone with what they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time

import pytest

from companion.clock import SetClock
from companion.editing import Editing
from companion.errors import ModelFailed, ThinkingStopped
from companion.memory.cue import Cue
from companion.memory.meaning import Meaning
from companion.memory.recall import Recall
from companion.mind.event_keeping import EventKeeper, Hearing
from companion.mind.events import PAUSE
from companion.mind.reflect import Reflection
from companion.mind.sleep import Sleep
from companion.mind.telling_events import says_only
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Tier
from companion.model.protocol import StopSignal
from companion.records import Memory, MemoryFilter, Turn
from companion.store.store import Store
from companion.text import text_hash
from tests.support import FSRS, dump, embed_missing, meaning

BABY = (
    "My sister Lena had her baby in Porto yesterday.",
    "I flew to Porto to see Lena and the baby.",
    "The baby is called Tomas, and Lena is tired.",
    "I will visit Lena and the baby in Porto again in June.",
)
BOAT = (
    "I bought an old wooden boat from my neighbour.",
    "The wooden boat needs new paint before summer.",
    "I will sail the wooden boat along the coast.",
    "My neighbour taught me to sail that boat.",
)
EVENTS = ("memories", "evidence", "links", "stretches")


class Life:
    """Conversations that are reflected on and heard at once, an exchange a minute."""

    def __init__(self, store: Store, clock: SetClock) -> None:
        self.store, self.clock = store, clock
        self.meaning: Meaning | None = meaning(store)
        self.reflection = Reflection(store, clock, FSRS, lambda: self.meaning)
        self.keeper = EventKeeper(store, lambda: self.meaning)
        self.editing = Editing(store, clock, FSRS)
        self.conversation = store.turns.open_conversation(clock.now())

    def exchange(self, text: str, reply: str = "I see.") -> Turn:
        self.clock.advance(minutes=1)
        turn = self.store.turns.add(self.conversation, "person", text, self.clock.now())
        self.store.turns.add(self.conversation, "companion", reply, self.clock.now(), answers=turn.id)
        return turn

    def tell(self, *texts: str, surprise: float | None = None) -> list[Turn]:
        """Say it and think about it."""
        turns = []
        for text in texts:
            turn = self.exchange(text)
            if surprise is not None:
                with self.store.db.write():
                    self.store.stretches.surprised(turn.id, surprise)
            self.reflection.queue(turn.id)
            job = self.store.jobs.next()
            assert job is not None
            self.reflection.run(job.id, turn.id)
            turns.append(turn)
        return turns

    def hear(self, turn: Turn) -> tuple[Memory, ...]:
        return self.keep(self.keeper.hear(turn))

    def keep(self, hearing: Hearing) -> tuple[Memory, ...]:
        with self.store.changes.batch("reflection", "remember", "") as batch:
            kept = self.keeper.keep(batch, hearing)
        self.batch = batch.id
        return kept

    def close(self, **how: object) -> tuple[Memory, ...]:
        return self.keep(self.keeper.close(**how))  # type: ignore[arg-type]

    def another(self) -> None:
        self.conversation = self.store.turns.open_conversation(self.clock.now())

    def events(self, *statuses: str) -> list[Memory]:
        found = self.store.memories.find(MemoryFilter(kinds=("event",), statuses=statuses or ("active",)))  # type: ignore[arg-type]
        return found[::-1]


@pytest.fixture
def life(store: Store, clock: SetClock) -> Iterator[Life]:
    return Life(store, clock)  # type: ignore[return-value]


class Summing(Tier0):
    """A thinker of tier 3 that sums up in the words it is given."""

    tier: Tier = 3

    def __init__(self, *answers: str | Exception | None) -> None:
        self.answers = list(answers)
        self.asked: list[list[str]] = []

    def summarise(self, lines: Sequence[str], *, stop: StopSignal) -> str | None:
        self.asked.append(list(lines))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


# What an event is


def test_an_event_quotes_what_the_person_said_and_rests_on_it(life: Life) -> None:
    turns = life.tell(*BABY)
    (event,) = life.close()
    title, *quoted = event.text.split("\n")
    assert title.endswith(", 2 March 2026")
    assert {"Lena", "Porto"} & set(title.split(", "))
    assert 2 <= len(quoted) <= 3
    assert set(quoted) <= set(BABY)
    assert [q.text for q in life.store.memories.quotes(event)] == quoted
    assert all(e.quote_hash == text_hash(text) for e, text in zip(event.evidence, quoted, strict=True))
    assert {q.turn.role for q in life.store.memories.quotes(event)} == {"person"}
    assert (event.kind, event.status, event.recorded_at) == ("event", "active", turns[0].at)
    assert event.event_start == turns[0].at
    assert event.event_end == life.store.turns.latest(1)[0].at


def test_every_word_of_the_title_stands_in_what_is_quoted(life: Life) -> None:
    life.meaning = None
    life.tell(*BABY, "Marco, her husband, cried a lot.", "His mother Ines flew in from Braga.")
    (event,) = life.close()
    title, _, quoted = event.text.partition("\n")
    assert all(word in quoted for word in title.split(", ")[:-1])


def test_what_was_said_is_part_of_it_and_events_follow_each_other(life: Life) -> None:
    life.tell(*BABY)
    (first,) = life.close()
    life.another()
    life.tell(*BOAT)
    (second,) = life.close()
    links = life.store.db.all("SELECT source, target, type FROM links")
    assert (first.id, second.id, "next") in links
    for event, texts in ((first, BABY), (second, BOAT)):
        parts = life.store.memories.many([s for s, target, kind in links if target == event.id and kind == "part-of"])
        assert {m.text for m in parts.values() if m.kind == "moment"} == set(texts)
        assert any(m.kind == "thought" for m in parts.values())


def test_it_is_as_important_as_what_was_learned_in_it(life: Life) -> None:
    life.tell(*BABY)
    (event,) = life.close()
    thoughts = life.store.memories.find(MemoryFilter(kinds=("thought",)))
    assert event.importance == min(4, max(m.importance for m in thoughts))


def test_in_chinese_the_day_is_written_as_there(life: Life) -> None:
    life.tell("我妹妹昨天在巴黎生了一个孩子。", "我昨天坐火车去巴黎看妹妹和孩子。", "我下个月还要去巴黎看妹妹。")
    (event,) = life.close()
    assert event.text.split("\n")[0].endswith("2026年3月2日")


# When


def test_a_change_of_subject_ends_an_event_at_once(life: Life) -> None:
    life.tell(*BABY)
    assert life.events() == []
    life.tell(*BOAT)
    (event,) = life.events()
    assert "Lena" in event.text
    assert "boat" not in event.text


def test_another_conversation_ends_it(life: Life) -> None:
    life.tell(*BABY)
    life.another()
    life.tell("Good morning, I slept badly.")
    assert len(life.events()) == 1


def test_an_exchange_that_was_thought_about_late_does_not_end_what_came_after(life: Life) -> None:
    late = life.exchange("My grandmother planted roses behind the house.")
    life.another()
    life.tell(*BABY[:3])
    life.hear(late)
    assert life.events() == []
    life.tell(BABY[3])
    assert len(life.close()) == 1


def test_a_pause_ends_it(life: Life) -> None:
    life.tell(*BABY)
    life.clock.advance(seconds=PAUSE + 1)
    life.tell("Lena sent a photo of the baby.")
    assert len(life.events()) == 1


def test_surprise_ends_it_where_the_model_tells(life: Life) -> None:
    for text in BABY:
        life.tell(text, surprise=3.0)
    life.tell("The volcano on Jupiter is made of cheese.", surprise=9.0)
    assert len(life.events()) == 1


@pytest.mark.parametrize(
    "texts",
    [
        ("Hi there!", "How are you?", "Thanks!", "Good night."),
        BABY[:2],
        ("hello", *BABY[:2], "ok", "thanks a lot"),
    ],
)
def test_small_talk_makes_no_event(life: Life, texts: tuple[str, ...]) -> None:
    life.tell(*texts)
    assert life.close() == ()
    assert life.store.stretches.open() == {}


def test_it_is_made_once(life: Life) -> None:
    turns = [*life.tell(*BABY), *life.tell(*BOAT)]
    life.close()
    assert len(life.events()) == 2
    before = dump(life.store, *EVENTS, "journal")
    for turn in turns:
        assert life.hear(turn) == ()
    assert life.close() == ()
    assert dump(life.store, *EVENTS, "journal") == before


def test_after_a_restart_it_goes_on_where_it_was(life: Life) -> None:
    life.tell(*BABY[:2])
    life.keeper = EventKeeper(life.store, lambda: life.meaning)
    life.tell(*BABY[2:])
    (event,) = life.close()
    parts = [link for link in life.store.memories.links(event.id) if link.type == "part-of"]
    assert len(life.store.memories.many([link.source for link in parts if link.target == event.id])) >= len(BABY)


def test_without_an_embedder_pauses_and_conversations_end_events(life: Life) -> None:
    life.meaning = None
    life.tell(*BABY, *BOAT)
    assert life.events() == []
    assert len(life.close()) == 1


# Undone and forgotten


def test_undone_it_leaves_nothing_and_does_not_come_back(life: Life) -> None:
    turns = life.tell(*BABY)
    before = dump(life.store, "memories", "evidence", "links")
    life.close()
    life.store.changes.undo(life.batch)
    after = dump(life.store, "memories", "evidence", "links")
    assert {t: [(*row[:24], *row[25:]) for row in rows] for t, rows in after.items()} == {
        t: [(*row[:24], *row[25:]) for row in rows] for t, rows in before.items()
    }, "but for the version of memories"
    for turn in turns:
        life.hear(turn)
    assert life.close() == ()


def test_what_is_forgotten_takes_the_event_that_quotes_it_along(life: Life) -> None:
    life.tell(*BABY)
    (event,) = life.close()
    quoted = event.text.split("\n")[1]
    (thought, *_) = [
        m
        for m in life.store.memories.find(MemoryFilter(kinds=("thought", "moment")))
        if quoted in (m.text, m.text + ".")
    ]
    life.editing.forget(thought.id)
    assert life.store.memories.get(event.id).status == "forgotten"
    life.editing.undo(None)
    assert life.store.memories.get(event.id).status == "active"


def test_what_was_forgotten_before_is_not_told(life: Life) -> None:
    life.tell(*BABY)
    for memory in life.store.memories.find(MemoryFilter(kinds=("thought", "moment"), text="Tomas")):
        if life.store.memories.get(memory.id).status != "forgotten":
            life.editing.forget(memory.id)
    (event,) = life.close()
    assert "Tomas" not in event.text


def test_what_is_forgotten_while_it_is_being_told_is_left_out(life: Life) -> None:
    life.tell(*BABY)
    hearing = life.keeper.close()
    for memory in life.store.memories.find(MemoryFilter(kinds=("moment",))):
        if life.store.memories.get(memory.id).status != "forgotten":
            life.editing.forget(memory.id)
    assert life.keep(hearing) == ()


def test_what_somebody_else_heard_meanwhile_is_not_told_twice(life: Life) -> None:
    life.tell(*BABY)
    first, second = life.keeper.close(), life.keeper.close()
    assert len(life.keep(first)) == 1
    assert life.keep(second) == ()


def test_an_event_that_is_forgotten_takes_what_it_quotes_along(life: Life) -> None:
    life.tell(*BABY)
    (event,) = life.close()
    life.editing.forget(event.id)
    left = "\n".join(m.text for m in life.store.memories.find(MemoryFilter()))
    assert all(quoted not in left for quoted in event.text.split("\n")[1:])


def test_a_corrected_event_leaves_what_it_quoted(life: Life) -> None:
    life.tell(*BABY)
    (event,) = life.close()
    life.editing.edit(event.id, "Lena's baby, March 2026")
    moments = life.store.memories.find(MemoryFilter(kinds=("moment",), statuses=()))
    assert {m.status for m in moments} == {"active"}


# The firewall


@pytest.mark.parametrize(
    "text",
    [
        "Don't remember this: my sister Lena owes the bank in Porto a lot of money.",
        "Let's play: I am a dragon in Porto who eats Lena's baby.",
        'My neighbour said: "I hate Lena and the baby in Porto."',
        "If I were rich I would buy Lena and the baby a palace in Porto.",
        "Will Lena and the baby ever leave Porto for somewhere warm?",
    ],
)
def test_what_was_private_played_quoted_imagined_or_asked_is_never_told(life: Life, text: str) -> None:
    life.tell(BABY[0], text, *BABY[1:3])
    (event,) = life.close()
    assert set(event.text.split("\n")[1:]) <= set(BABY)


def test_the_companions_words_are_never_told(life: Life) -> None:
    for text in BABY:
        turn = life.exchange(text, "Lena and the baby in Porto surely love the river, the bridges and Lena's garden.")
        life.reflection.queue(turn.id)
        life.reflection.run(1, turn.id)
        life.hear(turn)
    (event,) = life.close()
    assert "river" not in event.text


# A model's words


def test_from_tier_3_the_model_tells_it(life: Life) -> None:
    turns = life.tell(*BABY)
    thinker = Summing("A baby in Porto\nTheir sister Lena had her baby Tomas in Porto. They will visit her in June.")
    (event,) = life.close(thinker=thinker)
    assert event.text.split("\n")[0] == "A baby in Porto, 2 March 2026"
    assert event.text.endswith("They will visit her in June.")
    assert thinker.asked == [list(BABY)]
    assert [e.turn for e in event.evidence] == [turn.id for turn in turns]


@pytest.mark.parametrize(
    "answer",
    [
        "A baby in Lisbon\nLena had her baby Tomas.",
        "A baby in Porto\nLena had 2 babies, Tomas and Lena.",
        "A baby in Porto\nMarco and Lena had a baby.",
        "A holiday\nThey enjoyed long sunny walks beside old vineyards with delicious wine.",
        "A baby in Porto",
        None,
    ],
)
def test_a_model_that_adds_anything_is_not_believed(life: Life, answer: str | None) -> None:
    life.tell(*BABY)
    (event,) = life.close(thinker=Summing(answer))
    assert set(event.text.split("\n")[1:]) <= set(BABY)


def test_numbers_and_names_may_be_written_otherwise_than_they_were_said() -> None:
    assert says_only("Two dogs\nThey have two dogs in Rome.", ["I have 2 dogs, and two cats, in Rome."])


@pytest.mark.parametrize("error", [ThinkingStopped(), ModelFailed("broke")])
def test_a_model_that_fails_leaves_all_as_it_was(life: Life, error: Exception) -> None:
    life.tell(*BABY)
    before = dump(life.store, *EVENTS)
    with pytest.raises(type(error)):
        life.close(thinker=Summing(error))
    assert dump(life.store, *EVENTS) == before
    assert len(life.close()) == 1


# In the night


def test_in_the_night_what_was_spoken_of_is_over(life: Life) -> None:
    life.tell(*BABY)
    sleep = Sleep(life.store, life.clock, FSRS, time(3, 30))
    life.clock.advance(days=1)
    dry = sleep.run(dry_run=True)
    assert life.events() == []
    report = sleep.run()
    assert dry.changes == report.changes
    (event,) = life.events()
    assert report.changes[0] == f"+ {event.text.splitlines()[0]}"
    assert report.batch is not None
    assert sleep.run().nights == ()
    life.store.changes.undo(report.batch)
    assert life.events() == []


def test_what_is_spoken_of_still_when_night_falls_goes_on(life: Life) -> None:
    life.clock.at = life.clock.at.replace(hour=2, minute=30)
    life.tell(*BABY[:3])
    life.clock.at = life.clock.at.replace(hour=3, minute=31)
    Sleep(life.store, life.clock, FSRS, time(3, 30)).run()
    life.tell(BABY[3])
    (event,) = life.close()
    assert len([link for link in life.store.memories.links(event.id) if link.type == "part-of"]) >= len(BABY)


def test_nights_caught_up_leave_an_event_as_nights_run_one_by_one(life: Life) -> None:
    life.tell(*BABY)
    sleep = Sleep(life.store, life.clock, FSRS, time(3, 30))
    life.clock.advance(days=4000)
    sleep.run()
    (event,) = life.events("active", "dormant", "archived")
    thoughts = life.store.memories.find(MemoryFilter(kinds=("thought",), statuses=()))
    assert event.status != "active"
    assert {m.status for m in thoughts if m.strength == event.strength} == {event.status}


def test_a_night_that_a_thinking_model_would_hold_up_is_stopped_and_due_still(life: Life) -> None:
    life.tell(*BABY)
    life.clock.advance(days=1)
    sleep = Sleep(life.store, life.clock, FSRS, time(3, 30))
    with pytest.raises(ThinkingStopped):
        sleep.run(thinker=Summing(ThinkingStopped()), stop=StopSignal())
    assert sleep.due(life.clock.now())
    assert len(sleep.run(thinker=Summing(ModelFailed("broke"))).nights) == 1
    assert len(life.events()) == 1


# Recalled


def test_an_event_comes_to_mind(life: Life) -> None:
    life.tell(*BABY)
    life.close()
    life.another()
    life.tell(*BOAT)
    life.close()
    embed_missing(life.store, life.meaning)
    recall = Recall(life.store, life.meaning)
    found = recall(Cue("What happened with Lena and the baby in Porto?", now=life.clock.now()), 8).memories
    assert [m.memory.kind for m in found if m.memory.kind == "event"] in (["event"], [])
    best = [m.memory.text for m in found[:3]]
    assert any("Lena" in text for text in best)
    assert not any("boat" in text for text in best)


def test_what_it_quotes_has_a_vector_when_it_is_kept(life: Life) -> None:
    life.tell(*BABY)
    (event,) = life.close()
    assert life.store.vectors.missing(life.meaning.id, 100) == []
    assert event.text in life.meaning.embedder.encoded  # type: ignore[attr-defined]
