"""Brings the export of another profile into one that has a life of its own: conversations with their dates, and
memories that wait until the person has confirmed them. What came before is known by `origins`, and stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from companion.clock import stamp
from companion.exchange.erased_words import without_erased
from companion.exchange.raft.content import Content, ConversationLine, Line, MemoryLine, PersonaLine, TurnLine
from companion.exchange.raft.merging import Merge
from companion.exchange.raft.merging import New as WrittenLine
from companion.exchange.raft.putting_back import add_personas, add_turn
from companion.mind.reflect import REFLECT
from companion.paths import Paths
from companion.records import PLAY, Evidence, Kind, LinkType, Memory
from companion.sentences import sentences
from companion.store.database import Database
from companion.store.images import COLUMNS, quoted_again
from companion.store.sources import QuarantineBatch
from companion.store.store import Store
from companion.strings import text

_KINDS = frozenset(("moment", "thought", "event", "trait"))
"""Days are put together here, of what was confirmed."""
WRITTEN = "companion page"
"""Origin of what somebody wrote into a page by hand."""
_TABLES = {"conversation": "conversations", "turn": "turns", "memory": "memories"}
_STANDING = frozenset(("active", "dormant", "archived", "candidate"))


@dataclass(frozen=True)
class New:
    """What is not here yet. `personas` by the keys they get here; `notes` on what is left out."""

    origin: str
    conversations: list[ConversationLine]
    turns: list[TurnLine]
    memories: list[MemoryLine]
    personas: dict[str, PersonaLine]
    renamed: dict[str, str]
    notes: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.turns or self.memories or self.personas)


def what_is_new(store: Store, paths: Paths, content: Content, number: str, merged: Merge) -> New:
    """Without what somebody took out of its pages by hand, and with what they changed there."""
    origin = f"companion {number}"
    known = {str(key) for (key,) in store.db.all("SELECT key FROM origins WHERE origin = ?", (origin,))}
    known -= _taken_back(store.db, origin, content)
    made = {str(line.row["text_hash"]): line.row["memory"] for line in content.beside if line.table == "consolidated"}
    by_night = set(made.values())
    gone = set(merged.forget)
    fit = [
        m
        for m in content.memories
        if m.kind in _KINDS and m.status in _STANDING and m.id not in by_night and m.id not in gone
    ]
    came = [m for m in fit if key_of("memory", m) not in known]
    buried = {m.id for m in came if _says_what_is_buried(store, merged.texts.get(m.id, m.text))}
    memories = [
        m.model_copy(update={"text": merged.texts.get(m.id, m.text), "pinned": merged.pins.get(m.id, m.pinned)})
        for m in came
        if m.id not in buried
    ]
    notes = []
    if buried:
        notes.append(text("raft.forgotten_here", count=len(buried)))
    left_out = len(content.memories) - len(fit) - len(gone)
    if left_out:
        notes.append(text("raft.made_here", count=left_out))
    personas, renamed = _personas(paths, content)
    return New(
        origin,
        [c for c in content.conversations if key_of("conversation", c) not in known],
        [
            t.model_copy(update={"text": without_erased(store, t.text)})
            for t in content.turns
            if key_of("turn", t) not in known
        ],
        memories,
        personas,
        renamed,
        notes,
    )


def bring_in(
    store: Store, paths: Paths, content: Content, new: New, merged: Merge, name: str, now: datetime
) -> tuple[int | None, int | None]:
    """(source under which the memories wait, batch), None where there are none. Inside a transaction."""
    db = store.db
    source = store.sources.add("import", name, now) if new.memories or merged.new else None
    conversations = _conversations(db, content, new)
    turns = _turns(store, content, new, conversations, now)
    _paths(store, content, new, conversations, turns)
    add_personas(paths, new.personas)
    if source is None:
        return None, None
    with store.quarantine_batch(source, "person", "import") as batch:
        _memories(store, content, new, turns, batch, source)
        at, offset = stamp(now)
        for each in merged.new:
            start, end = each.day or (None, None)
            added = batch.add(
                Memory(
                    0, each.kind, each.text, "quarantined", at, offset, subject=each.subject, importance=4,
                    scope=new.renamed.get(each.scope, each.scope), event_start=start, event_end=end,
                )
            )  # fmt: skip
            note_line(store, each, added.id)
    return source, batch.batch.id


def line_key(store: Store, words: str, kind: Kind) -> str:
    """What a line is known by that somebody wrote into a page."""
    return store.origins.key(WRITTEN, kind, words)


def note_line(store: Store, line: WrittenLine, id: int) -> None:
    """It was taken in as that memory. Inside a transaction."""
    store.origins.note(WRITTEN, "memory", [(line_key(store, line.text, line.kind), id)], None)


def key_of(kind: str, line: ConversationLine | TurnLine | MemoryLine) -> str:
    """What a row is known by: its number there and its time, since a number may be given again after a restore."""
    at = line.at if isinstance(line, TurnLine) else getattr(line, "started_at", getattr(line, "recorded_at", 0.0))
    return hashlib.sha256(f"{kind} {line.id} {at!r}".encode()).hexdigest()


def _local(db: Database, origin: str, kind: str, lines: Iterable[Line]) -> dict[int, int]:
    """By number there, the rows that are here."""
    rows = db.all(
        f"SELECT key, local FROM origins WHERE origin = ? AND kind = ? AND local IN (SELECT id FROM {_TABLES[kind]})",
        (origin, kind),
    )
    known = {str(key): int(local) for key, local in rows}
    keys = {line.id: key_of(kind, line) for line in lines}  # type: ignore[attr-defined,arg-type]
    return {id: known[key] for id, key in keys.items() if key in known}


def _says_what_is_buried(store: Store, said: str) -> bool:
    """Alone, or beside other sentences."""
    parts = (said, *(said[start:end] for start, end in sentences(said)))
    return any(map(store.memories.is_buried, parts))


def _taken_back(db: Database, origin: str, content: Content) -> set[str]:
    """Keys of memories that an undone import had brought, and that are to be brought again. What an erasure took is not
    among them: its words stand in no turn any more."""
    there, turns = _local(db, origin, "memory", content.memories), _local(db, origin, "turn", content.turns)
    found = set()
    for line in content.memories:
        rests = [[turns[turn], *proof] for turn, *proof in line.evidence if turn in turns]
        if line.id not in there and (not line.evidence or quoted_again(db, rests)):
            found.add(key_of("memory", line))
    return found


def _note(db: Database, origin: str, kind: str, key: str, local: int, source: int | None) -> None:
    db.run("INSERT OR REPLACE INTO origins VALUES (?,?,?,?,?)", (origin, kind, key, local, source))


def _conversations(db: Database, content: Content, new: New) -> dict[int, int]:
    found = _local(db, new.origin, "conversation", content.conversations)
    for one in new.conversations:
        found[one.id] = db.run(
            "INSERT INTO conversations(started_at, utc_offset, title, mode, persona) VALUES (?,?,?,?,?)",
            (one.started_at, one.utc_offset, one.title, one.mode, new.renamed.get(one.persona, one.persona)),
        )
        _note(db, new.origin, "conversation", key_of("conversation", one), found[one.id], None)
    return found


def _turns(store: Store, content: Content, new: New, conversations: dict[int, int], now: datetime) -> dict[int, int]:
    db = store.db
    found = _local(db, new.origin, "turn", content.turns)
    for turn in new.turns:
        parent = found.get(turn.parent) if turn.parent is not None else None
        answers = found.get(turn.answers) if turn.answers is not None else None
        id = found[turn.id] = add_turn(db, turn, None, conversations[turn.conversation], parent, answers)
        db.run("INSERT INTO off_path VALUES (?)", (id,))
        _note(db, new.origin, "turn", key_of("turn", turn), id, None)
        if turn.role == "person":
            # It was thought about there: its thoughts come along, and wait.
            db.run(
                "INSERT OR IGNORE INTO jobs(kind, key, queued_at, state) VALUES (?,?,?,'done')",
                (REFLECT, str(id), stamp(now)[0]),
            )
    return found


def _paths(store: Store, content: Content, new: New, conversations: dict[int, int], turns: dict[int, int]) -> None:
    """The path of each conversation with something new is what it was there, unless it went on here."""
    touched = {turn.conversation for turn in new.turns}
    came = set(turns.values())
    last = {turn.conversation: turn.id for turn in content.turns}
    for one in content.conversations:
        if one.id not in touched:
            continue
        here = conversations[one.id]
        leaf = store.branches.leaf(here)
        if not leaf or leaf in came:
            store.branches.go(here, turns[one.leaf or last[one.id]])


def _memories(
    store: Store, content: Content, new: New, turns: dict[int, int], batch: QuarantineBatch, source: int
) -> None:
    db = store.db
    found = _local(db, new.origin, "memory", content.memories)
    for line in new.memories:
        values = {name: getattr(line, name) for name in COLUMNS}
        values |= {"replaced_by": None, "scope": new.renamed.get(line.scope, line.scope), "version": 1}
        rests = [[turns[turn], *proof] for turn, *proof in line.evidence if turn in turns]
        proofs = tuple(Evidence(*proof) for proof in quoted_again(db, rests))
        found[line.id] = batch.add(Memory(0, **values, evidence=proofs)).id
        _note(db, new.origin, "memory", key_of("memory", line), found[line.id], source)
    there = store.memories.many(sorted(found.values()))
    for line in new.memories:
        for target, type, weight in line.links:
            if target in found and found[target] in there and target != line.id:
                batch.batch.link(found[line.id], found[target], _link_type(type), weight)


def _link_type(type: str) -> LinkType:
    return type  # type: ignore[return-value]  # whatever it was there


def _personas(paths: Paths, content: Content) -> tuple[dict[str, PersonaLine], dict[str, str]]:
    """Those that are not here, by the keys they get; old keys to new ones where another persona has the old one."""
    added: dict[str, PersonaLine] = {}
    renamed: dict[str, str] = {}
    for line in content.personas:
        for number in range(1, 10_000):
            key = line.key if number == 1 else f"{line.key[:90]}-{number}"
            file = paths.personas / f"{key}.toml"
            if file.is_file() and file.read_bytes() != line.toml.encode():
                continue
            if not file.is_file():
                added[key] = line
            if key != line.key:
                renamed[line.key] = key
            break
    renamed.pop(PLAY, None)
    return added, renamed
