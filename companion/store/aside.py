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
    gone = [m for m in _resting_on(store, left) if m.status in _STANDING and not _is_said(store, m)]
    back = [m for m in _resting_on(store, joined) if m.status == ASIDE and _is_said(store, m)]
    returning = {m.id: found for m in back if (found := _before(store, m)) is not None}
    if not gone and not returning:
        return ()
    with store.changes.batch("person", SET_ASIDE, "another version of a message was chosen") as batch:
        for memory in gone:
            batch.update(memory.id, status=ASIDE)
            for replaced in _replaced_by(store, memory.id):
                if replaced.status in _REPLACED and _is_said(store, replaced):
                    batch.update(replaced.id, status="active", replaced_by=None)
        for id, (made, before) in returning.items():
            batch.update(id, status=before["status"])
            _replace_again(store, batch, made, id)
    return batch.touched


def _is_said(store: Store, memory: Memory) -> bool:
    """Whether it rests on anything but what is off the path of its conversation."""
    turns = {evidence.turn for evidence in memory.evidence}
    return not turns or bool(turns - store.branches.off(sorted(turns)))


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
    for replaced, before, after in store.db.all("SELECT memory, before, after FROM journal WHERE batch = ?", (made,)):
        old, new = json.loads(before), json.loads(after)
        if old.get("replaced_by") != id or new.get("replaced_by") is not None:
            continue
        now = store.memories.many((replaced,)).get(replaced)
        if now is not None and now.status == new["status"] and now.replaced_by is None:
            batch.update(replaced, status=old["status"], replaced_by=id)
