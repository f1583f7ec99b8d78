"""A full disk: said plainly, and nothing that was acknowledged is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.clock import SetClock
from companion.errors import DiskFull
from companion.paths import Paths
from companion.store.store import Store
from tests.store.mounts import small_disk
from tests.support import say


def fill(store: Store) -> list[str]:
    """Say things until the disk is full; what was acknowledged."""
    acknowledged: list[str] = []
    with pytest.raises(DiskFull) as full:  # noqa: PT012
        for number in range(10_000):
            say(store, text := f"{number} " + "x" * 20_000)
            acknowledged.append(text)
    assert "Nothing that was saved is lost" in full.value.hint
    return acknowledged


def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path: Path, clock: SetClock) -> None:
    with small_disk(tmp_path / "disk", "3m") as folder:
        paths = Paths(folder / "home", folder / "home")
        store = Store.open(paths, clock)
        acknowledged = fill(store)
        assert acknowledged
        assert [turn.text for turn in store.turns.latest(20_000)] == acknowledged
        store.close()
        again = Store.open(paths, clock)
        assert again.db.check() == []
        assert [turn.text for turn in again.turns.latest(20_000)] == acknowledged
        again.close()


def test_once_there_is_room_again_it_goes_on(tmp_path: Path, clock: SetClock) -> None:
    with small_disk(tmp_path / "disk", "4m") as folder:
        (folder / "big").write_bytes(b"\0" * 2_000_000)
        store = Store.open(Paths(folder / "home", folder / "home"), clock)
        acknowledged = fill(store)
        (folder / "big").unlink()
        say(store, "room again")
        assert [turn.text for turn in store.turns.latest(20_000)] == [*acknowledged, "room again"]
        store.close()


def test_no_room_for_a_new_profile_is_said(tmp_path: Path, clock: SetClock) -> None:
    with small_disk(tmp_path / "disk", "64k") as folder, pytest.raises(DiskFull):
        Store.open(Paths(folder / "home", folder / "home"), clock)
