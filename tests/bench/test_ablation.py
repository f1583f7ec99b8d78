"""What is left out is missed where it counts, and the steps after scoring are those of recall."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from companion.bench import ablation, learning
from companion.bench.ablation import INGREDIENTS, ablation_lines, measure_ablation
from companion.bench.examples import Example
from companion.bench.ranking import called_for, chosen, share_met
from companion.errors import InvalidInput
from companion.memory.controller import FACTS, Controller
from companion.memory.features import FEATURES
from companion.memory.rerank import Weights
from companion.settings import Settings
from tests.bench.histories import QUESTIONS, TURNS, history, write
from tests.support import FakeEmbedder

NEAR, COMPANION = FEATURES.index("near"), FEATURES.index("companion")
ALWAYS = Controller({}, 1.0, 0.0)


def weights(**more: float) -> Weights:
    return replace(Weights({"near": 1.0}, 0.0, ALWAYS, depth=100.0, least=-100.0, spread=0.0), **more)


def example(near: list[float], turns: list[int], groups: list[list[int]], **facts: float) -> Example:
    x = np.zeros((len(near), len(FEATURES)), dtype=np.float32)
    x[:, NEAR] = near
    known = np.array([facts.get(name, 0.0) for name in FACTS])
    sessions = np.arange(len(near))
    return Example("s", "h", "k", x, tuple(np.array(g) for g in groups), np.array(turns), sessions, True, known)


def test_each_turn_is_given_once_the_best_first() -> None:
    made = example([1, 5, 4, 3], [1, 2, 2, 3], [])
    assert chosen(made, weights(), 10).tolist() == [1, 3, 0]
    assert chosen(made, weights(), 2).tolist() == [1, 3]


def test_what_is_too_far_below_is_not_given() -> None:
    made = example([1, 5, 4.5], [1, 2, 3], [])
    assert chosen(made, weights(depth=1.0), 10).tolist() == [1, 2]
    assert chosen(made, weights(least=4.8), 10).tolist() == [1]


def test_the_companions_words_come_last_unless_it_is_asked() -> None:
    made = example([5, 3], [1, 2], [])
    made.x[0, COMPANION] = 1.0
    assert chosen(made, weights(), 10).tolist() == [1, 0]
    made.facts[FACTS.index("you")] = 1.0
    assert chosen(made, weights(), 10).tolist() == [0, 1]


def test_the_share_of_things_met_counts_those_nothing_rests_on() -> None:
    made = replace(example([5, 4, 3], [1, 2, 3], [[0], [2]]), missed=1)
    assert share_met(made, np.array([0, 1, 2]), (1, 2, 3)) == pytest.approx([1 / 3, 1 / 3, 2 / 3])


def test_the_controller_is_asked() -> None:
    made = example([5.0], [1], [])
    assert called_for(made, weights())
    assert not called_for(made, weights(controller=Controller({}, -1.0, 0.5)))


def test_every_ingredient_is_made_of_features() -> None:
    named = {name for features in INGREDIENTS.values() for name in features}
    assert named == set(FEATURES)


@pytest.fixture
def no_embedder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(learning, "open_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setattr(learning, "cache_folder", lambda inner: tmp_path / "cache")
    few = {name: INGREDIENTS[name] for name in ("meaning", "words")}
    monkeypatch.setattr(ablation, "INGREDIENTS", few)


@pytest.mark.usefixtures("no_embedder")
def test_sets_trained_on_and_others_are_told_apart(tmp_path: Path) -> None:
    going_on = {**QUESTIONS[1], "id": "on", "text": "My sister Nora will play the cello for us. I look forward to it."}
    taught = write(tmp_path / "taught.jsonl", history(TURNS, [*QUESTIONS, going_on]))
    other = write(tmp_path / "other.jsonl", history(TURNS, QUESTIONS, id="another"))
    rows = measure_ablation([taught], [other], Settings())
    assert [(row.set, row.trained, row.questions) for row in rows] == [("taught", True, 3), ("other", False, 2)]
    for row in rows:
        assert set(row.without) == {"meaning", "words", "learning (hand weights)", "weights of their own for talk"}
        assert row.whole[-1] == 100.0
    assert rows[1].json()["recall"] == {"5": 100.0, "10": 100.0}
    lines = ablation_lines(rows)
    assert lines[2].split() == ["taught", "other", "*"]
    assert lines[3].split() == ["all", "100.0", "100.0"]
    assert len(lines) == 8


@pytest.mark.usefixtures("no_embedder")
def test_files_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is not a file"):
        measure_ablation([tmp_path / "nothing.jsonl"], [], Settings())
