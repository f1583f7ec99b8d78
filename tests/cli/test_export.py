"""`companion export`: everything into a folder, asked before plain text leaves the lock."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from companion import sealing
from companion.cli.export import _agreed
from companion.errors import InvalidInput
from companion.store.keys import Kdf
from tests.cli.conftest import Shell

CANARY = "quintessential heliotrope"


def test_what_was_said_and_remembered_is_in_the_folder(shell: Shell, tmp_path: Path) -> None:
    shell("say", "My sister Lena moved to Porto in May.")
    shell("memories", "add", "I like trains.")
    told = shell.json("export", str(tmp_path / "raft"))
    assert told == {
        "folder": str(tmp_path / "raft"),
        "form": "markdown",
        "conversations": 1,
        "turns": 2,
        "memories": told["memories"],
        "files": sum(1 for each in (tmp_path / "raft").rglob("*") if each.is_file()),
        "sha256": told["sha256"],
    }
    assert "- I like trains. ^m" in (tmp_path / "raft" / "Me.md").read_text("utf-8")
    (said,) = (tmp_path / "raft" / "Conversations").iterdir()
    assert "My sister Lena moved to Porto in May." in said.read_text("utf-8")
    again = shell("export", str(tmp_path / "raft"))
    assert (again.exit_code, told["sha256"] in again.stdout) == (0, True)
    assert "Writing" in again.stderr
    assert "Whoever can open these files can read them" in again.stderr
    data = shell.json("export", str(tmp_path / "data"), "--format", "jsonl")
    assert (data["sha256"], data["files"]) == (told["sha256"], 7)


def test_a_folder_of_something_else_and_changes_by_hand_are_refused(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shell("export", "").exit_code == 2  # a variable that is empty, say
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("Dear Bo,")
    shell("memories", "add", "I like trains.")
    refused = shell("export", str(tmp_path / "full"))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "were left as they are" in refused.stderr
    refused = shell("export", str(tmp_path / "full" / "letter.txt" / "raft"))
    assert refused.exit_code == 2
    assert "cannot be written" in refused.stderr
    shell("export", str(tmp_path / "raft"))
    page = tmp_path / "raft" / "Me.md"
    page.write_text(page.read_text("utf-8").replace("trains", "planes"), "utf-8")
    refused = shell("export", str(tmp_path / "raft"))
    assert refused.exit_code == 2
    assert "companion import" in refused.stderr
    assert "planes" in page.read_text("utf-8")
    assert shell("export", str(tmp_path / "raft"), "--force").exit_code == 0
    assert "planes" not in page.read_text("utf-8")


def test_plain_text_leaves_the_lock_only_when_the_person_says_so(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "calibrated", lambda: Kdf(memory=8 * 1024, passes=1, lanes=1))
    (tmp_path / "words").write_text("correct horse battery\n", "utf-8")
    opens = ("--passphrase-file", str(tmp_path / "words"))
    shell("memories", "add", CANARY)
    shell.json("lock", "--new-passphrase-file", str(tmp_path / "words"))
    for more in ((), ("--json",)):
        refused = shell(*opens, "export", str(tmp_path / "raft"), *more)
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "--yes" in refused.stderr
        assert not (tmp_path / "raft").exists()
    told = shell(*opens, "export", str(tmp_path / "raft"), "--yes", "--json")
    assert json.loads(told.stdout)["memories"] == 1
    assert CANARY in (tmp_path / "raft" / "Me.md").read_text("utf-8")
    home = tmp_path / "home"
    assert not [each for each in home.rglob("*") if each.is_file() and CANARY.encode() in each.read_bytes()]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_is_asked_at_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for typed, agreed in (("y\n", True), ("是\n", True), ("\n", False), ("no\n", False), ("", False)):
        monkeypatch.setattr("sys.stdin", Terminal(typed))
        assert _agreed("/raft", as_json=False) is agreed
        assert "/raft is not" in capsys.readouterr().out
    with pytest.raises(InvalidInput):
        _agreed("/raft", as_json=True)
