"""SIGKILL while a backup is made, while one is put back, while the schema changes: before or after, nothing between."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from pathlib import Path

import pytest

from companion.clock import SetClock, SystemClock
from companion.paths import Paths
from companion.store.backups import Backups
from companion.store.content import Content, content_of
from companion.store.database import open_copy
from companion.store.migrations import MIGRATIONS
from companion.store.store import Store
from tests.store.fixtures.make import expected
from tests.store.mortal import Mortal, mortal
from tests.store.test_frozen import VERSIONS, thawed
from tests.support import START, add, say

pytestmark = pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL")


def lived(home: Path) -> Paths:
    """A profile of which there is a backup, and that has changed since."""
    paths, clock = Paths(home, home), SetClock(START)
    store = Store.open(paths, clock)
    for number in range(60):
        say(store, f"message {number} " + "about the harbour " * 20, "I see.")
        add(store, f"The person sailed to harbour {number}.")
    Backups(paths, clock).make(store.db, "hand")
    say(store, "and then something else")
    store.close()
    return paths


def content(file: Path) -> Content:
    with contextlib.closing(open_copy(file, lambda _: None)) as db:
        return content_of(db)


def moments(killer: Mortal, deed: str, whole: Path, tmp_path: Path, times: int) -> list[float]:
    """When to kill: spread over what it takes, and a little longer."""
    shutil.copytree(whole, tmp_path / "measured")
    began = time.perf_counter()
    assert killer.do(deed, tmp_path / "measured")
    takes = time.perf_counter() - began
    return [takes * 1.2 * number / times for number in range(times)]


def sound_after(paths: Paths) -> None:
    """The next one who comes finds everything in order, and can do everything."""
    store = Store.open(paths)
    assert store.db.check(thoroughly=True) == []
    backups = Backups(paths, store.clock)
    assert all(backups.look_at(each).sound for each in backups.all())
    backups.make(store.db, "hand")
    store.close()
    assert not list(paths.backups.glob(".*"))
    assert not [each for each in paths.data.iterdir() if each.name.startswith("companion.restoring")]


def backups_killed(tmp_path: Path, times: int) -> dict[str, int]:
    whole = lived(tmp_path / "whole")
    said = content(whole.database)
    outcomes = {"before": 0, "after": 0}
    with mortal() as killer:
        for number, after in enumerate(moments(killer, "backup", whole.data, tmp_path, times)):
            home = tmp_path / f"kill{number}"
            shutil.copytree(whole.data, home)
            paths = Paths(home, home)
            done = killer.do("backup", home, after)
            backups = Backups(paths, SystemClock())  # by which it was made
            found = backups.all()
            assert len(found) == 2 if done else len(found) in (1, 2)
            assert all(backups.look_at(each).sound for each in found), "whatever has a name is whole"
            if len(found) == 2:
                assert content(backups.path(found[0].name)) == said
            assert content(paths.database) == said
            sound_after(paths)
            outcomes["after" if len(found) == 2 else "before"] += 1
            shutil.rmtree(home)
    return outcomes


def restores_killed(tmp_path: Path, times: int) -> dict[str, int]:
    whole = lived(tmp_path / "whole")
    before = content(whole.database)
    (old,) = Backups(whole, SetClock(START)).all()
    after_it = content(Backups(whole, SetClock(START)).path(old.name))
    assert before != after_it
    outcomes = {"before": 0, "after": 0}
    with mortal() as killer:
        for number, after in enumerate(moments(killer, "restore", whole.data, tmp_path, times)):
            home = tmp_path / f"kill{number}"
            shutil.copytree(whole.data, home)
            paths = Paths(home, home)
            done = killer.do("restore", home, after)
            Store.open(paths).close()
            found = content(paths.database)
            assert found in (before, after_it), "neither the one nor the other"
            assert found == after_it or not done
            if found == after_it:
                kept = [each for each in Backups(paths, SetClock(START)).all() if each.reason == "restore"]
                assert [content(Backups(paths, SetClock(START)).path(each.name)) for each in kept] == [before]
            sound_after(paths)
            outcomes["after" if found == after_it else "before"] += 1
            shutil.rmtree(home)
    return outcomes


def migrations_killed(tmp_path: Path, version: str, times: int) -> dict[str, int]:
    whole = Paths(tmp_path / "whole", tmp_path / "whole")
    told = thawed(whole, version)
    outcomes = {"before": 0, "after": 0}
    with mortal() as killer:
        for number, after in enumerate(moments(killer, "migrate", whole.data, tmp_path, times)):
            home = tmp_path / f"kill{number}"
            shutil.copytree(whole.data, home)
            paths = Paths(home, home)
            done = killer.do("migrate", home, after)
            now = json.loads(json.dumps(expected(paths.database)))
            schema = now.pop("schema")
            assert schema in (told["schema"], len(MIGRATIONS))
            assert schema == len(MIGRATIONS) or not done
            assert now == {what: value for what, value in told.items() if what != "schema"}
            if schema == len(MIGRATIONS):
                assert [each.schema for each in Backups(paths, SetClock(START)).all()] == [told["schema"]]
            sound_after(paths)
            outcomes["after" if schema == len(MIGRATIONS) else "before"] += 1
            shutil.rmtree(home)
    return outcomes


def test_killed_while_a_backup_is_made(tmp_path: Path) -> None:
    assert sum(backups_killed(tmp_path, 8).values()) == 8


def test_killed_while_a_backup_is_put_back(tmp_path: Path) -> None:
    assert sum(restores_killed(tmp_path, 8).values()) == 8


def test_killed_while_the_schema_changes(tmp_path: Path) -> None:
    assert sum(migrations_killed(tmp_path, "v15", 8).values()) == 8


@pytest.mark.nightly
@pytest.mark.parametrize("deed", ["backup", "restore", *(each for each in VERSIONS if int(each[1:]) < len(MIGRATIONS))])
def test_killed_at_very_many_points(tmp_path: Path, deed: str) -> None:
    if deed == "backup":
        outcomes = backups_killed(tmp_path, 200)
    elif deed == "restore":
        outcomes = restores_killed(tmp_path, 200)
    else:
        outcomes = migrations_killed(tmp_path, deed, 100)
    assert outcomes["before"], outcomes
    assert outcomes["after"], outcomes
