"""The copy of each night, and what is told of one that failed."""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path

import pytest

from companion.clock import SetClock, local_date
from companion.errors import DiskFull, ProfileUnavailable, ThinkingStopped
from companion.events import ReplyFinished
from companion.mind.nightly_copy import NightlyCopy
from companion.model.protocol import StopSignal
from companion.paths import Paths
from companion.settings import BackupSettings
from companion.store.backups import Backups
from companion.store.database import Database
from companion.store.keys import Kdf, read_keys
from companion.store.migrations import MIGRATIONS
from companion.store.store import Store
from tests.house import House
from tests.support import ZONE, say


@pytest.fixture
def nightly(store: Store, paths: Paths, clock: SetClock) -> NightlyCopy:
    return NightlyCopy(store, Backups(paths, clock), clock, datetime(2026, 1, 1, 3, 30).time())


def nights(nightly: NightlyCopy) -> list[str]:
    return [local_date(each.at, each.utc_offset).isoformat() for each in nightly.backups.all()]


def test_there_is_one_copy_a_night_however_often_it_is_looked(
    nightly: NightlyCopy, store: Store, clock: SetClock
) -> None:
    assert nightly.run(StopSignal()) is None, "there is nothing to keep"
    say(store, "hello")
    assert nightly.run(StopSignal()) is None, "no night has come since"
    for _ in range(3):
        clock.advance(days=1)
        assert nightly.run(StopSignal()) is not None
        for _ in range(3):
            clock.advance(hours=2)
            assert nightly.run(StopSignal()) is None
        clock.advance(hours=-6)
    assert nights(nightly) == ["2026-03-05", "2026-03-04", "2026-03-03"]


def test_a_missed_night_is_caught_up_once(nightly: NightlyCopy, store: Store, clock: SetClock) -> None:
    say(store, "hello")
    clock.advance(days=9)
    assert nightly.run(StopSignal()) is not None
    assert nightly.run(StopSignal()) is None


def test_a_clock_that_was_ahead_costs_no_night(nightly: NightlyCopy, store: Store, clock: SetClock) -> None:
    say(store, "hello")
    clock.advance(days=1000)
    assert nightly.run(StopSignal()) is not None
    clock.advance(days=-999)
    assert nightly.run(StopSignal()) is not None
    assert len(nights(nightly)) == 2


def test_the_person_goes_first(nightly: NightlyCopy, store: Store, clock: SetClock) -> None:
    say(store, "hello")
    clock.advance(days=1)
    stop = StopSignal()
    stop.set()
    with pytest.raises(ThinkingStopped):
        nightly.run(stop)
    assert nights(nightly) == []
    assert list(nightly.backups.folder.glob(".*")) == []
    assert nightly.due()


def test_what_fails_is_no_failed_night_and_is_tried_again(
    nightly: NightlyCopy, store: Store, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(store, "hello")
    clock.advance(days=1)

    def full(*_: object) -> None:
        raise DiskFull("/backups")

    with monkeypatch.context() as failing:
        failing.setattr(nightly.backups, "make", full)
        assert nightly.run(StopSignal()) is None
        noted = store.backup_notes.problem()
        assert noted is not None
        assert isinstance(noted[1], DiskFull)
        assert not nightly.due(), "not at once"
    clock.advance(hours=1)
    assert nightly.run(StopSignal()) is not None
    assert store.backup_notes.problem() is None


def test_a_running_engine_keeps_a_copy_each_night(house: House) -> None:
    companion = house.open()
    companion.send("My boat is called Albatross.")
    house.events.wait(ReplyFinished)
    companion.settle()
    assert companion.backups() == ()
    house.clock.advance(days=1)
    companion.night()
    companion.settle()
    assert [backup.reason for backup in companion.backups(verify=True) if backup.sound] == ["night"]
    companion.settle()
    assert len(companion.backups()) == 1


def test_who_wants_none_has_none(house: House) -> None:
    house.settings = house.settings.model_copy(update={"backup": BackupSettings(nightly=False)})
    companion = house.open()
    companion.send("My boat is called Albatross.")
    house.clock.advance(days=1)
    companion.settle()
    companion.sleep()
    assert companion.backups() == ()
    assert companion.back_up().sound, "by hand there is"


def test_the_night_by_hand_keeps_a_copy_and_a_rehearsal_does_not(house: House) -> None:
    companion = house.open()
    companion.send("My boat is called Albatross.")
    companion.settle()
    house.clock.advance(days=1)
    companion.sleep(dry_run=True)
    assert companion.backups() == ()
    companion.sleep()
    assert len(companion.backups()) == 1


def test_an_unplugged_disk_is_told_in_the_morning_and_by_doctor_until_a_copy_is_made(
    house: House, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    house.settings = house.settings.model_copy(update={"backup": BackupSettings(folder=stick)})
    companion = house.open()
    companion.send("My boat is called Albatross.")
    companion.settle()
    house.clock.advance(days=1)
    companion.sleep()
    (warning,) = companion.morning().warnings
    assert "backup was not made" in warning
    assert "stick" in warning
    assert companion.morning().due
    check = next(check for check in companion.doctor() if check.name == "backups")
    assert (check.level, "Plug in the disk" in check.hint) == ("warning", True)
    assert companion.status().problem_title == "", "it is no trouble of the conversation"
    with pytest.raises(ProfileUnavailable):
        companion.back_up()
    stick.mkdir()
    assert companion.back_up().sound
    assert companion.morning().warnings == ()


@pytest.mark.parametrize("named", [None, "stick"])
def test_doctor_tells_of_a_place_for_copies_that_is_none(house: House, named: str | None) -> None:
    """Also when the night has not come yet."""
    house.settings.backup.folder = Path(named) if named is not None else None
    companion = house.open()
    companion.send("hello")
    companion.settle()
    found = {check.name: check for check in companion.doctor()}["backups"]
    assert (found.level == "ok") is (named is None), "the control: the profile's own folder is made when it is needed"
    (house.paths.data / (named or "backups")).touch()
    found = {check.name: check for check in companion.doctor()}["backups"]
    assert found.level == "warning"
    assert "Plug in the disk" in found.hint


def test_a_copy_is_kept_before_the_schema_changes(
    paths: Paths, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("companion.store.migrations.MIGRATIONS", MIGRATIONS[:-1])
        store = Store.open(paths, clock)
        say(store, "before")
        store.close()
    Store.open(paths, clock).close()
    (kept,) = Backups(paths, clock).all()
    assert (kept.reason, kept.schema) == ("migration", len(MIGRATIONS) - 1)
    Store.open(paths, clock).close()
    assert len(Backups(paths, clock).all()) == 1, "and only then"


def test_without_room_for_that_copy_nothing_is_changed_unless_the_person_says_so(
    paths: Paths, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("companion.store.migrations.MIGRATIONS", MIGRATIONS[:-1])
        store = Store.open(paths, clock)
        say(store, "before")
        store.close()
    before = paths.database.read_bytes()

    def full(db: Database, path: Path, key: bytes | None) -> None:
        raise DiskFull(str(path))

    monkeypatch.setattr(Database, "copy_to", full)
    with pytest.raises(DiskFull) as refused:
        Store.open(paths, clock)
    assert "COMPANION_BACKUP__BEFORE_MIGRATION=false" in refused.value.hint
    assert paths.database.read_bytes() == before
    store = Store.open(paths, clock, copy_first=False)
    assert [turn.text for turn in store.turns.latest(5)] == ["before"]
    store.close()


def test_the_wall_clock_of_the_person_says_which_night_it_is(
    nightly: NightlyCopy, store: Store, clock: SetClock
) -> None:
    say(store, "hello")
    clock.at = datetime(2026, 3, 3, 3, 29, tzinfo=ZONE)
    assert not nightly.due()
    clock.at = datetime(2026, 3, 3, 3, 30, tzinfo=ZONE)
    assert nightly.due()


def test_a_copy_is_kept_before_another_key_and_opens_with_the_passphrase_of_then(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("companion.sealing.calibrated", lambda: Kdf(memory=8 * 1024, passes=1, lanes=1))
    companion = house.open(load_model=False)
    companion.add_memory("My boat is called Albatross.")
    companion.back_up()
    companion.protect("seven quiet lighthouses")
    assert all(backup.encrypted for backup in companion.backups()), "those of before the lock too"
    companion.rekey("seven quiet lighthouses")
    (kept,) = [backup for backup in companion.backups(verify=True) if backup.reason == "rekey"]
    assert (kept.encrypted, kept.sound) == (True, True)
    backups = Backups(house.paths, house.clock)
    file = read_keys(backups.keys(kept.name))
    assert file is not None
    with contextlib.closing(
        backups.open_backup(kept.name, file.unlock("seven quiet lighthouses").database_key)
    ) as copied:
        assert copied.value("SELECT text FROM memories") == "My boat is called Albatross."
