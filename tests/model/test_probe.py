"""A model lands in the tier that its answers show, whatever it is called; measuring can be stopped and goes on."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from companion.errors import ModelFailed, ThinkingStopped
from companion.mind.thinkers import make_thinker
from companion.model.llama import LlamaModel
from companion.model.probe import MEASURES, ProbeState, cases, identity, report_of, run_probe, version
from companion.model.protocol import ChatModel, Message, ModelInfo, Sampling, StopSignal
from companion.model.tiers import HIGHEST, ProbeReport, figures, tier_of
from tests.fakes import AbleModel, FakeModel

GO = StopSignal()
BEST = ProbeReport(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 50.0, 10.0, 0.0)


def measure(model: ChatModel, state: ProbeState | None = None, stop: StopSignal = GO) -> ProbeReport:
    return run_probe(make_thinker(3, model), model, state if state is not None else ProbeState(), stop=stop)


@pytest.mark.parametrize("tier", range(4))
def test_a_model_lands_in_the_tier_its_answers_show(tier: int) -> None:
    report = measure(AbleModel(tier))
    assert report.tier == tier
    assert report.tokens_per_second == 1000


def test_a_model_that_only_chatters_lands_at_the_bottom() -> None:
    report = measure(FakeModel())
    assert (report.tier, report.valid, report.evidence, report.abstained) == (0, 0, 0, 0)
    assert report.cut is None, "it cannot tell what is worth keeping, so it is not asked"


@pytest.mark.parametrize(
    ("changed", "tier"),
    [
        ({}, 3),
        ({"right": 0.59}, 2),
        ({"consistent": 0.79}, 2),
        ({"valid": 0.94}, 1),
        ({"evidence": 0.79}, 1),
        ({"abstained": 0.79}, 1),
        ({"abstained": 0.79, "ranked": 0.74}, 0),
        ({"ranked": 0.74}, 3),
        ({"right": 0.25, "ranked": 0.1}, 2),
    ],
)
def test_the_thresholds(changed: dict[str, float], tier: int) -> None:
    assert tier_of(dataclasses.replace(BEST, **changed)) == tier  # type: ignore[arg-type]
    assert tier <= HIGHEST


def test_always_saying_the_same_is_not_ability() -> None:
    for always in ("nothing", "right"):
        state = ProbeState(phrase=[always] * len(cases("phrase")), worth=[0.5] * len(cases("worth")))
        state.relation = ["different"] * len(cases("relation"))
        assert report_of(state).tier == 0
    assert report_of(state).consistent == 1.0
    assert report_of(state).right == 0.25


def test_the_cut_parts_the_cases_of_a_model_that_leans_to_one_side() -> None:
    class Leaning(AbleModel):
        def likelihood(self, messages: object, text: str) -> float:
            return super().likelihood(messages, text) * (0.05 if text == "yes" else 1.0)  # type: ignore[arg-type]

    model = Leaning(1)
    report = measure(model)
    thinker = make_thinker(1, model, report.cut)
    for case in cases("worth"):
        score = thinker.worth(case["sentence"], stop=GO)
        assert score is not None
        assert (score > 0.5) == (case["answer"] == "yes")


def test_a_stop_loses_nothing_that_was_found() -> None:
    stop = StopSignal()

    class Stops(AbleModel):
        left = 25

        def generate(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
            self.left -= 1
            if self.left == 0:
                stop.set()
            return super().generate(*args, **kwargs)  # type: ignore[arg-type]

    model, state = Stops(3), ProbeState()
    model.left = 5
    with pytest.raises(ThinkingStopped):
        measure(model, state, stop)
    assert (len(state.worth), len(state.phrase), state.complete) == (len(cases("worth")), 4, False)
    kept = ProbeState.from_json(state.json())
    assert kept == state
    asked = len(model.calls)
    assert measure(model, kept).tier == 3
    assert kept.complete
    assert len(model.calls) == asked + len(cases("phrase")) - 4 + 1, "the rest, and the speed"


def test_a_model_that_fails_is_no_model_that_knows_nothing() -> None:
    model = AbleModel(3)
    model.enqueue(ModelFailed("it broke"))
    model.reply_to = lambda messages: FakeModel.reply_to(model, messages)  # type: ignore[method-assign]
    state = ProbeState()
    with pytest.raises(ModelFailed):
        measure(model, state)
    assert state.phrase == []


@pytest.mark.parametrize("kept", [None, "", "{", "[]", "null", '{"worth": 3}', '{"other": []}', '{"seconds": "x"}'])
def test_what_cannot_be_read_is_measured_anew(kept: str | None) -> None:
    assert ProbeState.from_json(kept) == ProbeState()


def test_the_cases_are_balanced_and_stand_in_no_prompt() -> None:
    prompts = "".join(file.read_text(encoding="utf-8") for file in Path("assets/prompts").glob("*.txt"))
    for measure in MEASURES:
        answers = [case["answer"] for case in cases(measure)]
        assert 12 <= len(answers) <= 24
        assert len({answers.count(answer) for answer in answers}) == 1
        for case in cases(measure):
            for part in ("sentence", "newer"):
                assert case.get(part, "\0") not in prompts
    positions = {len(case.get("before", ())) for case in cases("phrase") if case["answer"] == "keep"}
    assert len(positions) >= 4, "always naming the same line is no ability"


def test_a_model_is_known_by_its_file(tmp_path: Path) -> None:
    def info(path: Path | None) -> ModelInfo:
        return ModelInfo("m", path, 1, 1, 2, 3)

    first, other = tmp_path / "m.gguf", tmp_path / "other" / "m.gguf"
    other.parent.mkdir()
    body = bytearray(b"GGUF" + bytes(3 << 20))
    first.write_bytes(body)
    other.write_bytes(body)
    assert identity(info(first)) == identity(info(other))
    body[-1] = 1
    other.write_bytes(body)
    assert identity(info(first)) != identity(info(other))
    assert identity(info(tmp_path / "gone.gguf")) == identity(info(None))
    assert len(version()) == 16


def test_every_figure_says_what_it_is_for() -> None:
    assert [figure.tier for figure in figures(BEST)] == [1, 2, 2, 2, 3, 3]
    assert all(figure.value == 1.0 > figure.needed for figure in figures(BEST))
    json.dumps([dataclasses.asdict(figure) for figure in figures(BEST)])


def test_the_starter_model_can_tell_talk_from_what_lasts(shared_model: LlamaModel) -> None:
    """A part of the probe that takes seconds: what puts it into tier 1."""
    state = ProbeState(phrase=["nothing"] * 24, relation=["different"] * 16, tokens_per_second=1.0)
    report = run_probe(make_thinker(3, shared_model), shared_model, state, stop=GO)
    assert 0.5 < report.ranked < 1
    assert report.tier <= 1


@pytest.mark.nightly
def test_the_starter_model_is_no_thinker(starter: Path) -> None:
    model = LlamaModel.open(starter, context=2048, threads=1)
    try:
        report = measure(model)
        assert report.tier in (0, 1)
        assert report.valid >= 0.95, "it is held to the grammar"
        spoken = model.generate([Message("user", "Hi")], Sampling(max_tokens=4), on_text=lambda _: None)
        assert spoken.reply_tokens
    finally:
        model.close()
