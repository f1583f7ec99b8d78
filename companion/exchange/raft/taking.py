"""What an import of the program's own export would do, and doing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from companion.clock import stamp
from companion.exchange.raft.bringing_in import WRITTEN, New, bring_in, line_key, note_line, what_is_new
from companion.exchange.raft.collecting import number_of
from companion.exchange.raft.content import Content
from companion.exchange.raft.given import Given, opened
from companion.exchange.raft.merging import Here, Merge, Stands, merge
from companion.exchange.raft.putting_back import is_empty, put_back
from companion.paths import Paths
from companion.records import Kind, Memory
from companion.store.changes import Batch
from companion.store.store import Store
from companion.strings import text
from companion.transfers import Imported, ImportPlan


class HandEditor(Protocol):
    """Does to a memory what the person does in the panel, in a batch that is open (`companion.editing`)."""

    def add_in(
        self,
        batch: Batch,
        text: str,
        kind: Kind,
        *,
        subject: str = "person",
        scope: str = "",
        span: tuple[float, float] | None = None,
    ) -> Memory: ...
    def edit_in(self, batch: Batch, memory: Memory, text: str) -> None: ...
    def pin_in(self, batch: Batch, memory: Memory, pinned: bool) -> None: ...
    def forget_in(self, batch: Batch, memory: Memory) -> tuple[int, ...]: ...


@dataclass(frozen=True)
class _Work:
    plan: ImportPlan
    merged: Merge
    new: New | None = None
    """Only where it is another profile's."""


def plan(store: Store, paths: Paths, path: Path) -> ImportPlan:
    """What `take_in` would do. Raises NotFound, FileRefused naming file and line."""
    with opened(path, paths) as given, store.db.snapshot():
        return _work(store, paths, given).plan


def take_in(store: Store, paths: Paths, path: Path, editor: HandEditor) -> Imported:
    """All of it or nothing, in one transaction; the caller keeps a copy first. Raises as `plan`, and ProfileError."""
    with opened(path, paths) as given, store.db.snapshot():
        work = _work(store, paths, given)
        if work.plan.empty and not work.plan.whole:
            return Imported(work.plan)
        source = batch = None
        notes: list[str] = []
        with store.db.write():
            if work.plan.whole:
                batch, notes = put_back(store, paths, given.content, given.manifest.profile)
            if work.new is not None:
                source, batch = bring_in(
                    store, paths, given.content, work.new, work.merged, work.plan.name, store.clock.now()
                )
            elif not work.merged.empty:
                batch = _apply(store, work.merged, editor)
        return Imported(_with_notes(work.plan, notes), source, batch)


def _work(store: Store, paths: Paths, given: Given) -> _Work:
    content = given.content
    whole = is_empty(store)
    own = given.manifest.profile == number_of(store)
    here = _as_exported(given) if whole or not own else look_here(store)
    offset = stamp(store.clock.now())[1]
    merged = merge(given, here, standing(store, content), offset)
    new = None if whole or own else what_is_new(store, paths, content, given.manifest.profile, merged)
    notes = [*merged.notes, *(new.notes if new is not None else ())]
    if own and not whole:
        gone = sum(1 for memory in content.memories if memory.id not in here or here[memory.id].forgotten)
        if gone:
            notes.append(text("raft.not_brought_back", count=gone))
    turns, memories = (content.turns, content.memories) if whole else (new.turns, new.memories) if new else ([], [])
    if new is not None and merged.edits and (new.memories or merged.new):
        notes.append(text("raft.as_edited"))
    said = [turn.at for turn in content.turns]
    told = ImportPlan(
        "companion",
        given.name,
        conversations=len(content.conversations),
        turns=len(content.turns),
        memories=len(content.memories),
        new_turns=len(turns),
        new_memories=len(memories) + (len(merged.new) if new is not None else 0),
        personas=tuple(new.personas) if new is not None else _absent(paths, content) if whole else (),
        first=min(said) if said else None,
        last=max(said) if said else None,
        utc_offset=content.turns[-1].utc_offset if content.turns else offset,
        edits=tuple(merged.edits) if new is None else (),
        whole=whole,
        notes=tuple(notes),
    )
    return _Work(told, merged, new)


def _absent(paths: Paths, content: Content) -> tuple[str, ...]:
    """The keys of personas that are not here."""
    return tuple(line.key for line in content.personas if not (paths.personas / f"{line.key}.toml").exists())


def _as_exported(given: Given) -> dict[int, Here]:
    return {memory.id: Here(memory.text, memory.pinned) for memory in given.content.memories}


def look_here(store: Store) -> Mapping[int, Here]:
    return {
        int(id): Here(str(words), bool(pinned), status == "forgotten")
        for id, words, pinned, status in store.db.all("SELECT id, text, pinned, status FROM memories")
    }


def standing(store: Store, content: Content) -> Stands:
    """Of a line that somebody wrote: what was taken in once is known by its origin, also when it says something else
    by now."""
    known = {(m.text, m.kind) for m in content.memories} | set(
        store.db.all("SELECT text, kind FROM memories WHERE status <> 'forgotten'")
    )
    taken = {
        str(key)
        for (key,) in store.db.all(
            "SELECT key FROM origins WHERE origin = ? AND kind = 'memory' AND local IN (SELECT id FROM memories)",
            (WRITTEN,),
        )
    }

    def stands(words: str, kind: Kind) -> Literal["here", "buried", ""]:
        if (words, kind) in known:
            return "here"
        if store.memories.is_buried(words):
            return "buried"
        return "here" if line_key(store, words, kind) in taken else ""

    return stands


def _apply(store: Store, merged: Merge, editor: HandEditor) -> int:
    """Hand edits in one batch of the person's, which undo takes back whole."""
    with store.changes.batch("person", "import") as batch:
        for id, words in merged.texts.items():
            editor.edit_in(batch, store.memories.get(id), words)
        for id, pinned in merged.pins.items():
            memory = store.memories.get(id)
            if memory.pinned != pinned:
                editor.pin_in(batch, memory, pinned)
        for new in merged.new:
            added = editor.add_in(batch, new.text, new.kind, subject=new.subject, scope=new.scope, span=new.day)
            note_line(store, new, added.id)
        for id in merged.forget:
            memory = store.memories.get(id)
            if memory.status != "forgotten":
                editor.forget_in(batch, memory)
    return batch.id


def _with_notes(plan: ImportPlan, notes: list[str]) -> ImportPlan:
    return replace(plan, notes=(*plan.notes, *notes)) if notes else plan
