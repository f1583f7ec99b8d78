"""The simulation of use: a habit that was planted is found, bounds hold, the figures are the same each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from companion.bench import adapting, learning
from companion.bench.adapting import (
    KS,
    ORDINARY,
    Adapted,
    adaptation_lines,
    measure_adaptation,
    met,
    simulate,
)
from companion.bench.examples import Example
from companion.errors import InvalidInput
from companion.memory.adaptation import bounds, scales
from companion.memory.controller import FACTS
from companion.memory.features import FEATURES
from companion.memory.rerank import shipped
from companion.settings import Settings
from tests.bench.histories import QUESTIONS, TURNS, history, write
from tests.support import FakeEmbedder

RECENT = FEATURES.index("recent")


def habitual(seed: int) -> Example:
    """Forty memories that fit alike, and well; what is needed is the latest."""
    random = np.random.default_rng(seed)
    x = (random.normal(0.0, 0.15, (40, len(FEATURES))) * scales("asked")).astype(np.float32)
    x[:, FEATURES.index("near")] += 10.0
    x[:, RECENT] = random.uniform(0.0, 0.8, 40)
    x[5, RECENT] = 1.0
    turns = np.arange(1, 41)
    return Example("ours", "h", "single", x, (np.array([5]),), turns, turns, True, np.zeros(len(FACTS)))


def test_a_planted_habit_is_learned_and_serves_other_questions() -> None:
    taught, others = [habitual(n) for n in range(20)], [habitual(n) for n in range(100, 140)]
    weights = simulate(taught, 400, np.random.default_rng(1))
    moved = weights.asked.values["recent"] - shipped().asked.values.get("recent", 0.0)
    assert 0 < moved <= bounds(shipped().asked, "asked")[RECENT] + 1e-9
    assert (met(others, weights) > met(others, shipped())).all()
    assert weights.talking is shipped().talking


def test_the_same_person_learns_the_same() -> None:
    examples = [habitual(n) for n in range(6)]
    once, again = (simulate(examples, 50, np.random.default_rng(3)) for _ in range(2))
    assert once == again


@pytest.fixture
def no_embedder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(learning, "open_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setattr(learning, "cache_folder", lambda inner: tmp_path / "cache")
    monkeypatch.setattr(adapting, "PEOPLE", 2)


@pytest.mark.usefixtures("no_embedder")
def test_files_are_measured_set_by_set(tmp_path: Path) -> None:
    file = write(tmp_path / "little.jsonl", history(TURNS, QUESTIONS))
    (row,) = measure_adaptation([file], Settings(), uses=5)
    assert (row.set, row.person, row.questions) == ("little", ORDINARY, 2)
    assert (row.before, row.after) == ((100.0, 100.0), (100.0, 100.0))
    lines = adaptation_lines([row], 5)
    assert lines[0].startswith("After 5 recalls")
    assert lines[-1].split()[:3] == ["little", "ordinary", "2"]


@pytest.mark.usefixtures("no_embedder")
def test_files_that_cannot_be_measured_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is not a file"):
        measure_adaptation([tmp_path / "nothing.jsonl"], Settings())
    with pytest.raises(InvalidInput, match="no question"):
        measure_adaptation([write(tmp_path / "mute.jsonl", history(TURNS))], Settings())


def test_the_json_tells_what_was_gained() -> None:
    row = Adapted("ours", ORDINARY, 4, (50.0, 80.0), (55.0, 79.5), -2.0)
    assert row.json() == {
        "set": "ours",
        "person": "ordinary",
        "questions": 4,
        f"recall@{KS[0]}": {"before": 50.0, "after": 55.0, "gain": 5.0},
        f"recall@{KS[1]}": {"before": 80.0, "after": 79.5, "gain": -0.5},
        "worst": -2.0,
    }
