"""Backups: equal to the database when they are made, found out when they are not what was written any more."""

from __future__ import annotations

import contextlib
import os
import random
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from companion.clock import SetClock
from companion.errors import BackupUnusable, DiskFull, NotFound, ProfileError, ProfileUnavailable
from companion.paths import Paths
from companion.safekeeping import Backup
from companion.store.backups import Backups
from companion.store.content import content_of
from companion.store.database import Database
from companion.store.migrations import MIGRATIONS
from companion.store.store import Store
from tests.store.mounts import small_disk
from tests.support import add, digests, say


@pytest.fixture
def backups(paths: Paths, clock: SetClock) -> Backups:
    return Backups(paths, clock)


def fill(store: Store, exchanges: int = 30) -> None:
    for number in range(exchanges):
        say(store, f"message {number} " + "about the harbour " * 20, "I see.")
        add(store, f"The person sailed to harbour {number}.")


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_a_copy_holds_what_the_database_holds(store: Store, backups: Backups, paths: Paths) -> None:
    fill(store)
    made = backups.make(store.db, "hand")
    assert made.sound
    assert (made.reason, made.schema, made.encrypted) == ("hand", len(MIGRATIONS), False)
    assert made.bytes == backups.path(made.name).stat().st_size
    with contextlib.closing(backups.open_backup(made.name)) as copied:
        assert content_of(copied) == content_of(store.db)
        assert content_of(copied).count("turns") == 60
    assert backups.all() == (replace(made, sound=None),)
    assert [path.name for path in paths.backups.iterdir()] == [made.name], "one file, and nothing beside it"


def test_the_digest_tells_any_difference(store: Store) -> None:
    fill(store, 3)
    before = content_of(store.db)
    assert content_of(store.db) == before
    for sql in (
        "UPDATE memories SET importance = 4 WHERE id = 2",
        "UPDATE meta SET value = value || ' ' WHERE key = 'profile'",
        "DELETE FROM links",
        "INSERT INTO meta VALUES ('a', 'b')",
        "CREATE INDEX another ON turns(text)",
    ):
        with contextlib.suppress(RuntimeError), store.db.write() as db:
            db.run(sql)
            changed = db.value("SELECT changes()")
            assert (content_of(db) != before) == bool(changed or "INDEX" in sql), sql
            raise RuntimeError  # taken back
    assert content_of(store.db) == before


@pytest.mark.skipif(os.name != "posix", reason="POSIX file modes")
def test_nobody_else_can_read_a_copy(store: Store, backups: Backups, paths: Paths) -> None:
    before = os.umask(0)
    try:
        made = backups.make(store.db, "hand")
    finally:
        os.umask(before)
    assert stat.S_IMODE(backups.path(made.name).stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.backups.stat().st_mode) == 0o700


def test_every_flipped_byte_is_found(store: Store, backups: Backups) -> None:
    """100 of 100, wherever it is; the control is the copy before and after."""
    fill(store)
    made = backups.make(store.db, "hand")
    path = backups.path(made.name)
    data = path.read_bytes()
    dice = random.Random(4)
    found = 0
    for _ in range(100):
        at, bit = dice.randrange(len(data)), 1 << dice.randrange(8)
        damaged = bytearray(data)
        damaged[at] ^= bit
        path.write_bytes(damaged)
        found += backups.look_at(made).sound is False
    assert found == 100
    path.write_bytes(data[:-1])
    assert backups.look_at(made).sound is False
    path.write_bytes(data)
    assert backups.look_at(made).sound is True


def test_a_damaged_copy_is_passed_over_for_an_older_sound_one(store: Store, backups: Backups, clock: SetClock) -> None:
    older = backups.make(store.db, "hand")
    clock.advance(hours=1)
    newer = backups.make(store.db, "hand")
    assert backups.latest_sound() == newer
    backups.path(newer.name).write_bytes(b"x")
    assert backups.latest_sound() == older


def test_copies_are_found_by_the_beginning_of_their_name(store: Store, backups: Backups, clock: SetClock) -> None:
    first = backups.make(store.db, "hand")
    clock.advance(days=1)
    second = backups.make(store.db, "hand")
    assert backups.get(first.name[:30]) == replace(first, sound=None)
    for name in ("", "companion-", "nothing", "../companion.db", str(backups.path(second.name))):
        with pytest.raises(NotFound):
            backups.get(name)
    with pytest.raises(NotFound):
        backups.path("../companion.db")


def test_nights_are_rotated_and_the_new_one_is_never_among_those_that_go(
    store: Store, backups: Backups, clock: SetClock
) -> None:
    for _ in range(20):
        made = backups.make(store.db, "night")
        assert made.name in {each.name for each in backups.all()}
        clock.advance(days=1)
    clock.advance(days=-3, hours=-1)
    made = backups.make(store.db, "night")
    assert made.name in {each.name for each in backups.all()}, "also when the clock went back"
    assert 9 <= len(backups.all()) <= 14


def test_old_copies_stay_when_the_new_one_fails(
    store: Store, backups: Backups, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(9):
        backups.make(store.db, "night")
        clock.advance(days=1)
    before = digests(backups.folder)
    monkeypatch.setattr(Database, "copy_to", lambda self, path, key: path.write_bytes(b"SQLite format 3\0 and no more"))
    with pytest.raises(ProfileError):
        backups.make(store.db, "night")
    assert digests(backups.folder) == before


def test_a_copy_that_differs_in_one_value_does_not_count(
    store: Store, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 2)
    honest = Database.copy_to

    def slips(db: Database, path: Path, key: bytes | None) -> None:
        honest(db, path, key)
        from companion.store.database import open_copy

        with contextlib.closing(open_copy(path, lambda _: None, change=True)) as copied, copied.write():
            copied.run("UPDATE memories SET importance = importance % 5 + 1 WHERE id = 1")

    monkeypatch.setattr(Database, "copy_to", slips)
    with pytest.raises(BackupUnusable):
        backups.make(store.db, "hand")
    assert backups.all() == ()
    assert leftovers(backups.folder) == []


def test_what_is_said_while_the_copy_is_made_is_in_it_whole_or_not_at_all(store: Store, backups: Backups) -> None:
    fill(store, 10)
    stop = threading.Event()

    def talk() -> None:
        while not stop.is_set():
            say(store, "and another thing", "yes")

    talking = threading.Thread(target=talk)
    talking.start()
    try:
        made = [backups.make(store.db, "hand") for _ in range(3)]
    finally:
        stop.set()
        talking.join()
    assert all(each.sound for each in made)
    with contextlib.closing(backups.open_backup(made[-1].name)) as copied:
        assert copied.check() == []
        assert content_of(copied).count("turns") >= 20


def test_copies_that_are_asked_for_at_once_are_made_one_after_the_other(store: Store, paths: Paths) -> None:
    """By the night and by hand, say, or twice by hand: whoever comes second must not write into the other's file."""
    fill(store, 10)
    made: list[Backup] = []
    problems: list[Exception] = []

    def make(number: int) -> None:
        try:
            clock = SetClock(datetime(2026, 5, 1 + number, 12, tzinfo=UTC))
            made.append(Backups(paths, clock).make(store.db, "hand"))
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    backups = Backups(paths, SetClock(datetime(2026, 5, 10, tzinfo=UTC)))
    assert {each.name for each in backups.all()} == {each.name for each in made}
    assert len(made) == 6
    assert all(backups.look_at(each).sound for each in backups.all())


def test_a_full_disk_leaves_everything_as_it_was(store: Store, clock: SetClock, tmp_path: Path, paths: Paths) -> None:
    fill(store, 40)
    with small_disk(tmp_path / "disk", "256k") as folder:
        backups = Backups(paths, clock, folder)
        with pytest.raises(DiskFull):
            backups.make(store.db, "night")
        assert list(folder.iterdir()) == []
    say(store, "still here")


def test_a_folder_the_person_named_is_never_made(store: Store, paths: Paths, clock: SetClock, tmp_path: Path) -> None:
    """What would be written beneath the mount point of an unplugged disk is in nobody's way and on no other disk."""
    named = tmp_path / "stick" / "companion"
    backups = Backups(paths, clock, named)
    with pytest.raises(ProfileUnavailable, match="stick") as missing:
        backups.make(store.db, "night")
    assert "Plug in the disk" in missing.value.hint
    assert not named.exists()
    assert backups.all() == ()
    kept = backups.make(store.db, "migration")
    assert backups.path(kept.name).parent == paths.backups, "what must not wait for a disk"


@pytest.mark.parametrize("named", ["x" * 300, "~nobody-of-this-name/copies", "stick", "stick/link", "file"])
def test_a_folder_that_cannot_be_one_is_told(store: Store, paths: Paths, clock: SetClock, named: str) -> None:
    (paths.data / "file").touch()
    (paths.data / "stick").mkdir() if named != "stick" else None
    with contextlib.suppress(OSError):
        (paths.data / "stick" / "link").symlink_to("link")
    backups = Backups(paths, clock, Path(named))
    kept = backups.make(store.db, "migration")
    with pytest.raises(ProfileUnavailable, match="is not there"):
        backups.make(store.db, "night")
    assert not backups.is_there
    assert backups.latest_sound() == kept
    assert backups.path(kept.name).parent == paths.backups


def test_where_a_program_was_started_says_nothing_about_where_its_copies_are(
    store: Store, paths: Paths, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    for folder in (elsewhere / "copies", paths.data / "copies"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(elsewhere)
    made = Backups(paths, clock, Path("copies")).make(store.db, "night")
    assert (paths.data / "copies" / made.name).is_file()
    assert Backups(paths, clock, Path()).folder == paths.backups, "an empty name is none"
    assert list((elsewhere / "copies").iterdir()) == []


def test_a_copy_that_a_wrong_clock_dated_to_years_ahead_is_not_the_latest(
    store: Store, backups: Backups, clock: SetClock
) -> None:
    clock.advance(days=3650)
    wrong = backups.make(store.db, "night")
    clock.advance(days=-3650)
    say(store, "said since")
    right = backups.make(store.db, "night")
    assert backups.latest_sound() == right
    assert [each.name for each in backups.all()] == [right.name, wrong.name]


def test_two_profiles_share_a_folder_and_leave_each_other_alone(
    store: Store, paths: Paths, clock: SetClock, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    others = Paths(tmp_path / "other", tmp_path / "other")
    other = Store.open(others, clock)
    theirs = Backups(others, clock, shared).make(other.db, "night")
    mine = Backups(paths, clock, shared)
    for _ in range(12):
        clock.advance(days=1)
        mine.make(store.db, "night")
    assert theirs.name not in {each.name for each in mine.all()}
    assert Backups(others, clock, shared).all() == (replace(theirs, sound=None),)
    other.close()


def test_what_was_begun_by_someone_who_died_is_removed(store: Store, backups: Backups, paths: Paths) -> None:
    made = backups.make(store.db, "hand")
    profile = made.name.split("-")[1]
    (paths.backups / f".companion-{profile}.part").write_bytes(b"half")
    (paths.backups / f".companion-{profile}.part-journal").write_bytes(b"half")
    (paths.backups / "holiday.jpg").write_bytes(b"not ours")
    assert len(backups.all()) == 1
    backups.make(store.db, "hand")
    assert leftovers(paths.backups) == []
    assert (paths.backups / "holiday.jpg").exists()


def test_a_backup_can_be_rewritten_and_keeps_its_age(store: Store, backups: Backups, clock: SetClock) -> None:
    fill(store, 3)
    add(store, "the canary word quintessential")
    old = backups.make(store.db, "night")
    assert b"quintessential" in backups.path(old.name).read_bytes(), "the control"
    clock.advance(days=1)

    def erase(db: Database) -> None:
        with db.write():
            db.run("DELETE FROM memories WHERE text LIKE '%quintessential%'")
            db.run("DELETE FROM journal WHERE after LIKE '%quintessential%'")
            db.run("DELETE FROM pieces WHERE memory NOT IN (SELECT id FROM memories)")

    new = backups.rewrite(old.name, erase)
    assert [each.name for each in backups.all()] == [new.name]
    assert (new.at, new.reason, new.sound) == (old.at, "night", True)
    assert b"quintessential" not in backups.path(new.name).read_bytes()
    assert leftovers(backups.folder) == []


def test_a_rewriting_that_fails_leaves_the_backup(store: Store, backups: Backups) -> None:
    old = backups.make(store.db, "hand")
    before = digests(backups.folder)

    def fails(db: Database) -> None:
        with db.write():
            db.run("DELETE FROM meta")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        backups.rewrite(old.name, fails)
    assert digests(backups.folder) == before
    assert backups.look_at(old).sound
