"""The disk is full, really: a small one. What was refused is not there, what was not is; talking can be read and
searched meanwhile; and once there is room all goes on."""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.errors import CompanionError, DiskFull, InvalidInput, NothingToUndo
from companion.logs import log_file, start_logging
from companion.paths import Paths
from companion.settings_file import write_setting
from tests.durability.deeds import DEEDS, Life, done, furnish
from tests.durability.invariants import all_of
from tests.durability.tables import at_rest, contents, differing, fingerprint
from tests.house import House
from tests.store.mounts import small_disk

ROOMS = (0, 8_192, 40_960, 200_000)
"""Bytes that are left: for nothing, for a page or two, for a small change, for most."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "24m") as folder:
        yield folder


def fill(disk: Path, room: int) -> None:
    """Leave so many bytes."""
    with (disk / "big").open("ab", buffering=0) as big:
        try:
            for size in (65_536, 4_096):
                while True:
                    big.write(bytes(size))
        except OSError:
            pass
    size = (disk / "big").stat().st_size
    os.truncate(disk / "big", max(0, size - room))


def whole(life: Life) -> str:
    store = life.companion._store
    assert store is not None
    return fingerprint(contents(store.db))


@pytest.mark.parametrize("rounds", [1, pytest.param(8, marks=pytest.mark.nightly)])
def test_what_is_refused_is_absent_and_everything_else_goes_on(disk: Path, rounds: int) -> None:
    home = disk / "home"
    life = Life(Paths(home, home), random.Random(rounds), embeds=False)
    life.open()
    furnish(life, days=2)
    refused = kept = 0
    others: list[tuple[str, str]] = []
    names = [name for name in DEEDS if name != "long_draft"] * rounds
    life.chance.shuffle(names)
    for number, name in enumerate(names):
        life.companion.settle()
        open_one = life.companion.conversation().id
        life.close()  # with the log goes the room that it has
        life.open()
        if open_one:
            life.companion.open_conversation(open_one)
        said = [item.turn.text for item in life.companion.transcript(limit=20)]
        fill(disk, ROOMS[number % len(ROOMS)])
        before, files = whole(life), {file: file.read_bytes() for file in home.glob("**/*.toml")}
        life.clock.advance(minutes=7)
        try:
            facts = DEEDS[name].act(life)
        except (InvalidInput, NothingToUndo):
            facts = ()
        except DiskFull:
            refused += 1
            if DEEDS[name].single:
                assert whole(life) == before, name
            assert {file: file.read_bytes() for file in home.glob("**/*.toml")} == files
        except CompanionError as error:
            refused += 1
            others.append((name, error.title))
        else:
            kept += 1
            for fact in facts:
                assert not fact.sql or life.asked(fact.key, fact.sql, *fact.values) == fact, name
        shown = [item.turn.text for item in life.companion.transcript(limit=100)]
        assert name in ("choose", "resend", "regenerate", "another_conversation", "use_persona") or set(said) <= set(
            shown
        )
        assert life.companion.search_memories("who keeps a kayak", 5) is not None
        assert life.companion.conversations()
        assert life.companion.search_turns("friend")
        (disk / "big").unlink()
        assert done(life, DEEDS["add"]) is not None
    life.companion.settle()
    store = life.companion._store
    assert store is not None
    assert all_of(store) == []
    assert not store.jobs.troubled()
    assert done(life, DEEDS["talk"]) is not None
    life.companion.settle()
    now = contents(store.db)
    life.close()
    assert fingerprint(at_rest(home)) == fingerprint(now), differing(at_rest(home), now)
    print(f"{len(names)} deeds: {refused} refused, {kept} done")  # noqa: T201
    assert {name for name, _ in others} <= {"talk", "another_conversation"}, others  # the reply could not be kept
    assert refused > rounds * 5
    assert not [file for file in home.rglob("*") if file.name.startswith(".") and file.name.endswith(".toml")]


def test_a_full_disk_keeps_nobody_from_reading_what_there_is(disk: Path) -> None:
    """It is full before the start already."""
    home = disk / "home"
    life = Life(Paths(home, home), random.Random(1), embeds=False)
    life.open()
    furnish(life, days=1)
    shown = [item.turn.text for item in life.companion.transcript(limit=100)]
    life.close()
    before = fingerprint(at_rest(home))
    fill(disk, 0)
    life.open()
    assert [item.turn.text for item in life.companion.transcript(limit=100)][-3:] == shown[-3:]
    assert life.companion.search_memories("who keeps a cello", 5) is not None
    assert life.memories()
    with pytest.raises(DiskFull):
        life.companion.add_memory(life.statement())
    life.close()
    (disk / "big").unlink()
    assert fingerprint(at_rest(home)) == before
    life.open()
    assert done(life, DEEDS["talk"]) is not None
    life.close()


def test_settings_are_written_whole_or_not_at_all(disk: Path) -> None:
    file = disk / "settings.toml"
    write_setting(file, "", "name", "Ada")
    fill(disk, 0)
    with pytest.raises(DiskFull):
        write_setting(file, "", "name", "Bruno" * 5_000)
    assert file.read_text(encoding="utf-8") == 'name = "Ada"\n'
    assert [each.name for each in disk.iterdir() if each.name.startswith(".")] == []


def test_what_is_only_kept_for_speed_is_done_without(disk: Path, house: House, clock: object) -> None:
    """What the model has read, and the log: nobody is told, and nothing ends."""
    home = disk / "home"
    house.paths = Paths(home, home)
    companion = house.open(chat=True)
    companion.ask("My friend Ada keeps a loom in Oslo.")
    companion.settle()
    fill(disk, 0)
    companion.close()
    start_logging(house.paths)
    try:
        logging.getLogger("companion").warning("a line that has no room %s", "x" * 100_000)
    finally:
        for handler in list(logging.getLogger().handlers):
            if getattr(handler, "baseFilename", "") == str(log_file(house.paths)):
                logging.getLogger().removeHandler(handler)
                handler.close()
    (disk / "big").unlink()
    assert house.open(chat=True).transcript()[0].turn.text == "My friend Ada keeps a loom in Oslo."
