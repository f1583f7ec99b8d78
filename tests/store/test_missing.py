"""A profile whose database is gone, or empty, is never silently replaced by a new one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from companion.clock import SetClock
from companion.errors import ProfileDamaged, ProfileMissing, ProfileSealed, ProfileUnavailable
from companion.paths import Paths
from companion.store.backups import Backups
from companion.store.lock import ProfileLock
from companion.store.store import Store
from tests.house import House
from tests.support import digests, say

ENDS = ("", "-wal", "-shm")


@pytest.fixture
def lived(paths: Paths, clock: SetClock) -> Paths:
    """A profile with something in it, closed."""
    store = Store.open(paths, clock)
    say(store, "I live in Porto.")
    store.close()
    return paths


def remove_database(paths: Paths) -> None:
    for end in ENDS:
        paths.database.with_name(paths.database.name + end).unlink(missing_ok=True)


def test_a_new_profile_begins_without_questions_and_again_after_a_first_try_that_failed(
    paths: Paths, clock: SetClock
) -> None:
    paths.prepare()
    paths.lock.touch()
    (paths.logs / "companion.log").write_text("tried")
    paths.database.touch()
    Store.open(paths, clock).close()
    assert paths.marker.read_text().strip()


@pytest.mark.parametrize("how", ["removed", "emptied", "a single byte", "renamed", "a link to nowhere"])
def test_a_database_that_is_gone_is_told_of_and_nothing_begins(lived: Paths, clock: SetClock, how: str) -> None:
    file = lived.database
    match how:
        case "removed":
            remove_database(lived)
        case "emptied":
            file.write_bytes(b"")
        case "a single byte":
            file.write_bytes(b"S")
        case "renamed":
            file.rename(file.with_suffix(".old"))
        case "a link to nowhere":
            file.unlink()
            try:
                file.symlink_to(lived.data / "elsewhere" / "companion.db")
            except OSError:
                pytest.skip("no links here")
    before = digests(lived.data)
    for _ in range(2):
        with pytest.raises(ProfileMissing) as missing:
            Store.open(lived, clock)
        assert str(file) in str(missing.value)
        assert "companion backup restore" in missing.value.hint
    assert digests(lived.data) == before
    assert lived.lock.exists()


def _by_backup(paths: Paths, clock: SetClock) -> None:
    store = Store.open(paths, clock)
    Backups(paths, clock).make(store.db, "hand")
    store.close()


def _by_index(paths: Paths, clock: SetClock) -> None:
    paths.index.mkdir()


def _by_keys(paths: Paths, clock: SetClock) -> None:
    paths.keys.write_text("{}")


def _by_what_was_read(paths: Paths, clock: SetClock) -> None:
    paths.read.write_bytes(b"kv")


def _by_the_journal(paths: Paths, clock: SetClock) -> None:
    paths.database.with_name("companion.db-wal").write_bytes(b"what was said last")


@pytest.mark.parametrize("trace", [_by_backup, _by_index, _by_keys, _by_what_was_read, _by_the_journal])
def test_any_one_trace_tells_though_the_marker_is_gone_too(
    lived: Paths, clock: SetClock, trace: Callable[[Paths, SetClock], None]
) -> None:
    """The control: with no trace at all it is a new profile."""
    trace(lived, clock)
    lived.database.unlink()
    lived.marker.unlink()
    with pytest.raises((ProfileMissing, ProfileSealed)):  # with keys the passphrase is asked for first
        Store.open(lived, clock)
    assert not lived.database.exists()


def test_without_any_trace_it_is_a_new_one(lived: Paths, clock: SetClock) -> None:
    remove_database(lived)
    lived.marker.unlink()
    store = Store.open(lived, clock)
    assert store.turns.count() == 0
    store.close()


def test_an_empty_database_whose_last_words_are_in_the_wal_is_not_opened(paths: Paths, clock: SetClock) -> None:
    """SQLite would throw the WAL of an empty file away."""
    store = Store.open(paths, clock)
    say(store, "kept in the WAL")
    wal = paths.database.with_name("companion.db-wal").read_bytes()
    assert wal
    store.close()
    paths.marker.unlink()
    paths.database.write_bytes(b"")
    paths.database.with_name("companion.db-wal").write_bytes(wal)
    with pytest.raises(ProfileMissing):
        Store.open(paths, clock)
    assert paths.database.with_name("companion.db-wal").read_bytes() == wal


@pytest.mark.parametrize("length", [15, 16, 50, 99, 100, 101, 511, 1024, 4095, 4096, 4097, 20_000])
def test_a_file_cut_short_anywhere_is_refused_and_left_alone(lived: Paths, clock: SetClock, length: int) -> None:
    data = lived.database.read_bytes()[:length]
    lived.database.write_bytes(data)
    with pytest.raises(ProfileDamaged):
        Store.open(lived, clock)
    assert lived.database.read_bytes() == data


def test_a_folder_in_its_place_is_named(lived: Paths, clock: SetClock) -> None:
    remove_database(lived)
    lived.database.mkdir()
    with pytest.raises(ProfileUnavailable):
        Store.open(lived, clock)
    assert lived.database.is_dir()


def test_a_profile_of_before_the_marker_gets_one(lived: Paths, clock: SetClock) -> None:
    number = lived.marker.read_text()
    lived.marker.unlink()
    Store.open(lived, clock).close()
    assert lived.marker.read_text() == number


@pytest.mark.skipif(os.name != "posix", reason="POSIX file modes")
def test_the_marker_is_the_persons_alone(lived: Paths) -> None:
    assert Path(lived.marker).stat().st_mode & 0o777 == 0o600


def test_whoever_has_it_open_when_it_is_taken_away_ends_in_order(paths: Paths, clock: SetClock) -> None:
    """The index cannot be noted as whole any more; everything else is closed, and the profile is free."""
    house = House(paths, clock)
    companion = house.open(index=True)
    companion.send("I live in Porto.")
    companion.settle()
    assert companion._minding.index is not None, "the control: there is an index to be closed"
    remove_database(paths)
    companion.close()
    lock = ProfileLock(paths.lock)
    lock.acquire()
    lock.release()
