"""The lock on an open profile: what else there is on the disk goes, the talk goes on, and an engine of its own."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from companion import key_holder, sealing
from companion.companion import Companion
from companion.engine import EngineClient
from companion.errors import (
    CompanionError,
    DiskFull,
    EngineStopped,
    InvalidInput,
    ProfileReadOnly,
    ProfileSealed,
    WrongPassphrase,
)
from companion.memory.passing_index import PassingIndex
from companion.paths import Paths
from companion.records import MemoryFilter
from companion.settings import LockSettings, Settings, load_settings
from companion.store import keychain
from companion.store.backups import Backups
from companion.store.headers import has_plain_header
from companion.store.keys import Kdf
from companion.store.unlocking import key_for
from tests.house import House
from tests.store.test_keys import Ring

QUICK = Kdf(memory=8 * 1024, passes=1, lanes=1)
FIRST, SECOND = "correct horse battery", "staple of another kind"
CANARY = "quintessential heliotrope"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "calibrated", lambda: QUICK)


def with_canary(folder: Path) -> list[str]:
    return sorted(
        each.relative_to(folder).as_posix()
        for each in folder.rglob("*")
        if each.is_file() and CANARY.encode() in each.read_bytes()
    )


def files(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()}


def said(companion: Companion) -> list[str]:
    return [row.memory.text for row in companion.list_memories(MemoryFilter())]


def test_everything_beside_the_database_goes_too(house: House) -> None:
    companion = house.open(index=True, chat=True)
    companion.send(f"I never told anybody: {CANARY}.")
    companion.settle()
    companion.close()
    companion = house.open(index=True, chat=True)
    companion.settle()
    data = house.paths.data
    (house.paths.logs / "companion.log").write_text(f"what a library said of {CANARY}", encoding="utf-8")
    house.paths.read.write_text(CANARY, encoding="utf-8")
    assert any(name.startswith("index/") for name in files(data)), "the control: there is an index"
    assert set(with_canary(data)) >= {"read.kv", "logs/companion.log"}
    companion.protect(FIRST)
    assert with_canary(data) == []
    assert not any(name.startswith("index") for name in files(data))
    assert not house.paths.read.exists()
    companion.settle()
    assert companion.status().encrypted
    assert companion.search_memories(CANARY)
    assert isinstance(companion._minding.index, PassingIndex)
    assert companion.status().index == "ready"
    companion.send("And then?")
    companion.settle()
    companion.close()
    assert with_canary(data) == []
    assert not any(name.startswith("index/") for name in files(data))
    assert not house.paths.read.exists()
    key = key_for(house.paths, FIRST)
    again = Companion(house.paths, house.settings, clock=house.clock, model=house.model, embedder=house.embedder)
    house.model.closed = False
    house.opened.append(again)
    again.start(key)
    again.settle()
    assert any(CANARY in each for each in said(again))
    assert isinstance(again._minding.index, PassingIndex)
    again.unprotect(FIRST)
    again.settle()
    assert not again.status().encrypted
    assert any(name.startswith("index/") for name in files(data))
    assert has_plain_header(house.paths.database)


def test_what_a_crash_while_encrypting_left_goes_at_the_next_start(house: House) -> None:
    house.open().protect(FIRST)
    house.close()
    house.paths.index.mkdir()
    (house.paths.index / "vectors.bin").write_bytes(CANARY.encode())
    house.paths.read.write_text(CANARY, encoding="utf-8")
    again = Companion(house.paths, house.settings, clock=house.clock, load_model=False, embedder=house.embedder)
    house.opened.append(again)
    again.start(key_for(house.paths, FIRST))
    assert with_canary(house.paths.data) == []


def test_only_what_makes_sense_is_done(house: House) -> None:
    companion = house.open(load_model=False)
    for deed in (companion.unprotect, companion.renew_recovery_code, companion.rekey):
        with pytest.raises(InvalidInput):
            deed(FIRST)
    with pytest.raises(InvalidInput):
        companion.protect("short")
    assert not house.paths.keys.exists()
    code = companion.protect(FIRST)
    with pytest.raises(InvalidInput):
        companion.protect(SECOND)
    for deed in (companion.unprotect, companion.renew_recovery_code, companion.rekey):
        with pytest.raises(WrongPassphrase):
            deed(SECOND)
    with pytest.raises(WrongPassphrase):
        companion.change_passphrase(SECOND, "yet another one")
    with pytest.raises(InvalidInput):
        companion.rekey(code)
    assert companion.protection().encrypted
    assert companion.protection().changed_at == house.clock.now().timestamp()


def test_a_reply_that_is_being_written_is_not_cut_off(house: House) -> None:
    import threading

    from companion.errors import Busy

    house.model.gate = threading.Event()
    companion = house.open()
    companion.send("hello")
    with pytest.raises(Busy):
        companion.protect(FIRST)
    assert not house.paths.keys.exists()
    house.model.gate.set()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everything")
def test_a_profile_that_cannot_be_written_is_not_locked(house: House) -> None:
    house.open(load_model=False)
    house.close()
    house.paths.data.chmod(0o500)
    try:
        with pytest.raises(ProfileReadOnly):
            house.open(load_model=False).protect(FIRST)
    finally:
        house.paths.data.chmod(0o700)


def test_the_keyring_opens_it_until_it_is_locked_by_hand(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring()
    monkeypatch.setattr(keychain, "_keyring", lambda: ring)
    companion = house.open(load_model=False)
    companion.protect(FIRST, keyring=True)
    assert companion.protection().keyring
    wanted = companion.data_key()
    companion.close()
    settings = load_settings(house.paths.settings)
    assert settings.lock.keyring
    holder = key_holder.KeyHolder(house.paths)
    assert holder.is_missing(Settings()), "who did not ask for it is asked"
    assert not holder.is_missing(settings)
    assert holder.key == wanted
    holder.lock()
    assert holder.key is None
    assert holder.is_missing(settings)
    ring.works = False
    assert key_holder.KeyHolder(house.paths).is_missing(Settings(lock=LockSettings(keyring=True)))


def opens_with_both(paths: Paths, code: str) -> bool:
    key = key_for(paths, FIRST)
    return key is not None and key == key_for(paths, code)


def test_the_recovery_code_is_shown_whatever_fails_afterwards(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the key file is written the code opens the profile; who is not shown it has lost it."""
    companion = house.open(load_model=False)
    companion.add_memory(CANARY)
    companion.back_up()

    def full(*_: object, **__: object) -> None:
        raise DiskFull("full")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "denied")

    with monkeypatch.context() as fault:
        fault.setattr(Backups, "_rewrite", full)
        fault.setattr(sealing.shutil, "rmtree", denied)
        code = companion.protect(FIRST)
        assert opens_with_both(house.paths, code)
        assert not companion._backups.all()[0].encrypted, "the control: it could not be encrypted"
        house.clock.advance(hours=1)
        again = companion.rekey(FIRST)
        assert opens_with_both(house.paths, again)
        with pytest.raises(WrongPassphrase):
            key_for(house.paths, code)
    house.clock.advance(hours=1)
    companion.back_up()
    assert all(backup.encrypted for backup in companion._backups.all())


def test_a_keyring_that_the_settings_cannot_name_locks_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keychain, "_keyring", Ring)
    companion = house.open(load_model=False)
    house.paths.settings.mkdir()
    with pytest.raises(CompanionError):
        companion.protect(FIRST, keyring=True)
    assert not house.paths.keys.exists()
    assert has_plain_header(house.paths.database)


def test_a_damaged_copy_keeps_no_other_from_being_encrypted(house: House) -> None:
    companion = house.open(load_model=False)
    companion.add_memory(CANARY)
    for _ in range(3):
        companion.back_up()
        house.clock.advance(hours=1)
        companion.add_memory(f"And more at {house.clock.now()}.")
    names = [backup.name for backup in companion._backups.all()]
    assert len(names) == 3
    newest = companion._backups.path(names[0])
    content = bytearray(newest.read_bytes())
    content[4096:8192] = bytes(4096)
    newest.write_bytes(content)
    companion.protect(FIRST)
    assert [backup.encrypted for backup in companion._backups.all()] == [False, True, True]


def test_the_key_in_the_interface_is_wiped(house: House) -> None:
    house.open(load_model=False).protect(FIRST)
    holder = key_holder.KeyHolder(house.paths)
    holder.keep(bytes(range(32)))
    held = holder._key
    assert held is not None
    assert repr(holder) == "KeyHolder()"
    holder.lock()
    assert held == bytes(32)


async def test_an_engine_is_unlocked_survives_a_crash_and_is_locked_again(paths: Paths) -> None:
    """Over the pipe, with real processes: the passphrase is asked for once, a crash asks for nothing."""
    engine = EngineClient(paths, load_settings(paths.settings))
    engine.start()
    try:
        assert not engine.is_sealed
        await engine.add_memory(CANARY)
        code = await engine.protect(FIRST)
        assert not engine.is_sealed, "who locks it is in"
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        engine.restart()
        assert (await engine.status()).encrypted
        await engine.seal()
        assert engine.is_sealed
        assert with_canary(paths.data) == []
        engine.start()
        with pytest.raises(ProfileSealed):
            await engine.status()
        for wrong in ("nothing like it", code[:-1] + ("A" if code[-1] != "A" else "B")):
            with pytest.raises(WrongPassphrase):
                await engine.unlock(wrong)
            assert engine.is_sealed
        await engine.unlock(code)
        assert not engine.is_sealed
        assert [row.memory.text for row in await engine.list_memories(MemoryFilter())] == [CANARY]
        assert (await engine.status()).memories == 1
        killed = asyncio.create_task(engine.rekey(FIRST))
        await asyncio.sleep(0)
        os.kill(engine.pid or 0, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        with pytest.raises(EngineStopped):
            await killed
        assert engine.is_sealed, "before or after: who knows which key it is?"
        await engine.unlock(FIRST)
        assert (await engine.status()).memories == 1
        await engine.unprotect(FIRST)
        assert not engine.is_sealed
        assert not (await engine.status()).encrypted
        with pytest.raises(InvalidInput):
            await engine.seal()
    finally:
        await engine.close()
