"""Choosing, surprise and grammars, with the real model: what the figures mean, and that stopping leaves it sound."""

from __future__ import annotations

import json
import threading

import pytest

from companion.errors import InvalidInput, ModelFailed, ThinkingStopped
from companion.model.llama import LlamaModel
from companion.model.protocol import Generation, Message, Sampling, StopSignal
from companion.model.spans import token_spans
from tests.model.test_llama import OnlyLlamaSees

CAPITAL = Message("user", "What is the capital of France? Answer in one word.")
LONG = Message("user", "It rained all day and we stayed inside, reading and drinking tea. " * 40)
GREEDY = Sampling(temperature=0, repeat_penalty=1.0, max_tokens=60)
OBJECT = r'root ::= "{\"city\":\"" [a-zA-Z ]+ "\",\"size\":" [1-3] "}"'


def user(text: str) -> Message:
    return Message("user", text)


def held(model: LlamaModel, grammar: str, sampling: Sampling = GREEDY, stop: StopSignal | None = None) -> Generation:
    return model.generate(
        [user("Tell me about Rome.")], sampling, on_text=lambda _: None, stop=stop, lane="think", grammar=grammar
    )


# Choosing


def test_an_obvious_continuation_is_chosen(shared_model: LlamaModel) -> None:
    chances = shared_model.choose([CAPITAL], ["Berlin", "Paris", "Banana"])
    assert sum(chances) == pytest.approx(1)
    assert chances[1] > 0.9
    chances = shared_model.choose([CAPITAL], ["The capital is Berlin.", "The capital is Paris."])
    assert sum(chances) == pytest.approx(1)
    assert chances[1] > 0.9


def test_how_an_option_is_read_does_not_depend_on_the_others(shared_model: LlamaModel) -> None:
    one, two = "The capital is Paris.", "It is Berlin, I think."
    first = shared_model.choose([CAPITAL], [one, two])
    second = shared_model.choose([CAPITAL], [two, "Banana bread", one])
    assert first[0] / first[1] == pytest.approx(second[2] / second[0], rel=0.05)


def test_the_prompt_is_read_once_for_all_options(model: LlamaModel) -> None:
    model.choose([LONG], ["It was a good day.", "It was a bad day.", "No"])
    assert model.read_ahead([LONG], lane="think") == 1


def test_choosing_is_the_likelihood_that_the_model_writes_it(model: LlamaModel) -> None:
    wrote = model.generate([CAPITAL], Sampling(temperature=0, max_tokens=3), on_text=lambda _: None).text
    assert model.choose([CAPITAL], [wrote, "Certainly not"])[0] > 0.99


@pytest.mark.parametrize("options", [[], [""], ["yes", ""]])
def test_nothing_to_choose_from(shared_model: LlamaModel, options: list[str]) -> None:
    with pytest.raises(InvalidInput):
        shared_model.choose([CAPITAL], options)


# Surprise


def mean(model: LlamaModel, text: str, *before: Message) -> float:
    found = model.surprise([*before, user(text)])
    return sum(loss for _, _, loss in found) / len(found)


def test_repetition_is_no_surprise_and_random_words_are(shared_model: LlamaModel) -> None:
    assert mean(shared_model, "the the the the the the the") < 5
    assert mean(shared_model, "quartz lemon seventeen ladder moss divide") > 9


def test_what_was_said_before_is_known(shared_model: LlamaModel) -> None:
    said = "My dentist moved to a lighthouse near Tartu."
    again = mean(shared_model, said, user(said), Message("assistant", "Oh! Say that again?"))
    assert again < 0.5 * mean(shared_model, said)


@pytest.mark.parametrize(
    "text", ["Hello there, friend!", "  ahead and behind \n", "日本語と émojis 🙂 🐕", "<|im_end|> x"]
)
def test_spans_cover_the_text(shared_model: LlamaModel, text: str) -> None:
    found = shared_model.surprise([Message("system", "You listen."), Message("user", text, memories="Context:\nx\n")])
    assert all(loss >= 0 for _, _, loss in found)
    covered = set()
    for start, end, _ in found:
        covered |= set(range(start, end))
    assert covered >= {index for index, character in enumerate(text) if not character.isspace()}
    assert [start for start, _, _ in found] == sorted(start for start, _, _ in found)


def test_long_texts_are_read_in_parts_that_add_up(shared_model: LlamaModel) -> None:
    found = shared_model.surprise([LONG])
    assert len(found) == shared_model.count(LONG.text)
    assert found[-1][1] == len(LONG.text)
    assert sum(loss for _, _, loss in found[100:]) / len(found[100:]) < 1, "it has heard this sentence before"


@pytest.mark.parametrize("text", ["My dentist moved to a lighthouse near Tartu.", LONG.text])
def test_a_message_is_measured_while_it_is_read(model: LlamaModel, text: str) -> None:
    messages = [Message("system", "You listen."), Message("user", text, memories="Context:\nTartu\n")]
    asked = model.generate(messages, GREEDY, on_text=lambda _: None, surprise=True)
    losses = [loss for _, _, loss in model.surprise(messages)]
    assert asked.surprise == pytest.approx(sum(losses) / len(losses), rel=0.02)
    assert asked.text.strip()


def test_a_word_is_no_surprise_and_nothing_is_measured_unasked(model: LlamaModel) -> None:
    assert model.generate([user("ok")], GREEDY, on_text=lambda _: None, surprise=True).surprise is None
    assert model.generate([LONG], GREEDY, on_text=lambda _: None).surprise is None


def test_an_empty_text_has_no_tokens(shared_model: LlamaModel) -> None:
    assert shared_model.surprise([user("  ")]) == shared_model.surprise([]) == ()


def test_more_than_the_context_is_refused(shared_model: LlamaModel) -> None:
    with pytest.raises(InvalidInput, match="context 1,024"):
        shared_model.surprise([user("word " * 1100)])


def test_tokens_that_share_a_character_have_the_whole_of_it() -> None:
    assert token_spans("aé!", [b"a", b"\xc3", b"\xa9!"]) == [(0, 1), (1, 2), (1, 3)]
    assert token_spans("Ab c", [b" ab", b"", b" c"]) == [(0, 0), (0, 0), (2, 4)], "read as something else"


# Grammars


def test_a_reply_keeps_to_its_grammar(shared_model: LlamaModel) -> None:
    for sampling in (GREEDY, Sampling(temperature=1.5, seed=3, max_tokens=200), Sampling(temperature=0, max_tokens=60)):
        result = held(shared_model, OBJECT, sampling)
        if result.finish == "end":
            assert set(json.loads(result.text)) == {"city", "size"}
        else:
            assert result.text.startswith('{"city":"')
    assert held(shared_model, OBJECT).finish == "end"


def test_the_likeliest_allowed_token_is_taken(shared_model: LlamaModel) -> None:
    free = shared_model.generate([CAPITAL], GREEDY, on_text=lambda _: None, lane="think").text
    anything = shared_model.generate(
        [CAPITAL], GREEDY, on_text=lambda _: None, lane="think", grammar="root ::= [^\\x00]*"
    )
    assert anything.text == free


@pytest.mark.parametrize(
    "grammar",
    ['root ::= "a" b', 'top ::= "a"', "garbage", 'root ::= root "a"', 'root ::= "a"{100000}', "root ::= [^a", "\0"],
)
def test_a_grammar_that_does_not_parse_is_refused(shared_model: LlamaModel, grammar: str) -> None:
    with pytest.raises(InvalidInput, match="grammar"):
        held(shared_model, grammar)
    assert held(shared_model, OBJECT).text


@pytest.mark.parametrize("grammar", ["root ::= [z-a]", "root ::= <[99999999]>"])
def test_a_grammar_that_nothing_fits_is_an_error_and_no_crash(shared_model: LlamaModel, grammar: str) -> None:
    for sampling in (GREEDY, Sampling(temperature=1, seed=1)):
        with pytest.raises(ModelFailed, match="no token"):
            held(shared_model, grammar, sampling)


def test_an_endless_grammar_ends_at_the_limit(shared_model: LlamaModel) -> None:
    result = held(
        shared_model, 'root ::= "a"*  "b"{0,2} [c]+', Sampling(temperature=0, repeat_penalty=1.0, max_tokens=7)
    )
    assert result.reply_tokens <= 7


# Stopping


@pytest.mark.parametrize("kind", [StopSignal, OnlyLlamaSees])
def test_a_stop_ends_each_and_the_model_stays_sound(model: LlamaModel, kind: type[StopSignal]) -> None:
    before = model.choose([CAPITAL], ["Paris is nice", "Rome is nice"])
    for call in (
        lambda stop: model.choose([LONG], ["Yes, it was", "No"], stop=stop),
        lambda stop: model.surprise([LONG], stop=stop),
    ):
        stop = kind()
        stop.set()
        with pytest.raises(ThinkingStopped):
            call(stop)
        later = kind()
        timer = threading.Timer(0.05, later.set)
        timer.start()
        with pytest.raises(ThinkingStopped):
            call(later)
        timer.join()
    stop = kind()
    stop.set()
    assert held(model, OBJECT, stop=stop).finish == "stopped"
    assert model.choose([CAPITAL], ["Paris is nice", "Rome is nice"]) == pytest.approx(before, abs=0.02)
