"""What becomes of memories when another version of a message is chosen: those that rest on nothing but turns that are
not said any more are set aside, and come back with their words.

One batch of the journal, the person's, so that undo takes it back. What such a memory had taken the place of stands
again meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from companion.records import Memory, Status
from companion.store.changes import Batch
from companion.store.store import Store

SET_ASIDE = "set aside"
"""Action of the batch; the journal's image from before it is what a memory comes back as."""
ASIDE: Status = "quarantined"
_STANDING: tuple[Status, ...] = ("candidate", "active", "dormant", "archived")
_REPLACED: tuple[Status, ...] = ("superseded", "merged")
_PART = 500


def follow_path(store: Store, left: Sequence[int], joined: Sequence[int] = ()) -> tuple[int, ...]:
    """After the turns `left` went off their conversation's path and `joined` came onto it. Returns the memories that
    were changed. Joins the caller's transaction."""
    gone = [m for m in _resting_on(store, left) if m.status in _STANDING and not _is_said(store, m, _merged(store, m))]
    returning: dict[int, tuple[int, dict[str, Any]]] = {}
    for memory in [m for m in _resting_on(store, joined) if m.status == ASIDE]:
        found = _before(store, memory)
        if found is not None and _is_said(store, memory, _merged_until(store, memory.id, found[0])):
            returning[memory.id] = found
    if not gone and not returning:
        return ()
    with store.changes.batch("person", SET_ASIDE, "another version of a message was chosen") as batch:
        for memory in gone:
            batch.update(memory.id, status=ASIDE)
            for replaced in _replaced_by(store, memory.id):
                if replaced.status in _REPLACED and _is_said(store, replaced, _merged(store, replaced)):
                    batch.update(replaced.id, status="active", replaced_by=None)
        for id, (made, before) in returning.items():
            batch.update(id, status=before["status"])
            _replace_again(store, batch, made, id)
    return batch.touched


def _is_said(store: Store, memory: Memory, merged: Iterable[Memory]) -> bool:
    """Whether it rests on anything but what is off the path of its conversation. An event quotes all that it rests on;
    what took others in (`merged`) has its words from none of theirs, unless the person put them together."""
    turns = {evidence.turn for evidence in memory.evidence}
    off = store.branches.off(sorted(turns))
    if memory.kind == "event":
        return not off
    turns = turns - {evidence.turn for other in merged for evidence in other.evidence} or turns
    return not turns or bool(turns - off)


def _merged(store: Store, memory: Memory) -> list[Memory]:
    return [other for other in _replaced_by(store, memory.id) if other.status == "merged"]


def _merged_until(store: Store, memory: int, batch: int) -> list[Memory]:
    """What was merged into it until a batch set it aside."""
    return list(store.memories.many([id for id, old, _ in _freed(store, batch, memory) if old == "merged"]).values())


def _resting_on(store: Store, turns: Sequence[int]) -> list[Memory]:
    found: dict[int, Memory] = {}
    for start in range(0, len(turns), _PART):
        found |= {memory.id: memory for memory in store.memories.resting_on(turns[start : start + _PART])}
    return list(found.values())


def _replaced_by(store: Store, memory: int) -> Iterable[Memory]:
    ids = [int(id) for (id,) in store.db.all("SELECT id FROM memories WHERE replaced_by = ?", (memory,))]
    return store.memories.many(ids).values()


def _before(store: Store, memory: Memory) -> tuple[int, dict[str, Any]] | None:
    """The batch that last changed a memory's state, with its image from before, where it was set aside by that."""
    for batch, action, before, after in store.db.all(
        "SELECT j.batch, b.action, j.before, j.after FROM journal j JOIN batches b ON b.id = j.batch"
        " WHERE j.memory = ? AND j.before IS NOT NULL AND j.after IS NOT NULL ORDER BY j.seq DESC",
        (memory.id,),
    ):
        old, new = json.loads(before), json.loads(after)
        if old.get("status") != new.get("status"):
            return (int(batch), old) if action == SET_ASIDE and new["status"] == memory.status else None
    return None


def _replace_again(store: Store, batch: Batch, made: int, id: int) -> None:
    """What memory `id` had taken the place of until the batch `made`, it takes the place of again."""
    for replaced, old, new in _freed(store, made, id):
        now = store.memories.many((replaced,)).get(replaced)
        if now is not None and now.status == new and now.replaced_by is None:
            batch.update(replaced, status=old, replaced_by=id)


def _freed(store: Store, batch: int, id: int) -> list[tuple[int, Status, Status]]:
    """What memory `id` took the place of until a batch, with its states before and after it."""
    found: list[tuple[int, Status, Status]] = []
    for replaced, before, after in store.db.all("SELECT memory, before, after FROM journal WHERE batch = ?", (batch,)):
        old, new = json.loads(before or "{}"), json.loads(after or "{}")
        if old.get("replaced_by") == id and new.get("replaced_by") is None:
            found.append((replaced, old["status"], new.get("status")))
    return found
