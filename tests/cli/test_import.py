"""`companion import`: tells first, asks, and imports; JSON alone on stdout."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.exchange import exports
from tests.exchange.exports import png, write


def test_it_tells_first_and_asks(shell: Shell, tmp_path: Path):
    path = str(write(tmp_path / "export.json", exports.chatgpt()))
    looked = shell("import", path, "--dry-run")
    assert looked.exit_code == 0
    assert "export.json: ChatGPT export" in looked.stdout
    assert "2 conversations, 6 messages (all of them new)" in looked.stdout
    assert "from 15 June 2023 to 16 June 2023" in looked.stdout
    assert "Left out: 2 messages to or from tools" in looked.stdout
    nobody = shell("import", path)
    assert nobody.exit_code != 0
    assert "--yes" in nobody.stderr
    assert shell.json("memories", "quarantine", "list") == []
    done = shell("import", path, "--yes")
    assert done.exit_code == 0
    assert "Imported 6 messages." in done.stdout
    (waits,) = shell.json("memories", "quarantine", "list")
    assert (waits["name"], waits["memories"]) == ("export.json", 5)
    again = shell("import", path, "--yes")
    assert again.exit_code == 0
    assert "nothing new" in again.stdout


def test_json_plans_without_yes(shell: Shell, tmp_path: Path):
    path = str(write(tmp_path / "spring.md", exports.DIARY))
    planned = shell.json("import", path)
    assert planned["result"] is None
    assert (planned["plan"]["form"], planned["plan"]["new_turns"], planned["plan"]["empty"]) == ("text", 3, False)
    assert planned["plan"]["first"].startswith("2024-03-05T12:00:00")
    done = shell.json("import", path, "--yes")
    assert done["result"]["new_memories"] == 3
    assert done["result"]["source"] == shell.json("memories", "quarantine", "list")[0]["id"]
    shell.json("memories", "quarantine", "confirm", str(done["result"]["source"]))
    texts = [memory["text"] for memory in shell.json("memories", "list")]
    assert any("Uncle Matthias" in text for text in texts)


def test_a_card(shell: Shell, tmp_path: Path):
    path = str(png(tmp_path / "orla.png", exports.CARD))
    assert "New persona: Orla" in shell("import", path, "--yes").stdout
    assert "nothing new" in shell("import", path, "--yes").stdout


def test_what_cannot_be_imported_is_said(shell: Shell, tmp_path: Path):
    for written, arguments, told in (
        (json.dumps(exports.chatgpt())[:-100], (), "breaks off"),
        ('{"a": 1}', (), "Nothing tells what this is"),
        (json.dumps(exports.claude()), ("--from", "chatgpt"), "nothing in this form"),
        ("x", ("--from", "nonsense"), "A form is one of"),
    ):
        result = shell("import", str(write(tmp_path / "export.json", written)), *arguments, "--yes")
        assert result.exit_code != 0
        assert told in result.stderr
        assert result.stdout == ""
    missing = shell("import", str(tmp_path / "none.zip"))
    assert missing.exit_code != 0
    assert "Traceback" not in missing.stderr
    assert "Check how the path is written" in missing.stderr  # and not a number of a list


def test_a_path_that_cannot_be_one_is_said_so(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for path in ("a" * 5_000, "a/" * 3_000, str(write(tmp_path / "x.json", "{}") / "below")):
        missing = shell("import", path)
        assert missing.exit_code == 2
        assert "does not exist" in missing.stderr
    known = Path.stat

    def kept(path: Path, **named: bool) -> os.stat_result:
        if path.name == "theirs.json":
            raise PermissionError(13, "Permission denied")
        return known(path, **named)

    monkeypatch.setattr(Path, "stat", kept)
    refused = shell("import", str(tmp_path / "theirs.json"))
    assert refused.exit_code == 2
    assert "Permission denied" in refused.stderr


def test_line_by_line_it_is_told_first_too(shell: Shell, tmp_path: Path):
    path = str(write(tmp_path / "my chats.json", exports.claude()))
    told = shell("--plain", input=f"/import {path}\n/waiting\n").stdout
    assert "my chats.json: Claude export" in told
    assert "Nothing waits" in told
    told = shell("--plain", input=f"/import {path} yes\n/waiting\n/import\n/export {tmp_path / 'out'}\n").stdout
    assert "3 memories wait for you." in told
    assert "my chats.json" in told
    assert "not encrypted" in told
    assert any((tmp_path / "out").iterdir())
