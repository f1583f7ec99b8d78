"""Histories lived through: the production path, questions at their turn, plain methods, the cache, the command."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from companion.bench import recalling
from companion.bench.baselines import BASELINES, Baseline, PlainRecall
from companion.bench.embeddings import CachedEmbedder, cache_folder
from companion.bench.histories import read_histories
from companion.bench.recalling import chatter, measure_recall, parse_ks
from companion.bench.replay import Replay, replay
from companion.cli import app
from companion.errors import InvalidInput
from companion.records import Turn
from companion.settings import Settings
from tests.bench.histories import QUESTIONS, TURNS, history, question, turn, write
from tests.support import FakeEmbedder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No cache but the test's own, and the small embedder."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *names, **options: str(tmp_path / "cache"))
    monkeypatch.setattr(recalling, "open_embedder", lambda settings: FakeEmbedder())
    return tmp_path / "cache"


def live(
    path: Path, turns: Sequence[Any], questions: Sequence[Any], baseline: Baseline | None = None, **options: Any
) -> Replay:
    (read,) = read_histories(write(path / "live.jsonl", history(turns, questions)))
    return replay(read, read.questions, CachedEmbedder(FakeEmbedder(), path), Settings(), baseline=baseline, **options)


@pytest.mark.parametrize("baseline", [None, *BASELINES])
def test_what_was_said_comes_to_mind_and_points_to_its_turns(tmp_path: Path, baseline: Baseline | None) -> None:
    dog, sister, _ = live(tmp_path, TURNS, QUESTIONS, baseline).answers
    assert dog.turns[0] == "a"
    assert sister.turns[0] == "c"
    assert dog.ms >= dog.embedding_ms >= 0
    assert dog.turns_512[0] == "a"


def test_turns_are_stored_as_a_chat_stores_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Turn] = []

    class Listening(PlainRecall):
        def hear(self, turn: Turn) -> None:
            heard.append(turn)
            super().hear(turn)

    monkeypatch.setattr("companion.bench.replay.PlainRecall", Listening)
    aside = turn("e", "Nice dog.", role="other", speaker="Nora", session="1", time="2026-03-05T10:00:00Z")
    live(tmp_path, [*TURNS, aside], [], "bm25")
    asked, reply, *_, other = heard
    assert [turn.role for turn in heard] == ["person", "companion", "person", "person", "other"]
    assert reply.answers == asked.id
    assert [turn.answers for turn in heard if turn.role != "companion"] == [None] * 4
    assert reply.conversation == asked.conversation == other.conversation
    assert len({turn.conversation for turn in heard}) == 3
    assert (other.speaker, other.at, other.utc_offset) == ("Nora", 1772704800.0, 0)
    assert asked.utc_offset == 3600


def test_nothing_unrelated_comes_to_mind(tmp_path: Path) -> None:
    found = live(tmp_path, TURNS, QUESTIONS[2:], chatter=("Hello!", "Okay."))
    assert (found.answers[0].memories, found.chatter, found.injected) == (0, 2, 0)


@pytest.mark.parametrize("baseline", [None, "rrf"])
def test_a_question_at_a_turn_knows_nothing_later_and_not_its_own_session(
    tmp_path: Path, baseline: Baseline | None
) -> None:
    said = "My dog Biscuit is afraid of thunder"
    turns = [
        turn("old", f"{said} and lightning.", session="1"),
        turn("same", f"{said} and fireworks.", session="2", time="2026-03-03T10:00:00Z"),
        turn("cue", "What is my dog Biscuit afraid of, thunder?", session="2", time="2026-03-03T10:01:00Z"),
        turn("new", f"{said} and drums.", session="3", time="2026-03-04T10:00:00Z"),
    ]
    text = "What is my dog Biscuit afraid of, thunder?"
    questions = [question("then", text, ["old"], before="cue"), question("later", text, ["new"])]
    then, later = live(tmp_path, turns, questions, baseline).answers
    assert (then.question.id, later.question.id) == ("then", "later")
    assert then.turns == ("old",)
    assert {"old", "same", "new"} <= set(later.turns)


def test_the_profile_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    live(tmp_path, TURNS, QUESTIONS)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_an_empty_history_and_a_huge_turn_are_no_trouble(tmp_path: Path) -> None:
    assert live(tmp_path, [], [QUESTIONS[2]], chatter=("Hello!",)).answers[0].turns == ()
    huge = turn("huge", "The harbour was quiet. " * 45_000)
    assert len(live(tmp_path, [*TURNS, huge], QUESTIONS[:1]).answers[0].turns) > 0


def test_a_text_is_embedded_once_but_timed_as_if_it_never_was(tmp_path: Path) -> None:
    inner = FakeEmbedder()
    first = CachedEmbedder(inner, tmp_path)
    vectors = first.encode(["tea", "honey", "tea"])
    first.close()
    assert inner.encoded == ["tea", "honey"]
    again = CachedEmbedder(inner, tmp_path)
    assert (again.encode(["tea", "honey", "tea"]) == vectors).all()
    assert inner.encoded == ["tea", "honey"]
    with again.live():
        assert (again.encode(["tea"]) == vectors[:1]).all()
    assert inner.encoded == ["tea", "honey", "tea"]
    assert again.computing > 0
    again.close()
    assert len(again.encode(["tea"])) == 1  # without a cache it still works


def test_a_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "vectors.db").write_bytes(b"no database at all" * 500)
    CachedEmbedder(FakeEmbedder(), tmp_path).encode(["tea"])
    inner = FakeEmbedder()
    CachedEmbedder(inner, tmp_path).encode(["tea"])
    assert inner.encoded == []


def test_embedders_never_share_a_cache(cache: Path) -> None:
    one, other = cache_folder(FakeEmbedder(revision="a/b")), cache_folder(FakeEmbedder(revision="c"))
    assert one != other
    assert one.parent == other.parent == cache


def test_limit_counts_questions_of_a_file_and_equal_names_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    lines = [history(TURNS, QUESTIONS, id="1"), history(TURNS, QUESTIONS, id="2")]
    files = [write(tmp_path / "ours.jsonl.gz", *lines), write(tmp_path / "x" / "ours.jsonl", *lines)]
    report = measure_recall(files, Settings(), limit=4)
    assert [figures["questions"] for figures in report.sets.values()] == [4, 4]
    assert list(report.sets) == ["ours", str(files[1])]


def test_numbers_after_k() -> None:
    assert parse_ks("5, 10,5") == (5, 10)
    for bad in ("", "0", "5,", "-1", "five", "5.5", "²", "9999999"):
        with pytest.raises(InvalidInput):
            parse_ks(bad)


def test_there_is_chatter_enough() -> None:
    assert len(set(chatter())) == 60


def bench(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["bench", "recall", *arguments], prog_name="companion")


def test_json_stands_alone_on_stdout(tmp_path: Path) -> None:
    file = write(tmp_path / "ours.jsonl.gz", history(TURNS, QUESTIONS))
    result = bench(str(file), "--json", "--k", "1,5")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert set(told) == {"sets", "embedder", "version"}
    assert told["embedder"] == "fake"
    ours = told["sets"]["ours"]
    assert set(ours) == {
        "questions", "recall", "all", "recall_tokens_512", "sessions_all5", "newer_above_older", "by_kind", "abstain",
        "false_injection", "latency_ms",
    }  # fmt: skip
    assert ours["questions"] == 3
    assert ours["recall"] == {"1": 100.0, "5": 100.0}
    assert ours["abstain"] == 100.0
    assert ours["sessions_all5"] is ours["newer_above_older"] is None
    assert set(ours["latency_ms"]) == {"p50", "p95", "p50_without_embedding", "p95_without_embedding"}
    assert "ours" in result.stderr


def test_a_table_for_people_and_the_name_of_a_baseline(tmp_path: Path) -> None:
    file = write(tmp_path / "ours.jsonl", history(TURNS, QUESTIONS))
    result = bench(str(file), "--baseline", "bm25")
    assert result.exit_code == 0, result.stderr
    assert all(word in result.stdout for word in ("ours", "recall@5", "recall@10", "all@10", "bm25", "single"))
    assert json.loads(bench(str(file), "--baseline", "rrf", "--json").stdout)["baseline"] == "rrf"


@pytest.mark.parametrize("wrong", [("--baseline", "magic"), ("--k", "0"), ("--limit", "0")])
def test_wrong_options_are_refused(tmp_path: Path, wrong: tuple[str, str]) -> None:
    result = bench(str(write(tmp_path / "ours.jsonl", history(TURNS))), *wrong)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_bad_line_ends_it_with_one_sentence(tmp_path: Path) -> None:
    file = write(tmp_path / "bad.jsonl", history(TURNS), "{")
    result = bench(str(file), "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"{file}, line 2: not JSON" in result.stderr
    assert bench(str(tmp_path / "none.jsonl")).exit_code == 2
