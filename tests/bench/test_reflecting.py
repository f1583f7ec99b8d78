"""What reflection keeps of a history, against labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from companion.bench import reflecting
from companion.bench.histories import read_histories
from companion.bench.reflecting import duplicates, f1, measure_reflection, reflection_lines
from companion.errors import InvalidInput
from companion.records import Memory
from companion.settings import Settings
from tests.bench.histories import history, turn, write
from tests.support import FakeEmbedder

TURNS = (
    turn("a", "My sister Nora teaches the cello in Lisbon."),
    turn("b", "How lovely!", role="companion", speaker="Companion"),
    turn("c", "What is the capital of Peru?"),
    turn("d", "I sold my green bicycle to a neighbour.", time="2026-03-04T10:00:00+01:00"),
)


def point(text: str, at: str | None, **values: Any) -> dict[str, Any]:
    return {"text": text, "kind": "fact", "session": "1", "turn": at, "quote": None, "role": "User", **values}


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(reflecting, "open_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    points = [
        point("Nora, the sister, teaches the cello in Lisbon.", "a"),
        point("The person wonders about Peru.", "c"),
        point("The companion was pleased.", "b", role="Assistant"),
        point("Somewhere.", None),
    ]
    file = write(tmp_path / "made.jsonl", {**history(TURNS), "memory_points": points})
    return measure_reflection([file], Settings())


def test_figures_are_those_of_a_history_one_can_count(measured: Any) -> None:
    figures = measured["sets"]["made"]
    assert figures["points"] == 2  # of the person, in a turn
    assert figures["thoughts"] == 2
    assert figures["capture"] == 0.5  # Nora, not Peru
    assert figures["precision"] == 0.5  # nobody labelled the bicycle
    assert figures["grounded"] == 1.0
    assert figures["duplicates_per_100"] == 0.0
    assert figures["model_calls_per_turn"] == 0.0
    assert figures["ms_per_turn"] > 0


def test_what_the_companion_advised_is_counted_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reflecting, "open_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    reply = turn("b", "You could try a warm bath before bed.", role="companion", speaker="Companion")
    labelled = {**history((TURNS[0], reply)), "memory_points": [point("Nora teaches the cello in Lisbon.", "a")]}
    figures = measure_reflection([write(tmp_path / "made.jsonl", labelled)], Settings())["sets"]["made"]  # type: ignore[index]
    assert (figures["own"], figures["own_grounded"]) == (1, 1.0)
    assert (figures["thoughts"], figures["precision"], figures["grounded"]) == (1, 1.0, 1.0)


def test_people_can_read_them(measured: Any) -> None:
    lines = reflection_lines(measured)
    assert "made" in lines
    assert any(line.split() == ["capture", "0.5"] for line in lines)


def test_a_file_without_labels_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reflecting, "open_embedder", lambda settings: FakeEmbedder())
    file = write(tmp_path / "plain.jsonl", history(TURNS))
    with pytest.raises(InvalidInput, match="no memory points"):
        measure_reflection([file], Settings())


@pytest.mark.parametrize(
    ("wrong", "what"),
    [({"turn": "nowhere"}, "not in the history"), ({"role": "nobody"}, "role"), ({"text": 3}, "text")],
)
def test_a_wrong_label_is_named(tmp_path: Path, wrong: dict[str, Any], what: str) -> None:
    labelled = {**history(TURNS), "memory_points": [{**point("x", "a"), **wrong}]}
    with pytest.raises(InvalidInput, match=what):
        list(read_histories(write(tmp_path / "made.jsonl", labelled)))


def thought(id: int, text: str, subject: str = "person") -> Memory:
    return Memory(id, "thought", text, "active", 0.0, 0, subject=subject)


def test_a_duplicate_says_what_an_earlier_one_says_of_the_same_life() -> None:
    first = thought(1, "My old car broke down in Lisbon.")
    assert duplicates([first, thought(2, "my old car, it broke down in Lisbon!")]) == 1
    assert duplicates([first, thought(2, "My old car broke down in Porto.")]) == 0
    assert duplicates([first, thought(2, "My old car broke down in Lisbon.", "brother")]) == 0
    assert duplicates([thought(1, "I have 2 cats."), thought(2, "I have 3 cats.")]) == 0


def test_f1_is_the_harmonic_mean_of_the_shares() -> None:
    assert f1({"a", "b"}, {"b", "c"}) == 0.5
    assert f1({"a"}, {"b"}) == 0.0
    assert f1(set(), set()) == 0.0
