"""The one way memory is changed: a batch in the journal, with what was before and after, in one transaction."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any

from companion import strings
from companion.clock import Clock, stamp
from companion.errors import NotFound, NothingToRedo, NothingToUndo
from companion.records import Actor, LinkType, Memory, Status
from companion.store.chain import BatchLink, new_nonce
from companion.store.database import Database, Row
from companion.store.images import (
    Image,
    complete,
    evidence_image,
    image_of,
    links_of,
    quoted_again,
    read_image,
    write_image,
)

Observer = Callable[[tuple[int, ...]], None]
Beside = Callable[[int, bool], bool]
"""Told of a batch (never itself an undoing) and whether it stands now; takes back, or does again, what was done beside
the journal with it, in the same transaction. Whether there was anything."""

ERASED = "erase"
"""Action of a batch that took words away for good: it is never taken back."""
NAMED = frozenset({"text", "status", "pinned", "evidence", "links", "kind", "tags"})
"""Fields a person would name when undo has to leave one alone; the others are bookkeeping."""

_PART = 500
HELD = 1000
"""Memories of a batch whose journal entries are held back for further steps; a larger batch writes them as it goes."""

_FADING = frozenset({"active", "dormant", "archived"})
"""States between which nights move a memory: that one fell between a change and its undoing is no other change."""


class Batch:
    """Changes that are made, and undone, together."""

    def __init__(self, db: Database, id: int, look: Callable[[], None]) -> None:
        self.id = id
        self._db = db
        self._look = look
        self._images: dict[int, tuple[Image | None, Image | None]] = {}
        self._written: dict[int, None] = {}
        self._link = BatchLink(db, id)

    @property
    def touched(self) -> tuple[int, ...]:
        """Memories changed so far, in the order of their first change."""
        return tuple(dict.fromkeys((*self._written, *self._images)))

    def add(self, memory: Memory) -> Memory:
        """Insert `memory` under a new id (its own is ignored)."""
        image = image_of(memory)
        id = write_image(self._db, None, None, image)
        self._record(id, None, image)
        return replace(memory, id=id)

    def update(self, id: int, **values: Any) -> bool:
        """Set fields of a memory (field names of `Memory`). False when nothing differs. Raises NotFound."""
        before = self._require(id)
        after = {**before, **values}
        after["pinned"] = int(after["pinned"])
        if "evidence" in values:
            after["evidence"] = evidence_image(values["evidence"])
        return self._put(id, before, after)

    def move(self, before: Status, after: Status, ids: Sequence[int]) -> None:
        """Change the state of many memories, of those that are still in `before`. Neither state may be "forgotten",
        which has more to it. Their journal entries hold the state and the words alone: a night that lets thousands fade
        must not copy each of them whole, twice."""
        for start in range(0, len(ids), _PART):
            self._look()
            part = [id for id in ids[start : start + _PART] if id not in self._images]
            marks = ",".join("?" * len(part))
            rows = self._db.all(
                f"SELECT id, version, text FROM memories WHERE status = ? AND id IN ({marks})", (before, *part)
            )
            self._db.run_many(
                "UPDATE memories SET status = ?, version = version + 1 WHERE id = ?", ((after, id) for id, _, _ in rows)
            )
            self._db.run_many("INSERT INTO outbox(memory) VALUES (?)", ((id,) for id, _, _ in rows))
            self._link.write(
                [
                    (
                        id,
                        _dump({"status": before, "version": version}),
                        _dump({"status": after, "version": version + 1, "text": text}),
                    )
                    for id, version, text in rows
                ]
            )
            self._written |= dict.fromkeys(id for id, _, _ in rows)
            for id in ids[start : start + _PART]:
                if id in self._images and (image := self._images[id][1]) is not None and image["status"] == before:
                    self.update(id, status=after)

    def link(self, source: int, target: int, type: LinkType, weight: float = 1.0) -> bool:
        """Connect two memories; a link that is there already keeps the larger weight."""
        before = self._require(source)
        links = {(t, kind): w for t, kind, w in links_of(before)}
        links[target, type] = max(weight, links.get((target, type), 0.0))
        after = {**before, "links": sorted([t, kind, w] for (t, kind), w in links.items())}
        return self._put(source, before, after)

    def unlink(self, source: int, target: int, type: LinkType) -> bool:
        """Take a link away. False when there is none."""
        before = self._require(source)
        links = [[t, kind, w] for t, kind, w in links_of(before) if (t, kind) != (target, type)]
        return self._put(source, before, {**before, "links": links})

    def restore(self, id: int, image: Image | None) -> bool:
        """Make a memory what `image` says; used by undo."""
        before = read_image(self._db, id)
        if before is None and image is None:
            return False
        if image is not None:
            image["evidence"] = quoted_again(self._db, image["evidence"])
        return self._put(id, before, image)

    def state(self, id: int) -> None:
        """Say in the journal what a memory is, whether or not it is changed: what it told of it before is erased."""
        image = self._require(id)
        if id not in self._images:
            self._record(id, image, image)

    def _put(self, id: int, before: Image | None, after: Image | None) -> bool:
        self._look()
        if before == after:
            return False
        if before is not None and after is not None:
            after["version"] = before["version"] + 1
        write_image(self._db, id, before, after)
        self._record(id, before, after)
        return True

    def _require(self, id: int) -> Image:
        image = read_image(self._db, id)
        if image is None:
            raise NotFound(strings.text("engine.no_memory_id", id=id))
        return image

    def _record(self, id: int, before: Image | None, after: Image | None) -> None:
        if id not in self._images and len(self._images) >= HELD:
            self._write_held()
        first = self._images[id][0] if id in self._images else before
        self._images[id] = (first, after)

    def _write_held(self) -> None:
        entries = self._images.items()
        self._link.write([(id, self._dumped(before), self._dumped(after)) for id, (before, after) in entries])
        self._written |= dict.fromkeys(self._images)
        self._images.clear()

    def write_journal(self) -> None:
        """One entry a memory, however many steps the batch took with it; in a batch of more than `HELD` memories, one
        for each stretch of it in which it took any. Call once, at the batch's end."""
        self._write_held()
        self._link.close()

    def _dumped(self, image: Image | None) -> str | None:
        self._look()
        return _dump(image)


class Changes:
    """Opens batches and takes them back. Observers hear of touched ids after the commit."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._observers: list[Observer] = []
        self._beside: list[Beside] = []

    def keep_beside(self, beside: Beside) -> None:
        self._beside.append(beside)

    def observe(self, observer: Observer) -> None:
        self._observers.append(observer)

    @contextlib.contextmanager
    def batch(
        self,
        actor: Actor,
        action: str,
        reason: str = "",
        undoes: int | None = None,
        look: Callable[[], None] = lambda: None,
    ) -> Generator[Batch]:
        """One transaction; an exception inside leaves no trace. `look` is called at every change and every line of the
        journal, and may raise, so that a batch of thousands can be called off at any point."""
        with self._db.write():
            at, offset = stamp(self._clock.now())
            id = self._db.run(
                "INSERT INTO batches(at, utc_offset, actor, action, reason, undoes, nonce) VALUES (?,?,?,?,?,?,?)",
                (at, offset, actor, action, reason, undoes, new_nonce()),
            )
            batch = Batch(self._db, id, look)
            yield batch
            batch.write_journal()
        if batch.touched:
            for observer in self._observers:
                observer(batch.touched)

    def undo(self, batch: int | None = None, actor: Actor = "person") -> tuple[int, tuple[int, ...], tuple[str, ...]]:
        """Take a batch back, field by field: what was changed again later is kept and named.
        Returns (the new batch, memories touched, what was kept). Raises NothingToUndo, NotFound."""
        with self._db.snapshot():
            target = self.latest_of_person() if batch is None else batch
            row = self._db.one("SELECT action, reason FROM batches WHERE id = ?", (target,))
            if row is None:
                raise NotFound(strings.text("engine.no_change", target=target), hint=strings.text("engine.see_history"))
            if row[0] == ERASED:
                raise NothingToUndo(strings.text("erasing.no_undo", target=target))
            if self.undone_by(target) is not None:
                raise NothingToUndo(strings.text("engine.undone_already", target=target))
            kept: list[str] = []
            with self.batch(actor, "undo", f"takes back {row[0]} (change {target})", target) as undo:
                readable = self._db.value("SELECT max(nonce IS NOT NULL) FROM journal WHERE batch = ?", (target,))
                if readable == 0:
                    raise NothingToUndo(strings.text("erasing.no_undo", target=target))
                for memory, before, after, nonce in self._latest_first(target):
                    if nonce is None:
                        kept.append(strings.text("erasing.field", memory=memory))
                        continue
                    self._take_back(undo, memory, _load(before), _load(after), kept)
                root, depth = self.root_of(target)
                more = [beside(root, depth % 2 == 1) for beside in self._beside]
                if not undo.touched and not any(more):
                    raise NothingToUndo(strings.text("engine.changed_later", target=target))
            return undo.id, undo.touched, tuple(dict.fromkeys(kept))

    def _latest_first(self, batch: int) -> Iterator[Row]:
        """Its entries (memory, before, after, nonce), a part at a time."""
        seqs = [seq for (seq,) in self._db.all("SELECT seq FROM journal WHERE batch = ? ORDER BY seq DESC", (batch,))]
        for start in range(0, len(seqs), _PART):
            part = seqs[start : start + _PART]
            yield from self._db.all(
                "SELECT memory, before, after, nonce FROM journal WHERE batch = ? AND seq BETWEEN ? AND ?"
                " ORDER BY seq DESC",
                (batch, part[-1], part[0]),
            )

    def redo(self) -> tuple[int, tuple[int, ...], tuple[str, ...]]:
        """Take the person's latest undo back, unless they changed something behind it; see `undo`. It is all read out
        of the journal, so that it outlives the process. Raises NothingToRedo."""
        with self._db.snapshot():
            changed = self._db.value("SELECT max(id) FROM batches WHERE actor = 'person' AND undoes IS NULL")
            for (id,) in self._db.all(
                "SELECT id FROM batches WHERE actor = 'person' AND undoes IS NOT NULL AND id > ? ORDER BY id DESC",
                (changed or 0,),
            ):
                # An undo of an undo is a redo.
                if self.root_of(id)[1] % 2 == 1 and self.undone_by(id) is None:
                    return self.undo(id)
            raise NothingToRedo

    def action_of(self, batch: int) -> str:
        """What was done in the first place, for a batch that undoes or does again."""
        return str(self._db.value("SELECT action FROM batches WHERE id = ?", (self.root_of(batch)[0],)))

    def brought_turns(self, batch: int) -> bool:
        """Whether it is an import of memories with the conversations they rest on."""
        row = self._db.one("SELECT actor, action, undoes FROM batches WHERE id = ?", (batch,))
        return row == ("person", "import", None) and bool(
            self._db.value(
                "SELECT 1 FROM journal WHERE batch = ? AND before IS NULL"
                " AND json_array_length(after, '$.evidence') > 0 LIMIT 1",
                (batch,),
            )
        )

    def root_of(self, batch: int) -> tuple[int, int]:
        """The batch that was no undoing itself, at the end of what `batch` undoes, and how many steps that is."""
        depth = 0
        while (undone := self._db.value("SELECT undoes FROM batches WHERE id = ?", (batch,))) is not None:
            batch, depth = int(undone), depth + 1
        return batch, depth

    def undone_by(self, batch: int) -> int | None:
        """The batch that took `batch` back and was not itself taken back."""
        for (id,) in self._db.all("SELECT id FROM batches WHERE undoes = ? ORDER BY id DESC", (batch,)):
            if self.undone_by(id) is None:
                return int(id)
        return None

    def latest_of_person(self) -> int:
        """The batch that `undo` takes back when none is named. Raises NothingToUndo."""
        rows = self._db.all(
            "SELECT id FROM batches WHERE actor = 'person' AND undoes IS NULL AND action <> ? AND (EXISTS (SELECT 1"
            " FROM journal j WHERE j.batch = batches.id AND j.nonce IS NOT NULL)"
            " OR NOT EXISTS (SELECT 1 FROM journal j WHERE j.batch = batches.id)) ORDER BY id DESC LIMIT 1000",
            (ERASED,),
        )
        for (id,) in rows:
            if self.undone_by(id) is None:
                return int(id)
        raise NothingToUndo

    def _take_back(self, undo: Batch, memory: int, before: Image | None, after: Image | None, kept: list[str]) -> None:
        current = read_image(self._db, memory)
        if before is None:
            undo.restore(memory, None)
            return
        if after is None:
            if current is None:
                undo.restore(memory, before)
            else:
                kept.append(strings.text("engine.exists_again", memory=memory))
            return
        if current is None:
            kept.append(strings.text("engine.making_undone", memory=memory))
            return
        restored = dict(current)
        for name, value in before.items():
            if value == after[name] or name == "version":
                continue
            faded = name == "status" and {current[name], after[name]} <= _FADING
            if current[name] == after[name] or faded:
                restored[name] = value
            elif name in NAMED:
                kept.append(
                    strings.text("engine.field_changed", memory=memory, field_names=strings.text(f"fields.{name}"))
                )
        undo.restore(memory, restored)


def _dump(image: Image | None) -> str | None:
    return None if image is None else json.dumps(image, ensure_ascii=False, sort_keys=True)


def _load(image: str | None) -> Image | None:
    return None if image is None else complete(json.loads(image))
