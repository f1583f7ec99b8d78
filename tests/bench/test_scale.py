"""How recall grows: the made-up profile is what a chat would have written, and every figure is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from companion.bench import scale
from companion.bench.exchanges_at_size import StandIn
from companion.bench.made_up import Space, askings, conversations
from companion.bench.made_up_profile import YEARS, fill
from companion.bench.made_up_words import TOPICS
from companion.bench.nights_at_size import CAUGHT_UP
from companion.bench.scale import BEGIN, measure_scale, parse_sizes
from companion.cli import app
from companion.clock import SetClock
from companion.errors import EmbedderMissing, InvalidInput
from companion.memory.cue import Cue
from companion.memory.meaning import Meaning
from companion.memory.recall import Recall
from companion.paths import Paths
from companion.settings import Settings
from companion.store.store import Store
from companion.text import text_hash
from tests.support import FakeEmbedder, dump

COUNT = 300


@pytest.fixture
def filled(paths: Paths, clock: SetClock) -> Iterator[Store]:
    """A store with COUNT made-up memories."""
    clock.at = BEGIN
    store = Store.open(paths, clock)
    space = Space()
    fill(store, clock, COUNT, space, store.vectors.embedder("made-up", "1", space.dimension))
    yield store
    store.close()


def test_made_up_conversations_are_always_the_same_and_never_end() -> None:
    first, again = (list(islice(conversations(BEGIN, timedelta(days=1)), 30)) for _ in range(2))
    assert first == again
    assert first != list(islice(conversations(BEGIN, timedelta(days=1), seed=9), 30))
    texts = [said.text for conversation in first for said in conversation.turns]
    assert len(set(texts)) > 0.9 * len([text for text in texts if len(text) > 20])
    assert {"{", "}"}.isdisjoint("".join(texts))
    assert len(askings(60)) == 60
    assert len({asking.text for asking in askings(60)}) > 50


def test_a_filled_profile_is_what_a_chat_would_have_written(filled: Store) -> None:
    memories = list(filled.memories.many(range(1, 2 * COUNT)).values())
    assert len(memories) == COUNT
    assert {memory.kind for memory in memories} == {"moment", "thought"}
    turns = filled.turns.many([evidence.turn for memory in memories for evidence in memory.evidence])
    for memory in memories:
        (evidence,) = memory.evidence
        assert turns[evidence.turn].text[evidence.start : evidence.end] == memory.text
        assert evidence.quote_hash == text_hash(memory.text)
        assert turns[evidence.turn].at == memory.recorded_at
    assert {turn.answers is None for turn in turns.values() if turn.role == "companion"} == {False}
    assert any(memory.event_start is not None for memory in memories)
    spoken = [memory.recorded_at for memory in memories]
    assert max(spoken) - min(spoken) > 0.8 * YEARS.total_seconds()
    assert filled.clock.now() == BEGIN + YEARS
    assert filled.vectors.missing(1, 10) == []
    assert filled.jobs.pending() == 0
    assert len(filled.memories.history(memories[0].id, 10)) == 1


def test_filling_twice_gives_the_same_profile(filled: Store, tmp_path: Path) -> None:
    clock = SetClock(BEGIN)
    other = Store.open(Paths(tmp_path / "other", tmp_path / "other"), clock)
    space = Space()
    fill(other, clock, COUNT, space, other.vectors.embedder("made-up", "1", space.dimension))
    assert dump(filled, "turns", "memories", "vectors") == dump(other, "turns", "memories", "vectors")
    other.close()


def test_texts_of_one_topic_are_near_in_the_made_up_space() -> None:
    space = Space()
    vectors = space.near([0] * 50 + [1] * 50)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    cosines = vectors @ vectors.T
    assert cosines[:50, 50:].mean() < 0.1 < 0.3 < cosines[:50, :50].mean()
    mean, spread = space.background()
    assert abs(mean) < 0.05 < 0.1 > spread > 0
    assert len(TOPICS) > 2


def test_something_comes_to_mind_in_a_made_up_profile(filled: Store) -> None:
    space = Space()
    embedder = StandIn(space, None)
    recall = Recall(filled, Meaning(embedder, 1, space.background()))
    found = 0
    for asking in askings(10):
        embedder.topic = asking.topic
        found += len(recall(Cue(asking.text, asking.context, now=filled.clock.now()), 8).memories)
    assert found > 20
    assert embedder.ms == 0.0


def test_sizes_are_numbers_within_bounds() -> None:
    assert parse_sizes("10000, 100000,10000") == (10_000, 100_000)
    for bad in ("", "0", "99", "1e5", "10000,", "-500", "²00", "10,000", "9999999999"):
        with pytest.raises(InvalidInput):
            parse_sizes(bad)


FIGURES = {
    "memories", "recall_ms", "query_embedding_ms", "write_turn_ms", "reflect_ms", "read_pool_s", "refresh_ms",
    "reconcile_s", "index_build_s", "database_mb", "nights",
}  # fmt: skip


@pytest.mark.parametrize("index", [True, False])
def test_every_size_is_measured(monkeypatch: pytest.MonkeyPatch, index: bool) -> None:
    embedder = FakeEmbedder()
    monkeypatch.setattr(scale, "open_embedder", lambda settings: embedder)
    told: list[str] = []
    report = measure_scale(
        (100, 150), Settings(), index=index, exchanges=4, progress=lambda what, done, total: told.append(what)
    )
    assert [figures["memories"] for figures in report.sizes.values()] == [100, 150]
    for figures in report.sizes.values():
        assert set(figures) == FIGURES
        assert (figures["index_build_s"] is not None, figures["reconcile_s"] is not None) == (index, index)
        recall, reflect = figures["recall_ms"], figures["reflect_ms"]
        assert isinstance(recall, dict)
        assert isinstance(reflect, dict)
        assert recall["p95"] >= recall["p50"] >= recall["p50_without_embedding"] > 0
        assert reflect["p50"] > 0
        nights = figures["nights"]
        assert isinstance(nights, dict)
        assert [night["nights"] for night in nights.values()] == [nights["first"]["nights"], 1, CAUGHT_UP]
        assert nights["first"]["nights"] > 1000
        assert nights["first"]["moved"] > 0
    assert embedder.encoded, "the embedder's time counts"
    assert any("150" in line for line in told)


def bench(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["bench", "scale", *arguments], prog_name="companion")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few exchanges, and no embedder installed."""

    def none(settings: Settings) -> FakeEmbedder:
        raise EmbedderMissing

    monkeypatch.setattr(scale, "measure_scale", partial(measure_scale, exchanges=2))
    monkeypatch.setattr(scale, "open_embedder", none)


@pytest.mark.usefixtures("few")
def test_json_stands_alone_on_stdout_and_a_missing_embedder_is_told() -> None:
    result = bench("--n", "100", "--no-index", "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert set(told) == {"sizes", "embedder", "version"}
    assert told["embedder"] is None
    figures = told["sizes"]["100"]
    assert set(figures) == FIGURES
    assert figures["query_embedding_ms"] == {"p50": None}
    assert figures["recall_ms"]["p50"] == figures["recall_ms"]["p50_without_embedding"]
    assert "No sentence embedder was found" in result.stderr


@pytest.mark.usefixtures("few")
def test_a_table_for_people_has_a_column_a_size() -> None:
    result = bench("--n", "100,120", "--no-index")
    assert result.exit_code == 0, result.stderr
    assert "No embedder is installed" in result.stdout
    (line,) = (line for line in result.stdout.splitlines() if line.startswith("memories"))
    assert line.split() == ["memories", "100", "120"]
    (index,) = (line for line in result.stdout.splitlines() if line.startswith("building the index"))
    assert index.split()[-2:] == ["–", "–"]


@pytest.mark.parametrize("wrong", ["ten", "10", "99999999"])
def test_wrong_sizes_are_refused_with_a_hint(wrong: str) -> None:
    result = bench("--n", wrong)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "10000,100000" in result.stderr


@pytest.mark.usefixtures("few")
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    measure_scale((100,), Settings(), index=False, exchanges=1)
    assert list((tmp_path / "temporary").iterdir()) == []
