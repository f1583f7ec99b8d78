"""What each setting of a persona's sampling does to what is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from companion.model.llama import LlamaModel
from companion.model.persona import load_persona
from companion.model.protocol import Message, Sampling

GREEDY = Sampling(temperature=0, repeat_penalty=1.0, max_tokens=16)
WILD = Sampling(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, repeat_penalty=1.0, max_tokens=16, seed=1)
QUESTION = [Message("user", "Tell me about the sea.")]
WATERS = 'root ::= (" sea" | " lake" | " river" | " rain")+'
LIST = [Message("user", "Say the word sea again and again: sea, sea, sea, sea")]


def says(model: LlamaModel, sampling: Sampling, messages: list[Message] = QUESTION) -> str:
    return model.generate(messages, sampling, on_text=lambda _: None).text


def tokens(model: LlamaModel, sampling: Sampling, messages: list[Message] = QUESTION) -> int:
    return model.generate(messages, sampling, on_text=lambda _: None).reply_tokens


@pytest.mark.parametrize(
    "narrow",
    [{"top_k": 1}, {"top_p": 1e-6}, {"min_p": 1.0}, {"temperature": 1e-4}],
    ids=lambda one: next(iter(one)),
)
def test_each_of_them_alone_leaves_only_the_likeliest(shared_model: LlamaModel, narrow: dict[str, float]) -> None:
    says(shared_model, GREEDY)  # from here on all read the same one token
    greedy = says(shared_model, GREEDY)
    assert says(shared_model, WILD) != greedy
    assert says(shared_model, replace(WILD, **narrow)) == greedy  # type: ignore[arg-type]


def test_the_same_seed_says_the_same_and_another_says_something_else(shared_model: LlamaModel) -> None:
    says(shared_model, WILD)
    first = says(shared_model, WILD)
    assert says(shared_model, WILD) == first
    assert says(shared_model, replace(WILD, seed=2)) != first
    unseeded = {says(shared_model, replace(WILD, seed=None)) for _ in range(3)}
    assert len(unseeded) > 1


@pytest.mark.parametrize(
    ("penalty", "less"),
    [("repeat_penalty", 1.0), ("frequency_penalty", -2.0), ("presence_penalty", -2.0)],
)
def test_each_penalty_makes_repeating_rarer(shared_model: LlamaModel, penalty: str, less: float) -> None:
    def seas(value: float) -> int:
        sampling = replace(GREEDY, max_tokens=8, **{penalty: value})  # type: ignore[arg-type]
        return shared_model.generate(LIST, sampling, on_text=lambda _: None, grammar=WATERS).text.count("sea")

    assert seas(2.0) < seas(less)


def test_the_words_of_the_prompt_may_be_repeated_whatever_the_penalty(shared_model: LlamaModel) -> None:
    """A memory is to be told in the person's words: the penalties see the reply only."""
    says(shared_model, GREEDY)
    first = tokens(shared_model, replace(GREEDY, max_tokens=1))
    strict = replace(GREEDY, max_tokens=1, repeat_penalty=2.0, frequency_penalty=2.0, presence_penalty=2.0)
    assert first == 1
    assert says(shared_model, strict) == says(shared_model, replace(GREEDY, max_tokens=1))


def test_a_reply_ends_at_its_limit(shared_model: LlamaModel) -> None:
    assert tokens(shared_model, replace(GREEDY, max_tokens=5)) == 5


def test_every_setting_of_a_persona_arrives(tmp_path: Path) -> None:
    wanted = Sampling(
        temperature=0.9,
        top_k=7,
        top_p=0.8,
        min_p=0.1,
        repeat_penalty=1.3,
        frequency_penalty=0.4,
        presence_penalty=-0.5,
        max_tokens=99,
    )
    lines = [f"{name} = {getattr(wanted, name)}" for name in wanted.__slots__ if name != "seed"]
    text = "\n".join(['display_name = "Ada"', 'system = "You are Ada."', "[sampling]", *lines])
    (tmp_path / "ada.toml").write_text(text, encoding="utf-8")
    assert load_persona("ada", tmp_path).sampling == wanted
