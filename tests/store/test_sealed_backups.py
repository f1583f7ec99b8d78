"""Backups of a profile with a passphrase: encrypted like it, and opened by the passphrase of their time."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest

from companion.clock import SetClock
from companion.errors import BackupUnusable, ProfileSealed, ProfileTooNew
from companion.paths import Paths
from companion.safekeeping import Backup
from companion.store.backups import Backups
from companion.store.content import content_of
from companion.store.drill import drill
from companion.store.encrypting import encrypt
from companion.store.headers import has_plain_header
from companion.store.keys import Kdf, Unlocked, new_keys, read_keys, write_keys
from companion.store.restoring import restore
from companion.store.store import Store
from tests.support import digests, say

CANARY = "quintessential heliotrope"
QUICK = Kdf(memory=8 * 1024, passes=1, lanes=1)
"""As weak as it may be: what is tested is not how long guessing takes."""


@pytest.fixture
def backups(paths: Paths, clock: SetClock) -> Backups:
    return Backups(paths, clock)


def locked(paths: Paths, clock: SetClock, passphrase: str = "correct horse battery") -> Unlocked:  # noqa: S107
    """A profile with something in it, encrypted and closed; what opens it."""
    store = Store.open(paths, clock)
    say(store, f"I never told anybody: {CANARY}.")
    keys = new_keys().with_passphrase(passphrase, QUICK, 0.0)
    encrypt(store.db, paths, keys)
    store.close()
    return keys


def made(paths: Paths, clock: SetClock, backups: Backups, key: bytes | None) -> Backup:
    store = Store.open(paths, clock, key)
    try:
        return backups.make(store.db, "hand")
    finally:
        store.close()


def test_a_copy_cannot_be_read_without_the_key(paths: Paths, clock: SetClock, backups: Backups) -> None:
    """The control: the copy of the same profile without a lock can."""
    store = Store.open(paths, clock)
    say(store, CANARY)
    plain = backups.make(store.db, "hand")
    store.close()
    assert CANARY.encode() in backups.path(plain.name).read_bytes()
    keys = locked(paths, clock)
    clock.advance(hours=1)
    sealed = made(paths, clock, backups, keys.database_key)
    assert sealed.encrypted
    assert sealed.sound
    path = backups.path(sealed.name)
    assert not has_plain_header(path)
    assert CANARY.encode() not in path.read_bytes()
    for key in (None, bytes(32)):
        with pytest.raises((ProfileSealed, BackupUnusable)):
            backups.open_backup(sealed.name, key)
    with contextlib.closing(backups.open_backup(sealed.name, keys.database_key)) as opened:
        assert content_of(opened).count("turns") == 2


def test_it_is_brought_back_with_the_passphrase_of_its_time(paths: Paths, clock: SetClock, backups: Backups) -> None:
    keys = locked(paths, clock, "the first passphrase")
    first = made(paths, clock, backups, keys.database_key)
    write_keys(paths.keys, keys.with_passphrase("the second passphrase", QUICK, 1.0).file)
    clock.advance(hours=1)
    assert restore(paths, backups, first, clock) is not None
    file = read_keys(paths.keys)
    assert file is not None
    key = file.unlock("the first passphrase").database_key
    store = Store.open(paths, clock, key)
    assert [turn.text for turn in store.turns.latest(5)] == [f"I never told anybody: {CANARY}."]
    store.close()


def test_without_its_keys_it_is_of_no_use_and_that_is_said(paths: Paths, clock: SetClock, backups: Backups) -> None:
    keys = locked(paths, clock)
    backup = made(paths, clock, backups, keys.database_key)
    backups.keys(backup.name).unlink()
    assert backups.look_at(backup).sound is False
    before = digests(paths.data)
    with pytest.raises(BackupUnusable, match="not beside it"):
        restore(paths, backups, backup, clock)
    assert digests(paths.data) == before


@pytest.mark.parametrize("keys_now", [b"", b"{", b"\x00" * 700, None])
def test_damaged_keys_put_nothing_back_that_nobody_could_open(
    paths: Paths, clock: SetClock, backups: Backups, keys_now: bytes | None
) -> None:
    keys = locked(paths, clock)
    older = made(paths, clock, backups, keys.database_key)
    clock.advance(hours=1)
    backup = made(paths, clock, backups, keys.database_key)
    beside = backups.keys(backup.name)
    beside.write_bytes(keys_now if keys_now is not None else beside.read_bytes()[: beside.stat().st_size // 2])
    before = digests(paths.data)
    with pytest.raises(BackupUnusable):
        restore(paths, backups, backup, clock)
    assert digests(paths.data) == before
    assert backups.latest_sound() == replace(older, sound=True)


def test_one_of_a_newer_companion_is_refused_though_nobody_can_look_into_it(
    paths: Paths, clock: SetClock, backups: Backups
) -> None:
    keys = locked(paths, clock)
    backup = made(paths, clock, backups, keys.database_key)
    path, opens = backups.path(backup.name), backups.keys(backup.name)
    newer = backup.name.replace(f"-v{backup.schema}-", "-v999-")
    path.rename(path.with_name(newer))
    opens.rename(path.with_name(newer).with_suffix(".keys"))
    before = digests(paths.data)
    with pytest.raises(ProfileTooNew):
        restore(paths, backups, backups.get(newer), clock)
    assert digests(paths.data) == before


def test_copies_of_before_the_lock_can_be_encrypted(paths: Paths, clock: SetClock, backups: Backups) -> None:
    store = Store.open(paths, clock)
    say(store, CANARY)
    plain = backups.make(store.db, "night")
    before = content_of(store.db)
    store.close()
    keys = locked(paths, clock)
    store = Store.open(paths, clock, keys.database_key)
    sealed = backups.encrypt(plain.name, store.db)
    store.close()
    assert [each.name for each in backups.all()] == [sealed.name]
    assert replace(sealed, name="", bytes=0) == replace(plain, name="", bytes=0, encrypted=True)
    assert not any(CANARY.encode() in file.read_bytes() for file in paths.data.rglob("*") if file.is_file())
    with contextlib.closing(backups.open_backup(sealed.name, keys.database_key)) as opened:
        assert content_of(opened) == before


def test_the_next_copy_encrypts_what_was_left_readable(paths: Paths, clock: SetClock, backups: Backups) -> None:
    store = Store.open(paths, clock)
    say(store, CANARY)
    backups.make(store.db, "night")
    store.close()
    keys = locked(paths, clock)
    made(paths, clock, backups, keys.database_key)
    assert len(backups.all()) == 2
    assert all(each.encrypted for each in backups.all())


def test_a_drill_works_on_an_encrypted_copy(paths: Paths, clock: SetClock, backups: Backups) -> None:
    keys = locked(paths, clock)
    backup = made(paths, clock, backups, keys.database_key)
    found = drill(paths, backups, backup, clock, keys.database_key)
    assert (found.turns, found.word) == (1, "quintessential")
    assert not list(paths.data.glob("drill-*"))
    with pytest.raises((ProfileSealed, BackupUnusable)):
        drill(paths, backups, backup, clock)
    assert not list(paths.data.glob("drill-*"))


def test_a_copy_of_before_the_lock_takes_the_lock_away(paths: Paths, clock: SetClock, backups: Backups) -> None:
    store = Store.open(paths, clock)
    say(store, "before the lock")
    plain = backups.make(store.db, "hand")
    store.close()
    locked(paths, clock)
    kept = restore(paths, backups, plain, clock)
    assert not paths.keys.exists()
    store = Store.open(paths, clock)
    assert [turn.text for turn in store.turns.latest(5)] == ["before the lock"]
    store.close()
    assert not isinstance(kept, Backup)
    assert kept is not None
    assert (kept / "companion.keys").exists(), "what was there can be opened still"


def test_one_from_before_the_lock_is_brought_back_though_others_lie_beside_it(
    paths: Paths, clock: SetClock, tmp_path: Path
) -> None:
    """On a stick that two people use: what is kept first is encrypted, the other's copies stay as they are."""
    stick = tmp_path / "stick"
    stick.mkdir()
    others = Paths(tmp_path / "other", tmp_path / "other")
    with contextlib.closing(Store.open(others, clock)) as store:
        theirs = Backups(others, clock, stick).make(store.db, "hand")
    with contextlib.closing(Store.open(paths, clock)) as store:
        plain = Backups(paths, clock, stick).make(store.db, "hand")
    keys = locked(paths, clock)
    before = digests(stick)

    there = Backups(paths, clock, stick, whosever=True)
    kept = restore(paths, there, there.get(plain.name), clock, keys.database_key)
    assert isinstance(kept, Backup)
    assert kept.encrypted
    with contextlib.closing(Store.open(paths, clock)) as store:
        assert store.turns.latest(5) == []
    after = digests(stick)
    assert {name for name in before if name not in after} == {plain.name}, "that one is encrypted now"
    assert after[theirs.name] == before[theirs.name]
    assert not Backups(others, clock, stick).get(theirs.name).encrypted
