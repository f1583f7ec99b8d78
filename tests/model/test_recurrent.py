"""Models that keep a state, not a row per token: what they answer is the same as if all had been read anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from companion.model.llama import LlamaModel
from companion.model.protocol import Generation, Message, Sampling, StopSignal
from tests.model.recurrent import write_recurrent

GREEDY = Sampling(temperature=0, max_tokens=12)
SYSTEM = Message("system", "You are a warm and honest companion.")
WALK = "Hello, I have just come home from a long walk along the river with my dog."
MEMORIES = "Context:\nMy neighbour keeps bees. (3 May 2026)\n\nQuestion:"
ANSWER = Message("assistant", "That sounds like a fine walk.")
OPEN = Message("user", "")
NEXT = Message("user", "And now it rains.")
BEFORE = [SYSTEM, Message("user", WALK), ANSWER]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recurrent(tmp_path_factory.mktemp("recurrent") / "state.gguf")


@pytest.fixture
def open_model(file: Path) -> Iterator[Callable[[], LlamaModel]]:
    opened: list[LlamaModel] = []

    def open_one() -> LlamaModel:
        opened.append(LlamaModel.open(file, context=4096, threads=1))
        return opened[-1]

    yield open_one
    for model in opened:
        model.close()


def say(model: LlamaModel, *messages: Message) -> Generation:
    return model.generate(messages, GREEDY, on_text=lambda _: None)


def expects(model: LlamaModel, *messages: Message) -> list[float]:
    """How little it expects what was said last, with what it has read: tells any other state."""
    return [loss for _, _, loss in model.surprise(messages, lane="talk")]


def test_what_left_the_prompt_leaves_the_state(open_model: Callable[[], LlamaModel]) -> None:
    model = open_model()
    model.read_ahead([SYSTEM, Message("user", WALK, MEMORIES), ANSWER, OPEN], unfinished=True)
    assert expects(model, *BEFORE, NEXT) == pytest.approx(expects(open_model(), *BEFORE, NEXT), abs=1e-3)


def test_a_stop_in_the_middle_leaves_no_half_read_state(open_model: Callable[[], LlamaModel]) -> None:
    model, alone = open_model(), open_model()
    long = Message("user", "It rained all day and we stayed inside, drinking tea. " * 4)
    model.read_ahead([SYSTEM, OPEN], unfinished=True)
    context = model._context("talk")
    decode = context._decode
    stop = StopSignal()

    def stopped_in_the_middle(batch: object, tokens: list[int]) -> bool:
        stop.set()  # llama.cpp looks before each part of its work
        return decode(batch, tokens)

    context._decode = stopped_in_the_middle  # type: ignore[assignment, method-assign]
    model.read_ahead([SYSTEM, long], stop=stop)
    context._decode = decode  # type: ignore[method-assign]
    found, expected = (expects(each, SYSTEM, long, ANSWER, NEXT) for each in (model, alone))
    assert found == pytest.approx(expected, abs=1e-3)


def test_what_was_read_is_not_read_again(open_model: Callable[[], LlamaModel]) -> None:
    model = open_model()
    assert model.read_ahead([*BEFORE, OPEN], unfinished=True) > 0
    assert model.read_ahead([*BEFORE, OPEN], unfinished=True) == 0
    assert model.read_ahead([*BEFORE, Message("user", "And")], unfinished=True) == 0
    found = say(model, *BEFORE, NEXT)
    assert found.read_tokens < model.count(NEXT.text) + 40
    assert found.text == say(open_model(), *BEFORE, NEXT).text


def test_it_is_kept_between_starts(open_model: Callable[[], LlamaModel], tmp_path: Path) -> None:
    model, again = open_model(), open_model()
    model.read_ahead([*BEFORE, OPEN], unfinished=True)
    assert model.keep(tmp_path / "read.kv", [*BEFORE, OPEN]) > 0
    assert again.restore(tmp_path / "read.kv") > 0
    found = say(again, *BEFORE, NEXT)
    assert found.read_tokens < again.count(NEXT.text) + 40
    assert found.text == say(open_model(), *BEFORE, NEXT).text
