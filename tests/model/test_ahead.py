"""What is read before it is asked for, and kept between starts, with the real model: less to read, the same said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from companion.model.kept import read_kept, remove_kept, write_kept
from companion.model.llama import LlamaModel
from companion.model.protocol import Adapter, Generation, Message, Sampling, StopSignal
from companion.model.tuning import Tuning

GREEDY = Sampling(temperature=0, max_tokens=10)
SYSTEM = Message("system", "You are a warm and honest companion.")
HELLO = Message("user", "Hello, I have just come home from a long walk along the river with my dog.")
TYPED = "What should I cook tonight"
WHOLE = f"{TYPED}, do you think? There are only leeks, eggs and some rather old cheese."
MEMORIES = "Context:\nI do not eat meat. (3 May 2026)\n\nQuestion:"
OPEN = Message("user", "")
CLOSING = 12
"""At most so many tokens close a message and open the reply."""


def say(model: LlamaModel, *messages: Message, surprise: bool = False) -> Generation:
    return model.generate(messages, GREEDY, on_text=lambda _: None, surprise=surprise)


def test_what_was_typed_ahead_is_not_read_again(model: LlamaModel) -> None:
    answer = Message("assistant", say(model, SYSTEM, HELLO).text)
    alone = say(model, SYSTEM, HELLO, answer, Message("user", WHOLE, MEMORIES))
    model.read_ahead([SYSTEM, HELLO, answer, OPEN], unfinished=True)
    for end in (len(TYPED) - 2, len(TYPED), len(WHOLE)):
        model.read_ahead([SYSTEM, HELLO, answer, Message("user", WHOLE[:end], MEMORIES)], unfinished=True)
    ahead = say(model, SYSTEM, HELLO, answer, Message("user", WHOLE, MEMORIES))
    assert ahead.read_tokens <= CLOSING
    assert ahead.text == alone.text


def test_other_memories_at_the_end_cost_only_the_message(model: LlamaModel) -> None:
    say(model, SYSTEM, HELLO)
    model.read_ahead([SYSTEM, Message("user", TYPED, MEMORIES)], unfinished=True)
    other = Message("user", WHOLE, MEMORIES.replace("meat", "fish"))
    found = say(model, SYSTEM, other)
    assert found.read_tokens <= model.count_messages([SYSTEM, other]) - model.count_messages([SYSTEM, OPEN]) + CLOSING


def test_surprise_is_told_as_if_nothing_had_been_read_ahead(model: LlamaModel) -> None:
    at_once = say(model, SYSTEM, Message("user", WHOLE), surprise=True)
    model.read_ahead([SYSTEM, HELLO], unfinished=True)
    for end in range(8, len(WHOLE) + 8, 8):
        model.read_ahead([SYSTEM, Message("user", WHOLE[:end])], unfinished=True)
    ahead = say(model, SYSTEM, Message("user", WHOLE), surprise=True)
    assert at_once.surprise is not None
    assert ahead.surprise == pytest.approx(at_once.surprise, abs=0.25)


def test_a_stop_ends_reading_ahead_and_what_was_read_stays(model: LlamaModel) -> None:
    long = Message("user", "It rained all day and we stayed inside, reading and drinking tea. " * 60)
    stop = StopSignal()
    stop.set()
    assert model.read_ahead([SYSTEM, long], stop=stop, unfinished=True) == 0
    assert say(model, SYSTEM, HELLO).text


# Kept between starts


@pytest.fixture
def again(starter: Path) -> Iterator[LlamaModel]:
    """The model, as it is after a start."""
    model = LlamaModel.open(starter, context=2048)
    yield model
    model.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "read.kv"


def test_after_a_start_only_what_is_new_is_read(model: LlamaModel, again: LlamaModel, file: Path) -> None:
    answer = Message("assistant", say(model, SYSTEM, HELLO).text)
    model.read_ahead([SYSTEM, HELLO, answer, OPEN], unfinished=True)
    assert (
        model.keep(file, [SYSTEM, HELLO, answer, OPEN])
        == file.stat().st_size + file.with_suffix(".json").stat().st_size
    )
    assert again.restore(file) > 0
    message = Message("user", WHOLE)
    expected, found = say(model, SYSTEM, HELLO, answer, message), say(again, SYSTEM, HELLO, answer, message)
    assert found.read_tokens == expected.read_tokens < again.count(WHOLE) + CLOSING
    assert found.text == expected.text


def test_what_is_being_typed_is_not_kept(model: LlamaModel, again: LlamaModel, file: Path) -> None:
    answer = Message("assistant", say(model, SYSTEM, HELLO).text)
    model.read_ahead([SYSTEM, HELLO, answer, Message("user", WHOLE)], unfinished=True)
    model.keep(file, [SYSTEM, HELLO, answer, OPEN])
    assert again.restore(file) <= again.count_messages([SYSTEM, HELLO, answer, OPEN])


def test_it_is_written_once_and_not_when_it_would_take_too_long(model: LlamaModel, file: Path) -> None:
    say(model, SYSTEM, HELLO)
    assert model.keep(file, [SYSTEM, HELLO], most_bytes=1000) == 0
    assert not file.exists()
    assert model.keep(file, [SYSTEM, HELLO]) > 0
    assert model.keep(file, [SYSTEM, HELLO]) == 0


def test_it_does_not_take_the_last_of_the_disk(model: LlamaModel, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say(model, SYSTEM, HELLO)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=model._context("talk").size))
    assert model.keep(file, [SYSTEM, HELLO]) == 0
    assert list(file.parent.iterdir()) == []


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "no description", "bad description", "other model"])
def test_what_does_not_fit_is_read_anew(model: LlamaModel, again: LlamaModel, file: Path, harm: str) -> None:
    say(model, SYSTEM, HELLO)
    model.keep(file, [SYSTEM, HELLO])
    beside, whole = file.with_suffix(".json"), bytearray(file.read_bytes())
    match harm:
        case "cut":
            file.write_bytes(whole[: len(whole) // 2])
        case "flipped":
            whole[len(whole) // 2] ^= 1
            file.write_bytes(whole)
        case "empty":
            file.write_bytes(b"")
        case "no description":
            beside.unlink()
        case "bad description":
            beside.write_text("{]")
        case "other model":
            beside.write_text(json.dumps(json.loads(beside.read_text()) | {"identity": "another"}))
    assert again.restore(file) == 0
    assert say(again, SYSTEM, HELLO).read_tokens == again.count_messages([SYSTEM, HELLO])


@pytest.mark.parametrize("replies", [[[99_999_999]], [[-5]], [[10**30]], [[float("inf")]], [[2]], 5])
def test_damaged_replies_are_not_used(
    model: LlamaModel, again: LlamaModel, file: Path, replies: list[list[float]] | int
) -> None:
    answer = Message("assistant", say(model, SYSTEM, HELLO).text)
    model.keep(file, [SYSTEM, HELLO, answer, OPEN])
    beside = file.with_suffix(".json")
    beside.write_text(json.dumps(json.loads(beside.read_text()) | {"replies": replies}))
    again.restore(file)
    assert again._tokeniser.replies_in(again._context("talk").tokens) == []
    assert say(again, SYSTEM, HELLO).text == answer.text


def test_whatever_a_cache_depends_on_makes_it_another(model: LlamaModel) -> None:
    weights, info, tuning = model._weights, model.info, model.tuning
    same = weights.identity(info, "template", tuning)
    assert weights.identity(info, "template", replace(tuning, read_threads=7)) == same
    others = [
        weights.identity(info, "another", tuning),
        weights.identity(replace(info, context_tokens=100_000), "template", tuning),  # with flash attention
        weights.identity(replace(info, path=Path(__file__)), "template", tuning),
        weights.identity(info, "template", replace(tuning, kv_type="q8_0")),
        weights.identity(replace(info, adapter=Adapter(Path(__file__), 0.5)), "template", tuning),
    ]
    assert same not in others
    assert len(set(others)) == len(others)


def test_a_write_that_fails_leaves_nothing_that_is_used(file: Path) -> None:
    def fail(part: Path) -> None:
        part.write_bytes(b"half")
        raise OSError("the disk is full")

    write_kept(file, "a", [1, 2, 3], [[2, 3]], lambda part: part.write_bytes(b"whole") and None)
    with pytest.raises(OSError, match="full"):
        write_kept(file, "a", [1, 2, 3, 4], [], fail)
    kept = read_kept(file, "a")
    assert kept is not None
    assert (kept.tokens, kept.replies) == (3, ((2, 3),))
    assert read_kept(file, "b") is None
    file.with_name("read.json.part").write_bytes(b"half")
    remove_kept(file)
    assert list(file.parent.iterdir()) == []


@pytest.mark.parametrize(("per_second", "steps"), [(0.0, 1), (1_000.0, 1), (100.0, 2), (1.0, 6)])
def test_a_slow_model_tells_of_its_progress_more_often(starter: Path, per_second: float, steps: int) -> None:
    tuning = Tuning(1, 1, 256, read_per_second=per_second, write_per_second=per_second)
    model = LlamaModel.open(starter, context=1024, tuning=lambda _: tuning)
    told: list[tuple[int, int]] = []
    try:
        words = Message("user", "river " * 140)
        model.generate([words], GREEDY, on_text=lambda _: None, on_progress=lambda *step: told.append(step))
    finally:
        model.close()
    assert told[0] == (0, told[-1][1])
    assert told[-1][0] == told[-1][1]
    assert len(told) - 1 == steps
