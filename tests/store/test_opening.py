"""Opening a profile: from nothing, someone else's file, a newer one, a damaged one, one that is in use or read-only."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from companion.clock import SetClock
from companion.errors import ProfileDamaged, ProfileLocked, ProfileReadOnly, ProfileTooNew, ProfileUnavailable
from companion.paths import Paths
from companion.records import MemoryFilter
from companion.store.connecting import translated
from companion.store.migrations import MIGRATIONS
from companion.store.store import Store
from tests.store.mounts import read_only_copy
from tests.support import add, digests, say

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX file modes and signals")
HOLDER = """
import sys
from pathlib import Path
from companion.paths import Paths
from companion.store.store import Store
home = Path(sys.argv[1])
store = Store.open(Paths(home, home))
print("open", flush=True)
sys.stdin.read()
"""


def test_a_new_profile_has_every_table_and_knows_its_version(store: Store) -> None:
    assert store.db.value("PRAGMA user_version") == len(MIGRATIONS)
    assert store.db.check() == []
    assert store.db.value("PRAGMA synchronous") == 2
    assert store.db.value("PRAGMA fullfsync") == 1  # on a Mac less is not on disk
    assert store.turns.count() == store.memories.count() == 0
    tables = {row[0] for row in store.db.all("SELECT name FROM sqlite_schema")}
    assert {"turns", "memories", "evidence", "links", "journal", "batches", "tombstones", "jobs", "nights"} <= tables


def test_opening_again_changes_nothing_and_finds_what_was_said(paths: Paths, clock: SetClock) -> None:
    store = Store.open(paths, clock)
    say(store, "hello")
    store.close()
    before = digests(paths.data)
    store = Store.open(paths, clock)
    assert [turn.text for turn in store.turns.latest(5)] == ["hello"]
    store.close()
    assert digests(paths.data) == before


@pytest.mark.parametrize("steps", range(len(MIGRATIONS)))
def test_a_profile_of_any_earlier_schema_is_brought_up_to_date(
    paths: Paths, clock: SetClock, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if steps:
        monkeypatch.setattr("companion.store.migrations.MIGRATIONS", MIGRATIONS[:steps])
        Store.open(paths, clock).close()
        monkeypatch.undo()
        monkeypatch.setenv("COMPANION_HOME", str(paths.data))
    store = Store.open(paths, clock)
    add(store, "I live in Paris")
    assert store.db.value("PRAGMA user_version") == len(MIGRATIONS)
    store.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    paths: Paths, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(db: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr("companion.store.migrations.MIGRATIONS", (*MIGRATIONS[:3], breaks))
    with pytest.raises(RuntimeError, match="half way"):
        Store.open(paths, clock)
    monkeypatch.setattr("companion.store.migrations.MIGRATIONS", MIGRATIONS)
    store = Store.open(paths, clock)
    assert store.db.check() == []
    store.close()


def test_a_profile_of_a_newer_companion_is_refused_and_left_alone(paths: Paths, clock: SetClock) -> None:
    store = Store.open(paths, clock)
    with store.db.write() as db:
        db.run(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    store.close()
    before = paths.database.read_bytes()
    with pytest.raises(ProfileTooNew) as refused:
        Store.open(paths, clock)
    assert "Update" in refused.value.hint
    assert paths.database.read_bytes() == before


@pytest.mark.parametrize("version", [0, 1, len(MIGRATIONS), 99])
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_the_sqlite_file_of_another_program_is_refused_and_left_alone(
    paths: Paths, clock: SetClock, version: int, journal: str
) -> None:
    paths.prepare()
    other = sqlite3.connect(paths.database)
    other.execute(f"PRAGMA journal_mode={journal}")
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.execute("INSERT INTO bookmarks VALUES ('x')")
    other.execute(f"PRAGMA user_version = {version}")
    other.commit()
    other.close()
    before = paths.database.read_bytes()
    with pytest.raises(ProfileDamaged, match="another program"):
        Store.open(paths, clock)
    assert paths.database.read_bytes() == before


@pytest.mark.parametrize("where", ["header", "whole", "cut short", "middle"])
def test_a_damaged_file_is_named_and_left_alone(paths: Paths, clock: SetClock, where: str) -> None:
    store = Store.open(paths, clock)
    for number in range(200):
        say(store, f"message {number} " + "words " * 50)
    store.close()
    data = bytearray(paths.database.read_bytes())
    match where:
        case "header":
            data[:16] = b"not a database!!"
        case "whole":
            data[:] = os.urandom(len(data))
        case "cut short":
            del data[len(data) // 2 :]
        case "middle":
            data[4096:] = b"\xff" * (len(data) - 4096)
    paths.database.write_bytes(data)

    def look() -> None:
        opened = Store.open(paths, clock)
        try:  # damage in the middle is met when it is read
            opened.turns.latest(10)
            opened.memories.find(MemoryFilter())
        finally:
            opened.close()

    with pytest.raises(ProfileDamaged) as damaged:
        look()
    assert str(paths.database) in str(damaged.value)
    assert "Keep the file" in damaged.value.hint
    assert paths.database.read_bytes() == bytes(data)


def test_after_a_failed_opening_the_profile_is_not_locked(paths: Paths, clock: SetClock) -> None:
    paths.prepare()
    paths.database.write_bytes(b"x" * 5000)
    with pytest.raises(ProfileDamaged):
        Store.open(paths, clock)
    paths.database.unlink()
    Store.open(paths, clock).close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, clock: SetClock) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ProfileUnavailable, match="file"):
        Store.open(Paths(tmp_path / "file" / "home", tmp_path / "file" / "home"), clock)


def test_a_folder_in_the_place_of_the_file_is_named(paths: Paths, clock: SetClock) -> None:
    paths.database.mkdir(parents=True)
    with pytest.raises(ProfileUnavailable, match=r"companion\.db"):
        Store.open(paths, clock)


@posix
def test_nobody_else_can_read_the_profile(paths: Paths, clock: SetClock) -> None:
    paths.data.mkdir(mode=0o777)
    paths.data.chmod(0o777)
    before = os.umask(0o000)
    try:
        store = Store.open(paths, clock)
        say(store, "a secret")
        for file in paths.data.rglob("*"):
            mode = stat.S_IMODE(file.stat().st_mode)
            assert mode == (0o700 if file.is_dir() else 0o600), file
        assert stat.S_IMODE(paths.data.stat().st_mode) == 0o700
        store.close()
    finally:
        os.umask(before)


# One process at a time


def _hold(home: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    return holder


def test_a_second_process_is_refused_and_changes_nothing(paths: Paths, clock: SetClock) -> None:
    Store.open(paths, clock).close()
    holder = _hold(paths.data)
    try:
        before = digests(paths.data)
        with pytest.raises(ProfileLocked) as refused:
            Store.open(paths, clock)
        assert refused.value.exit_code == 3
        assert digests(paths.data) == before
    finally:
        holder.communicate()
    Store.open(paths, clock).close()


def test_a_second_store_in_the_same_process_is_refused(store: Store, paths: Paths) -> None:
    with pytest.raises(ProfileLocked):
        Store.open(paths)
    say(store, "still working")


@posix
def test_the_lock_is_free_once_its_holder_was_killed(paths: Paths, clock: SetClock) -> None:
    holder = _hold(paths.data)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    store = Store.open(paths, clock)
    assert store.db.check() == []
    store.close()
    holder.communicate()


# Read-only


def test_a_read_only_profile_is_shown_and_not_changed(paths: Paths, clock: SetClock, tmp_path: Path) -> None:
    store = Store.open(paths, clock)
    turn, _ = say(store, "I live in Paris")
    found = add(store, "I live in Paris")
    store.close()
    with read_only_copy(paths.data, tmp_path) as folder:
        store = Store.open(Paths(folder, folder), clock)
        try:
            assert store.read_only
            assert store.turns.get(turn.id).text == "I live in Paris"
            assert store.memories.find(MemoryFilter(text="paris")) == [found]
            with pytest.raises(ProfileReadOnly):
                say(store, "nothing of this is kept")
            with pytest.raises(ProfileReadOnly):
                store.changes.undo()
        finally:
            store.close()
        assert digests(folder) == digests(paths.data)


def test_a_read_only_profile_whose_last_session_crashed_can_be_read(
    paths: Paths, clock: SetClock, tmp_path: Path
) -> None:
    """The last words are in the WAL, which cannot be read without writing: what is in the file itself is shown."""
    store = Store.open(paths, clock)
    say(store, "old words")
    store.close()
    store = Store.open(paths, clock)
    say(store, "new words")
    with read_only_copy(paths.data, tmp_path) as folder:
        copy = Store.open(Paths(folder, folder), clock)
        texts = [turn.text for turn in copy.turns.latest(5)]
        copy.close()
    store.close()
    assert texts[0] == "old words"


def test_two_can_look_at_a_read_only_profile(paths: Paths, clock: SetClock, tmp_path: Path) -> None:
    Store.open(paths, clock).close()
    with read_only_copy(paths.data, tmp_path) as folder:
        first, second = (Store.open(Paths(folder, folder), clock) for _ in range(2))
        assert first.read_only
        assert second.read_only
        first.close()
        second.close()


def test_an_error_of_input_or_output_is_told_by_its_own_name(tmp_path: Path) -> None:
    with pytest.raises(ProfileUnavailable, match="SQLITE_IOERR_SHORT_READ"), translated(tmp_path / "x"):
        raise apsw.exception_for(apsw.SQLITE_IOERR_SHORT_READ)
