"""A profile with a passphrase: nothing of it can be read without the key, and it is encrypted whole or not at all."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path

import pytest

from companion.clock import SetClock
from companion.errors import (
    CompanionError,
    DiskFull,
    ProfileError,
    ProfileMissing,
    ProfileReadOnly,
    ProfileSealed,
    WrongPassphrase,
)
from companion.paths import Paths
from companion.store import encrypting
from companion.store.content import Content, content_of
from companion.store.database import open_database, opens_with
from companion.store.encrypting import decrypt, encrypt
from companion.store.headers import has_plain_header, looks_encrypted
from companion.store.keys import Unlocked, new_keys, read_keys
from companion.store.migrations import refuse_others
from companion.store.store import Store
from tests.store.mortal import mortal
from tests.store.test_keys import PASSPHRASE, QUICK
from tests.support import START, add, digests, say

CANARY = b"quintessential heliotrope"


def keys_for(passphrase: str = PASSPHRASE) -> Unlocked:
    return new_keys().with_passphrase(passphrase, QUICK, 0.0)


def lived(paths: Paths, count: int = 12) -> Content:
    """A closed profile with the canary all over it."""
    store = Store.open(paths, SetClock(START))
    for number in range(count):
        say(store, f"message {number}: {CANARY.decode()} " + "about the harbour " * 20, "I see.")
        add(store, f"The person told of {CANARY.decode()} {number}.")
    found = content_of(store.db)
    store.close()
    return found


def with_canary(folder: Path) -> list[str]:
    """Files that hold it, in whatever is left of them."""
    found = [each for each in folder.rglob("*") if each.is_file() and CANARY in each.read_bytes()]
    return sorted(each.relative_to(folder).as_posix() for each in found)


def sealed(paths: Paths) -> Unlocked:
    keys = keys_for()
    store = Store.open(paths, SetClock(START))
    encrypt(store.db, paths, keys)
    store.close()
    return keys


def test_all_of_it_is_encrypted_and_still_there(paths: Paths) -> None:
    before = lived(paths)
    assert with_canary(paths.data) == ["companion.db"], "the control: without a lock it can be read"
    keys = sealed(paths)
    assert with_canary(paths.data) == []
    assert not has_plain_header(paths.database)
    assert looks_encrypted(paths.database)
    store = Store.open(paths, SetClock(START), keys.database_key)
    assert content_of(store.db) == before
    assert store.db.check(thoroughly=True) == []
    store.close()


def test_what_is_written_meanwhile_is_encrypted_too(paths: Paths) -> None:
    """WAL, shared memory, and the journals of a database without WAL, while it is open."""
    lived(paths)
    store = Store.open(paths, SetClock(START))
    keys = keys_for()
    encrypt(store.db, paths, keys)
    say(store, f"one more: {CANARY.decode()}")
    assert (paths.data / "companion.db-wal").stat().st_size > 0
    assert with_canary(paths.data) == []
    store.db.all("PRAGMA wal_checkpoint(TRUNCATE)")
    store.db.all("PRAGMA journal_mode=DELETE")
    with store.db.write() as db:
        db.run("UPDATE memories SET text = text || ?", (CANARY.decode(),))
        db.all("PRAGMA cache_flush")
        assert with_canary(paths.data) == []
    store.close()
    store = Store.open(paths, SetClock(START), keys.database_key)
    assert store.turns.latest(1)[0].text == f"one more: {CANARY.decode()}"
    store.close()


@pytest.mark.parametrize("key", [None, bytes(32), bytes(range(32))], ids=["none", "zeros", "another"])
def test_without_its_key_it_is_sealed_not_damaged(paths: Paths, key: bytes | None) -> None:
    lived(paths)
    sealed(paths)
    before = digests(paths.data)
    with pytest.raises(ProfileSealed) as error:
        Store.open(paths, SetClock(START), key)
    assert error.value.hint
    assert digests(paths.data) == before


def test_a_new_profile_can_be_encrypted_from_its_first_byte(paths: Paths) -> None:
    paths.prepare()
    db = open_database(paths.database, refuse_others, bytes(range(32)))
    assert not has_plain_header(paths.database)
    db.close()
    assert opens_with(paths.database, bytes(range(32)))
    assert not opens_with(paths.database, bytes(32))


def test_a_plain_file_in_its_place_is_refused(paths: Paths) -> None:
    """Else whoever puts one there would have the next words in plain text."""
    lived(paths)
    plain = paths.database.read_bytes()
    keys = sealed(paths)
    paths.database.write_bytes(plain)
    with pytest.raises(ProfileError, match="not encrypted"):
        Store.open(paths, SetClock(START), keys.database_key)


def test_without_its_key_file_that_is_what_is_missed(paths: Paths) -> None:
    lived(paths)
    keys = sealed(paths)
    paths.keys.unlink()
    for key in (None, keys.database_key):
        with pytest.raises(ProfileError, match="key file"):
            Store.open(paths, SetClock(START), key)


def test_a_missing_database_is_told_before_a_passphrase_is_wanted(paths: Paths) -> None:
    lived(paths)
    sealed(paths)
    paths.database.unlink()
    with pytest.raises(ProfileMissing):
        Store.open(paths, SetClock(START))


def test_keys_that_were_put_aside_are_not_thrown_away_while_they_are_needed(paths: Paths) -> None:
    """As if it had been decrypted, but it was not: a careless hand, or one that means harm."""
    before = lived(paths)
    keys = sealed(paths)
    paths.keys.rename(paths.keys.with_name(paths.keys.name + ".gone"))
    with pytest.raises(ProfileSealed):
        Store.open(paths, SetClock(START))
    assert paths.keys.read_bytes() == keys.file.as_bytes()
    assert opened_after(paths, before)


@pytest.mark.parametrize("ending", [".sealing", ".old"])
def test_the_key_of_something_else_takes_nothing_away(paths: Paths, ending: str) -> None:
    """What stands beside the database may be all there is, when the key file is not the one it belongs to."""
    lived(paths)
    sealed(paths)
    beside = paths.database.with_name(paths.database.name + ending)
    paths.database.rename(beside)
    told = beside.read_bytes()
    with pytest.raises(ProfileError):
        Store.open(paths, SetClock(START), bytes(32))
    assert beside.read_bytes() == told


def flips_found(paths: Paths, tmp_path: Path, count: int) -> int:
    """Of `count` bytes flipped in an encrypted database, how many are noticed when all of it is read."""
    key = sealed(paths).database_key
    content = paths.database.read_bytes()
    found = 0
    for at in random.Random(7).sample(range(len(content)), count):
        copy = tmp_path / "flipped.db"
        copy.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
        try:
            db = open_database(copy, refuse_others, key)
            try:
                damaged = bool(db.check(thoroughly=True))
            finally:
                db.close()
        except ProfileError:
            damaged = True
        found += damaged
        for each in tmp_path.glob("flipped.db*"):
            each.unlink()
    return found


def test_flipped_bytes_of_the_database_are_found(paths: Paths, tmp_path: Path) -> None:
    lived(paths)
    assert flips_found(paths, tmp_path, 40) == 40


@pytest.mark.nightly
def test_any_flipped_byte_of_the_database_is_found(paths: Paths, tmp_path: Path) -> None:
    lived(paths)
    assert flips_found(paths, tmp_path, 1000) == 1000


def test_there_and_back_again(paths: Paths) -> None:
    before = lived(paths)
    first = sealed(paths)
    store = Store.open(paths, SetClock(START), first.database_key)
    second = keys_for("another passphrase")
    encrypt(store.db, paths, second)
    assert not opens_with(paths.database, first.database_key)
    assert content_of(store.db) == before
    assert with_canary(paths.data) == []
    decrypt(store.db, paths)
    assert content_of(store.db) == before
    store.close()
    assert not paths.keys.exists()
    assert with_canary(paths.data) == ["companion.db"]
    assert [each.name for each in paths.data.glob("companion.*")] == [
        each.name for each in paths.data.glob("companion.*") if each.suffix in (".db", ".lock", ".id")
    ]
    store = Store.open(paths, SetClock(START))
    assert content_of(store.db) == before
    store.close()


def test_a_full_disk_leaves_it_as_it_was(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    before = lived(paths)
    store = Store.open(paths, SetClock(START))
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))  # type: ignore[attr-defined]
        with pytest.raises(DiskFull):
            encrypt(store.db, paths, keys_for())
    assert content_of(store.db) == before
    say(store, "and it goes on")
    store.close()
    assert not paths.keys.exists()
    assert not encrypting.is_half_done(paths)


@pytest.mark.parametrize("deed", ["encrypt", "decrypt"])
def test_a_key_file_that_cannot_be_changed_leaves_it_as_it_was(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    lived(paths)
    key = sealed(paths).database_key if deed == "decrypt" else None
    store = Store.open(paths, SetClock(START), key)

    def refuse(*_: object) -> None:
        raise ProfileError("no")

    with monkeypatch.context() as patched:
        if deed == "encrypt":
            patched.setattr(encrypting, "write_keys", refuse)
        else:
            patched.setattr(encrypting, "_gone", lambda paths: paths.data / "nowhere" / "keys")
        with pytest.raises(ProfileError):
            encrypt(store.db, paths, keys_for()) if deed == "encrypt" else decrypt(store.db, paths)
    say(store, "and it goes on")
    store.close()
    assert paths.keys.exists() == (deed == "decrypt")
    assert with_canary(paths.data) == ([] if deed == "decrypt" else ["companion.db"])
    store = Store.open(paths, SetClock(START), key)
    assert store.turns.latest(1)[0].text == "and it goes on"
    store.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everything")
def test_what_cannot_be_written_is_not_encrypted(paths: Paths) -> None:
    lived(paths)
    paths.data.chmod(0o500)
    try:
        store = Store.open(paths, SetClock(START))
        with pytest.raises(ProfileReadOnly):
            encrypt(store.db, paths, keys_for())
        store.close()
    finally:
        paths.data.chmod(0o700)


def opened_after(paths: Paths, before: Content) -> bool:
    """The next one who comes finds it as it was or as it was to be; whether it is encrypted."""
    file = read_keys(paths.keys)
    try:
        key = file.unlock(PASSPHRASE).database_key if file is not None else None
    except WrongPassphrase:
        raise AssertionError("nothing opens it any more") from None
    store = Store.open(paths, SetClock(START), key)
    assert content_of(store.db) == before
    say(store, "and it goes on")
    store.close()
    assert not encrypting.is_half_done(paths)
    assert has_plain_header(paths.database) == (key is None)
    assert with_canary(paths.data) == (["companion.db"] if key is None else [])
    assert not list(paths.data.glob("*.part"))
    return key is not None


def killed(tmp_path: Path, deed: str, times: int) -> dict[str, int]:
    paths = Paths(tmp_path / "whole", tmp_path / "whole")
    before = lived(paths, 60)
    first = None if deed == "encrypt" else sealed(paths)
    outcomes = {"before": 0, "after": 0, "half": 0}
    with mortal() as killer:
        takes = 0.0
        for number in range(3):
            shutil.copytree(paths.data, tmp_path / f"measured{number}")
            began = time.perf_counter()
            assert killer.do(deed, tmp_path / f"measured{number}")
            takes = max(takes, time.perf_counter() - began)
        for number in range(times):
            home = tmp_path / f"kill{number}"
            shutil.copytree(paths.data, home)
            there = Paths(home, home)
            done = killer.do(deed, home, takes * 1.3 * (number + 1) / times)
            outcomes["half"] += encrypting.is_half_done(there)
            is_encrypted = opened_after(there, before)
            if deed == "rekey":
                assert first is not None
                after = not opens_with(there.database, first.database_key)
                assert is_encrypted
            else:
                after = is_encrypted == (deed == "encrypt")
            assert after or not done, "what is done stays done"
            outcomes["after" if after else "before"] += 1
            shutil.rmtree(home)
    return outcomes


@pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL")
@pytest.mark.parametrize("deed", ["encrypt", "decrypt", "rekey"])
def test_killed_in_the_middle_it_is_before_or_after(tmp_path: Path, deed: str) -> None:
    assert sum(killed(tmp_path, deed, 8).values()) >= 8


@pytest.mark.nightly
@pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL")
@pytest.mark.parametrize("deed", ["encrypt", "decrypt", "rekey"])
def test_killed_at_any_moment_it_is_before_or_after(tmp_path: Path, deed: str) -> None:
    outcomes = killed(tmp_path, deed, 200)
    print(deed, outcomes)  # noqa: T201 - a figure of the night
    assert outcomes["before"] > 10
    assert outcomes["after"] > 10


@pytest.mark.skipif(os.name != "posix", reason="fork")
@pytest.mark.parametrize("deed", ["encrypt", "decrypt", "rekey"])
def test_cut_off_before_and_after_each_step_it_is_before_or_after(tmp_path: Path, deed: str) -> None:
    """Every change to the folder that the deed makes is a place to die at; each is died at, before and after it."""
    whole = Paths(tmp_path / "whole", tmp_path / "whole")
    before = lived(whole)
    if deed != "encrypt":
        sealed(whole)
    at, states = 0, set()
    while True:
        home = tmp_path / f"step{at}"
        shutil.copytree(whole.data, home)
        there = Paths(home, home)
        done = _dies(there, deed, at)
        states.add((opened_after(there, before), done))
        shutil.rmtree(home)
        if done:
            break
        at += 1
    assert at >= 8, "there are steps to die at"
    assert len({encrypted for encrypted, _ in states}) == (1 if deed == "rekey" else 2)


def _dies(paths: Paths, deed: str, at: int) -> bool:
    """Do it in a fork that ends without a word before its `at`-th change of names; whether it came to the end."""
    child = os.fork()
    if child == 0:
        try:
            file = read_keys(paths.keys)
            key = file.unlock(PASSPHRASE).database_key if file is not None else None
            store = Store.open(paths, SetClock(START), key)
            left = [at]

            def count(kept: object) -> object:
                def counted(*arguments: object, **named: object) -> object:
                    if left[0] == 0:
                        os._exit(7)
                    left[0] -= 1
                    return kept(*arguments, **named)  # type: ignore[operator]

                return counted

            for name in ("replace", "unlink"):
                setattr(Path, name, count(getattr(Path, name)))
            os.fsync = count(os.fsync)  # type: ignore[assignment]
            if deed == "decrypt":
                decrypt(store.db, paths)
            else:
                encrypt(store.db, paths, keys_for())
            os._exit(0)
        except BaseException:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 7), "it failed by itself"
    return code == 0


def test_nothing_is_half_done_in_a_profile_that_is_whole(paths: Paths) -> None:
    with pytest.raises(CompanionError):
        Store.open(paths, SetClock(START), bytes(32))
    lived(paths)
    assert not encrypting.is_half_done(paths)
