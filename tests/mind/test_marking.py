"""Marks of a reply: made with it, there after a restart, never read by the model, and not fit to remember."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from companion.clock import SetClock
from companion.companion import Companion
from companion.errors import ModelFailed
from companion.events import Event, ReplyFinished
from companion.memory.recall import Recall
from companion.mind import marking
from companion.mind.marking import fit_to_remember
from companion.mind.reflect import Reflection
from companion.model.persona import load_persona
from companion.model.protocol import StopSignal
from companion.paths import Paths
from companion.records import ReplyReport
from companion.settings import MemorySettings, Settings
from companion.store.store import Store
from companion.turn import TurnTaker, recover
from tests.fakes import FakeModel
from tests.support import FSRS, FakeEmbedder, add, meaning, say

MADE_UP = "That is nice. You moved to Porto on 12 May, I remember."


@dataclass
class Talk:
    store: Store
    model: FakeModel = field(default_factory=FakeModel)
    seen: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reflection = Reflection(self.store, self.store.clock, FSRS, lambda: None)
        recall = Recall(self.store)
        recall.meaning = meaning(self.store)
        self.taker = TurnTaker(
            self.store, self.store.clock, recall, self.reflection, load_persona("companion"), MemorySettings(),
            self.seen.append,
        )  # fmt: skip

    def answer(self, text: str, reply: str) -> ReplyReport:
        self.model.enqueue(reply)
        report = self.taker.answer(say(self.store, text)[0], self.model, StopSignal())
        assert report is not None
        return report


@pytest.fixture
def talk(store: Store) -> Talk:
    return Talk(store)


def texts(report: ReplyReport) -> list[str]:
    return [span.text for span in report.unsupported]


def test_what_is_made_up_is_on_the_event_and_on_disk(talk: Talk) -> None:
    report = talk.answer("I like it here.", MADE_UP)
    assert texts(report) == ["Porto", "12 May"]
    assert isinstance(talk.seen[-1], ReplyFinished)
    assert talk.seen[-1].report.unsupported == report.unsupported
    assert talk.store.marks.of([report.turn.id]) == {report.turn.id: report.unsupported}


def test_conversation_memories_and_persona_support_a_reply(talk: Talk) -> None:
    assert texts(talk.answer("I moved to Porto on 12 May.", MADE_UP)) == []
    assert texts(talk.answer("It is warm.", "You moved to Porto, I know.")) == []
    add(talk.store, "My sister Lena lives in Rome.")
    talk.taker.recall.meaning = meaning(talk.store)
    assert texts(talk.answer("Where does my sister live?", "Your sister Lena is in Rome.")) == []
    assert texts(talk.answer("Who am I talking to?", "You called me Companion.")) == []


def test_what_a_reply_made_up_supports_no_later_one(talk: Talk) -> None:
    talk.answer("I like it here.", MADE_UP)
    assert texts(talk.answer("Really?", "You moved to Porto, yes.")) == ["Porto"]


def test_the_model_never_reads_marks(talk: Talk) -> None:
    talk.answer("I like it here.", MADE_UP)
    talk.answer("And so on.", "I see.")
    read = "".join(message.text + message.memories for message in talk.model.calls[-1].messages)
    assert MADE_UP in read
    assert "not from memory" not in read


def test_sentences_with_marks_are_not_fit_to_remember(talk: Talk) -> None:
    assert fit_to_remember(talk.store, talk.answer("I like it here.", MADE_UP).turn) == "That is nice."
    assert fit_to_remember(talk.store, talk.answer("Fine.", "You live in Lisbon.").turn) is None
    assert fit_to_remember(talk.store, talk.answer("Well.", "Good to hear.").turn) == "Good to hear."


def test_a_reply_that_broke_off_is_checked_too(talk: Talk) -> None:
    turn = say(talk.store, "I like it here.")[0]
    reply = talk.store.turns.add(
        turn.conversation, "companion", MADE_UP, talk.store.clock.now(), state="streaming", answers=turn.id
    )
    assert recover(talk.store, talk.reflection) == 1
    assert fit_to_remember(talk.store, talk.store.turns.get(reply.id)) == "That is nice."


def test_a_reply_that_failed_is_checked_too(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, on_text: object, **__: object) -> None:
        on_text(MADE_UP)  # type: ignore[operator]
        raise ModelFailed("broke")

    monkeypatch.setattr(talk.model, "generate", fail)
    assert talk.taker.answer(say(talk.store, "I like it here.")[0], talk.model, StopSignal()) is None
    reply = talk.store.turns.latest(1)[0]
    assert (reply.state, fit_to_remember(talk.store, reply)) == ("failed", "That is nice.")


def test_a_fault_of_the_check_costs_no_reply(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(marking, "unsupported", fail)
    assert talk.answer("I like it here.", MADE_UP).turn.text == MADE_UP


def test_marks_are_read_back_with_the_conversation(paths: Paths, clock: SetClock) -> None:
    def opened(model: FakeModel) -> Companion:
        companion = Companion(paths, Settings(), clock=clock, index=False, model=model, embedder=FakeEmbedder())
        companion.start()
        return companion

    model = FakeModel()
    model.enqueue(MADE_UP)
    companion = opened(model)
    report = companion.ask("I like it here.")
    companion.close()
    companion = opened(FakeModel())
    items = companion.transcript()
    companion.close()
    assert [item.unsupported for item in items] == [(), report.unsupported]
