"""How a model is run: what the real one does with each way of running it, and that trying them disturbs nobody."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from companion.errors import ThinkingStopped
from companion.model.llama import LlamaModel
from companion.model.protocol import Message, Sampling, StopSignal
from companion.model.threads import Threads
from companion.model.tuner import candidates
from companion.model.tuning import Trial, TuneReport, Tuning, default_tuning
from tests.model.adapters import write_adapter

GREEDY = Sampling(temperature=0, max_tokens=6)
"""Short: later on two words are as likely as each other for this model, and the batch a token is read in decides."""
SYSTEM = Message("system", "You are a warm and honest companion.")
OLD = [
    Message("user", "Hello, I have just come home from a long walk along the river with my dog."),
    Message("assistant", "That sounds lovely, how is your dog?"),
]
RECENT = [Message("user", "He sleeps on the sofa now, snoring."), Message("assistant", "A dog's life, truly.")]
NEXT = Message("user", "What should I cook tonight, do you think?")
PLAIN = Tuning(1, 1, flash_attention=False)
WAYS = [
    PLAIN,
    replace(PLAIN, batch=64),
    replace(PLAIN, flash_attention=True),
    replace(PLAIN, flash_attention=True, kv_type="q8_0"),
    Tuning(2, 1, 512, True, "q8_0"),
]


def opened(starter: Path, tuning: Tuning, threads: int | None = None) -> LlamaModel:
    return LlamaModel.open(starter, context=1024, threads=threads, tuning=lambda _: tuning)


@pytest.fixture(params=WAYS, ids=lambda way: f"{way.batch}-{'flash' if way.flash_attention else 'plain'}-{way.kv_type}")
def model(request: pytest.FixtureRequest, starter: Path) -> Iterator[LlamaModel]:
    model = opened(starter, request.param)
    yield model
    model.close()


def test_old_history_goes_without_reading_the_rest_again(model: LlamaModel) -> None:
    """However the cache is kept, what is left of it after a shift says what the same prompt read anew says: the
    likeliest of a few beginnings, and about as likely."""
    options = ("Soup", "Pasta", "The", "You", "I")
    model.generate([SYSTEM, *OLD, *RECENT, NEXT], GREEDY, on_text=lambda _: None)
    shifted = model.choose([SYSTEM, *RECENT, NEXT], options, lane="talk")
    anew = model.choose([SYSTEM, *RECENT, NEXT], options, lane="think")
    trimmed = model.generate([SYSTEM, *RECENT, NEXT], GREEDY, on_text=lambda _: None)
    assert trimmed.read_tokens <= 2, "it was not read again"
    assert shifted == pytest.approx(anew, abs=0.15)
    assert max(shifted) == shifted[anew.index(max(anew))]


def test_what_was_said_before_an_end_can_be_continued(model: LlamaModel) -> None:
    first = model.generate([SYSTEM, *OLD, NEXT], GREEDY, on_text=lambda _: None)
    again = model.generate([SYSTEM, *OLD, NEXT], GREEDY, on_text=lambda _: None)
    assert (again.text, again.read_tokens) == (first.text, 1)


def test_what_was_read_is_taken_over_by_a_cache_of_the_same_kind_only(starter: Path, tmp_path: Path) -> None:
    def held(tuning: Tuning, adapter: Path | None = None) -> int:
        added = (adapter, 1.0) if adapter is not None else None
        model = LlamaModel.open(starter, context=1024, tuning=lambda _: tuning, adapter=added)
        found = model.restore(tmp_path / "read")
        model.close()
        return found

    model = opened(starter, PLAIN)
    model.generate([SYSTEM, NEXT], GREEDY, on_text=lambda _: None)
    assert model.keep(tmp_path / "read", [SYSTEM, NEXT]) > 0
    model.close()
    assert held(replace(PLAIN, read_threads=2, batch=64)) > 0
    assert held(replace(PLAIN, flash_attention=True)) == 0
    assert held(replace(PLAIN, flash_attention=True, kv_type="q8_0")) == 0
    assert held(PLAIN, write_adapter(tmp_path / "kind.gguf")) == 0


def test_threads_that_a_person_set_come_first(starter: Path) -> None:
    model = opened(starter, Tuning(2, 2, 128, read_per_second=9, write_per_second=9), threads=1)
    assert (model.tuning.threads, model.tuning.batch) == (Threads(1, 1), 128)
    model.close()


def test_threads_change_while_it_is_open(starter: Path) -> None:
    model = opened(starter, PLAIN)
    before = model.generate([SYSTEM, *OLD, NEXT], GREEDY, on_text=lambda _: None)
    model.use_threads(Threads(2, 2))
    assert model.tuning.threads == Threads(2, 2)
    assert model.generate([SYSTEM, *OLD, NEXT], GREEDY, on_text=lambda _: None).text == before.text
    model.close()


def test_where_a_way_does_not_work_any_more_the_usual_one_is_taken(starter: Path) -> None:
    """A compact cache without flash attention: llama.cpp refuses it."""
    model = opened(starter, Tuning(1, 1, 256, False, "q8_0", 100, 50))
    assert model.tuning == default_tuning()
    assert model.generate([NEXT], GREEDY, on_text=lambda _: None).text
    model.close()


def test_trying_ends_at_once_and_leaves_the_conversation_alone(starter: Path) -> None:
    model = opened(starter, PLAIN)
    first = model.generate([SYSTEM, *OLD, NEXT], GREEDY, on_text=lambda _: None)
    steps: list[str] = []
    stop = StopSignal()

    def progress(what: str, done: int, total: int) -> None:
        steps.append(what)
        if done == 1:
            stop.set()

    with pytest.raises(ThinkingStopped):
        model.tune(stop, progress)
    assert len(steps) == 2
    again = model.generate([SYSTEM, *OLD, NEXT], GREEDY, on_text=lambda _: None)
    assert (again.text, again.read_tokens) == (first.text, 1)
    assert model.tuning == PLAIN
    stopped = StopSignal()
    stopped.set()
    with pytest.raises(ThinkingStopped):
        model.tune(stopped)
    model.close()


def test_closing_does_not_wait_for_it(starter: Path) -> None:
    """The model goes while it is being measured, from within its own progress."""
    model = opened(starter, PLAIN)
    closing: list[threading.Thread] = []

    def progress(what: str, done: int, total: int) -> None:
        if not closing:
            closing.append(threading.Thread(target=model.close))
            closing[0].start()

    with pytest.raises(ThinkingStopped):
        model.tune(StopSignal(), progress)
    closing[0].join()


def test_a_large_vocabulary_is_not_read_in_large_batches() -> None:
    """Their logits would take more memory than all the rest."""
    assert candidates(1, 49_152).batches == (128, 512)
    assert candidates(1, 262_144).batches == (128,)


def test_a_compact_cache_is_wanted_where_memory_is_short() -> None:
    assert candidates(1 << 50, 49_152).memory_short
    assert not candidates(1 << 10, 49_152).memory_short
    assert 1 in candidates(1, 49_152).threads


@pytest.mark.nightly
def test_the_whole_of_it(starter: Path) -> None:
    model = opened(starter, PLAIN)
    report = model.tune(StopSignal())
    assert {trial.what for trial in report.trials} >= {"threads to read", "threads to write", "attention", "cache"}
    assert report.tuning.measured
    model.close()


def test_what_was_kept_is_read_back_or_not_at_all() -> None:
    report = TuneReport(
        Tuning(2, 1, 256, False, "f16", 290, 90), (Trial("cache", "f16", 9.5, 1.0, True),), 1500, 9, True
    )
    assert TuneReport.from_json(report.json()) == report
    kept = json.loads(report.json())
    for damaged in (None, "", "[]", "{}", "no", json.dumps(kept | {"tuning": {}}), json.dumps(kept | {"more": 1})):
        assert TuneReport.from_json(damaged) is None
    for name, value in (("read_threads", 0), ("batch", "many"), ("kv_type", "f64"), ("flash_attention", "on")):
        assert TuneReport.from_json(json.dumps(kept | {"tuning": kept["tuning"] | {name: value}})) is None
