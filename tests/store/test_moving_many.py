"""Changing the state of many memories at once: journalled, undoable, only those that are still where they were."""

from __future__ import annotations

from companion.store.store import Store
from tests.support import add, change


def states(store: Store, ids: list[int]) -> list[str]:
    return [store.memories.get(id).status for id in ids]


def test_only_what_is_still_there_moves(store: Store) -> None:
    ids = [add(store, f"number {n}").id for n in range(4)]
    change(store, ids[1], status="forgotten")
    versions = [store.memories.get(id).version for id in ids]
    with store.changes.batch("sleep", "sleep") as batch:
        batch.move("active", "dormant", [*ids, 999])
    assert states(store, ids) == ["dormant", "forgotten", "dormant", "dormant"]
    assert batch.touched == (ids[0], ids[2], ids[3])
    assert [store.memories.get(id).version for id in ids] == [
        versions[0] + 1,
        versions[1],
        *(v + 1 for v in versions[2:]),
    ]
    assert {id for _, id in store.vectors.outbox(1000)} >= {ids[0], ids[2], ids[3]}


def test_it_is_undone_and_what_changed_since_stays(store: Store) -> None:
    ids = [add(store, f"number {n}").id for n in range(1200)]
    with store.changes.batch("sleep", "sleep") as batch:
        batch.move("active", "dormant", ids)
    change(store, ids[5], status="forgotten")
    _, touched, kept = store.changes.undo(batch.id)
    assert states(store, ids) == ["active"] * 5 + ["forgotten"] + ["active"] * 1194
    assert len(touched) == 1199
    assert kept == (f"memory {ids[5]}: its state changed again later",)


def test_a_batch_may_do_more_with_what_it_moved(store: Store) -> None:
    one, two, three = (add(store, text) for text in ("one", "two", "three"))
    with store.changes.batch("sleep", "sleep") as batch:
        batch.update(three.id, importance=5)
        batch.move("active", "dormant", [one.id, two.id, three.id])
        batch.link(one.id, two.id, "next")
    assert states(store, [one.id, two.id, three.id]) == ["dormant"] * 3
    store.changes.undo(batch.id)
    assert states(store, [one.id, two.id, three.id]) == ["active"] * 3
    assert store.memories.get(three.id).importance == three.importance
    assert store.memories.links(one.id) == ()


def test_the_history_tells_of_it_in_words(store: Store) -> None:
    made = add(store, "My sister plays the cello.")
    with store.changes.batch("sleep", "sleep", "night of 2026-03-03") as batch:
        batch.move("active", "dormant", [made.id])
    (entry, *_) = store.memories.history(made.id, 10)
    assert entry.after is not None
    assert entry.before is not None
    assert (entry.before["status"], entry.after["status"]) == ("active", "dormant")
    assert entry.after["text"] == made.text
