"""`companion backup …`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from companion.paths import Paths
from companion.store.keys import Kdf
from companion.store.store import Store
from tests.cli.conftest import Process, Shell
from tests.support import digests


def test_a_copy_is_made_listed_read_through_rehearsed_and_brought_back(shell: Shell, paths: Paths) -> None:
    shell("memories", "add", "My boat is called Albatross.")
    made = shell.json("backup", "now")
    assert made["sound"] is True
    shell("memories", "add", "My boat is called Pelican now.")
    assert shell.json("backup", "list") == {
        "folder": str(paths.backups), "backups": [{**made, "sound": None}], "set_aside": [],
    }  # fmt: skip
    assert [each["sound"] for each in shell.json("backup", "verify")["backups"]] == [True]

    before = digests(paths.data)
    drill = shell.json("backup", "drill")
    assert (drill["backup"], drill["memories"]) == (made["name"], 1)
    assert digests(paths.data) == before, "nothing of the rehearsal is left"

    put_back = shell.json("backup", "restore", made["name"][:40], "--yes")
    assert put_back["restored"]["name"] == made["name"]
    assert [memory["text"] for memory in shell.json("memories", "list")] == ["My boat is called Albatross."]
    shell.json("backup", "restore", put_back["kept"]["name"], "--yes")
    assert len(shell.json("memories", "list")) == 2


def test_a_damaged_copy_is_told_and_not_brought_back(shell: Shell, paths: Paths) -> None:
    shell("memories", "add", "My boat is called Albatross.")
    name = shell.json("backup", "now")["name"]
    file = paths.backups / name
    data = bytearray(file.read_bytes())
    data[5000] ^= 1
    file.write_bytes(data)
    told = shell("backup", "verify")
    assert (told.exit_code, "damaged" in told.stdout) == (1, True)
    for command in (["restore", name, "--yes"], ["drill", name]):
        refused = shell("backup", *command)
        assert refused.exit_code == 1
        assert "not what was written" in refused.stderr
    none = shell("backup", "restore", "--yes")
    assert "no sound backup" in none.stderr
    assert len(shell.json("memories", "list")) == 1


def test_what_is_no_backup_is_told(shell: Shell, tmp_path: Path, paths: Paths) -> None:
    shell("memories", "add", "My boat is called Albatross.")
    renamed = tmp_path / "my diary.db"
    renamed.write_bytes((paths.backups / shell.json("backup", "now")["name"]).read_bytes())
    told = shell("backup", "restore", str(renamed), "--yes")
    assert "not called as a backup is" in told.stderr
    for name in ("nosuch", "", "~nobody-of-this-name/x.db", str(tmp_path), str(tmp_path / "none.db"), "x" * 5000):
        told = shell("backup", "restore", name, "--yes")
        assert told.exit_code
        assert "There is no backup" in told.stderr


def test_nothing_is_put_back_unasked(shell: Shell) -> None:
    shell("memories", "add", "My boat is called Albatross.")
    shell("backup", "now")
    shell("memories", "add", "My boat is called Pelican now.")
    refused = shell("backup", "restore")
    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    assert len(shell.json("memories", "list")) == 2


def test_a_profile_whose_database_is_gone_leads_to_its_backup(shell: Shell, paths: Paths) -> None:
    shell("memories", "add", "My boat is called Albatross.")
    shell("backup", "now")
    paths.database.unlink()
    gone = shell("memories", "list")
    assert gone.exit_code == 1
    assert "companion backup restore" in gone.stderr
    assert "companion backup restore" in shell("doctor").stdout
    assert not paths.database.exists()
    shell.json("backup", "restore", "--yes")
    assert len(shell.json("memories", "list")) == 1


def test_a_copy_on_another_disk_is_named_by_its_path(shell: Shell, paths: Paths, tmp_path: Path) -> None:
    shell("memories", "add", "My boat is called Albatross.")
    name = shell.json("backup", "now")["name"]
    stick = tmp_path / "stick"
    stick.mkdir()
    shutil.copy(paths.backups / name, stick / name)
    shutil.rmtree(paths.data)
    shell.json("backup", "restore", str(stick / name), "--yes")
    assert len(shell.json("memories", "list")) == 1


def test_doctor_tells_of_the_latest_sound_copy(shell: Shell, paths: Paths) -> None:
    def line() -> dict[str, str]:
        checks = {check["name"]: check for check in shell.json("doctor")["checks"]}
        return dict(checks["backups"])

    assert line()["level"] == "ok"
    assert "none yet" in line()["detail"]
    name = shell.json("backup", "now")["name"]
    assert name in line()["detail"]
    (paths.backups / name).write_bytes(b"x")
    assert line()["level"] == "warning"


def test_a_folder_that_is_not_there_is_said(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell("memories", "add", "My boat is called Albatross.")
    monkeypatch.setenv("COMPANION_BACKUP__FOLDER", str(tmp_path / "stick"))
    refused = shell("backup", "now")
    assert refused.exit_code == 1
    assert "Plug in the disk" in refused.stderr


def test_while_the_app_is_open_nothing_is_brought_back(process: Process, shell: Shell, paths: Paths) -> None:
    shell("memories", "add", "My boat is called Albatross.")
    shell("backup", "now")
    store = Store.open(paths)
    try:
        refused = process("backup", "restore", "--yes")
        assert refused.returncode == 3
        assert "already running" in refused.stderr
        assert process("backup", "verify").returncode == 0, "looking is allowed"
    finally:
        store.close()


def test_a_locked_profile_is_copied_rehearsed_and_brought_back_with_its_passphrase(
    shell: Shell, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text("seven quiet lighthouses in the fog\n")
    monkeypatch.setattr("companion.sealing.calibrated", lambda: Kdf(memory=8 * 1024, passes=1, lanes=1))
    shell("memories", "add", "My boat is called Albatross.")
    shell("backup", "now")
    assert shell("lock", "--new-passphrase-file", str(secret)).exit_code == 0
    assert b"Albatross" not in b"".join(file.read_bytes() for file in paths.data.rglob("*") if file.is_file())

    monkeypatch.setenv("COMPANION_PASSPHRASE_FILE", str(secret))
    made = shell.json("backup", "now")
    assert made["encrypted"] is True
    assert shell.json("backup", "drill", made["name"])["memories"] == 1
    back = shell.json("backup", "restore", made["name"], "--yes")
    assert back["kept"]["encrypted"] is True
    assert "Albatross" in shell("memories", "list").stdout

    monkeypatch.delenv("COMPANION_PASSPHRASE_FILE")
    assert shell("backup", "drill", made["name"]).exit_code == 4
    unseen = shell.json("backup", "restore", made["name"], "--yes")
    assert "replaced-" in unseen["kept"], "without the passphrase what is there is kept as it is"
    assert shell("memories", "list").exit_code == 4
