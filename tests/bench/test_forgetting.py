"""The forgetting benchmark: the same year for the same seed, four ways to forget, figures that mean what they say."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from companion.bench import recalling
from companion.bench.forgetting import forgetting_lines, measure_forgetting, monthly
from companion.bench.forgetting_ways import WAYS, Never, Newest
from companion.bench.plot import year_lines
from companion.bench.year import BEGIN, HOLIDAY, year
from companion.bench.year_changes import CHANGES
from companion.bench.year_chatter import CHATTER
from companion.bench.year_facts import FACTS
from companion.clock import SetClock
from companion.errors import InvalidInput
from companion.settings import Settings
from companion.store.store import Store
from tests.support import FakeEmbedder, add, change


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A small embedder in the place of the real one, and no cache but this test's."""
    import companion.bench.forgetting as module

    monkeypatch.setattr(module, "open_embedder", lambda settings: FakeEmbedder())
    monkeypatch.setattr(module, "cache_folder", lambda embedder: tmp_path)


def test_a_year_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert year(4).said == year(4).said
    assert year(4).said != year(5).said


@pytest.mark.parametrize("seed", [4, 5])
def test_a_year_has_routine_silence_and_what_matters(seed: int) -> None:
    plan = year(seed)
    said = [exchange for exchanges in plan.said.values() for exchange in exchanges]
    assert (len(CHATTER), len(FACTS), len(CHANGES)) >= (40, 60, 20)
    assert all(3 <= len(exchanges) <= 5 for exchanges in plan.said.values())
    assert sum(not exchange.matter for exchange in said) > len(said) / 2
    silent = [day for day in plan.days if day not in plan.said]
    assert any(all(day + timedelta(days=n) in silent for n in range(HOLIDAY)) for day in silent)
    times = [exchange.at for exchange in said]
    assert times == sorted(times)
    assert not any("{" in exchange.text + exchange.reply + exchange.neutral for exchange in said)


def test_nothing_is_called_for_before_it_was_told_or_after_it_changed() -> None:
    plan = year(4)
    matters = {matter.key: matter for matter in plan.matters}
    told: dict[str, int] = {}
    for exchange in (each for exchanges in plan.said.values() for each in exchanges if each.matter):
        if exchange.tells:
            told[exchange.matter] = max(exchange.stage, told.get(exchange.matter, 0))
        assert told[exchange.matter] == exchange.stage
        assert matters[exchange.matter].holds(exchange.at.date())
    assert any(len(matter.stages) > 1 for matter in plan.matters)


def test_a_plan_holds_until_its_day() -> None:
    plans = [matter for matter in year(4).matters if matter.kind == "plan" and matter.stages]
    for plan in plans:
        assert plan.until is not None
        assert plan.holds(plan.stages[0])
        assert not plan.holds(plan.until)
        assert not plan.holds(plan.stages[0] - timedelta(days=1))


def test_the_newest_stay_and_what_is_pinned(store: Store, clock: SetClock) -> None:
    made = []
    for number in range(6):
        made.append(add(store, f"number {number}").id)
        clock.advance(days=1)
    change(store, made[0], pinned=True)
    keep = Newest({clock.now().date(): 3})
    moved = keep(store, Never(), clock.now() + timedelta(days=9), lambda *_: None)
    assert [(move.id, move.after) for move in moved] == [(id, "dormant") for id in made[1:4]]


def test_figures_of_a_short_year(measured: None) -> None:
    told: list[str] = []
    report = measure_forgetting((), Settings(), days=45, seed=4, progress=lambda what, done, total: told.append(what))
    assert json.loads(json.dumps(report.json())) == report.json()
    assert tuple(report.curves) == WAYS
    for figures in report.curves.values():
        assert set(figures) == {"recall10", "active_share", "outdated_first", "night_seconds", "monthly"}
        months = figures["monthly"]
        assert isinstance(months, list)
        assert [month["month"] for month in months] == ["2025-01", "2025-02"]
        assert all(0 <= month[name] <= 1 for month in months for name in ("recall10", "active_share", "outdated_first"))
        assert {name: figures[name] for name in ("recall10", "active_share")} == {
            name: months[-1][name] for name in ("recall10", "active_share")
        }
    assert report.curves["never"]["active_share"] == 1.0
    assert report.curves["fsrs"]["active_share"] == report.curves["newest"]["active_share"]
    assert report.curves["never"]["recall10"] > 0
    assert set(told) == {f"a year: {way}" for way in WAYS}
    lines = forgetting_lines(report)
    assert [line.split()[0] for line in lines[3:7]] == list(WAYS)
    names, values = monthly(report, "recall10")
    assert len(year_lines(values, "recall", names, 80)) > 10


def test_histories_are_aged_too(measured: None, tmp_path: Path) -> None:
    file = tmp_path / "small.jsonl"
    begins = BEGIN.replace(hour=10)
    turns = [
        {"id": f"t{n}", "time": (begins + timedelta(days=20 * n)).isoformat(), "session": f"s{n}", "speaker": "Ada",
         "role": "user", "text": text}
        for n, text in enumerate(("My sister Lena plays the cello.", "I had soup for lunch.", "The bus was late."))
    ]  # fmt: skip
    question = {"id": "q", "time": (begins + timedelta(days=300)).isoformat(), "text": "Who plays the cello?",
                "kind": "single", "answerable": True, "evidence": [["t0"]]}  # fmt: skip
    file.write_text(json.dumps({"id": "h", "turns": turns, "questions": [question]}) + "\n")
    report = measure_forgetting((file,), Settings(), days=30, seed=4)
    found = report.sets["small"]
    assert tuple(found) == WAYS
    assert all(figures["questions"] == 1 for figures in found.values())
    assert found["never"]["active_share"] == 1.0
    assert float(str(found["fsrs"]["active_share"])) < 1.0
    assert any(line.startswith("small") for line in forgetting_lines(report))


@pytest.mark.parametrize("days", [0, 29, 100_000])
def test_a_year_that_is_none_is_refused(days: int) -> None:
    with pytest.raises(InvalidInput):
        measure_forgetting((), Settings(), days=days)


def test_the_lines_of_a_year_need_room() -> None:
    assert year_lines({"never": [0.5]}, "recall", ["2025-01"], 10) == []
    assert year_lines({}, "recall", [], 80) == []
    assert date(2025, 1, 1) == BEGIN.date()
    assert recalling.stem(Path("a.jsonl.gz")) == "a"
