"""The real process with the real libraries, as far as they are installed; it reaches nobody, and fails in a sentence.

The nightly test needs models: SPEECH_MODELS names a folder with models/voices and models/ears.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from companion.paths import Paths
from companion.settings import VoiceSettings
from companion.speech import client as speech
from companion.speech import shelf
from companion.speech.messages import Setup, SpeechEvent, TriedAll, Trouble
from tests.journeys.screen import ROOT
from tests.privacy.tracing import can_trace, internet, made, traced

MODELS = os.environ.get("SPEECH_MODELS", "")


def ask(paths: Paths, setup: Setup, monkeypatch: pytest.MonkeyPatch, call: str, *arguments: object) -> SpeechEvent:
    """The first that the real process tells after this call."""
    heard: queue.Queue[SpeechEvent] = queue.Queue()
    monkeypatch.setattr(speech, "setup_of", lambda *_: setup)
    client = speech.SpeechClient(paths, VoiceSettings, heard.put)
    try:
        getattr(client, call)(*arguments)
        return heard.get(timeout=120)
    finally:
        client.close()


def test_a_file_that_is_no_voice_is_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = tmp_path / "en.onnx"
    voice.write_bytes(b"no voice")
    (tmp_path / "en.onnx.json").write_text("{}", "utf-8")
    told = ask(Paths(tmp_path, tmp_path), Setup(voice), monkeypatch, "say", "Hello.")
    assert isinstance(told, Trouble)
    assert told.part == "speak"
    assert ("en.onnx" in told.title) == (find_spec("piper") is not None)
    assert told.hint


@pytest.mark.parametrize("there", [("model.bin",), ("model.bin", "config.json", "tokenizer.json")])
def test_a_folder_that_is_no_model_is_refused_and_nothing_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...]
) -> None:
    ears = tmp_path / "base.en"  # a name that the library would fetch
    ears.mkdir()
    for name in there:
        (ears / name).write_text("{}", "utf-8")
    told = ask(Paths(tmp_path, tmp_path), Setup(ears=ears), monkeypatch, "ready", "listen")
    assert isinstance(told, Trouble)
    assert told.part == "listen"
    assert ("base.en" in told.title) == (find_spec("faster_whisper") is not None)


def test_the_interface_imports_none_of_the_libraries() -> None:
    code = (
        "import json, sys, companion.ui.app, companion.speech.client, companion.speech.process, companion.cli.voice\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert loaded & {"piper", "onnxruntime", "faster_whisper", "ctranslate2", "sounddevice", "numpy"} == set()


@pytest.mark.skipif(not can_trace(), reason="strace is not there, or may not be used")
def test_looking_and_trying_reach_nobody_and_leave_no_file_outside_the_profile(tmp_path: Path) -> None:
    profile, log = tmp_path / "profile", tmp_path / "trace"
    (profile / "models" / "voices").mkdir(parents=True)
    if MODELS:
        for name in ("voices", "ears"):
            (profile / "models" / name).rmdir() if name == "voices" else None
            (profile / "models" / name).symlink_to(Path(MODELS) / "models" / name)
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "COMPANION_HOME": str(profile), "PYTHONPATH": str(ROOT), "HOME": str(home)}
    command = [*traced(log), sys.executable, "-B", "-m", "companion", "voice", "check", "--silent", "--json"]
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True)
    parts = {each["name"]: each for each in json.loads(done.stdout)["parts"]}
    assert {"voice", "ears"} <= parts.keys()
    assert all(each["ok"] or each["hint"] for each in parts.values())
    assert "Traceback" not in done.stderr
    assert internet(log) == []
    outside = {path for path in made(log) if not path.is_relative_to(profile) and path.parts[1] not in ("dev", "proc")}
    # PulseAudio's client library keeps a folder of its own, with nothing of ours in it.
    ours = {path for path in outside if not any(part.startswith("pulse") for part in path.parts)}
    assert ours <= {home / ".config"}


@pytest.mark.nightly
@pytest.mark.skipif(not MODELS, reason="SPEECH_MODELS names no folder with models/voices and models/ears")
def test_a_real_model_hears_what_a_real_voice_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths(Path(MODELS), tmp_path)
    setup = shelf.setup_of(paths, VoiceSettings(language="en"))
    told = ask(Paths(tmp_path, tmp_path), setup, monkeypatch, "try_all", "My sister Lena bakes bread.", False)
    assert isinstance(told, TriedAll)
    parts = {each.name: each for each in told.parts}
    assert parts["voice"].ok
    assert {"sister", "bread"} <= set(parts["ears"].detail.lower().replace(".", " ").split())
