"""How the model runs best is found out once for a machine and a model, in time that nobody needs, and then used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from companion.clock import SetClock
from companion.companion import Companion
from companion.errors import InvalidInput, ModelFailed, ThinkingStopped
from companion.events import ReplyFinished, StatusChanged
from companion.mind import tuning as tuning_module
from companion.mind.tuning import LEAST_TOKENS, REPLIES
from companion.model.protocol import ModelInfo, StopSignal
from companion.model.threads import Threads
from companion.model.tuning import Trial, TuneProgress, TuneReport, Tuning
from companion.paths import Paths
from companion.reports import Check
from companion.settings import MemorySettings, ModelSettings, Settings
from tests.fakes import FakeModel
from tests.support import PATIENCE, Events, FakeEmbedder

FOUND = Tuning(4, 3, 512, True, "f16", read_per_second=400.0, write_per_second=40.0)
LONG = "I hear you, and I am glad that you told me about it today. " * 3


class TunableModel(FakeModel):
    """Tunes as it is told to; `reached` once it has begun, goes on with `go_on` or stops when it is told to."""

    def __init__(self, found: Tuning = FOUND, *, steady: bool = True) -> None:
        super().__init__(default=LONG)
        self.tuning = Tuning(2, 1)
        self.report = TuneReport(found, (Trial("threads to read", "4", 400.0, 1.5, True),), 1500, 20.0, steady)
        self.tuned = 0
        self.fails: Exception | None = None
        self.reached, self.go_on, self.stopped = threading.Event(), threading.Event(), threading.Event()
        self.go_on.set()

    def tune(self, stop: StopSignal, progress: TuneProgress | None = None) -> TuneReport:
        if progress is not None:
            progress("reading a history", 0, 6)
        self.reached.set()
        while not self.go_on.wait(0.005):
            if stop.is_set():
                self.stopped.set()
                raise ThinkingStopped
        if self.fails is not None:
            raise self.fails
        self.tuned += 1
        return self.report

    def use_threads(self, threads: Threads) -> None:
        self.tuning = replace(self.tuning, read_threads=threads.read, write_threads=threads.write)


Start = Callable[..., tuple[Companion, Events]]


@pytest.fixture
def start(paths: Paths, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    monkeypatch.setattr(tuning_module, "on_mains", lambda: True)
    opened: list[Companion] = []

    def begin(model: FakeModel, threads: int | None = None) -> tuple[Companion, Events]:
        for one in opened:
            one.close()
        settings = Settings(memory=MemorySettings(tier=0), model=ModelSettings(threads=threads))
        companion = Companion(paths, settings, clock=clock, index=False, model=model, embedder=FakeEmbedder())
        events = Events()
        companion.subscribe(events)
        companion.start()
        opened.append(companion)
        return companion, events

    yield begin
    for one in opened:
        one.close()


def measured(events: Events, times: int) -> None:
    """Until measuring was under way and over so often."""

    def over(seen: list[object]) -> bool:
        states = [event.status.measuring for event in seen if isinstance(event, StatusChanged)]
        return sum(a and not b for a, b in pairwise(states)) >= times

    events.wait_until(over)


def speed(companion: Companion) -> Check:
    return next(check for check in companion.doctor() if check.name == "speed")


def test_a_model_that_is_new_here_is_tuned_when_there_is_nothing_else_to_do(start: Start) -> None:
    model = TunableModel()
    companion, events = start(model)
    assert "not measured here yet (companion models tune)" in speed(companion).detail
    companion.measure_when_idle()
    measured(events, 1)
    assert model.tuned == 1
    assert model.tuning.threads == Threads(4, 3), "at once; the rest needs new contexts"
    assert model.tuning.batch == 256
    assert "400 tokens/s read, 40 written" in speed(companion).detail


def test_what_was_found_is_used_at_the_next_opening_and_not_looked_for_again(start: Start) -> None:
    model = TunableModel()
    companion, _ = start(model)
    companion.tune_model()
    companion, _ = start(again := TunableModel())
    companion.settle()
    assert companion.tuner.opening(again.info) == FOUND
    assert companion.tune_model() == model.report
    assert again.tuned == 0
    assert not companion.tuner.due


@pytest.mark.parametrize(
    "other", [{"context_tokens": 2048}, {"name": "another"}, {"size_bytes": 5}], ids=lambda one: next(iter(one))
)
def test_what_was_found_holds_for_that_model_and_context_only(start: Start, other: dict[str, object]) -> None:
    companion, _ = start(model := TunableModel())
    companion.tune_model()
    info: ModelInfo = replace(model.info, **other)  # type: ignore[arg-type]
    assert companion.tuner.opening(model.info) == FOUND
    assert companion.tuner.opening(info) is None


def test_it_holds_for_this_machine_and_this_llama_cpp_only(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    companion, _ = start(model := TunableModel())
    companion.tune_model()
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(tuning_module, "machine", lambda: "a larger one")
        assert companion.tuner.opening(model.info) is None
    monkeypatch.setattr(tuning_module, "version", lambda package: "9.9")
    assert companion.tuner.opening(model.info) is None


def test_on_battery_nothing_is_measured_by_itself(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    companion, _ = start(TunableModel())
    companion.settle()
    assert companion.tuner.due
    monkeypatch.setattr(tuning_module, "on_mains", lambda: False)
    assert not companion.tuner.due
    assert companion.tune_model().tuning == FOUND, "who asks for it gets it"


def test_somebody_who_talks_comes_first(start: Start) -> None:
    model = TunableModel()
    model.go_on.clear()
    companion, events = start(model)
    companion.measure_when_idle()
    assert model.reached.wait(PATIENCE)
    companion.send("Hello, my friend.")
    assert model.stopped.wait(PATIENCE)
    events.wait(ReplyFinished)
    model.go_on.set()
    companion.settle()
    events.wait_until(lambda _: model.tuned == 1)  # it is made up for afterwards


def test_leaving_does_not_wait_for_it(start: Start) -> None:
    model = TunableModel()
    model.go_on.clear()
    companion, _ = start(model)
    companion.measure_when_idle()
    assert model.reached.wait(PATIENCE)
    companion.close()
    assert model.stopped.is_set()


def test_threads_that_a_person_set_stay(start: Start) -> None:
    companion, _ = start(model := TunableModel(), threads=2)
    companion.tune_model()
    assert model.tuning.threads == Threads(2, 1)


def test_one_that_failed_is_tried_again_an_hour_later(start: Start, clock: SetClock) -> None:
    model = TunableModel()
    model.fails = ModelFailed("too busy")
    companion, _ = start(model)
    with pytest.raises(ModelFailed):
        companion.tune_model()
    assert not companion.tuner.due
    clock.advance(minutes=61)
    assert companion.tuner.due


def test_what_a_busy_machine_showed_is_looked_at_again(start: Start, clock: SetClock) -> None:
    companion, _ = start(TunableModel(steady=False))
    companion.tune_model()
    assert not companion.tuner.due
    clock.advance(minutes=61)
    assert companion.tuner.due


@pytest.mark.parametrize(("share", "replies", "due"), [
    (0.4, REPLIES, True), (2.5, REPLIES, True), (0.7, REPLIES, False), (0.4, REPLIES - 1, False),
])  # fmt: skip
def test_replies_far_from_what_was_measured_are_a_reason(
    start: Start, clock: SetClock, share: float, replies: int, due: bool
) -> None:
    companion, _ = start(TunableModel())
    companion.tune_model()
    report = companion.ask("Hello, my friend.")
    companion.settle()
    slow = replace(report, tokens_per_second=share * FOUND.write_per_second, reply_tokens=LEAST_TOKENS)
    clock.advance(minutes=61)
    short = replace(slow, tokens_per_second=1000.0 / share, reply_tokens=LEAST_TOKENS - 1)
    for _ in range(replies):
        companion.tuner.heard(ReplyFinished(0, slow))
        companion.tuner.heard(ReplyFinished(0, short))  # too short to tell
    if replies == REPLIES:
        assert companion.tuner.due is due
    else:
        companion.tuner.heard(ReplyFinished(0, replace(slow, tokens_per_second=FOUND.write_per_second)))
        assert companion.tuner.due is due


def test_a_model_that_runs_elsewhere_is_not_tuned(start: Start) -> None:
    companion, _ = start(FakeModel())
    companion.settle()
    assert not companion.tuner.due
    with pytest.raises(InvalidInput, match="nothing to tune"):
        companion.tune_model()
    assert "no model runs here" in speed(companion).detail
