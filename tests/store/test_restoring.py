"""Putting a backup back: what was there is kept, what is there is what was kept, and nothing stands between."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from companion import disk
from companion.clock import SetClock
from companion.errors import BackupUnusable, ProfileError, ProfileMissing, ProfileUnavailable
from companion.paths import Paths
from companion.safekeeping import Backup
from companion.store import files
from companion.store.backups import Backups
from companion.store.replaced import kept_aside
from companion.store.restoring import finish_restoring, restore
from companion.store.store import Store
from tests.support import digests, say


@pytest.fixture
def backups(paths: Paths, clock: SetClock) -> Backups:
    return Backups(paths, clock)


@pytest.fixture
def old(paths: Paths, clock: SetClock, backups: Backups) -> Backup:
    """A backup that knows of one thing said, of a profile that knows of two."""
    store = Store.open(paths, clock)
    say(store, "the first thing")
    made = backups.make(store.db, "hand")
    say(store, "the second thing")
    store.close()
    clock.advance(hours=1)
    return made


def said(paths: Paths, clock: SetClock) -> list[str]:
    store = Store.open(paths, clock)
    texts = [turn.text for turn in store.turns.latest(10)]
    assert store.db.check() == []
    store.close()
    return texts


def test_a_backup_is_put_back_and_what_was_there_is_a_backup_now(
    paths: Paths, clock: SetClock, backups: Backups, old: Backup
) -> None:
    paths.index.mkdir()
    (paths.index / "chroma.sqlite3").write_bytes(b"of another state")
    paths.read.write_bytes(b"of another state")
    paths.read.with_suffix(".json").write_bytes(b"{}")
    kept = restore(paths, backups, old, clock)
    assert files.sha256(paths.database) == files.sha256(backups.path(old.name)), "byte for byte"
    assert not paths.index.exists()
    assert not paths.read.exists()
    assert not paths.read.with_suffix(".json").exists()
    assert said(paths, clock) == ["the first thing"]
    assert isinstance(kept, Backup)
    assert kept.reason == "restore"
    restore(paths, backups, kept, clock)
    assert said(paths, clock) == ["the first thing", "the second thing"], "and back again"


@pytest.mark.parametrize("how", ["removed", "emptied", "damaged", "another program's", "cut short"])
def test_a_database_that_cannot_be_read_is_kept_byte_for_byte(
    paths: Paths, clock: SetClock, backups: Backups, old: Backup, how: str
) -> None:
    file = paths.database
    match how:
        case "removed":
            file.unlink()
        case "emptied":
            file.write_bytes(b"")
        case "damaged":
            file.write_bytes(b"\xff" * 8192)
        case "another program's":
            file.write_bytes(b"MZ" + b"\0" * 100)
        case "cut short":
            file.write_bytes(file.read_bytes()[:5000])
    wal = paths.database.with_name("companion.db-wal")
    wal.write_bytes(b"what the old one had not in its file yet")
    was = file.read_bytes() if file.exists() else None
    kept = restore(paths, backups, old, clock)
    assert isinstance(kept, Path)
    assert kept_aside(paths) == [kept]
    assert (kept / wal.name).read_bytes() == b"what the old one had not in its file yet"
    assert ((kept / file.name).read_bytes() if was is not None else None) == was
    assert not wal.exists(), "it must not be taken for the new one's"
    assert said(paths, clock) == ["the first thing"]


def test_what_could_not_be_read_goes_after_a_month_but_for_the_newest(
    paths: Paths, clock: SetClock, backups: Backups, old: Backup
) -> None:
    kept = []
    for _ in range(3):
        paths.database.write_bytes(b"\xff" * 8192)
        kept.append(restore(paths, backups, old, clock))
    assert len(set(kept)) == 3, "also of the same second"
    assert kept_aside(paths) == kept
    own = paths.backups / "replaced-by-me"
    own.mkdir()
    (kept[1] / "notes.txt").write_text("mine")

    def after(days: int) -> list[Path]:
        clock.at += timedelta(days=days)
        store = Store.open(paths, clock)
        backups.make(store.db, "night")
        store.close()
        return [path for path in kept_aside(paths) if path != own]

    assert after(29) == kept
    assert after(2) == kept[1:]
    assert [path.name for path in kept[1].iterdir()] == ["notes.txt"]
    assert (kept[2] / "companion.db").read_bytes() == b"\xff" * 8192
    assert own.is_dir()


def test_on_a_new_computer_there_is_nothing_to_keep(
    paths: Paths, clock: SetClock, backups: Backups, old: Backup, tmp_path: Path
) -> None:
    new = Paths(tmp_path / "new", tmp_path / "new")
    new.prepare()
    there = Backups(new, clock, paths.backups)
    assert restore(new, there, there.get(old.name), clock) is None
    assert said(new, clock) == ["the first thing"]


def test_a_damaged_backup_is_refused_and_nothing_changes(
    paths: Paths, clock: SetClock, backups: Backups, old: Backup
) -> None:
    path = backups.path(old.name)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    before = digests(paths.data)
    with pytest.raises(BackupUnusable):
        restore(paths, backups, old, clock)
    assert digests(paths.data) == before


def test_a_folder_in_the_place_of_the_database_is_left(
    paths: Paths, clock: SetClock, backups: Backups, old: Backup
) -> None:
    paths.database.unlink()
    paths.database.mkdir()
    (paths.database / "photo").write_bytes(b"x")
    with pytest.raises(ProfileUnavailable):
        restore(paths, backups, old, clock)
    assert (paths.database / "photo").exists()


class Died(BaseException):
    """What a process does that is killed: nothing after it runs."""


@pytest.mark.parametrize("damaged", [False, True])
def test_whoever_dies_on_the_way_leaves_before_or_after(
    paths: Paths, clock: SetClock, backups: Backups, old: Backup, damaged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the n-th operation on a file, for every n until it comes through."""
    if damaged:
        paths.database.write_bytes(b"\xff" * 9000)
    start = {path: path.read_bytes() for path in paths.data.rglob("*") if path.is_file()}
    outcomes = []
    for fatal in range(1, 200):
        for path in paths.data.rglob("*"):
            if path.is_file():
                path.unlink()
        for path, data in start.items():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        done = 0

        def counted(honest: object, fatal: int = fatal) -> object:
            def operation(*arguments: object, **named: object) -> object:
                nonlocal done
                done += 1
                if done >= fatal:
                    raise Died
                return honest(*arguments, **named)  # type: ignore[operator]

            return operation

        with monkeypatch.context() as mortal:
            for name in ("replace", "unlink", "mkdir"):
                mortal.setattr(Path, name, counted(getattr(Path, name)))
            for module, name in ((files, "create"), (files, "sync"), (disk, "sync"), (disk, "sync_folder")):
                mortal.setattr(module, name, counted(getattr(module, name)))
            try:
                restore(paths, backups, old, clock)
                came_through = True
            except Died:
                came_through = False
        if came_through:
            assert outcomes.count("after") > 3
            assert outcomes.count("before") > 3
            assert "".join(str(o)[0] for o in outcomes).lstrip("b").strip("a") == "", "once decided, decided"
            return
        try:
            texts = said(paths, clock)
        except ProfileError:
            assert damaged
            assert paths.database.read_bytes() == b"\xff" * 9000
            outcomes.append("before")
        else:
            assert texts in (["the first thing"], ["the first thing", "the second thing"])
            outcomes.append("after" if len(texts) == 1 else "before")
    pytest.fail("it never came through")


def test_a_restore_that_was_decided_and_whose_copy_is_gone_says_so(
    paths: Paths, clock: SetClock, backups: Backups, old: Backup
) -> None:
    paths.database.unlink()
    (paths.data / "companion.restoring").write_bytes(b"no keys\n")
    with pytest.raises(ProfileMissing) as half:
        finish_restoring(paths)
    assert "restore" in half.value.hint
