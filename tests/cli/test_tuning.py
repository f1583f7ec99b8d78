"""`companion models tune`: what was tried, and what is used."""

from __future__ import annotations

import pytest

from companion.errors import ModelFailed
from companion.model.tuning import Trial, TuneReport, Tuning
from tests.cli.conftest import Shell
from tests.test_tuning import TunableModel

REPORT = TuneReport(
    Tuning(4, 3, 256, False, "f16", read_per_second=400.0, write_per_second=40.0),
    (
        Trial("threads to read", "2", 300.0, 1.0, False),
        Trial("threads to read", "4", 400.0, 1.333, True),
        Trial("threads to write", "2", 40.0, 1.0, True),
        Trial("threads to write", "4", 0.0, 0.0, False, "far slower"),
    ),
    depth=1500,
    seconds=21.4,
    steady=True,
)


@pytest.fixture
def tunable(shell: Shell) -> TunableModel:
    """A shell whose model can be tuned."""
    model = TunableModel()
    model.report = REPORT
    shell.model = model
    return model


@pytest.fixture
def shell(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    from companion.cli import session

    built = session.build

    def build(*arguments: object, **options: object) -> object:
        companion = built(*arguments, **options)  # type: ignore[arg-type]
        companion._given_model = shell.model
        return companion

    monkeypatch.setattr(session, "build", build)
    return shell


def test_the_table_says_what_was_tried_and_what_is_used(shell: Shell, tunable: TunableModel) -> None:
    result = shell("models", "tune")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert any(line.split() == ["threads", "to", "read", "4", "400", "1.33", "used"] for line in lines)
    assert any(line.split() == ["threads", "to", "write", "4", "–", "–", "far", "slower"] for line in lines)
    assert "1,500 tokens of history, in 21 s" in result.stdout
    assert "threads: 4 to read and 3 to write; 256 tokens read at once, plain attention, f16 cache" in result.stdout
    assert "reads 400 tokens/s and writes 40" in result.stdout
    assert "reading a history" in result.stderr


def test_json_stands_alone_and_it_is_tried_once(shell: Shell, tunable: TunableModel) -> None:
    first = shell.json("models", "tune")
    assert first["tuning"]["read_threads"] == first["in_use"]["read_threads"] == 4
    refused = {"value": "4", "per_second": 0.0, "ratio": 0.0, "chosen": False, "note": "far slower"}
    assert first["tried"][3] == {"what": "threads to write", **refused}
    assert (first["depth"], first["seconds"], first["steady"]) == (1500, 21.4, True)
    assert first["measured_at"]
    tunable.tuning = REPORT.tuning  # as it is opened the next time
    assert shell.json("models", "tune")["tried"] == first["tried"]
    assert tunable.tuned == 1
    shell.json("models", "tune", "--again")
    assert tunable.tuned == 2


def test_threads_set_by_hand_are_told(shell: Shell, tunable: TunableModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANION_MODEL__THREADS", "2")
    tunable.tuning = Tuning(2, 2)
    assert "Threads are as you set them: 2" in shell("models", "tune").stdout


def test_a_busy_machine_is_told(shell: Shell, tunable: TunableModel) -> None:
    tunable.report = TuneReport(REPORT.tuning, REPORT.trials, 1500, 9.0, steady=False)
    assert "kept the machine busy" in shell("models", "tune").stdout


def test_trouble_is_an_error_and_no_figure(shell: Shell, tunable: TunableModel) -> None:
    tunable.fails = ModelFailed("it broke")
    result = shell("models", "tune", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "it broke" in result.stderr


def test_a_model_that_runs_elsewhere_says_so(shell: Shell) -> None:
    result = shell("models", "tune")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nothing to tune" in result.stderr
