"""Profiles as earlier Companions left them on people's disks (fixtures/make.py) are brought up to date, and everything
that is in them is there still."""

from __future__ import annotations

import contextlib
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from companion.clock import SetClock
from companion.errors import ProfileTooNew
from companion.paths import Paths
from companion.store.backups import Backups
from companion.store.content import content_of
from companion.store.database import open_copy
from companion.store.migrations import MIGRATIONS
from companion.store.store import Store
from companion.store.verifying import verify
from tests.store.fixtures.make import expected
from tests.support import add, say

FIXTURES = Path(__file__).parent / "fixtures"
VERSIONS = sorted(path.name.split(".")[0] for path in FIXTURES.glob("*.db.gz"))


def thawed(paths: Paths, version: str) -> dict[str, Any]:
    """Put the profile where a profile is; what is in it."""
    paths.prepare()
    paths.database.write_bytes(gzip.decompress((FIXTURES / f"{version}.db.gz").read_bytes()))
    found: dict[str, Any] = json.loads((FIXTURES / f"{version}.json").read_text("utf-8"))
    return found


def test_the_first_schema_that_was_in_use_and_meaningful_ones_since_are_frozen() -> None:
    assert {"v06", "v15", "v19", "v26"} <= set(VERSIONS)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_frozen_profile_is_brought_up_to_date_with_all_that_is_in_it(
    paths: Paths, clock: SetClock, version: str
) -> None:
    told = thawed(paths, version)
    assert told["schema"] == int(version[1:])
    assert json.loads(json.dumps(expected(paths.database))) == told, "the control: this is what is in the file"
    with contextlib.closing(open_copy(paths.database, lambda _: None)) as untouched:
        before = content_of(untouched)

    store = Store.open(paths, clock)
    assert store.db.value("PRAGMA user_version") == len(MIGRATIONS)
    assert store.db.check(thoroughly=True) == []
    assert verify(store.db).faults == {}, "journal and tables agree"
    assert [turn.text for turn in store.turns.latest(20)] == [row[3 + 1] for row in told["turns"]]

    assert len(store.turn_search.find("night train", 5)) == 1
    assert len(store.turn_search.find("豆豆", 5)) == 2
    (sister,) = [memory for memory in store.memories.by_status(("active",)) if "Lena" in memory.text]
    assert [quote.text for quote in store.memories.quotes(store.memories.get(sister.id))] == [
        "My sister Lena moved to Porto in May"
    ]
    assert len(store.vectors.recallable(1)) >= 5, "vectors of short texts are kept"

    store.changes.undo()
    say(store, "and on it goes")
    add(store, "A new memory.")
    store.close()

    now = json.loads(json.dumps(expected(paths.database)))
    assert now["profile"] == told["profile"]
    for what in ("turns", "evidence", "links", "journal", "batches"):
        assert now[what][: len(told[what])] == told[what], what
    if told["schema"] == len(MIGRATIONS):
        assert not Backups(paths, clock).all(), "of this schema already: nothing was at risk"
        return
    (kept,) = Backups(paths, clock).all()
    assert (kept.reason, kept.schema) == ("migration", told["schema"])
    with contextlib.closing(Backups(paths, clock).open_backup(kept.name)) as copied:
        assert content_of(copied) == before


def test_a_profile_of_a_newer_companion_is_not_touched_nor_what_lies_in_its_wal(
    paths: Paths, clock: SetClock, tmp_path: Path
) -> None:
    store = Store.open(paths, clock)
    say(store, "in the WAL")
    with store.db.write() as db:
        db.run(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer = Paths(tmp_path / "newer", tmp_path / "newer")
    newer.prepare()
    names = ("companion.db", "companion.db-wal")
    for name in names:
        (newer.data / name).write_bytes((paths.data / name).read_bytes())
    store.close()
    before = {name: (newer.data / name).read_bytes() for name in names}
    assert before["companion.db-wal"]
    for _ in range(2):
        with pytest.raises(ProfileTooNew):
            Store.open(newer, clock)
    assert {name: (newer.data / name).read_bytes() for name in names} == before
    assert not newer.backups.exists()
    assert not newer.marker.exists()
