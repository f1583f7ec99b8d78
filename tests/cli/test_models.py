"""`companion models probe`: what the model can be trusted with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from companion.cli import app
from companion.errors import ModelFailed
from tests.cli.conftest import Process, Shell
from tests.fakes import AbleModel
from tests.servers import scripted


@pytest.fixture
def able(shell: Shell) -> AbleModel:
    """A shell whose model answers as one of tier 2."""
    model = AbleModel(2)
    shell_model = shell.model
    for name in ("reply_to", "likelihood"):
        setattr(shell_model, name, getattr(model, name))
    return model


def test_the_report_says_what_was_measured_and_what_it_means(shell: Shell, able: AbleModel) -> None:
    result = shell("models", "probe")
    assert result.exit_code == 0, result.stderr
    assert "Tier 2: the model may also put what you said into words." in result.stdout
    assert "small talk left alone" in result.stdout
    assert "tier 3 needs 60%: not reached" in result.stdout
    assert "tokens/s" in result.stdout
    assert "COMPANION_MEMORY__TIER" in result.stdout
    assert "Asking the model 60 questions." in result.stderr


def test_json_stands_alone_and_it_is_measured_once(shell: Shell, able: AbleModel) -> None:
    first = shell.json("models", "probe")
    assert (first["tier"], first["measured_tier"]) == (2, 2)
    assert first["figures"]["evidence"] == {"value": 1.0, "needed": 0.8, "for_tier": 2}
    assert first["seconds"] >= 0
    asked = len(shell.model.calls)
    assert shell.json("models", "probe") == first
    assert len(shell.model.calls) == asked
    able.tier = 3
    assert shell.json("models", "probe", "--again")["tier"] == 3
    assert len(shell.model.calls) > asked


def test_what_was_set_by_hand_is_told(shell: Shell, able: AbleModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPANION_MEMORY__TIER", "0")
    assert "In use is tier 0, as set: the model only talks" in shell("models", "probe").stdout
    monkeypatch.setenv("COMPANION_MEMORY__TIER", "4")
    refused = shell("models", "probe")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "memory.tier" in refused.stderr


def test_a_model_that_fails_is_an_error(shell: Shell) -> None:
    shell.model.enqueue(ModelFailed("it broke"))
    result = shell("models", "probe", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "it broke" in result.stderr


def test_a_missing_model_says_what_to_do(process: Process, tmp_path: Path) -> None:
    result = process("models", "probe", COMPANION_MODEL__PATH=str(tmp_path / "none.gguf"))
    assert (result.returncode, result.stdout) == (1, "")
    assert "No language model was found" in result.stderr
    assert "COMPANION_MODEL__PATH" in result.stderr


def test_help_comes_without_a_command(shell: Shell) -> None:
    assert "probe" in shell("models", "--help").stdout


def test_a_model_on_a_server_is_measured_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted() as server:
        server.replies("I would", " say so.")
        monkeypatch.setenv("COMPANION_MODEL__URL", server.url)
        result = CliRunner().invoke(app, ["models", "probe", "--json"])
    assert result.exit_code == 0, result.stderr
    report = json.loads(result.stdout)
    assert (report["model"], report["tier"]) == ("a-model", 0)


def test_a_server_that_is_not_there_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted() as server:
        gone = server.url
    monkeypatch.setenv("COMPANION_MODEL__URL", gone)
    for command in (["models", "probe"], ["say", "Hello"]):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 1
        assert "Traceback" not in result.stderr
