"""What an export that was killed leaves beside its place is cleared by the next, or the next start; nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from companion.clock import SetClock
from companion.errors import Busy, DiskFull, InvalidInput
from companion.exchange import raft
from companion.exchanging import Exchanging
from companion.paths import Paths
from companion.store.store import Store
from tests.house import House
from tests.support import add

_KILLED = """
import os, sys
from pathlib import Path
from companion.clock import SystemClock
from companion.exchange import raft
from companion.paths import Paths
from companion.store.store import Store
def die(path, data):
    os._exit(9)
paths = Paths(data=Path(sys.argv[1]), config=Path(sys.argv[2]))
store = Store.open(paths, SystemClock())
Path.write_bytes = die
raft.export(store, paths, SystemClock(), Path(sys.argv[3]))
"""


def killed(paths: Paths, target: Path) -> Path:
    """What is left of an export into `target` that was killed at its first page."""
    command = [sys.executable, "-c", _KILLED, str(paths.data), str(paths.config), str(target)]
    assert subprocess.run(command, env=dict(os.environ), check=False).returncode == 9
    left = target.with_name(f".{target.name}.companion-part")
    assert b"tea" in (left / "data" / "memories.jsonl").read_bytes()
    assert not target.exists()
    return left


def left_behind(store: Store, target: Path) -> Path:
    """The same without another process."""
    left = target.with_name(f".{target.name}.companion-part")
    store.begun.note(left)
    (left / "data").mkdir(parents=True)
    return left


def test_the_next_start_clears_it(paths: Paths, clock: SetClock, house: House, tmp_path: Path) -> None:
    store = Store.open(paths, clock)
    add(store, "I like tea.")
    store.close()
    left = killed(paths, tmp_path / "Notes")
    (tmp_path / ".Other.companion-part").mkdir()
    house.open()
    assert not left.exists()
    assert (tmp_path / ".Other.companion-part").is_dir()


def test_the_next_export_to_anywhere_clears_it(house: House, tmp_path: Path) -> None:
    companion = house.open()
    left = left_behind(companion._opened, tmp_path / "Notes")
    companion.export_to(str(tmp_path / "elsewhere" / "Notes"))
    assert not left.exists()


def test_what_is_on_a_disk_that_is_not_there_is_cleared_when_it_is(store: Store, tmp_path: Path) -> None:
    disk, away = tmp_path / "disk", tmp_path / "away"
    left = left_behind(store, disk / "Notes")
    disk.rename(away)
    store.begun.clear()
    away.rename(disk)
    assert left.exists()
    store.begun.clear()
    assert not left.exists()
    left.mkdir()  # by somebody else: it is not known any more
    store.begun.clear()
    assert left.exists()


def test_a_link_of_that_name_is_not_followed(store: Store, tmp_path: Path) -> None:
    left = left_behind(store, tmp_path / "Notes")
    left.rename(tmp_path / "own")
    left.symlink_to(tmp_path / "own", target_is_directory=True)
    store.begun.clear()
    assert (tmp_path / "own" / "data").is_dir()


def test_a_name_as_long_as_may_be_or_longer(house: House, tmp_path: Path) -> None:
    companion = house.open()
    assert companion.export_to(str(tmp_path / ("é" * 120))).files
    with pytest.raises(InvalidInput, match="cannot be written"):
        companion.export_to(str(tmp_path / ("n" * 300)))
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".n")]
    companion._opened.begun.note(tmp_path / f".{'n' * 300}.companion-part")
    companion._opened.begun.clear()
    assert not companion._opened.begun._paths()


def test_one_is_written_at_a_time(house: House, tmp_path: Path) -> None:
    companion = house.open()
    with Exchanging._exporting, pytest.raises(Busy):
        companion.export_to(str(tmp_path / "Notes"))
    assert companion.export_to(str(tmp_path / "Notes")).files


def test_where_the_profiles_disk_is_full_an_export_to_another_is_written(
    store: Store, paths: Paths, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "I like tea.")

    def full() -> None:
        raise DiskFull(str(paths.database))

    monkeypatch.setattr(store.db, "write", full)
    assert raft.export(store, paths, clock, tmp_path / "Notes").memories == 1


def test_what_can_only_be_read_is_exported(house: House, tmp_path: Path) -> None:
    companion = house.open()
    store = companion._opened
    add(store, "I like tea.")
    store.db.read_only = True
    assert companion.export_to(str(tmp_path / "Notes")).memories == 1
    store.db.read_only = False
