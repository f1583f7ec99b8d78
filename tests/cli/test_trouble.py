"""Whatever goes wrong, the person reads what happened and what to do: never a traceback, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from companion.cli import session
from companion.store.lock import ProfileLock
from tests.cli.conftest import Process, Shell
from tests.model.gguf_files import BASE_MODEL, write
from tests.support import digests

WORDS = "the secret of the blue notebook"


@pytest.fixture
def lived_in(shell: Shell, home: Path) -> Path:
    shell("memories", "add", "I live in Leeds.")
    return home


def test_version_and_help(shell: Shell) -> None:
    assert shell("--version").stdout.startswith("companion ")
    shown = shell("--help").stdout
    assert all(name in shown for name in ("say", "memories", "sleep", "doctor", "bench", "--plain"))
    assert "completion" not in shown


def test_a_profile_in_use_is_left_alone(lived_in: Path, process: Process) -> None:
    lock = ProfileLock(lived_in / "companion.lock")
    lock.acquire()
    try:
        before = digests(lived_in)
        for command in (["memories", "add", "new"], ["say", "Hello"], ["sleep"], ["--plain"]):
            result = process(*command)
            assert result.returncode == 3, result.stderr
            assert "already running" in result.stderr
            assert "Traceback" not in result.stderr
        assert digests(lived_in) == before
    finally:
        lock.release()


@pytest.mark.skipif(os.name == "nt", reason="a pseudo terminal is POSIX")
def test_a_second_window_says_so_instead_of_opening(lived_in: Path) -> None:
    import pexpect

    lock = ProfileLock(lived_in / "companion.lock")
    lock.acquire()
    try:
        before = digests(lived_in)
        window = pexpect.spawn(sys.executable, ["-m", "companion"], encoding="utf-8", dimensions=(24, 80), timeout=60)
        window.expect(pexpect.EOF)
        window.close()
        assert window.exitstatus == 3
        assert "already running" in (window.before or "")
        assert digests(lived_in) == before
    finally:
        lock.release()


def test_doctor_of_a_profile_in_use_says_so(lived_in: Path, shell: Shell) -> None:
    lock = ProfileLock(lived_in / "companion.lock")
    lock.acquire()
    try:
        result = shell("doctor", "--json")
    finally:
        lock.release()
    assert result.exit_code == 3
    assert "already running" in json.loads(result.stdout)["checks"][-1]["detail"]


def _broken_models(folder: Path, starter: Path) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    cut = folder / "cut.gguf"
    with starter.open("rb") as whole:
        cut.write_bytes(whole.read(3_000_000))
    (folder / "text.gguf").write_text("This is no model.")
    (folder / "empty.gguf").write_bytes(b"")
    return {
        "missing": folder / "nowhere.gguf",
        "cut": cut,
        "text": folder / "text.gguf",
        "empty": folder / "empty.gguf",
        "folder": folder,
        "base": write(folder / "base.gguf", BASE_MODEL),
    }


@pytest.mark.parametrize("which", ["missing", "cut", "text", "empty", "folder", "base"])
def test_a_model_that_cannot_be_used(which: str, process: Process, shell: Shell, starter: Path, tmp_path: Path) -> None:
    model = _broken_models(tmp_path / "models", starter)[which]
    result = process("say", "My sister is called Nora.", COMPANION_MODEL__PATH=str(model))
    assert (result.returncode, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) >= 2, "what happened, and what to do"
    kept = [memory["text"] for memory in shell.json("memories", "list")]
    assert any("Nora" in text for text in kept), "what was said is remembered all the same"


@pytest.mark.parametrize("command", [["say", "Hello"], ["memories", "list"], ["sleep"], ["doctor"], ["--plain"]])
def test_a_home_that_cannot_be_made(command: list[str], process: Process, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = process(*command, COMPANION_HOME=str(tmp_path / "file" / "home"))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "COMPANION_HOME" in result.stderr + result.stdout


def test_a_damaged_database(lived_in: Path, process: Process) -> None:
    (lived_in / "companion.db").write_bytes(b"nonsense" * 4096)
    before = digests(lived_in)
    result = process("memories", "list")
    assert result.returncode == 1
    assert "damaged" in result.stderr
    assert "Traceback" not in result.stderr
    assert digests(lived_in)["companion.db"] == before["companion.db"]


@pytest.mark.parametrize("setting", ["COMPANION_MODEL__CONTEXT", "COMPANION_SLEEP__AT", "COMPANION_NONSENSE__X"])
def test_a_setting_that_cannot_be_is_named(setting: str, process: Process) -> None:
    result = process("memories", "list", **{setting: "nonsense"})
    if setting == "COMPANION_NONSENSE__X":
        assert result.returncode in (0, 2)  # other programs may use such a name
    else:
        assert result.returncode == 2
        assert setting in result.stderr
    assert "Traceback" not in result.stderr


needs_mounts = pytest.mark.skipif(
    sys.platform != "linux"
    or shutil.which("unshare") is None
    or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0,
    reason="mounting for one process needs Linux with user namespaces",
)


def _mounted(mount: str, script: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell script where `mount` has been done; $C is the companion command."""
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", f"{mount} && {script}"],
        env={**os.environ, "H": str(home), "C": f"{sys.executable} -m companion"},
        capture_output=True,
        text=True,
    )


@needs_mounts
def test_a_full_disk(lived_in: Path) -> None:
    mount = 'mkdir "$H/full" && mount -t tmpfs -o size=2m tmpfs "$H/full" && export COMPANION_HOME="$H/full"'
    script = (
        "$C memories add 'The first one.' >/dev/null && cat /dev/zero > $H/full/ballast 2>/dev/null; "
        "truncate -s -200K $H/full/ballast; "
        "head -c 15000 /dev/zero | tr '\\0' 'x' > /tmp/long.$$; "
        'for i in 1 2 3 4 5 6; do $C memories add "$(cat /tmp/long.$$) $i" >/dev/null; echo "rc $?" >&2; done; '
        "rm -f $H/full/ballast /tmp/long.$$; $C memories list --json"
    )
    result = _mounted(mount, script, lived_in)
    assert "Traceback" not in result.stderr
    assert "rc 1" in result.stderr
    assert "disk is full" in result.stderr
    assert "The first one." in result.stdout


@needs_mounts
def test_a_read_only_home(lived_in: Path) -> None:
    mount = 'mount --bind "$H" "$H" && mount -o remount,ro,bind "$H"'
    script = "$C memories list && ! $C memories add new && ! $C say Hello"
    before = digests(lived_in)
    result = _mounted(mount, script, lived_in)
    assert result.returncode == 0, result.stderr
    assert "I live in Leeds." in result.stdout
    assert "read-only" in result.stderr
    assert "Traceback" not in result.stderr
    assert digests(lived_in) == before


def test_a_fault_of_ours_is_logged_without_what_was_said(
    shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        words = WORDS
        raise RuntimeError(f"could not handle {words}")

    monkeypatch.setattr(session, "build", fail)
    result = shell("say", WORDS)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
    assert "RuntimeError" in result.stderr
    log = home / "logs" / "companion.log"
    assert str(log) in result.stderr
    written = log.read_text()
    assert "RuntimeError" in written
    assert "in fail" in written
    assert WORDS not in written
    if os.name == "posix":
        assert log.stat().st_mode & 0o777 == 0o600


def test_ctrl_c_is_quiet(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "build", interrupt)
    result = shell("memories", "list")
    assert (result.exit_code, result.output.strip()) == (130, "")


@pytest.mark.skipif(os.name != "posix", reason="a shell pipe")
def test_a_reader_that_goes_away(lived_in: Path) -> None:
    command = f"{sys.executable} -m companion memories history --json | true"
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True)
    assert result.stderr == ""


def test_bytes_that_are_no_text(process: Process, home: Path) -> None:
    run = subprocess.run(
        [sys.executable.encode(), b"-m", b"companion", b"memories", b"add", b"caf\xe9 and tea"], capture_output=True
    )
    assert run.returncode == 0, run.stderr
    assert "and tea" in process("memories", "list").stdout
