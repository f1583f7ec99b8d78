"""`companion models list, pull, use, add, remove`, against a web server of our own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.model.file_server import FileServer, Served, serving
from tests.model.gguf_files import write
from tests.model.people import CHAT, chat_model, hide_other_programs


@pytest.fixture(autouse=True)
def nobody_elses_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide_other_programs(tmp_path, monkeypatch)


@pytest.fixture
def model(tmp_path: Path) -> bytes:
    return chat_model(tmp_path)


@pytest.fixture
def server(model: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    with serving() as server:
        server.files["/m.gguf"] = Served(model)
        server.files["/o/r/resolve/main/m.gguf"] = Served(model)
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        yield server


def test_nothing_is_asked_of_the_net_before_the_person_agrees(shell: Shell, server: FileServer) -> None:
    result = shell("models", "pull", "qwen3-0.6b", input="n\n")
    assert result.exit_code == 1
    assert "Qwen3-0.6B (639 MB) will be fetched from 127.0.0.1." in result.stderr
    assert "Nothing was fetched." in result.stderr
    assert result.stdout == ""
    assert shell("models", "pull", "qwen3-0.6b", input="").exit_code == 1
    assert shell("models", "list").exit_code == 0
    assert server.asked == []


def test_pull_use_and_remove(shell: Shell, server: FileServer, home: Path) -> None:
    result = shell("models", "pull", "hf:o/r:m.gguf", input="y\n")
    assert result.exit_code == 0, result.stderr
    assert "will be fetched from 127.0.0.1" in result.stderr
    assert "fetching from 127.0.0.1: 2 MB of 2 MB" in result.stderr
    assert "To use it: companion models use m.gguf" in result.stdout
    assert "\x1b" not in shell("models", "list").stdout
    result = shell("models", "use", "m.gguf")
    assert str(home / "models" / "m.gguf") in result.stdout
    assert tomllib.loads((home / "settings.toml").read_text())["model"]["path"] == str(home / "models" / "m.gguf")
    listed = shell.json("models", "list")
    assert [entry["key"] for entry in listed["models"] if entry["in_use"]] == ["m.gguf"]
    refused = shell("models", "remove", "m.gguf", "--yes")
    assert refused.exit_code == 2
    assert "the model in use" in refused.stderr
    shell("models", "use", "default")
    assert shell("models", "remove", "m.gguf", input="no\n").exit_code == 1
    assert (home / "models" / "m.gguf").exists()
    assert shell("models", "remove", "m.gguf", "--yes").exit_code == 0
    assert not (home / "models" / "m.gguf").exists()


def test_json_stands_alone(shell: Shell, server: FileServer, home: Path) -> None:
    pulled = shell.json("models", "pull", f"{server.address}/m.gguf", "--yes")
    assert (pulled["path"], pulled["already"]) == (str(home / "models" / "m.gguf"), False)
    assert shell.json("models", "pull", f"{server.address}/m.gguf", "--yes")["already"]
    assert shell.json("models", "use", "m.gguf")["path"] == str((home / "models" / "m.gguf").resolve())
    assert shell.json("models", "use", "default")["notice"] == ""
    assert shell.json("models", "remove", "m.gguf", "--yes")["what"] == "delete"


def test_a_file_elsewhere_is_added_where_it_lies(shell: Shell, tmp_path: Path) -> None:
    mine = write(tmp_path / "mine.gguf", CHAT)
    assert shell("models", "add", str(mine)).exit_code == 0
    assert str(mine) in shell("models", "list").stdout
    assert shell("models", "remove", "mine", "--yes").exit_code == 0
    assert mine.exists()


def test_the_environment_that_decides_is_told(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = write(tmp_path / "mine.gguf", CHAT)
    monkeypatch.setenv("COMPANION_MODEL__PATH", str(mine))
    assert "COMPANION_MODEL__PATH in the environment decides" in shell("models", "use", "default").stdout


def test_another_programs_models_are_listed_with_their_place(shell: Shell, tmp_path: Path) -> None:
    theirs = tmp_path / "person/.lmstudio/models/a/b/theirs.gguf"
    theirs.parent.mkdir(parents=True)
    write(theirs, CHAT)
    listed = shell("models", "list").stdout
    assert "theirs" in listed
    assert "LM Studio" in listed
    assert str(theirs) in listed
    refused = shell("models", "remove", "theirs", "--yes")
    assert refused.exit_code == 2
    assert theirs.exists()


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "companion", "models", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )


def wait_for(process: subprocess.Popen[str], said: str) -> None:
    """Until it has said something on stderr."""
    assert process.stderr is not None
    for line in process.stderr:
        if said in line:
            return
    raise AssertionError(f"it ended without saying {said!r}")


@pytest.mark.parametrize("how", ["killed", "interrupted"])
def test_a_pull_that_was_ended_in_the_middle_goes_on(server: FileServer, model: bytes, home: Path, how: str) -> None:
    if how == "interrupted" and os.name != "posix":
        pytest.skip("Ctrl+C cannot be sent to one process here")
    served = server.files["/m.gguf"]
    served.hold_after = 1_200_000
    process = start("pull", f"{server.address}/m.gguf", "--yes")
    wait_for(process, "1 MB of 2 MB")
    if how == "killed":
        process.kill()
    else:
        process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    part = home / "models" / "m.gguf.part"
    came = part.stat().st_size
    assert 1_000_000 <= came <= 1_200_000
    assert not (home / "models" / "m.gguf").exists()
    if how == "interrupted":
        assert process.returncode == 130
        assert "To go on: companion models pull" in said
    served.hold_after = None
    served.go_on.set()
    again = start("pull", f"{server.address}/m.gguf", "--yes", "--json")
    out, said = again.communicate()
    assert again.returncode == 0, said
    assert json.loads(out)["path"] == str(home / "models" / "m.gguf")
    assert server.ranges == ["", f"bytes={came}-"]
    assert (home / "models" / "m.gguf").read_bytes() == model
    assert sorted(path.name for path in (home / "models").iterdir() if "lock" not in path.name) == [
        "m.gguf", "models.json",
    ]  # fmt: skip


def test_two_at_once(server: FileServer, model: bytes, home: Path) -> None:
    served = server.files["/m.gguf"]
    served.hold_after = 1_200_000
    first = start("pull", f"{server.address}/m.gguf", "--yes")
    served.holding.wait()
    second = start("pull", f"{server.address}/m.gguf", "--yes")
    _, said = second.communicate()
    assert second.returncode == 1
    assert "This model is being fetched already" in said
    served.go_on.set()
    _, said = first.communicate()
    assert first.returncode == 0, said
    assert (home / "models" / "m.gguf").read_bytes() == model


def test_errors_are_told_without_a_traceback(server: FileServer) -> None:
    process = start("pull", f"{server.address}/none.gguf", "--yes", "--json")
    out, said = process.communicate()
    assert (process.returncode, out) == (1, "")
    assert "has no such file (answer 404)" in said
    assert "Traceback" not in said
