"""`companion lock`, and every other command on a profile with a passphrase."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from companion import sealing
from companion.passphrases import LONGEST
from companion.paths import Paths
from companion.store.headers import has_plain_header
from companion.store.keys import Kdf
from tests.cli.conftest import Process, Shell

QUICK = Kdf(memory=8 * 1024, passes=1, lanes=1)
FIRST, SECOND = "correct horse battery", "staple of another kind"
CODE = re.compile(r"\b(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}\b")
CANARY = b"quintessential heliotrope"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "calibrated", lambda: QUICK)


@pytest.fixture
def given(tmp_path: Path) -> tuple[str, str, str]:
    """Files with the first passphrase, the second, and a wrong one."""
    files = []
    for name, words in (("first", FIRST), ("second", SECOND), ("wrong", "nothing like it")):
        (tmp_path / name).write_text(f"{words}\n", encoding="utf-8")
        files.append(str(tmp_path / name))
    return files[0], files[1], files[2]


@pytest.fixture
def locked(shell: Shell, given: tuple[str, str, str]) -> str:
    """A locked profile with a memory; its recovery code."""
    assert shell("memories", "add", CANARY.decode()).exit_code == 0
    done = shell.json("lock", "--new-passphrase-file", given[0])
    assert CODE.fullmatch(done["recovery_code"])
    return str(done["recovery_code"])


def with_canary(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.rglob("*") if each.is_file() and CANARY in each.read_bytes())


def test_it_encrypts_and_opens_again(shell: Shell, paths: Paths, given: tuple[str, str, str]) -> None:
    shell("memories", "add", CANARY.decode())
    assert with_canary(paths.data) == ["companion.db"], "the control"
    told = shell("lock", "--new-passphrase-file", given[0])
    assert told.exit_code == 0, told.stderr
    assert CODE.search(told.stdout)
    assert FIRST not in told.stdout + told.stderr
    assert with_canary(paths.data) == []
    assert not has_plain_header(paths.database)
    found = shell("--passphrase-file", given[0], "memories", "list")
    assert CANARY.decode() in found.stdout
    found = shell("--passphrase-file", "-", "memories", "list", input=f"{FIRST}\n")
    assert CANARY.decode() in found.stdout


@pytest.mark.parametrize(
    "command", [["memories", "list"], ["say", "hello"], ["sleep"], ["morning"], ["lock", "--remove"]]
)
def test_without_the_passphrase_every_command_is_refused(shell: Shell, locked: str, command: list[str]) -> None:
    refused = shell(*command, input="")
    assert refused.exit_code == 4
    assert CANARY.decode() not in refused.stdout
    assert "COMPANION_PASSPHRASE_FILE" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_doctor_says_that_it_is_locked_and_how(shell: Shell, locked: str, given: tuple[str, str, str]) -> None:
    assert shell("doctor", input="").exit_code == 4
    told = shell("--passphrase-file", given[0], "doctor")
    assert "chacha20-poly1305" in told.stdout
    assert "Argon2id" in told.stdout


def test_a_wrong_passphrase_opens_nothing(shell: Shell, locked: str, given: tuple[str, str, str], paths: Paths) -> None:
    before = paths.database.read_bytes()
    refused = shell("--passphrase-file", given[2], "memories", "list")
    assert (refused.exit_code, refused.stdout) == (4, "")
    assert "not the passphrase" in refused.stderr
    assert paths.database.read_bytes() == before


def test_the_environment_may_name_the_file(
    shell: Shell, locked: str, given: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPANION_PASSPHRASE_FILE", given[0])
    assert CANARY.decode() in shell("memories", "list").stdout


def test_the_recovery_code_opens_it_and_sets_another_passphrase(
    shell: Shell, locked: str, given: tuple[str, str, str], tmp_path: Path
) -> None:
    code = tmp_path / "code"
    code.write_text(locked.lower().replace("-", " "), encoding="utf-8")
    changed = shell("--passphrase-file", str(code), "lock", "--change", "--new-passphrase-file", given[1])
    assert changed.exit_code == 0, changed.stderr
    assert shell("--passphrase-file", given[0], "memories", "list").exit_code == 4
    for opens in (given[1], str(code)):
        assert CANARY.decode() in shell("--passphrase-file", opens, "memories", "list").stdout


def test_another_recovery_code_ends_the_first(
    shell: Shell, locked: str, given: tuple[str, str, str], tmp_path: Path
) -> None:
    done = json.loads(shell("--passphrase-file", given[0], "lock", "--new-recovery-code", "--json").stdout)
    codes = []
    for name, code in (("old", locked), ("new", done["recovery_code"])):
        (tmp_path / name).write_text(code, encoding="utf-8")
        codes.append(shell("--passphrase-file", str(tmp_path / name), "memories", "list").exit_code)
    assert codes == [4, 0]


def test_rekeying_takes_the_backups_along(shell: Shell, locked: str, given: tuple[str, str, str], paths: Paths) -> None:
    assert shell("--passphrase-file", given[0], "backup", "now").exit_code == 0
    keys, database = paths.keys.read_bytes(), paths.database.read_bytes()
    done = shell("--passphrase-file", given[0], "lock", "--rekey")
    assert done.exit_code == 0, done.stderr
    code = CODE.search(done.stdout)
    assert code is not None
    assert code[0] != locked
    assert CANARY.decode() in shell("--passphrase-file", given[0], "memories", "list").stdout
    assert with_canary(paths.data) == []
    copies = list(paths.backups.glob("*.keys"))
    assert len(copies) == 2, "the one by hand, and the one before the rekeying"
    assert {copy.read_bytes() for copy in copies} == {paths.keys.read_bytes()}
    # Who has the old key file and passphrase has nothing any more.
    assert keys != paths.keys.read_bytes()
    assert database[:16] != paths.database.read_bytes()[:16]
    paths.keys.write_bytes(keys)
    assert shell("--passphrase-file", given[0], "memories", "list").exit_code == 4


def test_it_can_be_taken_away(shell: Shell, locked: str, given: tuple[str, str, str], paths: Paths) -> None:
    assert shell("--passphrase-file", given[2], "lock", "--remove").exit_code == 4
    assert not has_plain_header(paths.database)
    assert shell("--passphrase-file", given[0], "lock", "--remove").exit_code == 0
    assert CANARY.decode() in shell("memories", "list").stdout
    assert not paths.keys.exists()
    assert shell("lock", "--remove").exit_code == 2


def test_backups_of_before_are_encrypted_too(shell: Shell, given: tuple[str, str, str], paths: Paths) -> None:
    shell("memories", "add", CANARY.decode())
    shell("backup", "now")
    assert len(with_canary(paths.data)) == 2, "the control"
    shell("lock", "--new-passphrase-file", given[0])
    assert with_canary(paths.data) == []
    assert len(list(paths.backups.glob("*.db"))) == 1


def test_the_state_is_told_without_the_passphrase(shell: Shell, given: tuple[str, str, str]) -> None:
    assert shell.json("lock", "--status")["encrypted"] is False
    shell("memories", "add", "something")
    shell("lock", "--new-passphrase-file", given[0])
    found = shell.json("lock", "--status")
    assert found["encrypted"] is True
    assert found["database"] == "encrypted"
    assert found["argon2id"] == {"memory_kib": QUICK.memory, "passes": QUICK.passes, "lanes": QUICK.lanes}
    assert "chacha20-poly1305" in shell("lock", "--status").stdout


@pytest.mark.parametrize("arguments", [["--change", "--remove"], ["--status", "--rekey"], ["--change"]])
def test_what_makes_no_sense_is_refused(shell: Shell, arguments: list[str]) -> None:
    assert shell("lock", *arguments).exit_code == 2


def test_a_short_passphrase_locks_nothing(shell: Shell, tmp_path: Path, paths: Paths) -> None:
    (tmp_path / "short").write_text("abc\n", encoding="utf-8")
    shell("memories", "add", "something")
    assert shell("lock", "--new-passphrase-file", str(tmp_path / "short")).exit_code == 2
    assert not paths.keys.exists()
    assert has_plain_header(paths.database)


def test_a_file_as_editors_write_it_opens_it(shell: Shell, locked: str, tmp_path: Path) -> None:
    """With a mark at its beginning and two characters at the end of its lines."""
    (tmp_path / "bom").write_bytes(b"\xef\xbb\xbf" + FIRST.encode() + b"\r\nmore\r\n")
    assert shell("--passphrase-file", str(tmp_path / "bom"), "memories", "list").exit_code == 0


def test_no_passphrase_is_cut_without_a_word(shell: Shell, tmp_path: Path, paths: Paths) -> None:
    """Typed in the app it would be another one."""
    (tmp_path / "longest").write_text("q7 é" * (LONGEST // 4) + "\n", encoding="utf-8")
    (tmp_path / "longer").write_text("q7 é" * (LONGEST // 4) + "x\n", encoding="utf-8")
    shell("memories", "add", "something")
    assert shell("lock", "--new-passphrase-file", str(tmp_path / "longer")).exit_code == 2
    assert not paths.keys.exists()
    assert shell("lock", "--new-passphrase-file", str(tmp_path / "longest")).exit_code == 0
    assert shell("--passphrase-file", str(tmp_path / "longest"), "memories", "list").exit_code == 0
    assert shell("--passphrase-file", str(tmp_path / "longer"), "memories", "list").exit_code == 2


def test_a_lost_key_file_is_not_told_as_no_passphrase(shell: Shell, locked: str, paths: Paths) -> None:
    paths.keys.unlink()
    told = shell("lock", "--status")
    assert told.exit_code == 4
    assert "key file" in told.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal")
def test_in_a_terminal_it_asks_and_shows_nothing(process: Process, home: Path, tmp_path: Path) -> None:
    """The real program in a real pty: set, asked for, wrong once, right then."""
    import pexpect

    environment = {**os.environ, "TERM": "dumb", "PYTHONPATH": str(Path(__file__).parents[2])}
    assert process("memories", "add", CANARY.decode()).returncode == 0

    def run(*arguments: str) -> pexpect.spawn[str]:
        return pexpect.spawn(
            sys.executable, ["-m", "companion", *arguments], env=environment, encoding="utf-8", timeout=60, echo=True
        )

    child = run("lock")
    child.expect("New passphrase: ")
    child.sendline(FIRST)
    child.expect("Once more: ")
    child.sendline(FIRST)
    child.expect(CODE)
    child.expect(pexpect.EOF)
    assert FIRST not in str(child.before)
    child = run("memories", "list")
    child.expect("Passphrase: ")
    child.sendline("nothing like it")
    child.expect("not the passphrase")
    child.expect("Passphrase: ")
    child.sendline(FIRST)
    child.expect(CANARY.decode())
    child.expect(pexpect.EOF)
    assert with_canary(home) == []
