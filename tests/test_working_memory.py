"""A long talk stays coherent: what left the prompt is there as a gist, after a restart too, and nobody waits for it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from companion.editing import Editing
from companion.errors import ModelFailed, ThinkingStopped
from companion.memory.recall import Recall
from companion.mind.gist import IN_SHORT, without
from companion.mind.reflect import Reflection
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Thinker, Tier
from companion.model.persona import load_persona
from companion.model.prompt import GIST_SHARE
from companion.model.protocol import Message, StopSignal
from companion.records import ReplyReport, Turn
from companion.settings import MemorySettings
from companion.store.store import Store
from companion.talking import Talking
from companion.turn import TurnTaker
from tests.fakes import FakeModel
from tests.support import FSRS, PATIENCE, add, evidence, say

FACT = "My daughter Nora is allergic to peanuts."
CONTEXT = 1024


@dataclass
class Talk:
    store: Store
    model: FakeModel = field(
        default_factory=lambda: FakeModel(
            context=CONTEXT, default="That is interesting, do tell me more about it. " * 3
        )
    )
    thinker: Thinker = field(default_factory=Tier0)

    def __post_init__(self) -> None:
        self.reflection = Reflection(self.store, self.store.clock, FSRS, lambda: None)
        self.taker = TurnTaker(
            self.store, self.store.clock, Recall(self.store), self.reflection,
            load_persona("companion"), MemorySettings(recall_limit=0), lambda _: None, thinker=lambda: self.thinker,
        )  # fmt: skip

    def say(self, text: str) -> Turn:
        return say(self.store, text)[0]

    def answer(self, text: str) -> ReplyReport:
        report = self.taker.answer(self.say(text), self.model, StopSignal())
        assert report is not None
        return report

    def small_talk(self, exchanges: int) -> list[ReplyReport]:
        return [self.answer(f"Well, the weather was number {n} of the grey kind today") for n in range(exchanges)]

    def look_ahead(self, stop: StopSignal | None = None) -> None:
        self.taker.ahead.look_ahead(1, self.model, stop or StopSignal())

    @property
    def prompt(self) -> str:
        return "\n".join(message.text for message in self.model.calls[-1].messages)

    @property
    def gist(self) -> str:
        return self.store.gists.get(1).text


@pytest.fixture
def talk(store: Store) -> Talk:
    return Talk(store)


def test_a_fact_said_sixty_turns_ago_is_still_in_the_prompt(talk: Talk) -> None:
    talk.answer(f"Hello there! {FACT}")
    talk.small_talk(30)
    talk.answer("What should I bake for the party?")
    assert len(talk.store.turns.conversation(1)) > 62
    assert FACT in talk.prompt
    history = [m.text for m in talk.model.calls[-1].messages[3:]]
    assert not any(FACT in text for text in history)
    assert talk.model.count(talk.gist) <= CONTEXT // GIST_SHARE
    roles = [m.role for m in talk.model.calls[-1].messages]
    assert roles == ["system", *["user", "assistant"] * (len(roles) // 2 - 1), "user"]


def test_what_is_in_the_history_is_not_in_the_gist_and_nothing_is_left_out_between(talk: Talk) -> None:
    talk.small_talk(40)
    kept = talk.store.gists.get(1)
    first = talk.model.calls[-1].messages[3].text
    assert first == talk.store.turns.get(kept.start).text
    before = [turn.text for turn in talk.store.turns.conversation(1) if turn.id < kept.start]
    assert all(any(line.removeprefix("You said: ") in text for text in before) for line in kept.text.split("\n"))


def test_between_two_trimmings_the_prompt_is_only_appended_to(talk: Talk) -> None:
    talk.small_talk(40)
    prompts = [call.messages for call in talk.model.calls]
    changed = sum(later[: len(earlier) - 1] != earlier[:-1] for earlier, later in pairwise(prompts))
    assert 2 <= changed <= 8


def test_a_restart_within_the_conversation_keeps_it(talk: Talk) -> None:
    talk.answer(FACT)
    talk.small_talk(30)
    kept = talk.store.gists.get(1)
    again = Talk(talk.store)
    again.answer("And now?")
    assert again.store.gists.get(1) == kept
    assert again.model.calls[-1].messages[:3] == talk.model.calls[-1].messages[:3]
    assert FACT in again.prompt


def test_another_conversation_has_none_of_it(talk: Talk) -> None:
    talk.answer(FACT)
    talk.small_talk(30)
    talk.store.turns.add(
        talk.store.turns.open_conversation(talk.store.clock.now()), "person", "hi", talk.store.clock.now()
    )
    talk.answer("Good morning.")
    assert FACT not in talk.prompt


def test_a_reply_that_fails_leaves_the_gist_as_good_as_it_was(talk: Talk) -> None:
    talk.answer(FACT)
    for n in range(30):
        talk.model.enqueue(ModelFailed("broke"))
        talk.taker.answer(talk.say(f"the weather was number {n} of the grey kind today " * 3), talk.model, StopSignal())
    talk.answer("And now?")
    assert FACT in talk.prompt


def test_nothing_is_remembered_from_it(talk: Talk) -> None:
    talk.small_talk(20)
    with talk.store.db.write():
        talk.store.gists.put(1, talk.store.gists.get(1)._replace(text="I own 17 castles in Spain."))
    talk.answer("What do I own?")
    assert "17 castles" in talk.prompt
    while (job := talk.store.jobs.next()) is not None:
        talk.reflection.run(job.id, int(job.key))
    assert talk.store.db.value("SELECT count(*) FROM memories WHERE text LIKE '%castles%'") == 0
    assert talk.store.db.value("SELECT count(*) FROM turns WHERE text LIKE '%castles%'") == 0


def test_what_the_person_has_forgotten_is_out_of_the_prompt_at_once_and_for_good_at_the_next_trimming(
    talk: Talk,
) -> None:
    talk.answer(FACT)
    talk.small_talk(20)
    assert FACT in talk.gist
    memory = add(talk.store, FACT)
    editing = Editing(talk.store, talk.store.clock, FSRS)
    editing.forget(memory.id)
    talk.answer("And now?")
    assert FACT not in talk.prompt
    editing.undo(None)
    talk.answer("And now again?")
    assert FACT in talk.prompt
    editing.forget(memory.id)
    talk.small_talk(12)
    assert FACT not in talk.gist


def test_a_summary_does_not_outlive_what_it_may_tell_of() -> None:
    gist = f"In short: a cello and a dog.\n{FACT}\nYou said: a cello is a fine thing."
    assert without(gist, lambda said: False, summary=True) == gist
    assert without(gist, lambda said: False, summary=False).startswith(FACT)
    assert without(gist, lambda said: said == FACT, summary=True) == "You said: a cello is a fine thing."
    assert without(gist, lambda said: said.startswith("a cello"), summary=True) == FACT


# Ahead of the next message


def test_the_next_prompt_is_read_ahead_when_something_has_to_leave(talk: Talk) -> None:
    reports = []
    for n in range(40):
        reports.append(talk.answer(f"Well, the weather was number {n} of the grey kind today"))
        talk.look_ahead()
    assert talk.gist
    assert max(report.read_tokens for report in reports[1:]) < 80, "no message has to wait for the history"
    without = Talk(talk.store)
    talk.store.turns.add(
        talk.store.turns.open_conversation(talk.store.clock.now()), "person", "hi", talk.store.clock.now()
    )
    assert max(report.read_tokens for report in without.small_talk(40)[1:]) > 200


def test_when_nothing_has_to_leave_only_the_opening_of_the_next_message_is_read(talk: Talk) -> None:
    talk.small_talk(3)
    before = list(talk.model._cached["talk"])
    talk.look_ahead()
    assert talk.store.gists.get(1) == (0, "")
    assert talk.model._cached["talk"][: len(before)] == before
    assert len(talk.model._cached["talk"]) <= len(before) + 3


def test_whoever_talks_meanwhile_is_not_kept_waiting(talk: Talk) -> None:
    fill(talk, 770)
    kept, stop = talk.store.gists.get(1), StopSignal()
    stop.set()
    talk.look_ahead(stop)
    assert talk.store.gists.get(1) == kept
    talk.look_ahead()
    assert talk.store.gists.get(1) != kept


def fill(talk: Talk, tokens: int) -> None:
    """Talk until the prompt has so many tokens."""
    while talk.small_talk(1)[0].prompt_tokens <= tokens:
        pass


class Summing(Tier0):
    tier: Tier = 3

    def __init__(self, answer: str | Exception) -> None:
        self.answer = answer

    def summarise(self, lines: Sequence[str], *, stop: StopSignal) -> str | None:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_model_of_tier_3_sums_up_while_nobody_waits(talk: Talk) -> None:
    talk.thinker = Summing("Peanuts\nTheir daughter Nora is allergic to peanuts.")
    talk.answer(FACT)
    for _ in range(30):
        talk.small_talk(1)
        talk.look_ahead()
    talk.answer("And now?")
    assert f"{IN_SHORT}Their daughter Nora is allergic to peanuts." in talk.prompt


def test_what_is_forgotten_while_it_is_summed_up_does_not_come_back(talk: Talk) -> None:
    talk.answer(FACT)
    turn = talk.store.turns.conversation(1)[0]
    moment = add(talk.store, FACT, kind="moment", evidence=(evidence(turn, FACT),))

    class Meanwhile(Summing):
        def summarise(self, lines: Sequence[str], *, stop: StopSignal) -> str | None:
            if talk.store.memories.get(moment.id).status != "forgotten":
                Editing(talk.store, talk.store.clock, FSRS).forget(moment.id)
                return super().summarise(lines, stop=stop)
            return None

    talk.thinker = Meanwhile("Peanuts\nTheir daughter Nora is allergic to peanuts.")
    while talk.store.memories.get(moment.id).status != "forgotten":
        talk.small_talk(1)
        talk.look_ahead()
    assert "peanuts" not in talk.gist
    talk.look_ahead()
    talk.answer("And now?")
    assert "peanuts" not in talk.prompt


@pytest.mark.parametrize("error", [ThinkingStopped(), ModelFailed("broke")])
def test_a_model_that_does_not_sum_up_leaves_the_persons_sentences(talk: Talk, error: Exception) -> None:
    talk.thinker = Summing(error)
    talk.answer(FACT)
    for _ in range(30):
        talk.small_talk(1)
        talk.look_ahead()
    talk.answer("And now?")
    assert FACT in talk.prompt
    assert IN_SHORT not in talk.prompt


def test_a_message_ends_the_reading_ahead(talk: Talk) -> None:
    """The talking thread reads ahead, and stops for who talks."""
    reading, stopped = threading.Event(), threading.Event()

    class Slow(FakeModel):
        def read_ahead(
            self,
            messages: Sequence[Message],
            *,
            stop: StopSignal | None = None,
            lane: object = "talk",
            unfinished: bool = False,
        ) -> int:
            if stop is not None and len(messages) > 2:
                reading.set()
                while not stop.is_set():
                    stopped.wait(0.001)
                stopped.set()
            return 0

    model = Slow(context=CONTEXT, default="That is interesting, do tell me more about it. " * 3)
    talk.model = model
    fill(talk, 650)  # so that the next exchange fits, and the one after it may not
    ready = threading.Event()
    ready.set()
    talking = Talking(talk.taker, lambda: model, ready, changed=lambda: None, after_reply=lambda: None)
    talking.start()
    talking.wait_until_loaded()
    try:
        talking.answer(talk.say("Well, the weather was of the grey kind again today, wasn't it?"))
        talking.wait()
        assert reading.wait(PATIENCE)
        assert not talking.busy
        talking.answer(talk.say("Hello again!"))
        talking.wait()
        assert stopped.is_set()
        assert model.calls[-1].messages[-1].text == "Hello again!"
    finally:
        talking.close()
    assert not talking.busy
