"""Training finds what was planted, the same each time, and the shipped weights are what it gives."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from companion.bench import learning
from companion.bench.examples import Example, by_conversation, shortened
from companion.bench.histories import read_histories
from companion.bench.learning import differences, in_turn, small_talk, train
from companion.bench.recalling import chatter
from companion.bench.training import ENOUGH, MODES, RIDGE, Fitted, example_weights, fit, prior
from companion.memory.controller import FACTS, SIGNS, signs
from companion.memory.features import FEATURES
from companion.memory.rerank import shipped
from companion.paths import asset
from companion.settings import Settings
from tests.bench.histories import QUESTIONS, TURNS, history, write
from tests.support import FakeEmbedder

PLANTED = FEATURES.index("mood")
TRAINING_FILES = os.environ.get("COMPANION_TRAINING_FILES", "")  # read before each test's home is made clean


def planted(seed: int, *, asked: bool = True, unrelated: bool = False) -> Example:
    """Thirty memories of chance figures; the needed one alone has the planted feature."""
    random = np.random.default_rng(seed)
    x = random.normal(0.0, 0.3, (30, len(FEATURES))).astype(np.float32)
    x[:, [FEATURES.index("speaker"), FEATURES.index("named")]] = 0.0
    groups: tuple[np.ndarray, ...] = ()
    if not unrelated:
        x[7, PLANTED] += 4.0
        groups = (np.array([7]),)
    facts = random.uniform(0.0, 0.2, len(FACTS))
    facts[FACTS.index("me")] = float(not unrelated)
    kind = "unrelated" if unrelated else "single"
    turns = np.arange(1, 31)
    return Example("made", f"h{seed}", kind, x, groups, turns, turns // 10, asked, facts)


def made(asked: bool = True) -> list[Example]:
    related = [planted(seed, asked=asked) for seed in range(40)]
    return related + [planted(100 + seed, asked=asked, unrelated=True) for seed in range(40)]


def scores(fitted: Fitted, example: Example) -> np.ndarray:
    return example.x @ np.array([fitted.weights[name] for name in FEATURES]) + fitted.bias


@pytest.mark.parametrize("mode", MODES)
def test_what_was_planted_is_found_and_holds_for_others(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RIDGE, mode, 0.01)
    fitted = fit(made(mode == "asked"), mode)
    for seed in range(500, 520):
        assert int(np.argmax(scores(fitted, planted(seed)))) == 7


def test_training_again_gives_the_same() -> None:
    assert fit(made(), "asked").json() == fit(made(), "asked").json()


def test_the_controller_tells_the_related_from_the_unrelated() -> None:
    fitted = fit(made(), "asked")

    def passes(example: Example) -> bool:
        seen = signs(example.x.astype(np.float64), scores(fitted, example), example.facts)
        return fitted.controller.probability(seen) > fitted.controller.floor

    assert sum(passes(planted(seed)) for seed in range(500, 540)) >= 38
    assert sum(passes(planted(seed, unrelated=True)) for seed in range(600, 640)) <= 4


def test_talk_learns_from_conversations_and_questions_from_memories() -> None:
    example = replace(planted(1), groups=(np.array([7, 8]), np.array([25])), sessions=np.arange(30) // 6)
    found = by_conversation(example, 2)
    assert found.turns.tolist() == [1, 8, 13, 26]  # the best of conversations 0 and 2 beside the needed of 1 and 4
    assert [group.tolist() for group in found.groups] == [[1], [3]]
    assert np.array_equal(found.x, example.x[[0, 7, 12, 25]])
    assert shortened(example, 2).turns.tolist() == [1, 2, 8, 9, 26]


def test_a_feature_left_out_weighs_nothing() -> None:
    assert fit(made(), "asked", without=("near", "words")).weights["near"] == 0.0


def test_without_an_example_of_a_mode_it_says_so() -> None:
    with pytest.raises(ValueError, match="talking"):
        fit(made(), "talking")


def test_each_set_weighs_alike() -> None:
    one = planted(1)
    counts = {"small": ENOUGH, "big": 3 * ENOUGH, "tiny": ENOUGH // 10}
    weights = example_weights([replace(one, set=name) for name, count in counts.items() for _ in range(count)])
    assert weights.sum() == pytest.approx(1.0)
    small, big, tiny = np.split(weights, [ENOUGH, 4 * ENOUGH])
    assert small.sum() == pytest.approx(big.sum())
    assert tiny.sum() == pytest.approx(small.sum() / 10)


def test_shipped_and_prior_weights_name_features_that_exist() -> None:
    for mode in MODES:
        assert len(prior(mode)) == len(FEATURES)
        weights = shipped().of(mode == "asked")
        assert set(weights.values) <= set(FEATURES)
        assert set(weights.controller.values) <= set(SIGNS)


def test_the_floor_is_learned_from_other_small_talk_than_it_is_measured_with() -> None:
    assert not set(small_talk()) & set(chatter())
    assert len(small_talk()) > 60


def test_a_part_of_a_file_holds_every_kind(tmp_path: Path) -> None:
    lines = [
        history([dict(TURNS[0])], [{**QUESTIONS[0], "kind": kind, "evidence": [["a"]]}], id=f"{kind}{n}")
        for kind in ("a", "b", "c")
        for n in range(3)
    ]
    histories = list(read_histories(write(tmp_path / "h.jsonl", *lines)))
    assert [h.id for h in in_turn(histories, 4)] == ["a0", "b0", "c0", "a1"]
    assert len(in_turn(histories, None)) == 9


def test_training_reads_histories_as_a_chat_is_lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "open_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    going_on = {**QUESTIONS[1], "id": "on", "text": "My sister Nora will play the cello for us. I look forward to it."}
    file = write(tmp_path / "made.jsonl", history(TURNS, [*QUESTIONS, going_on]))
    trained = train([file], Settings())
    assert trained["trained_on"][0]["histories"] == 1  # type: ignore[index]
    assert set(trained) == {"asked", "talking", "trained_on"}
    assert differences(trained), "three questions do not give the shipped weights"


@pytest.mark.nightly
def test_the_shipped_weights_are_what_training_gives() -> None:
    """Needs the training files: their paths in COMPANION_TRAINING_FILES, as weights.json names their hashes."""
    if not TRAINING_FILES:
        pytest.skip("the training files are not part of the project; set COMPANION_TRAINING_FILES to their paths")
    recorded = json.loads(asset("recall", "weights.json").read_text(encoding="utf-8"))["trained_on"]
    most = max(source["histories"] for source in recorded)
    trained = train([Path(name) for name in TRAINING_FILES.split(os.pathsep)], Settings(), histories=most)
    assert trained["trained_on"] == recorded
    assert differences(trained) == []
