"""What the person does to several memories at once: the same to all, one made of many, many made of one, all as they
were. Each is one batch of the journal, and so taken back together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from companion.editing import Editing, checked, said
from companion.errors import InvalidInput, NotFound
from companion.memory_pages import GroupAction
from companion.mind.rules import language_of
from companion.mind.slots import slot_of
from companion.mind.tagging import Tagger
from companion.records import Change, Kind, Memory
from companion.store.changes import Batch
from companion.store.consolidated import reason_of
from companion.store.images import Image
from companion.store.past import memory_of_image
from companion.strings import text as words

MOST = 10_000
"""Memories changed at once."""
PARTS = 50
"""Memories that one is made of, or split into, at most."""
_OF_USE = ("strength", "difficulty", "last_used_at", "used_count", "version")
"""How well it is kept is not turned back: a memory put right again is as well kept as it is now."""


@dataclass
class Regrouping:
    editing: Editing

    def change(self, ids: Sequence[int], action: GroupAction) -> Change:
        """Raises NotFound, InvalidInput."""
        editing, store = self.editing, self.editing.store
        todo = [memory for memory in self._all(ids) if not _is_so(memory, action)]
        if not todo:
            raise InvalidInput(words("editing.all_so"))
        touched: dict[int, None] = {}
        meant = [m.id for m in todo if m.kind in ("day", "trait")] if action == "forget" else []
        with store.changes.batch("person", action, reason_of(meant)) as batch:
            for each in todo:
                memory = store.memories.get(each.id)  # the one before may have taken it along
                if _is_so(memory, action):
                    continue
                touched[memory.id] = None
                if action == "forget":
                    touched |= dict.fromkeys(editing.forget_in(batch, memory))
                elif action == "restore":
                    editing.restore_in(batch, memory)
                else:
                    editing.pin_in(batch, memory, action == "pin")
        return editing.change(batch.id, _summary(action, len(touched)), tuple(touched))

    def merge(self, ids: Sequence[int], text: str) -> Change:
        """Raises NotFound, InvalidInput."""
        editing, store = self.editing, self.editing.store
        text, parts = checked(text), self._all(ids)
        if not 2 <= len(parts) <= PARTS:
            raise InvalidInput(words("editing.merge_two", most=PARTS))
        _standing(parts)
        if len({memory.scope for memory in parts}) > 1:
            raise InvalidInput(words("editing.merge_scopes"), hint=words("editing.merge_scopes_hint"))
        with store.changes.batch("person", "merge") as batch:
            made = batch.add(_joined(parts, text))
            for memory in parts:
                batch.update(memory.id, status="merged", replaced_by=made.id)
            self._connect(batch, [memory.id for memory in parts], made.id)
            self._tag(batch, made, [memory.text for memory in parts])
        summary = words("editing.merged", count=len(parts), text=said(text))
        return editing.change(batch.id, summary, (made.id, *(memory.id for memory in parts)))

    def split(self, id: int, texts: Sequence[str]) -> Change:
        """Raises NotFound, InvalidInput."""
        editing, store = self.editing, self.editing.store
        parts = list(dict.fromkeys(checked(text) for text in texts if text.strip()))
        memory = store.memories.get(id)
        if not 2 <= len(parts) <= PARTS:
            raise InvalidInput(words("editing.split_two", most=PARTS))
        _standing([memory])
        with store.changes.batch("person", "split") as batch:
            made = [batch.add(_part(memory, text)) for text in parts]
            batch.update(id, status="merged", replaced_by=made[0].id)
            for each in made:
                self._connect(batch, [id], each.id)
                self._tag(batch, each, [memory.text])
        summary = words("editing.split", count=len(made), text=said(memory.text))
        return editing.change(batch.id, summary, (*(each.id for each in made), id))

    def restore_as_of(self, ids: Sequence[int], as_of: float) -> Change:
        """Raises NotFound, InvalidInput."""
        editing, store = self.editing, self.editing.store
        with store.db.snapshot():
            past = store.past(as_of)
            then: dict[int, Image] = {}
            for id in dict.fromkeys(ids):
                image = past.image(id)
                if image is None:
                    raise NotFound(words("editing.not_then", id=id))
                then[id] = image
            with store.changes.batch("person", "restore as of") as batch:
                for id, image in then.items():
                    self._restore(batch, id, image)
                if not batch.touched:
                    raise InvalidInput(words("editing.no_difference"))
        touched = tuple(id for id in then if id in batch.touched)
        return editing.change(batch.id, words("editing.restored_as_of", count=len(touched)), touched)

    def _restore(self, batch: Batch, id: int, then: Image) -> None:
        now = self.editing.store.memories.many([id]).get(id)
        if now is None:  # its making was undone since
            batch.restore(id, then)
            return
        kept = {name: getattr(now, name) for name in _OF_USE}
        if not batch.restore(id, {**then, **kept}):
            return
        old = memory_of_image(id, then)
        if old.status == "active" and now.status != "active":
            self.editing.reinforce(batch, id, "restored")
        Tagger(self.editing.store).refresh(batch, (old.text, now.text), now.scope)

    def _all(self, ids: Sequence[int]) -> list[Memory]:
        """Each once, in order. Raises NotFound, InvalidInput."""
        wanted = list(dict.fromkeys(ids))
        if not 0 < len(wanted) <= MOST:
            raise InvalidInput(words("editing.choose_some", most=MOST))
        found = self.editing.store.memories.many(wanted)
        missing = [id for id in wanted if id not in found]
        if missing:
            raise NotFound(words("editing.no_memory", id=missing[0]))
        return [found[id] for id in wanted]

    def _connect(self, batch: Batch, olds: Sequence[int], new: int) -> None:
        """Give a memory the links of those it takes the place of."""
        for old in olds:
            for link in self.editing.store.memories.links(old):
                other = link.target if link.source == old else link.source
                if other in olds or other == new or not self.editing.store.memories.many([other]):
                    continue
                ends = (new, other) if link.source == old else (other, new)
                batch.link(*ends, link.type, link.weight)

    def _tag(self, batch: Batch, memory: Memory, texts: Sequence[str]) -> None:
        tagger = Tagger(self.editing.store)
        batch.update(memory.id, tags=tagger.of(memory))
        tagger.refresh(batch, (memory.text, *texts), memory.scope)


def _joined(parts: Sequence[Memory], text: str) -> Memory:
    """What is the same in all of them, and of the rest what keeps it best: the newest, the most important."""
    newest = max(parts, key=lambda memory: (memory.recorded_at, memory.id))
    strongest = max(parts, key=lambda memory: abs(memory.valence))
    kinds = {memory.kind for memory in parts}
    kind: Kind = newest.kind if len(kinds) == 1 and newest.kind in ("thought", "event", "trait") else "thought"
    subjects, slots = {memory.subject for memory in parts}, {memory.slot for memory in parts}
    begins = [memory.event_start for memory in parts if memory.event_start is not None]
    ends = [memory.event_end for memory in parts if memory.event_end is not None]
    used = [memory.last_used_at for memory in parts if memory.last_used_at is not None]
    return replace(
        newest,
        kind=kind,
        text=text,
        status="active",
        subject=newest.subject if len(subjects) == 1 else "person",
        slot=newest.slot if len(slots) == 1 and kind == "thought" else None,
        importance=max(memory.importance for memory in parts),
        valence=sum(memory.valence for memory in parts) / len(parts),
        emotion=strongest.emotion,
        pinned=any(memory.pinned for memory in parts),
        sensitivity=max(memory.sensitivity for memory in parts),
        event_start=min(begins, default=None),
        event_end=max(ends, default=None),
        strength=max(memory.strength for memory in parts),
        difficulty=min(memory.difficulty for memory in parts),
        last_used_at=max(used, default=None),
        used_count=sum(memory.used_count for memory in parts),
        replaced_by=None,
        tags="",
        version=1,
        evidence=tuple(proof for memory in parts for proof in memory.evidence),
    )


def _part(memory: Memory, text: str) -> Memory:
    """It fills a slot only where its own words say so."""
    filled = slot_of(text, language_of(text))
    same = memory.slot is not None and filled is not None and filled[0] == memory.slot
    kind: Kind = memory.kind if memory.kind in ("thought", "event", "trait") else "thought"
    slot = memory.slot if same else None
    return replace(memory, kind=kind, text=text, status="active", slot=slot, replaced_by=None, tags="", version=1)


def _standing(memories: Sequence[Memory]) -> None:
    for memory in memories:
        if memory.status == "forgotten":
            raise InvalidInput(words("editing.is_forgotten", id=memory.id), hint=words("editing.bring_back_first"))
        if memory.status in ("merged", "superseded", "quarantined"):
            raise InvalidInput(words("editing.is_replaced", id=memory.id), hint=words("editing.bring_back_first"))


def _is_so(memory: Memory, action: GroupAction) -> bool:
    match action:
        case "pin":
            return memory.pinned
        case "unpin":
            return not memory.pinned
        case "forget":
            return memory.status == "forgotten"
        case "restore":
            return memory.status == "active"
    raise InvalidInput(words("editing.no_action", action=str(action)))


def _summary(action: GroupAction, count: int) -> str:
    if action == "pin":
        return words("editing.pinned_many", count=count)
    if action == "unpin":
        return words("editing.unpinned_many", count=count)
    if action == "forget":
        return words("editing.forgotten_many", count=count)
    return words("editing.restored_many", count=count)
