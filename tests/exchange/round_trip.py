"""A profile of any size out and in again: `python -m tests.exchange.round_trip --memories 5000`.

Prints the seconds of the export, the import into an empty profile and the export of that, and whether content and
files are the same.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from companion.bench.made_up import Space
from companion.bench.made_up_profile import fill
from companion.clock import SetClock
from companion.editing import Editing
from companion.exchange import raft
from companion.memory.forgetting import Fsrs
from companion.paths import Paths
from companion.store.store import Store
from companion.store.verifying import verify
from tests.support import digests

Found = TypeVar("Found")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--memories", type=int, default=5000)
    count = asked.parse_args().memories
    with tempfile.TemporaryDirectory() as folder:
        round_trip(Path(folder), count)


def round_trip(folder: Path, count: int) -> None:
    clock = SetClock(datetime(2024, 1, 1, 9, tzinfo=UTC))
    first, second = (Paths(data=folder / name, config=folder / name) for name in ("first", "second"))
    store = Store.open(first, clock)
    space = Space()
    fill(store, clock, count, space, store.vectors.embedder("made up", "1", space.dimension))
    one = _timed("export", lambda: raft.export(store, first, clock, folder / "one"))
    store.close()
    other = Store.open(second, clock)
    editing = Editing(other, clock, Fsrs())
    told = _timed("plan", lambda: raft.plan(other, second, folder / "one"))
    _timed("import", lambda: raft.take_in(other, second, folder / "one", editing))
    two = _timed("export again", lambda: raft.export(other, second, clock, folder / "two"))
    print(f"{one.memories} memories, {one.turns} turns, {one.conversations} conversations, {one.files} files")  # noqa: T201
    print(f"put back whole: {told.whole}; doctor finds: {verify(other.db).faults or 'nothing'}")  # noqa: T201
    print(f"sha256 {one.sha256}\n       {two.sha256}\nthe same: {one.sha256 == two.sha256}")  # noqa: T201
    print(f"the same files: {digests(folder / 'one') == digests(folder / 'two')}")  # noqa: T201
    other.close()


def _timed(what: str, do: Callable[[], Found]) -> Found:
    begun = time.perf_counter()
    found = do()
    print(f"{what}: {time.perf_counter() - begun:.2f} s")  # noqa: T201
    return found


if __name__ == "__main__":
    main()
