"""What a thinking model writes is held to a grammar and read strictly: an answer, or a reason why it is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.model.grammars import (
    LONGEST_STATEMENT,
    Insight,
    NoAnswer,
    Proposal,
    insight_grammar,
    phrase_grammar,
    read_insight,
    read_phrase,
    read_summary,
    summary_grammar,
)
from companion.model.llama import LlamaModel
from companion.model.protocol import Generation, Message, Sampling
from companion.model.reply import Finish


def answer(text: str, finish: Finish = "end") -> Generation:
    return Generation(text, finish, 1, 1, 1, 1.0, 1.0, 1.0)


def phrase(**changed: object) -> Generation:
    whole: dict[str, object] = {"about": "me", "kind": "fact", "statement": "I live in Bern.", "evidence": 2, **changed}
    return answer(json.dumps(whole))


def test_a_sound_answer_is_read() -> None:
    assert read_phrase(phrase(), 3) == Proposal("me", "fact", "I live in Bern.", 1)
    assert read_phrase(answer('{"about":"nothing"}'), 3) == Proposal("nothing")
    assert read_summary(answer('{"title":"Bern","summary":"They live in Bern."}')) == ("Bern", "They live in Bern.")
    found = read_insight(answer('{"insight":"They like rivers.","lines":[3,1,3]}'), 3)
    assert found == Insight("They like rivers.", (0, 2))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (answer(""), "empty"),
        (answer("  \n"), "empty"),
        (answer("Sure! Here is the JSON you asked for:"), "no JSON"),
        (answer('{"about":"me","kind":"fact","state', "length"), "end"),
        (answer('{"about":"nothing"}', "stopped"), "end"),
        (answer('{"about":"me","kind":"fact","statement":"aaaaaaaa'), "no JSON"),
        (answer("[1, 2]"), "no JSON object"),
        (answer("null"), "no JSON object"),
        (answer("[" * 100_000), "no JSON"),
        (answer('{"about":"nothing","about":"me"}'), "no JSON"),
        (answer('{"about":"nothing","statement":"I live in Bern."}'), "nothing, and then"),
        (answer("{}"), "whom"),
        (phrase(about="you"), "whom"),
        (phrase(about=["me"]), "whom"),
        (phrase(kind="rumour"), "kind"),
        (phrase(kind={}), "kind"),
        (phrase(statement=""), "statement"),
        (phrase(statement=" \u202e "), "statement"),
        (phrase(statement=7), "statement"),
        (phrase(statement="a" * 201), "too long"),
        (phrase(statement="a" * 100_000), "too long"),
        (phrase(evidence=0), "line"),
        (phrase(evidence=4), "line"),
        (phrase(evidence=-1), "line"),
        (phrase(evidence=True), "line"),
        (phrase(evidence="2"), "line"),
        (phrase(evidence=2.0), "line"),
        (phrase(evidence=None), "line"),
        (phrase(id=17), "keys"),
        (answer('{"about":"me","kind":"fact","evidence":1}'), "keys"),
    ],
)
def test_anything_else_is_no_answer_with_a_reason(given: Generation, reason: str) -> None:
    found = read_phrase(given, 3)
    assert isinstance(found, NoAnswer)
    assert reason in found.reason


@pytest.mark.parametrize("lines", [[1], [1, 1], [1, 4], [0, 1], [], [True, 2], "1,2", [1] * 1000, [[1, 2]]])
def test_an_insight_rests_on_two_lines_that_exist(lines: object) -> None:
    assert isinstance(read_insight(answer(json.dumps({"insight": "They swim.", "lines": lines})), 3), NoAnswer)


def test_what_is_read_is_harmless() -> None:
    found = read_phrase(phrase(statement="I live\x1b[2J in\n\nBern.\u202e"), 3)
    assert isinstance(found, Proposal)
    assert found.statement == "I live in Bern."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["about", "lines"]), inner),
)
ANSWERS = st.text() | JSON.map(json.dumps)


@given(ANSWERS, st.sampled_from(["end", "length", "stopped"]), st.integers(0, 5))
def test_reading_never_raises(text: str, finish: Finish, lines: int) -> None:
    for found in (
        read_phrase(answer(text, finish), lines), read_summary(answer(text, finish)),
        read_insight(answer(text, finish), lines),
    ):  # fmt: skip
        assert isinstance(found, Proposal | Insight | NoAnswer | tuple)


def write(model: LlamaModel, grammar: str, **sampling: Any) -> Generation:
    messages = [Message("user", "1. I moved to Rome.\n2. My sister Lena came too.\nWrite it down.")]
    return model.generate(messages, Sampling(**sampling), on_text=lambda _: None, lane="think", grammar=grammar)


@pytest.mark.parametrize("grammar", [phrase_grammar(2), summary_grammar(), insight_grammar(2)])
def test_a_model_that_writes_at_random_still_comes_to_an_end(shared_model: LlamaModel, grammar: str) -> None:
    found = write(shared_model, grammar, temperature=4.0, top_k=0, top_p=1.0, min_p=0.0, seed=5, max_tokens=900)
    assert found.finish == "end"
    assert all(
        len(value) <= 2 * LONGEST_STATEMENT for value in json.loads(found.text).values() if isinstance(value, str)
    )


def test_only_lines_that_exist_can_be_named(shared_model: LlamaModel) -> None:
    for seed in range(4):
        found = read_phrase(write(shared_model, phrase_grammar(2), temperature=1.0, seed=seed, max_tokens=200), 2)
        assert isinstance(found, Proposal)
        assert found.evidence in (0, 1)
