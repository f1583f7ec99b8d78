"""Answers: how they are judged, how memories are put, and the whole bench with a model that says what it was told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from companion.bench import answers
from companion.bench.answer_prompts import VARIANTS, Variant, block_before, flat, grouped, question_twice
from companion.bench.answer_scoring import Marks, averages, f1, mark, said, tokens
from companion.bench.answers import Answerer, measure_answers
from companion.bench.given import needed
from companion.bench.histories import Question
from companion.cli import app
from companion.errors import InvalidInput, ModelFailed
from companion.model.persona import load_persona
from companion.model.prompt import memory_block
from companion.paths import Paths
from companion.records import Memory, RecalledMemory, Turn
from companion.settings import Settings
from tests.bench.histories import QUESTIONS, TURNS, history, question, write
from tests.fakes import FakeModel
from tests.support import FakeEmbedder

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY = 86_400.0


@pytest.fixture(autouse=True)
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeModel:
    """The small model and embedder, and no cache but the test's own."""
    found = FakeModel()
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *names, **options: str(tmp_path / "cache"))
    monkeypatch.setattr(answers, "open_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setattr(answers, "open_model", lambda settings, paths: found)
    return found


def asked(answer: str | None = None, *must: Sequence[str]) -> Question:
    return Question("q", NOW, "?", "k", True, (), answer=answer, must=tuple(map(tuple, must)))


def test_tokens_are_words_without_dress_and_characters_of_chinese() -> None:
    assert tokens("The cat, an OWL — and “a” $5 bill!") == ["cat", "owl", "and", "5", "bill"]
    assert tokens("我喜欢tea。") == ["我", "喜", "欢", "tea"]
    assert tokens("… the !") == []


def test_f1_worked_out_by_hand() -> None:
    assert f1("Green tea", "green tea") == 1.0
    assert f1("Green tea", "I drink green tea.") == pytest.approx(2 * 2 / (2 + 4))
    assert f1("tea tea", "tea") == pytest.approx(2 / 3)
    assert f1("tea", "coffee") == 0.0
    assert f1("the", "…") == 1.0
    assert f1("tea", "") == 0.0
    assert f1("喝茶", "我喝茶") == pytest.approx(4 / 5)


@given(st.text(), st.text())
def test_f1_is_always_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0.0 <= f1(one, other) <= 1.0
    assert f1(one, other) == f1(other, one)
    assert f1(one, one) == 1.0


def test_of_what_must_be_said_any_alternative_will_do() -> None:
    assert said([["green tea", "GRÜNER TEE"], ["honey"]], "Grüner Tee, without anything.") == 0.5
    assert said([["tea"]], "steamed") == 1.0  # inside a word as well


def test_a_question_counts_for_what_it_tells() -> None:
    assert mark(asked("tea", ["tea"]), "Tea!") == Marks(1.0, 1.0)
    assert mark(asked("tea"), "Tea!") == Marks(None, 1.0)
    assert mark(asked(None, ["tea"]), "Coffee") == Marks(0.0, None)
    assert averages([Marks(1.0, 0.5), Marks(None, 1.0), Marks(0.0, None)]) == {"must": 50.0, "f1": 75.0}
    assert averages([]) == {"must": None, "f1": None}


def recalled(*texts: str) -> list[RecalledMemory]:
    """The latest said comes first, the companion said every second one."""
    count = len(texts)
    return [
        RecalledMemory(
            Memory(
                n, "moment", text, "active", NOW.timestamp() - n * DAY, 0, subject="person" if n % 2 else "companion"
            ),
            1.0,
            n,
        )
        for n, text in zip(range(1, count + 1), texts, strict=True)
    ]


def test_the_variants_put_the_same_in_their_own_ways() -> None:
    found = recalled("I like tea.", "Tea it is.")
    assert block_before(found, "Tea?", NOW) == (memory_block(found, NOW), "Tea?")
    assert grouped(found, "Tea?", NOW) == (
        "Context:\n30 May 2026:\nYou: Tea it is.\n31 May 2026:\nI: I like tea.\n\nQuestion:",
        "Tea?",
    )
    assert flat(found, "Tea?", NOW) == ("Tea it is. I like tea.", "Tea?")
    assert question_twice(found, "Tea?", NOW) == (f"Tea?\n\n{memory_block(found, NOW)}", "Tea?")


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_recalled_leaves_the_question_alone(variant: Variant) -> None:
    assert VARIANTS[variant]([], "Tea?", NOW) == ("", "Tea?")


@pytest.mark.parametrize("variant", VARIANTS)
def test_memories_take_no_more_than_their_share_of_the_context(model: FakeModel, variant: Variant) -> None:
    settings = Settings()
    found = recalled(*(f"number{n} " + "word " * 59 for n in range(20)))
    Answerer(model, load_persona("companion"), settings, variant).answer(asked(), found)
    (call,) = model.calls
    assert 0 < model.count(call.messages[-1].memories) <= settings.memory.context_share * model.info.context_tokens
    assert "number0 " in call.messages[-1].memories
    assert "number19 " not in call.messages[-1].memories


def test_answers_are_greedy_short_and_each_the_first_of_a_chat(model: FakeModel) -> None:
    model.enqueue("word " * 100, "Tea.")
    persona = load_persona("companion")
    answerer = Answerer(model, persona, Settings(), "block-before")
    assert len(answerer.answer(asked(), recalled("I like tea.")).split()) == 48
    assert answerer.answer(asked(), []) == "Tea."
    for call in model.calls:
        assert (call.sampling.temperature, call.sampling.max_tokens) == (0.0, 48)
        assert call.sampling.seed is not None
        assert [message.role for message in call.messages] == ["system", "user"]
        assert call.messages[0].text == persona.system.strip()


def test_the_oracle_has_the_first_turn_of_every_needed_thing_first() -> None:
    stored = {id: Turn(n, 1, "person", "Ada", id, 0.0, 0) for n, id in enumerate("abcd", 1)}
    both = Question("q", NOW, "?", "k", True, (frozenset("ba"), frozenset("dc"), frozenset("a")))
    assert [found.memory.text for found in needed(both, stored)] == ["a", "c", "b", "d"]
    assert needed(asked(), stored) == ()


ASKED = (
    question("dog", "What is my dog Biscuit afraid of?", ["a", "b"], answer="thunder", must=[["thunder", "storms"]]),
    question("sister", "What does my sister Nora teach in Lisbon?", ["c"], answer="The cello"),
    question("untold", "What did I do with my bicycle?", ["d"]),
    question("cat", "Xylophone quokkas?", answerable=False, answer="none"),
)


def ours(path: Path) -> Path:
    return write(path / "ours.jsonl", history(TURNS, ASKED))


def test_every_way_is_measured(tmp_path: Path, model: FakeModel, paths: Paths) -> None:
    # Two questions, each answered from nothing, from what is recalled, and from what is needed.
    model.enqueue("No idea.", "Thunder", "It fears storms", "Sorry.", "The cello", "The green cello")
    report = measure_answers([ours(tmp_path)], Settings(), paths)
    assert report.sets == {
        "ours": {
            "questions": 2,
            "none": {"must": 0.0, "f1": 0.0},
            "recalled": {"must": 100.0, "f1": 100.0},
            "oracle": {"must": 100.0, "f1": 33.3},
        }
    }
    given = [call.messages[-1] for call in model.calls]
    assert [message.text for message in given] == [ASKED[0]["text"]] * 3 + [ASKED[1]["text"]] * 3
    nothing, brought, exact = (message.memories for message in given[:3])
    assert nothing == ""
    assert "My dog Biscuit is afraid of thunder." in brought
    assert "My dog Biscuit is afraid of thunder. (2 March 2026)" in exact
    assert "Poor Biscuit! (2 March 2026)" in exact
    assert "cello" not in exact
    assert model.closed


def test_no_more_is_recalled_than_a_chat_takes(tmp_path: Path, model: FakeModel, paths: Paths) -> None:
    settings = Settings()
    settings.memory.recall_limit = 1
    measure_answers([ours(tmp_path)], settings, paths, limit=1)
    for call in model.calls[1:]:
        assert len(call.messages[-1].memories.splitlines()) == 4  # a heading, one memory, a blank, a heading


def test_a_failing_model_is_closed_and_told(tmp_path: Path, model: FakeModel, paths: Paths) -> None:
    model.enqueue(ModelFailed("no room"))
    with pytest.raises(ModelFailed):
        measure_answers([ours(tmp_path)], Settings(), paths)
    assert model.closed


def test_limit_counts_the_questions_that_are_put(tmp_path: Path, model: FakeModel, paths: Paths) -> None:
    lines = [history(TURNS, ASKED, id="1"), history(TURNS, ASKED[1:], id="2"), history(TURNS, ASKED, id="3")]
    file = write(tmp_path / "three.jsonl", *lines)
    assert measure_answers([file], Settings(), paths).sets["three"]["questions"] == 5
    model.closed = False
    assert measure_answers([file], Settings(), paths, limit=3).sets["three"]["questions"] == 3


def test_files_of_one_name_stay_apart_and_nothing_to_ask_is_no_figure(tmp_path: Path, paths: Paths) -> None:
    (tmp_path / "x").mkdir()
    files = [write(tmp_path / "x" / "ours.jsonl", history(TURNS, QUESTIONS)), ours(tmp_path)]
    sets = measure_answers(files, Settings(), paths, limit=1).sets
    assert list(sets) == [str(file) for file in files]
    assert sets[str(files[0])] == {"questions": 0, **{way: {"must": None, "f1": None} for way in answers.WAYS}}


def bench(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["bench", "answers", *arguments], prog_name="companion")


def test_json_stands_alone_on_stdout(tmp_path: Path, model: FakeModel) -> None:
    model.default = "Thunder and the cello"
    result = bench(str(ours(tmp_path)), "--json", "--variant", "flat")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert set(told) == {"sets", "variant", "model", "embedder", "version"}
    assert (told["variant"], told["model"], told["embedder"]) == ("flat", "fake", "fake")
    assert set(told["sets"]["ours"]) == {"questions", *answers.WAYS}
    assert told["sets"]["ours"]["none"]["must"] == 100.0
    assert "ours: answers" in result.stderr


def test_a_table_for_people(tmp_path: Path) -> None:
    result = bench(str(ours(tmp_path)), "--limit", "1")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert "block-before" in lines[0]
    assert [line.split()[-3] for line in lines[-3:]] == list(answers.WAYS)


def test_wrong_input_is_refused(tmp_path: Path, paths: Paths) -> None:
    result = bench(str(ours(tmp_path)), "--variant", "rhyme")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "question-twice" in result.stderr
    bad = write(tmp_path / "bad.jsonl", history(TURNS), "{")
    assert f"{bad}, line 2: not JSON" in bench(str(bad)).stderr
    assert bench(str(tmp_path / "none.jsonl")).exit_code == 2
    assert bench(str(ours(tmp_path)), "--limit", "0").exit_code == 2
    with pytest.raises(InvalidInput):
        measure_answers([tmp_path], Settings(), paths)
