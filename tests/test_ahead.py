"""Before Enter: what is recalled and read while the person types, and what of it is used, kept, or thrown away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from companion import talking as talking_module
from companion.conversing import CONTINUED
from companion.editing import Editing
from companion.errors import ThinkingStopped
from companion.events import MemoriesRecalled, PromptRead, ReplyFinished, ThoughtsFormed
from companion.memory.recall import Cue
from companion.mind.thinking import Thinker
from companion.model.pace import LEAST, Pace
from companion.model.protocol import Message, StopSignal
from companion.records import Turn
from companion.settings import ModelSettings, Settings
from companion.talking import KeptFile, Talking
from tests.fakes import FakeModel
from tests.house import House
from tests.support import FSRS, PATIENCE, add, dump, meaning, say
from tests.talk import Talk

BISCUIT = "I have a dog named Biscuit."
QUESTION = "What is my dog called?"


def type_out(talk: Talk, text: str) -> None:
    """Key by key, with a pause after each word."""
    ends = [at for at, character in enumerate(text) if character == " "]
    for end in (*ends, len(text)):
        talk.taker.ahead.prepare(talk.store.turns.latest_conversation(), text[:end], talk.model, StopSignal())


def count_recalls(talk: Talk) -> list[str]:
    recalled: list[str] = []
    recall = talk.taker.recall
    talk.taker.ahead.recall = lambda cue, limit: recalled.append(cue.text) or recall(cue, limit)  # type: ignore[assignment, func-returns-value]
    talk.taker.ahead.recall.pool = recall.pool  # type: ignore[attr-defined]
    return recalled


@pytest.fixture
def knows(talk: Talk) -> Talk:
    add(talk.store, BISCUIT)
    talk.taker.recall.meaning = meaning(talk.store)
    talk.answer("hello")
    return talk


# Recall and reading


def test_what_was_typed_is_neither_recalled_on_nor_read_again(knows: Talk) -> None:
    recalled = count_recalls(knows)
    type_out(knows, QUESTION)
    assert recalled[-1] == QUESTION
    before = len(recalled)
    report = knows.answer(QUESTION)
    assert report is not None
    assert len(recalled) == before
    assert [item.memory.text for item in report.recalled] == [BISCUIT]
    assert BISCUIT in knows.model.calls[-1].messages[-1].memories
    assert report.read_tokens <= 3


def test_another_text_than_the_one_typed_last_is_recalled_on(knows: Talk) -> None:
    type_out(knows, QUESTION)
    recalled = count_recalls(knows)
    assert knows.answer(f"{QUESTION} And my cat?") is not None
    assert recalled == [f"{QUESTION} And my cat?"]


@pytest.mark.parametrize("change", ["forgotten", "edited", "learned", "said", "another day"])
def test_what_changed_meanwhile_is_noticed(knows: Talk, change: str) -> None:
    type_out(knows, QUESTION)
    recalled = count_recalls(knows)
    editing = Editing(knows.store, knows.store.clock, FSRS)
    (dog,) = [row.id for row in knows.store.memories.many(range(1, 50)).values() if row.text == BISCUIT]
    match change:
        case "forgotten":
            editing.forget(dog)
        case "edited":
            editing.edit(dog, "I have a dog named Cookie.")
        case "learned":
            add(knows.store, "My dog's name is Biscuit, after the river.")
        case "said":
            say(knows.store, "By the way, I am tired.", "Then rest.")
        case "another day":
            knows.store.clock.advance(days=1)  # type: ignore[attr-defined]
    report = knows.answer(QUESTION)
    assert report is not None
    assert recalled == [QUESTION]
    texts = [item.memory.text for item in report.recalled]
    assert (BISCUIT in texts) == (change not in ("forgotten", "edited"))


def test_typing_leaves_no_trace(knows: Talk) -> None:
    before = dump(knows.store)
    type_out(knows, "I will tell you a secret about my dog: zanzibar.")
    assert dump(knows.store) == before
    assert not any("zanzibar" in message.text for call in knows.model.calls for message in call.messages)


def test_it_is_recalled_on_as_something_not_sent(knows: Talk) -> None:
    cues: list[Cue] = []
    recall = knows.taker.recall
    knows.taker.ahead.recall = lambda cue, limit: cues.append(cue) or recall(cue, limit)  # type: ignore[assignment, func-returns-value]
    knows.taker.ahead.recall.pool = recall.pool  # type: ignore[attr-defined]
    type_out(knows, QUESTION)
    knows.answer("Something else.")
    assert [cue.unsent for cue in cues] == [True] * QUESTION.count(" ") + [True, False]


def test_a_message_that_makes_the_history_leave_is_not_read_in_a_prompt_that_will_not_be(talk: Talk) -> None:
    talk.model = FakeModel(context=700, default="That is interesting, do tell me more about it. " * 3)
    while True:
        report = talk.answer("the weather was of the grey kind today")
        assert report is not None
        if report.prompt_tokens + report.reply_tokens > 500:
            break
    talk.model.ahead.clear()
    typed = "a rather long story about a boat, a storm and a lighthouse keeper's cat " * 4
    talk.taker.ahead.prepare(1, typed, talk.model, StopSignal())
    assert [messages[-1].text for messages in talk.model.ahead] == [""]
    report = talk.answer(typed)
    assert report is not None
    assert report.read_tokens < 150, "the trimmed history was read ahead"


# The talking thread


class Room:
    """A talking thread over a fake model; what it reads ahead is seen."""

    def __init__(self, talk: Talk, kept: KeptFile | None = None) -> None:
        self.talk = talk
        self.poked = threading.Event()
        self.ready = threading.Event()
        self.ready.set()
        self.talking = Talking(
            talk.taker,
            lambda: talk.model,
            self.ready,
            changed=lambda: None,
            after_reply=self.poked.set,
            kept=kept,
        )

    def read(self, wanted: Callable[[tuple[Message, ...]], bool]) -> None:
        """Until such a prompt was read ahead."""
        for _ in range(int(PATIENCE * 100)):
            if any(wanted(messages) for messages in list(self.talk.model.ahead)):
                return
            threading.Event().wait(0.01)
        raise AssertionError("it was not read ahead")

    def say(self, text: str) -> Turn:
        turn = self.talk.tell(text)
        self.talking.answer(turn)
        self.talking.wait()
        return turn


@pytest.fixture
def room(talk: Talk) -> Iterator[Room]:
    room = Room(talk)
    room.talking.start()
    yield room
    room.talking.close()


def test_it_reads_what_is_typed_and_forgets_what_is_taken_back(room: Room) -> None:
    room.talking.typing("I went to the")
    room.read(lambda messages: messages[-1].text == "I went to the")
    room.talk.model.ahead.clear()
    room.talking.typing("")
    room.read(lambda messages: messages[-1].text == "")


def test_after_a_reply_the_next_prompt_is_read_up_to_the_message(room: Room) -> None:
    room.say("hello")
    room.read(lambda messages: [m.text for m in messages[1:]] == ["hello", "I hear you.", ""])


def test_before_recall_is_ready_only_the_beginning_is_read(talk: Talk) -> None:
    room = Room(talk)
    room.ready.clear()
    room.talking.start()
    try:
        room.talking.typing("I went to the")
        room.read(lambda messages: messages[-1].text == "")
        assert all(messages[-1].text == "" for messages in talk.model.ahead)
        room.ready.set()
        room.talking.renew()
        room.read(lambda messages: messages[-1].text == "I went to the")
    finally:
        room.ready.set()
        room.talking.close()


def test_the_background_waits_for_who_types_and_is_told_when_they_are_done(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking_module, "TYPING", 0.05)
    room.talking._typed_at = float("-inf")
    assert not room.talking.wanted
    room.poked.clear()
    room.talking._typed_at = float("inf")
    assert room.talking.wanted
    room.talking.typing("hello")
    assert room.poked.wait(PATIENCE)
    assert not room.talking.wanted


def test_it_keeps_what_was_read_when_it_ends_but_not_what_was_typed(talk: Talk, tmp_path: Path) -> None:
    kept = KeptFile(tmp_path / "read.kv", saves=True)
    room = Room(talk, kept)
    room.talking.start()
    room.say("hello river")
    room.talking.typing("a secret")
    room.read(lambda messages: messages[-1].text == "a secret")
    room.talking.close()
    text = kept.path.read_text()
    assert "river" in text
    assert "secret" not in text


def test_idle_it_keeps_what_was_read(talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking_module, "IDLE", 0.0)
    written = threading.Event()

    class Keeps(FakeModel):
        def keep(self, *args: object, **rest: object) -> int:
            written.set()
            return 0

    talk.model = Keeps()
    room = Room(talk, KeptFile(tmp_path / "read.kv", saves=True))
    room.talking.start()
    try:
        assert written.wait(PATIENCE)
    finally:
        room.talking.close()


class KeepsNothing(FakeModel):
    """Its file gives trouble that nobody thought of."""

    def __init__(self) -> None:
        super().__init__()
        self.tried = threading.Event()

    def keep(self, *args: object, **rest: object) -> int:
        self.tried.set()
        raise RuntimeError("keep")

    def restore(self, file: Path) -> int:
        raise RuntimeError("restore")


def test_a_file_that_gives_trouble_costs_no_reply(talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking_module, "IDLE", 0.0)
    talk.model = model = KeepsNothing()
    room = Room(talk, KeptFile(tmp_path / "read.kv", saves=True))
    room.talking.start()
    room.talking.wait_until_loaded()
    assert room.talking.problem is None
    assert model.tried.wait(PATIENCE)
    room.talking.settle()
    assert room.talking._thread is not None
    assert room.talking._thread.is_alive()
    room.talking.close()
    assert model.closed


def test_what_was_read_of_a_draft_is_not_given_up_to_keep_the_rest(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking_module, "IDLE", 0.0)
    monkeypatch.setattr(talking_module, "TYPING", 0.0)
    kept: list[str] = []
    told = threading.Event()

    class Keeps(FakeModel):
        def keep(self, *args: object, **rest: object) -> int:
            kept.append(self.ahead[-1][-1].text)
            told.set()
            return 0

    talk.model = Keeps()
    room = Room(talk, KeptFile(tmp_path / "read.kv", saves=True))
    room.talking.typing("I went to the river")
    room.talking.start()
    try:
        assert room.poked.wait(PATIENCE), "the person counts as typing still"
        room.talking.typing("")
        assert told.wait(PATIENCE)
        assert set(kept) == {""}
    finally:
        room.talking.close()


def test_one_shot_commands_leave_it_as_it_is(talk: Talk, tmp_path: Path) -> None:
    kept = KeptFile(tmp_path / "read.kv")
    room = Room(talk, kept)
    room.talking.start()
    room.say("hello")
    room.talking.close()
    assert not kept.path.exists()


# Companion


def test_a_chat_goes_on_where_it_was_left_and_reads_nothing_again(house: House) -> None:
    companion = house.open(chat=True)
    companion.ask("My sister Lena plays the cello.")
    companion.close()
    assert house.paths.read.exists()
    house.clock.advance(hours=2)
    house.model = FakeModel()
    companion = house.open(chat=True)
    report = companion.ask("And the piano.")
    assert report.turn.conversation == 1
    assert [m.text for m in house.model.calls[-1].messages[1:]] == [
        "My sister Lena plays the cello.",
        "I hear you.",
        "And the piano.",
    ]
    assert report.read_tokens < 20


def test_after_a_long_pause_a_new_conversation_begins(house: House) -> None:
    companion = house.open(chat=True)
    companion.ask("Good night.")
    companion.close()
    house.clock.advance(seconds=CONTINUED.total_seconds() + 1)
    house.model = FakeModel()
    companion = house.open(chat=True)
    assert companion.ask("Good morning.").turn.conversation == 2


def test_typing_is_heard_only_where_it_is_wanted(house: House) -> None:
    house.settings = Settings(model=ModelSettings(type_ahead=False, keep_read=False))
    companion = house.open(chat=True)
    companion.typing("I went to the river")
    companion.ask("hello")
    companion.close()
    assert not any("river" in m.text for messages in house.model.ahead for m in messages)
    assert not house.paths.read.exists()


def test_what_is_not_to_be_kept_any_more_is_removed(house: House) -> None:
    companion = house.open(chat=True)
    companion.ask("hello")
    companion.close()
    assert house.paths.read.exists()
    house.settings = Settings(model=ModelSettings(keep_read=False))
    house.model = FakeModel()
    house.open()
    assert not house.paths.read.exists()


def test_typing_then_sending_recalls_what_it_should(house: House) -> None:
    companion = house.open()
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    companion.typing("Is my dog called")
    companion.typing("Is my dog called Biscuit?")
    report = companion.ask("Is my dog called Biscuit?")
    assert house.events.of(MemoriesRecalled)[-1].recalled == report.recalled
    assert house.events.of(ReplyFinished)[-1].report.turn.text


def test_a_model_that_is_thinking_is_stopped_before_it_is_closed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    companion = house.open()
    thinking = threading.Event()
    stopped: list[bool] = []

    def think(job: int, turn: int, thinker: Thinker, stop: StopSignal) -> None:
        heard = threading.Event()
        with house.model._locks["think"], stop.calling(heard.set):
            thinking.set()
            stopped.append(heard.wait(PATIENCE))
        raise ThinkingStopped

    monkeypatch.setattr(companion._minding.reflection, "run", think)
    companion.ask("I adopted a dog named Biscuit.")
    assert thinking.wait(PATIENCE)
    companion.close()
    assert stopped == [True]


# Saying how long it takes


def test_the_pace_is_that_of_the_latest_readings() -> None:
    pace = Pace()
    assert pace.seconds(100) == 0
    pace.was(LEAST - 1, 100)
    assert pace.seconds(100) == 0, "so few tokens tell nothing of reading"
    pace.was(1000, 10)
    assert pace.seconds(100) == pytest.approx(1)
    pace.was(1000, 20)
    assert 1 < pace.seconds(100) < 2


def test_progress_says_how_long_the_rest_will_take(talk: Talk) -> None:
    talk.taker.ahead.pace.was(1000, 10)
    talk.answer("hello")
    (first, *_) = [event for event in talk.of(PromptRead) if isinstance(event, PromptRead)]
    assert first.seconds == pytest.approx((first.total - first.done) / 100)


# Power


@pytest.mark.parametrize(
    ("when", "plugged", "waits"),
    [
        ("at once", False, ""),
        ("with power", False, "mains power"),
        ("with power", True, ""),
        ("at night", False, "the night"),
        ("at night", True, ""),
    ],
)
def test_on_its_battery_a_model_thinks_when_the_person_said(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
    plugged: bool,
    waits: str,
) -> None:
    house.settings = Settings.model_validate({"memory": {"on_battery": when, "tier": 1}})
    companion = house.open()
    companion._minding.power = lambda: plugged
    companion.settle()
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    assert companion.status().waiting_for == waits
    assert bool(house.events.of(ThoughtsFormed)) == (not waits)
    if waits:
        companion._minding.power = lambda: True
        companion.settle()
        assert house.events.of(ThoughtsFormed)
        assert companion.status().waiting_for == ""


def test_what_waits_for_the_night_is_done_in_it(house: House) -> None:
    house.settings = Settings.model_validate({"memory": {"on_battery": "at night", "tier": 1}})
    companion = house.open()
    companion._minding.power = lambda: False
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    assert not house.events.of(ThoughtsFormed)
    house.clock.advance(seconds=timedelta(days=1).total_seconds())
    companion.night()
    companion.settle()
    assert house.events.of(ThoughtsFormed)


def test_without_a_model_that_thinks_nothing_waits(house: House) -> None:
    house.settings = Settings.model_validate({"memory": {"on_battery": "at night", "tier": 0}})
    companion = house.open()
    companion._minding.power = lambda: False
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    assert house.events.of(ThoughtsFormed)
