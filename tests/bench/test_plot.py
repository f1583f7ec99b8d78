"""Bars of recall: as long as the figures say, inside the terminal, for people only."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from companion.bench import recalling
from companion.bench.plot import recall_bars
from companion.bench.scoring import Figures
from companion.cli import app, bench
from tests.bench.histories import QUESTIONS, TURNS, history, write
from tests.support import FakeEmbedder


def figures(*values: float | None) -> Figures:
    return {"recall": {str(k): value for k, value in zip((5, 10, 20), values, strict=False)}}


def test_bars_stand_beside_their_sets_on_one_scale() -> None:
    lines = recall_bars({"first": figures(50.0, 100.0), "second": figures(0.0)}, 80)
    half, whole, none = (line for line in lines if "┤" in line)
    assert "first @5" in half
    assert " 50.0" in half
    assert "@10 100.0" in whole
    assert "second @5" in none
    assert whole.count("█") == pytest.approx(2 * half.count("█"), abs=2)
    assert none.count("█") == 0


def test_what_was_not_measured_has_no_bar() -> None:
    assert recall_bars({"none": figures(None, None)}, 80) == []
    assert recall_bars({}, 80) == []
    assert len([line for line in recall_bars({"half": figures(None, 40.0)}, 80) if "┤" in line]) == 1


@given(
    st.dictionaries(st.text(max_size=40), st.lists(st.floats(0, 100), min_size=1, max_size=3), max_size=5),
    st.integers(0, 300),
)
def test_nothing_is_ever_wider_than_the_terminal(sets: dict[str, list[float]], width: int) -> None:
    lines = recall_bars({name: figures(*values) for name, values in sets.items()}, width)
    assert all(len(line) <= width for line in lines)


class Screen(io.StringIO):
    """What is written to a terminal."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("screen", "drawn"), [("utf-8", True), ("UTF8", True), ("latin-1", False), ("", False)])
def test_bars_are_for_terminals_that_can_show_them(monkeypatch: pytest.MonkeyPatch, screen: str, drawn: bool) -> None:
    report = recalling.RecallReport({"ours": figures(50.0)}, {}, "fake", None)
    monkeypatch.setattr("sys.stdout", Screen(screen))
    assert any("█" in line for line in bench.bars_of(report)) is drawn


def test_a_pipe_gets_the_table_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *names, **options: str(tmp_path / "cache"))
    monkeypatch.setattr(recalling, "open_embedder", lambda settings: FakeEmbedder())
    file = write(tmp_path / "ours.jsonl", history(TURNS, QUESTIONS))
    result = CliRunner().invoke(app, ["bench", "recall", str(file)], prog_name="companion")
    assert result.exit_code == 0, result.stderr
    assert "recall@5" in result.stdout
    assert "█" not in result.stdout
