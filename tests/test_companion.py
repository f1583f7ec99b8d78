"""Companion, the one door: talking, memories, sleep and care in one process, with every thread running."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import pytest

from companion.clock import SetClock
from companion.companion import Companion
from companion.errors import (
    Busy,
    CompanionError,
    EmbedderMissing,
    EmptyMessage,
    InvalidInput,
    ModelMissing,
    NothingToUndo,
    ProfileLocked,
    ProfileReadOnly,
)
from companion.events import (
    MemoriesChanged,
    ReplyFailed,
    ReplyFinished,
    ReplyStarted,
    ReplyToken,
    SleepFinished,
    SleepProgress,
    StatusChanged,
    ThoughtsFormed,
)
from companion.memory.index import VectorIndex
from companion.model.protocol import ChatModel
from companion.paths import Paths
from companion.records import Evidence, Memory, MemoryFilter
from companion.settings import Settings
from companion.store.jobs import MAX_ATTEMPTS
from companion.store.store import Store
from tests.fakes import FakeModel
from tests.house import House
from tests.store.mounts import read_only_copy
from tests.support import FakeEmbedder, dump, problem_of, say

# Talking


def test_it_talks_remembers_and_recalls_after_a_restart(house: House) -> None:
    companion = house.open()
    house.model.enqueue("What a lovely name!", "Her name is Biscuit.")
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    (formed,) = house.events.of(ThoughtsFormed)
    assert [str(line) for line in formed.lines] == ["+ I adopted a dog named Biscuit."]
    companion.close()
    house.clock.advance(days=1)
    house.model = FakeModel(default="Her name is Biscuit.")
    companion = house.open()
    report = companion.ask("Is my dog called Biscuit?")
    assert "I adopted a dog named Biscuit." in [r.memory.text for r in report.recalled]
    assert "Biscuit" in house.model.calls[-1].messages[-1].memories
    shown = companion.transcript()
    assert [item.turn.role for item in shown] == ["person", "companion"] * 2
    assert [r.memory.id for r in shown[-1].recalled] == [r.memory.id for r in report.recalled]
    assert report.turn.conversation == 2


def test_the_acknowledged_turn_is_on_disk_before_the_model_says_a_word(house: House) -> None:
    house.model.gate = threading.Event()
    companion = house.open()
    sent = companion.send("I live in Paris.")
    house.events.wait(ReplyStarted)
    assert companion.transcript()[0].turn.text == "I live in Paris."
    assert companion.transcript()[0].turn.id == sent.turn
    assert house.events.of(ReplyToken) == []
    house.model.gate.set()
    (finished,) = house.events.wait(ReplyFinished)
    assert finished.report.turn.answers == sent.turn


@pytest.mark.parametrize("text", ["", "   ", "\n\t ", "\u3000"])
def test_an_empty_message_is_refused(house: House, text: str) -> None:
    companion = house.open()
    with pytest.raises(EmptyMessage):
        companion.send(text)
    assert companion.transcript() == ()


def test_a_lone_surrogate_is_no_reason_to_lose_the_rest(house: House) -> None:
    companion = house.open()
    companion.ask("before \ud83d after")
    assert companion.transcript()[0].turn.text.startswith("before ")
    assert companion.transcript()[0].turn.text.endswith(" after")


def test_a_second_message_has_to_wait_until_the_reply_is_there(house: House) -> None:
    house.model.gate = threading.Event()
    companion = house.open()
    companion.send("one")
    house.events.wait(ReplyStarted)
    with pytest.raises(Busy):
        companion.send("two")
    house.model.gate.set()
    house.events.wait(ReplyFinished)
    companion._talking.wait()
    companion.ask("two")
    assert [i.turn.text for i in companion.transcript() if i.turn.role == "person"] == ["one", "two"]


def test_what_is_sent_right_after_a_reply_was_told_is_not_too_early(house: House) -> None:
    companion = house.open()
    told, go = threading.Event(), threading.Event()

    def hear(event: object) -> None:
        if isinstance(event, ReplyFinished) and not told.is_set():
            told.set()
            go.wait(60)  # others are still being told

    companion.subscribe(hear)
    companion.send("one")
    assert told.wait(60)
    with ThreadPoolExecutor() as pool:
        sent = pool.submit(companion.send, "two")
        try:
            wait([sent], timeout=0.1)  # however long it takes: it is taken
        finally:
            go.set()
        assert sent.result().turn
    companion._talking.wait()
    assert [i.turn.text for i in companion.transcript() if i.turn.role == "person"] == ["one", "two"]


def test_who_answers_from_within_the_event_is_told_busy_and_not_kept_for_ever(house: House) -> None:
    companion = house.open()
    heard: list[str] = []

    def hear(event: object) -> None:
        if isinstance(event, ReplyFinished) and not heard:
            heard.append(type(problem_of(lambda: companion.send("two"))).__name__)

    companion.subscribe(hear)
    companion.ask("one")
    assert heard == ["Busy"]


def test_many_who_send_at_once_get_one_reply(house: House) -> None:
    house.model.gate = threading.Event()
    companion = house.open()
    outcomes: list[str] = []

    def send(number: int) -> None:
        try:
            companion.send(f"message {number}")
            outcomes.append("sent")
        except Busy:
            outcomes.append("busy")

    threads = [threading.Thread(target=send, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["busy"] * 7 + ["sent"]
    house.model.gate.set()
    house.events.wait(ReplyFinished)
    assert len(companion.transcript()) == 2


def test_esc_stops_the_reply_and_keeps_it(house: House) -> None:
    house.model.gate = threading.Event()
    house.model.step = True
    house.model.enqueue("one two three four five")
    companion = house.open()
    assert companion.stop() is False
    companion.send("count")
    house.events.wait(ReplyStarted)
    house.model.gate.set()
    house.events.wait(ReplyToken)
    assert companion.stop() is True
    house.model.gate.set()
    (finished,) = house.events.wait(ReplyFinished)
    assert finished.report.turn.state == "stopped"
    assert "one two three four five".startswith(finished.report.turn.text)
    assert companion.transcript()[-1].turn == finished.report.turn
    companion._talking.wait()
    assert companion.stop() is False


def test_what_is_sent_while_the_model_loads_is_answered_when_it_is_there(house: House) -> None:
    loaded = threading.Event()
    companion = Companion(house.paths, house.settings, clock=house.clock, index=False, embedder=house.embedder)

    def open_slowly() -> ChatModel:
        loaded.wait()
        return house.model

    companion._open_model = open_slowly  # type: ignore[method-assign]
    companion.subscribe(house.events)
    companion.start()
    house.opened.append(companion)
    assert companion.status().phase == "loading"
    companion.send("are you there?")
    assert companion.transcript()[0].turn.text == "are you there?"
    loaded.set()
    house.events.wait(ReplyFinished)
    assert companion.status().phase == "ready"


def test_without_a_model_the_words_are_kept_and_memory_works(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise ModelMissing("neither here nor there")

    monkeypatch.setattr("companion.companion.find_model", missing)
    companion = Companion(house.paths, house.settings, clock=house.clock, index=False, embedder=house.embedder)
    companion.subscribe(house.events)
    companion.start()
    house.opened.append(companion)
    companion.send("I adopted a dog named Biscuit.")
    (failed,) = house.events.wait(ReplyFailed)
    assert "No language model" in failed.title
    assert "pip install" in failed.hint
    with pytest.raises(ModelMissing):
        companion.ask("Are you there?")
    companion.settle()
    assert companion.search_memories("my dog Biscuit")[0].memory.text == "I adopted a dog named Biscuit."
    status = companion.status()
    assert status.phase == "no-model"
    assert "No language model" in status.problem_title
    assert companion.add_memory("I love tea").memories[0].text == "I love tea"
    assert {check.name: check.level for check in companion.doctor()}["model"] == "error"


def test_without_an_embedder_words_are_enough(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise EmbedderMissing

    monkeypatch.setattr("companion.companion.find_embedder", missing)
    house.embedder = None
    companion = house.open()
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    assert companion.search_memories("dog Biscuit")[0].memory.text == "I adopted a dog named Biscuit."
    assert {c.name: c.level for c in companion.doctor()}["embedder"] == "warning"


def test_a_library_that_fails_while_loading_is_said_and_not_fatal(house: House) -> None:
    companion = Companion(house.paths, house.settings, clock=house.clock, index=False, embedder=house.embedder)
    companion._open_model = lambda: 1 / 0  # type: ignore[assignment,method-assign,return-value]
    companion.subscribe(house.events)
    companion.start()
    house.opened.append(companion)
    companion.send("hello")
    (failed,) = house.events.wait(ReplyFailed)
    assert "could not be loaded" in failed.title


def test_a_listener_that_fails_ends_nothing(house: House) -> None:
    companion = house.open()
    companion._listeners.insert(0, lambda event: 1 / 0)
    companion.ask("hello")
    companion.settle()
    assert len(house.events.of(ReplyFinished)) == 1


def test_closing_in_the_middle_keeps_the_partial_reply(house: House) -> None:
    house.model.gate = threading.Event()
    house.model.step = True
    house.model.enqueue("one two three four five")
    companion = house.open()
    companion.send("count")
    house.events.wait(ReplyStarted)
    house.model.gate.set()
    house.events.wait(ReplyToken)
    closing = threading.Thread(target=companion.close)
    closing.start()
    while not companion._talking._closing:
        pass
    house.model.gate.set()
    closing.join()
    house.model = FakeModel()
    again = house.open()
    reply = again.transcript()[-1].turn
    assert reply.role == "companion"
    assert reply.state == "stopped"
    assert reply.text
    assert "one two three four five".startswith(reply.text)


def test_closing_is_safe_at_any_time_and_twice(house: House) -> None:
    companion = Companion(house.paths, house.settings)
    companion.close()
    companion = house.open()
    companion.close()
    companion.close()
    with pytest.raises(CompanionError, match="closed"):
        companion.transcript()
    house.model = FakeModel()
    house.open()


def test_a_second_one_is_refused_and_the_first_goes_on(house: House) -> None:
    companion = house.open()
    with pytest.raises(ProfileLocked):
        house.open()
    companion.ask("still there?")


def test_after_a_crash_the_reply_is_closed_and_reflection_runs_once(house: House, clock: SetClock) -> None:
    store = Store.open(house.paths, clock)
    turn, _ = say(store, "I adopted a dog named Biscuit.")
    store.turns.add(1, "companion", "What a lov", clock.now(), state="streaming", answers=turn.id)
    store.close()
    companion = house.open()
    companion.settle()
    assert [(i.turn.text, i.turn.state) for i in companion.transcript()][1] == ("What a lov", "interrupted")
    thoughts = companion.list_memories(MemoryFilter(kinds=("thought",)))
    assert [row.memory.text for row in thoughts] == ["I adopted a dog named Biscuit."]
    assert companion.status().pending_jobs == 0


def test_a_job_that_keeps_failing_rests_and_is_shown(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.mind.reflect.admit", lambda _: 1 / 0)
    companion = house.open()
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    assert companion.status().pending_jobs == 1  # each occasion tries once: a passing fault does not use up all tries
    for _ in range(MAX_ATTEMPTS):
        companion.settle()
    assert companion.status().pending_jobs == 0
    check = {c.name: c for c in companion.doctor()}["reflection"]
    assert check.level == "warning"
    assert "failed" in check.detail
    companion.ask("It still talks?")


def learned(companion: Companion) -> list[list[str]]:
    """By reply, what the transcript says was learned: "+ new", or "~ older → new"."""
    return [
        [f"~ {each.older} → {each.memory.text}" if each.older else f"+ {each.memory.text}" for each in item.learned]
        for item in companion.transcript()
        if item.turn.role == "companion"
    ]


def test_the_transcript_tells_what_was_learned_until_it_is_forgotten(house: House) -> None:
    companion = house.open()
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    companion.ask("I adopted a dog named Biscuit. I live in Ghent.")
    companion.settle()
    assert learned(companion) == [["+ I adopted a dog named Biscuit."], ["+ I live in Ghent."]]
    ghent = companion.transcript()[3].learned[0]
    companion.forget_memory(ghent.memory.id)
    assert companion.transcript()[3].learned == ()
    companion.undo()
    assert [each.memory.id for each in companion.transcript()[3].learned] == [ghent.memory.id]


def test_what_was_learned_from_an_exchange_is_taken_back_as_a_whole_and_brought_back(house: House) -> None:
    companion = house.open()
    companion.ask("I live in Leeds.")
    companion.settle()
    house.clock.advance(days=40)
    companion.ask("I adopted a dog named Biscuit. I moved to Bristol, so I live in Bristol now.")
    companion.settle()
    formed = house.events.of(ThoughtsFormed)[-1]
    after = [
        ["+ I live in Leeds."],
        [
            "+ I adopted a dog named Biscuit.",
            "~ I live in Leeds. → I moved to Bristol, so I live in Bristol now.",
        ],
    ]
    assert [str(line) for line in formed.lines] == after[1]
    companion.close()
    companion = house.open()
    assert learned(companion) == after
    assert {each.batch for each in companion.transcript()[3].learned} == {formed.batch}
    known = {row.memory.id for row in companion.list_memories(MemoryFilter())}

    taken = companion.undo(formed.batch)
    assert learned(companion) == [["+ I live in Leeds."], []]
    (leeds,) = (row.memory for row in companion.list_memories(MemoryFilter(kinds=("thought",))))
    assert (leeds.text, leeds.status) == ("I live in Leeds.", "active")
    with pytest.raises(NothingToUndo):
        companion.undo(formed.batch)

    again = companion.undo(taken.batch)
    assert learned(companion) == after
    assert {row.memory.id for row in companion.list_memories(MemoryFilter())} == known
    companion.undo(again.batch)
    companion.close()
    companion = house.open()
    companion.settle()  # what was taken back is not thought again
    assert learned(companion) == [["+ I live in Leeds."], []]


def test_what_took_the_place_of_forgotten_words_does_not_say_them(house: House) -> None:
    companion = house.open()
    companion.ask("I live in Leeds.")
    companion.settle()
    house.clock.advance(days=40)
    companion.ask("I moved to Bristol, so I live in Bristol now.")
    companion.settle()
    (leeds,) = companion.transcript()[1].learned
    companion.forget_memory(leeds.memory.id)
    assert learned(companion) == [[], ["+ I moved to Bristol, so I live in Bristol now."]]


def test_only_what_reflection_made_is_taken_back_with_an_exchange(house: House) -> None:
    companion = house.open()
    companion.ask("Hello there, my friend.")
    companion.settle()
    said = companion.transcript()[0].turn
    with companion._opened.changes.batch("system", "import") as batch:
        batch.add(Memory(0, "thought", "I like you.", "active", said.at, 0, evidence=(Evidence(said.id, 0, 5, ""),)))
    (liked,) = companion.transcript()[1].learned
    assert (liked.memory.text, liked.batch) == ("I like you.", None)


def test_a_message_that_waits_for_the_model_can_be_stopped(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = threading.Event()
    open_model = Companion._open_model

    def slowly(companion: Companion) -> ChatModel:
        loaded.wait()
        return open_model(companion)

    monkeypatch.setattr(Companion, "_open_model", slowly)
    companion = house.open()
    companion.send("I adopted a dog named Biscuit.")
    assert companion.stop() is True
    loaded.set()
    companion._talking.wait()
    assert [item.turn.role for item in companion.transcript()] == ["person"]
    assert companion.ask("Are you there?").turn.state == "complete"
    companion.settle()
    learned = companion.list_memories(MemoryFilter(kinds=("thought",)))
    assert [row.memory.text for row in learned] == ["I adopted a dog named Biscuit."]


# Memory


def test_every_edit_and_its_undo(house: House) -> None:
    companion = house.open(load_model=False)
    added = companion.add_memory("  I live in Paris  ").memories[0]
    assert added.text == "I live in Paris"
    edits: list[tuple[Callable[[], object], str, object]] = [
        (lambda: companion.edit_memory(added.id, "I live in Lyon"), "text", "I live in Lyon"),
        (lambda: companion.pin_memory(added.id), "pinned", True),
        (lambda: companion.forget_memory(added.id), "status", "forgotten"),
    ]
    for edit, name, value in edits:
        before = companion.memory(added.id).memory
        edit()
        assert getattr(companion.memory(added.id).memory, name) == value
        companion.undo()
        assert getattr(companion.memory(added.id).memory, name) == getattr(before, name)
    companion.forget_memory(added.id)
    companion.restore_memory(added.id)
    assert companion.memory(added.id).memory.status == "active"
    detail = companion.memory(added.id)
    assert 0 < detail.retention <= 1
    assert list(dict.fromkeys(e.action for e in detail.history))[:2] == ["restore", "forget"]
    assert companion.history(added.id) == detail.history
    assert house.events.of(MemoriesChanged)


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.add_memory("  "),
        lambda c: c.add_memory("x" * 20_001),
        lambda c: c.add_memory("x", "rumour"),
        lambda c: c.edit_memory(1, "\n"),
        lambda c: c.edit_memory(1, "I live in Paris"),
        lambda c: c.edit_memory(99, "x"),
        lambda c: c.pin_memory(1, False),
        lambda c: c.restore_memory(1),
        lambda c: c.forget_memory(10**30),
        lambda c: c.memory(-1),
        lambda c: c.memory(10**30),
        lambda c: c.undo(99),
        lambda c: c.history(99),
        lambda c: c.search_memories(" "),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(house: House, call: Callable[[Companion], object]) -> None:
    companion = house.open(load_model=False)
    companion.add_memory("I live in Paris")
    companion.settle()
    before = dump(companion._opened)
    with pytest.raises(InvalidInput) as refused:
        call(companion)
    assert refused.value.exit_code == 2
    assert dump(companion._opened) == before


def test_with_nothing_done_there_is_nothing_to_undo(house: House) -> None:
    with pytest.raises(NothingToUndo):
        house.open(load_model=False).undo()


def test_forgetting_takes_the_moment_with_it_and_undo_brings_both_back(house: House) -> None:
    companion = house.open()
    companion.ask("I adopted a dog named Biscuit from the shelter.")
    companion.settle()
    (thought,) = (row.memory for row in companion.list_memories(MemoryFilter(kinds=("thought",))))
    assert len(companion.forget_memory(thought.id).memories) == 2
    assert companion.search_memories("my dog Biscuit") == ()
    assert companion.list_memories(MemoryFilter()) == ()
    companion.undo()
    assert len(companion.list_memories(MemoryFilter())) == 2
    assert companion.search_memories("my dog Biscuit")


@pytest.mark.parametrize("way", ["forgotten", "edited"])
def test_what_was_forgotten_or_corrected_does_not_come_back_through_the_reply_to_it(house: House, way: str) -> None:
    companion = house.open()
    house.model.enqueue("Biscuit will enjoy long walks beside the river every morning.")
    companion.ask("I adopted a dog named Biscuit from the shelter.")
    companion.ask("My favourite colour is green.")
    companion.settle()
    (thought,) = (row.memory for row in companion.list_memories(MemoryFilter(kinds=("thought",), text="Biscuit")))
    if way == "forgotten":
        assert len(companion.forget_memory(thought.id).memories) == 3
    else:
        companion.edit_memory(thought.id, "I adopted a cat named Waffle from the shelter.")
    left = [row.memory.text for row in companion.list_memories(MemoryFilter())]
    assert "Biscuit" not in " ".join(left)
    assert any("green" in text for text in left)
    companion.undo()
    assert len(companion.list_memories(MemoryFilter(text="Biscuit"))) == 3


def test_the_words_of_a_forgotten_memory_cannot_be_swapped_under_its_tombstone(house: House) -> None:
    companion = house.open()
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    (thought,) = (row.memory for row in companion.list_memories(MemoryFilter(kinds=("thought",))))
    companion.forget_memory(thought.id)
    with pytest.raises(InvalidInput, match="forgotten"):
        companion.edit_memory(thought.id, "Something else")
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    assert companion.list_memories(MemoryFilter()) == ()


def test_forgetting_a_moment_takes_what_rests_on_it_alone(house: House) -> None:
    companion = house.open()
    companion.ask("I adopted a dog named Biscuit from the shelter. I live in the old town of Paris.")
    house.clock.advance(days=1)
    companion.ask("I live in the old town of Paris.")
    companion.settle()
    first = companion.list_memories(MemoryFilter(kinds=("moment",)))[-1].memory
    companion.forget_memory(first.id)
    left = {row.memory.text for row in companion.list_memories(MemoryFilter(kinds=("thought",)))}
    assert left == {"I live in the old town of Paris."}, "said on another day too"


def test_an_edit_is_found_by_its_new_words_at_once(house: House) -> None:
    companion = house.open(load_model=False, index=True)
    added = companion.add_memory("I live in Paris").memories[0]
    companion.settle()
    companion.edit_memory(added.id, "My home is Lyon")
    companion.settle()
    assert [r.memory.id for r in companion.search_memories("Lyon home")] == [added.id]
    assert "Paris" not in str(companion.search_memories("Paris"))


# Sleep and care


def test_nights_that_were_missed_are_slept_at_the_next_start(house: House) -> None:
    companion = house.open()
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    companion.close()
    house.clock.advance(days=10)
    house.model = FakeModel()
    companion = house.open()
    companion.settle()
    (event,) = house.events.wait(SleepFinished)
    assert len(event.report.nights) == 10
    assert companion.sleep().nights == ()


def test_the_night_comes_when_the_clock_calls(house: House) -> None:
    companion = house.open()
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    house.clock.advance(days=1)
    companion.night()
    companion.settle()
    assert len(house.events.wait(SleepFinished)[0].report.nights) == 1


def test_sleeping_by_hand_tells_how_far_it_is(house: House) -> None:
    companion = house.open(load_model=False)
    companion.add_memory("I love tea")
    dry = companion.sleep(as_of=house.clock.now() + timedelta(days=400), dry_run=True)
    assert len(dry.nights) == 400
    real = companion.sleep(as_of=house.clock.now() + timedelta(days=400))
    assert (real.nights, real.dormant, real.archived) == (dry.nights, dry.dormant, dry.archived)
    assert house.events.of(SleepProgress)


def test_doctor_finds_everything_in_order(house: House) -> None:
    companion = house.open(index=True)
    companion.ask("I adopted a dog named Biscuit.")
    checks = companion.doctor()
    assert {check.name for check in checks} >= {
        "versions",
        "profile",
        "integrity",
        "model",
        "embedder",
        "index",
        "sleep",
    }
    assert [check for check in checks if check.level != "ok"] == []
    index = next(check for check in checks if check.name == "index")
    assert "2 of 2 vectors, 0 waiting" in index.detail


def test_doctor_says_that_the_index_is_broken_and_what_follows(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(VectorIndex, "_upsert", fail)
    companion = house.open(index=True, load_model=False)
    companion.add_memory("I live in Paris")
    companion.settle()
    index = next(check for check in companion.doctor() if check.name == "index")
    assert index.level == "warning"
    assert "exact search serves" in index.detail
    assert companion.search_memories("Paris")


def test_doctor_says_that_the_model_fails(house: House) -> None:
    companion = house.open()
    companion._talking.wait_until_loaded()
    house.model.enqueue(CompanionError("broken"))
    model = next(check for check in companion.doctor() if check.name == "model")
    assert (model.level, "broken" in model.detail) == ("error", True)


def test_the_status_tells_where_it_stands(house: House) -> None:
    companion = house.open(index=True)
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    status = companion.status()
    assert (status.phase, status.model, status.embedder, status.index) == ("ready", "fake", "fake", "ready")
    assert (status.memories, status.pending_jobs, status.activity, status.read_only) == (2, 0, "", False)
    assert house.events.of(StatusChanged)


def test_another_embedder_makes_every_vector_anew(house: House) -> None:
    companion = house.open(load_model=False)
    companion.add_memory("I live in Paris")
    companion.settle()
    companion.close()
    house.embedder = FakeEmbedder(dimension=64, revision="2")
    companion = house.open(load_model=False)
    companion.settle()
    assert "I live in Paris" in house.embedder.encoded
    assert [r.memory.text for r in companion.search_memories("Paris live")] == ["I live in Paris"]


def test_a_read_only_profile_can_be_looked_at(house: House, tmp_path: Path) -> None:
    companion = house.open()
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    companion.close()
    with read_only_copy(house.paths.data, tmp_path) as folder:
        house.paths = Paths(folder, folder)
        house.model = FakeModel()
        companion = house.open(index=True)
        companion.settle()
        assert companion.status().read_only
        assert [i.turn.role for i in companion.transcript()] == ["person", "companion"]
        assert companion.search_memories("dog Biscuit")
        house.clock.advance(days=30)
        for call in (lambda: companion.send("hello"), lambda: companion.add_memory("x"), companion.sleep):
            with pytest.raises(ProfileReadOnly):
                call()
        assert {c.name: c.level for c in companion.doctor()}["profile"] == "warning"
        companion.close()


def test_an_unknown_persona_is_named(house: House) -> None:
    house.settings = Settings(persona="nobody")
    with pytest.raises(InvalidInput, match="nobody"):
        house.open()


def test_no_turn_is_lost_when_background_and_talk_go_on_at_once(house: House) -> None:
    companion = house.open()
    for number in range(12):
        companion.ask(f"I visited town number {number} of my long journey.")
        companion.add_memory(f"note {number}")
        companion.list_memories(MemoryFilter(text="town"))
    companion.settle()
    assert len(companion.transcript(limit=100)) == 24
    thoughts = companion.list_memories(MemoryFilter(kinds=("thought",), statuses=()))
    assert len({row.memory.text for row in thoughts}) == len(thoughts)
    assert companion.status().pending_jobs == 0
