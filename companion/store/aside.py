"""What becomes of memories when another version of a message is chosen: those that rest on nothing but turns that are
not said any more are set aside, and come back with their words.

One batch of the journal, the person's, so that undo takes it back. What such a memory had taken the place of stands
again meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

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
    following = _Following(store)
    gone = [m for m in _resting_on(store, left) if m.status in _STANDING]
    gone = [m for m in gone if not following.is_said(m, following.merged(m))]
    back: dict[int, _Aside] = {}
    for memory in [m for m in _resting_on(store, joined) if m.status == ASIDE]:
        found = following.aside(memory)
        if found is not None and following.is_said(memory, found.merged):
            back[memory.id] = found
    if not gone and not back:
        return ()
    with store.changes.batch("person", SET_ASIDE, "another version of a message was chosen") as batch:
        for memory in gone:
            batch.update(memory.id, status=ASIDE)
            for replaced in _replaced_by(store, memory.id):
                if replaced.status in _REPLACED and following.is_said(replaced, following.merged(replaced)):
                    batch.update(replaced.id, status="active", replaced_by=None)
        for id, found in back.items():
            batch.update(id, status=found.status)
            _replace_again(store, batch, found.freed, id)
    return batch.touched


class _Freed(NamedTuple):
    """What another memory had taken the place of until that was set aside, with its states before and after it."""

    memory: int
    before: Status
    after: Status


class _Aside(NamedTuple):
    """How a memory that was set aside stood before, and what it had taken the place of."""

    status: Status
    freed: Sequence[_Freed]
    merged: Sequence[Memory]


class _Following:
    """Reads each batch of the journal once: one may have set a thousand memories aside."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._freed: dict[int, dict[int, list[_Freed]]] = {}

    def is_said(self, memory: Memory, merged: Iterable[Memory]) -> bool:
        """Whether it rests on anything but what is off the path of its conversation. An event quotes all that it rests
        on; what took others in (`merged`) has its words from none of theirs, unless the person put them together."""
        turns = {evidence.turn for evidence in memory.evidence}
        off = self._store.branches.off(sorted(turns))
        if memory.kind == "event":
            return not off
        turns = turns - {evidence.turn for other in merged for evidence in other.evidence} or turns
        return not turns or bool(turns - off)

    def merged(self, memory: Memory) -> list[Memory]:
        """What is merged into it now."""
        return [other for other in _replaced_by(self._store, memory.id) if other.status == "merged"]

    def aside(self, memory: Memory) -> _Aside | None:
        """None where it was not a chosen version that changed its state last, apart from what was taken back."""
        taken_back = 1 << 62
        for batch, before, after in self._store.db.all(
            "SELECT batch, before, after FROM journal WHERE memory = ? AND before IS NOT NULL AND after IS NOT NULL"
            " ORDER BY seq DESC",
            (memory.id,),
        ):
            old, new = json.loads(before), json.loads(after)
            if batch >= taken_back or old.get("status") == new.get("status"):
                continue
            root, times = self._store.changes.root_of(batch)
            if times % 2:
                taken_back = root  # the state is what it was before that
                continue
            if self._store.changes.action_of(root) != SET_ASIDE or new["status"] != memory.status:
                return None
            freed = self._freed_in(batch).get(memory.id, [])
            merged = self._store.memories.many([each.memory for each in freed if each.before == "merged"])
            return _Aside(old["status"], freed, list(merged.values()))
        return None

    def _freed_in(self, batch: int) -> dict[int, list[_Freed]]:
        if batch not in self._freed:
            found: dict[int, list[_Freed]] = {}
            for memory, before, after in self._store.db.all(
                "SELECT memory, before, after FROM journal WHERE batch = ?", (batch,)
            ):
                old, new = json.loads(before or "{}"), json.loads(after or "{}")
                if old.get("replaced_by") is not None and new.get("replaced_by") is None:
                    freed = _Freed(int(memory), old["status"], new.get("status"))
                    found.setdefault(old["replaced_by"], []).append(freed)
            self._freed[batch] = found
        return self._freed[batch]


def _resting_on(store: Store, turns: Sequence[int]) -> list[Memory]:
    found: dict[int, Memory] = {}
    for start in range(0, len(turns), _PART):
        found |= {memory.id: memory for memory in store.memories.resting_on(turns[start : start + _PART])}
    return list(found.values())


def _replaced_by(store: Store, memory: int) -> Iterable[Memory]:
    ids = [int(id) for (id,) in store.db.all("SELECT id FROM memories WHERE replaced_by = ?", (memory,))]
    return store.memories.many(ids).values()


def _replace_again(store: Store, batch: Batch, freed: Sequence[_Freed], id: int) -> None:
    """What memory `id` had taken the place of until it was set aside, it takes the place of again."""
    for each in freed:
        now = store.memories.many((each.memory,)).get(each.memory)
        if now is not None and now.status == each.after and now.replaced_by is None:
            batch.update(each.memory, status=each.before, replaced_by=id)
