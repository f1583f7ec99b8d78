"""`companion voice list, check`: what there is to read aloud and to dictate with, and whether it works."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from companion.speech import client as speech
from companion.speech import shelf
from tests.cli.conftest import Shell
from tests.speech.parts import serve_letters
from tests.speech.test_shelf import DESCRIBED


@pytest.fixture
def small_parts(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The packages as if they were there, and a voice; the process works with small parts."""
    monkeypatch.setattr(shelf, "installed", lambda _: True)
    monkeypatch.setattr(speech.SpeechClient.__init__, "__defaults__", (speech.nullcontext, serve_letters))
    folder = home / "models" / "voices"
    folder.mkdir(parents=True)
    (folder / "en_US-a.onnx").write_bytes(b"onnx")
    (folder / "en_US-a.onnx.json").write_text(json.dumps(DESCRIBED), "utf-8")
    return home


def put_ears(home: Path) -> None:
    folder = home / "models" / "ears" / "base"
    folder.mkdir(parents=True)
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        (folder / name).write_text("{}", "utf-8")


def test_list_names_what_is_there_and_what_is_missing(shell: Shell, small_parts: Path) -> None:
    found = shell.json("voice", "list")
    assert [each["name"] for each in found["speak"]["models"]] == ["en_US-a"]
    assert found["speak"]["chosen"].endswith("en_US-a.onnx")
    assert found["listen"]["models"] == []
    assert found["listen"]["chosen"] is None
    assert str(small_parts / "models" / "ears") in found["listen"]["hint"]
    told = shell("voice", "list").stdout
    assert "en_US-a: in use" in told
    assert "There is no model for dictation" in told


def test_check_says_the_sentence_and_succeeds_when_something_can_be_used(shell: Shell, small_parts: Path) -> None:
    result = shell("voice", "check", "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["ok"]
    parts = {each["name"]: each for each in told["parts"]}
    assert parts["voice"]["ok"]
    assert not parts["ears"]["ok"]
    assert "models/ears" in parts["ears"]["hint"].replace("\\", "/")


def test_check_hears_what_the_voice_says(shell: Shell, small_parts: Path) -> None:
    put_ears(small_parts)
    result = shell("voice", "check", "--silent")
    assert "Good morning" in result.stdout
    assert not any('"played"' in line for line in (small_parts / "told.jsonl").read_text("utf-8").splitlines())


def test_check_without_anything_fails_and_says_what_to_do(shell: Shell, home: Path) -> None:
    result = shell("voice", "check")
    assert result.exit_code == 1
    assert "companion[voice]" in result.stdout or str(home / "models") in result.stdout.replace("\n", "")
    assert "Traceback" not in result.stdout + result.stderr


def test_a_setting_that_names_no_file_is_told_as_such(
    shell: Shell, small_parts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPANION_VOICE__SPEAK_MODEL", "gone.onnx")
    found = shell.json("voice", "list")["speak"]
    assert found["chosen"] is None
    assert "no such file" in found["missing"]
