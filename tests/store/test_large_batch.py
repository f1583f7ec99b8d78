"""A batch of more memories than are held back for the journal: undone, done again and vouched for as any other, and
never in memory whole."""

from __future__ import annotations

import tracemalloc

import pytest

from companion.store import changes
from companion.store.store import Store
from companion.store.verifying import verify
from tests.support import add, dump, memory

_STEPS = (
    *(("update", n, n) for n in range(4)),
    ("link", 0, 1), ("move", 0, 1), ("update", 0, 3), ("add", 0, 0), ("forget", 2, 0), ("update", 1, 2), ("move", 3, 0),
    ("update", 2, 1), ("link", 3, 0), ("move", 4, 5), ("update", 4, 0), ("forget", 0, 0), ("add", 1, 1),
)  # fmt: skip
"""Each memory is come back to after others were changed, in other ways than before."""


def known(store: Store) -> dict[str, object]:
    """All but the numbers of versions, which only grow."""
    rows: dict[str, object] = {**dump(store, "evidence", "links", "tombstones")}
    told = store.db.all("SELECT id, text, status, importance, pinned FROM memories ORDER BY id")
    return rows | {"memories": told}


@pytest.mark.parametrize("held", [1, 2, 4])
def test_it_is_taken_back_and_done_again_as_a_small_one(
    store: Store, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    monkeypatch.setattr(changes, "HELD", held)
    ids = [add(store, f"Fact {n} of a life.").id for n in range(6)]
    before = known(store)
    with store.changes.batch("person", "edit") as batch:
        for what, one, other in _STEPS:
            if what == "update":
                batch.update(ids[one], text=f"Fact {one}, told anew {other}.", importance=other % 5 + 1)
            elif what == "forget":
                batch.update(ids[one], status="forgotten")
            elif what == "link":
                batch.link(ids[one], ids[other], "same-topic")
            elif what == "move":
                batch.move("active", "dormant", [ids[one], ids[other]])
            else:
                batch.add(memory(f"New {one} {other}.", store.clock))
    after = known(store)
    assert not verify(store.db).faults
    undone, _, kept = store.changes.undo(batch.id)
    assert (known(store), kept) == (before, ())
    store.changes.undo(undone)
    assert known(store) == after
    assert not verify(store.db).faults


def test_it_is_never_in_memory_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "HELD", 20)
    monkeypatch.setattr(changes, "_PART", 20)
    ids = [add(store, f"{n} ".ljust(4000, "x")).id for n in range(200)]
    tracemalloc.start()
    try:
        with store.changes.batch("person", "confirm") as batch:
            for id in ids:
                batch.update(id, status="archived")
        confirmed = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        store.changes.undo(batch.id)
        undone = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert max(confirmed, undone) < len(ids) * 4000
