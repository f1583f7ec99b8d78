"""A new model is measured in time that nobody needs; until then it is trusted with nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from companion.clock import SetClock
from companion.companion import Companion
from companion.errors import ModelFailed, ModelMissing
from companion.events import ReplyFinished, StatusChanged
from companion.paths import Paths
from companion.reports import Check
from companion.settings import MemorySettings, Settings
from tests.fakes import AbleModel
from tests.support import PATIENCE, Events, FakeEmbedder

Start = Callable[..., tuple[Companion, Events]]


@pytest.fixture
def start(paths: Paths, clock: SetClock) -> Iterator[Start]:
    opened: list[Companion] = []

    def begin(model: AbleModel, tier: int | None = None) -> tuple[Companion, Events]:
        for one in opened:
            one.close()
        settings = Settings(memory=MemorySettings(tier=tier))
        companion = Companion(paths, settings, clock=clock, index=False, model=model, embedder=FakeEmbedder())
        events = Events()
        companion.subscribe(events)
        companion.start()
        opened.append(companion)
        return companion, events

    yield begin
    for one in opened:
        one.close()


class Waits(AbleModel):
    """Comes to a stand with the first sentence that it is asked about, until it is let go or stopped."""

    def __init__(self, tier: int) -> None:
        super().__init__(tier)
        self.reached, self.let_go, self.stopped = threading.Event(), threading.Event(), threading.Event()

    def generate(self, messages: Any, sampling: Any, *, stop: Any = None, lane: Any = "talk", **rest: Any) -> Any:
        if lane == "think" and not self.let_go.is_set():
            self.reached.set()
            while not (self.let_go.wait(0.005) or stop.is_set()):
                pass
            if stop.is_set():
                self.stopped.set()
        return super().generate(messages, sampling, stop=stop, lane=lane, **rest)


def has_tier(tier: int) -> Callable[[list[Any]], bool]:
    return lambda seen: any(isinstance(event, StatusChanged) and event.status.tier == tier for event in seen)


def thinking(companion: Companion) -> Check:
    return next(check for check in companion.doctor() if check.name == "thinking")


def test_a_new_model_is_measured_when_there_is_nothing_else_to_do(start: Start) -> None:
    companion, events = start(AbleModel(2))
    assert companion.status().tier == companion.thinker.tier == 0
    companion.measure_when_idle()
    events.wait_until(has_tier(2))
    assert companion.thinker.tier == 2
    states = [event.status.measuring for event in events.of(StatusChanged)]
    assert True in states
    assert states[-1] is False


def test_one_shot_commands_do_not_measure(start: Start) -> None:
    model = AbleModel(3)
    companion, _ = start(model)
    companion.ask("Hello there")
    companion.settle()
    assert companion.status().tier == 0
    assert [call.lane for call in model.calls] == ["talk"]


def test_a_model_is_measured_once(start: Start) -> None:
    companion, _ = start(AbleModel(3))
    assert companion.probe_model().tier == 3
    again = AbleModel(3)
    companion, _ = start(again)
    companion.measure_when_idle()
    assert companion.probe_model().tier == 3
    assert companion.status().tier == companion.thinker.tier == 3
    assert again.calls == []
    assert companion.probe_model(again=True).tier == 3
    assert again.calls


def test_the_person_comes_first_and_measuring_goes_on_afterwards(start: Start) -> None:
    model = Waits(3)
    companion, events = start(model)
    companion.measure_when_idle()
    assert model.reached.wait(PATIENCE)
    companion.ask("Hello there")
    assert model.stopped.wait(PATIENCE), "the reply did not wait for the end of the measuring"
    assert companion.status().tier == 0
    events.wait(ReplyFinished)
    model.let_go.set()
    events.wait_until(has_tier(3))


def test_work_comes_first_too(start: Start) -> None:
    model = Waits(3)
    companion, _ = start(model)
    companion.measure_when_idle()
    assert model.reached.wait(PATIENCE)
    companion.settle()
    assert model.stopped.wait(PATIENCE)


def test_closing_does_not_wait_and_keeps_what_was_found(start: Start, paths: Paths) -> None:
    model = Waits(3)
    companion, _ = start(model)
    companion.measure_when_idle()
    assert model.reached.wait(PATIENCE)
    companion.close()
    asked: list[str] = []

    class Counts(AbleModel):
        def likelihood(self, messages: Any, text: str) -> float:
            asked.append(messages[-1].text)
            return super().likelihood(messages, text)

    companion, _ = start(Counts(3))
    assert companion.probe_model().tier == 3
    assert not any("Sentence: " in text for text in asked), "what was scored before is not scored again"


def test_what_the_person_sets_counts_and_nothing_is_measured(start: Start) -> None:
    model = AbleModel(0)
    companion, _ = start(model, tier=2)
    companion.measure_when_idle()
    companion.settle()
    companion.ask("Hello there")
    assert companion.status().tier == companion.thinker.tier == 2
    assert [call.lane for call in model.calls] == ["talk"]
    assert "tier 2" in thinking(companion).detail
    assert "set by hand" in thinking(companion).detail
    assert companion.probe_model().tier == 0, "it can be measured all the same"


def test_another_model_is_another_matter(start: Start) -> None:
    companion, _ = start(AbleModel(3))
    companion.probe_model()
    other = AbleModel(1)
    other._info = type(other._info)("other", None, 4096, 4096, 77, 77)
    companion, _ = start(other)
    companion.settle()
    assert companion.status().tier == 0
    assert companion.probe_model().tier == 1


def test_doctor_tells_the_tier_its_figures_and_how_to_set_it(start: Start) -> None:
    companion, _ = start(AbleModel(3))
    before = thinking(companion)
    assert before.level == "ok"
    assert "tier 0" in before.detail
    assert "companion models probe" in before.detail
    companion.probe_model()
    after = thinking(companion).detail
    assert after.startswith("tier 3: ")
    assert "evidence 1.00" in after
    assert "COMPANION_MEMORY__TIER" in after


def test_a_model_that_could_not_be_loaded(paths: Paths, clock: SetClock) -> None:
    settings = Settings()
    settings.model.path = paths.data / "none.gguf"
    companion = Companion(paths, settings, clock=clock, index=False, embedder=FakeEmbedder())
    companion.start()
    try:
        with pytest.raises(ModelMissing):
            companion.probe_model()
        companion.measure_when_idle()
        companion.settle()
        assert companion.status().tier == companion.thinker.tier == 0
    finally:
        companion.close()


def test_a_model_that_fails_while_it_is_measured_is_no_end_of_the_background(start: Start) -> None:
    failed = threading.Event()

    def fail(_messages: object) -> Exception:
        failed.set()
        return ModelFailed("it broke")

    model = AbleModel(3)
    model.reply_to = fail  # type: ignore[method-assign]
    companion, events = start(model)
    companion.measure_when_idle()
    assert failed.wait(PATIENCE)
    companion.settle()
    assert companion.status().problem_title == "", "it is tried again; nobody has to do anything"
    del model.reply_to
    companion.ask("I adopted a dog named Biscuit.")
    companion.settle()
    assert companion.status().pending_jobs == 0
    events.wait_until(has_tier(3))
