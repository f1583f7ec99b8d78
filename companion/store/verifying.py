"""Whether the profile says what it said when it was written: the chains, the tables that follow from the journal, the
indexes that follow from both. For `companion doctor`; `store.repairing` makes anew what can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal
from zlib import crc32

from companion.names import names
from companion.pieces import pieces
from companion.store import chain
from companion.store.chain import End
from companion.store.database import Database, index_terms, open_in_memory
from companion.store.images import buried, content_key, statement_key
from companion.store.replaying import Replay, images
from companion.store.search import PIECE_BITS, indexed_text, tagged

Part = Literal["file", "schema", "journal", "memories", "turns", "words", "vectors"]
QUICK = 50_000
"""Memories, and turns, up to which the full-text indexes are compared with the texts: about a second for 10,000."""


@dataclass
class Verified:
    """What was found: of each part with a fault, the first few in words without anything the person said."""

    faults: dict[Part, list[str]] = field(default_factory=dict)
    batches: int = 0
    entries: int = 0
    erased: int = 0
    turns: int = 0
    whole: bool = True
    """Whether the full-text indexes were compared as well."""

    def add(self, part: Part, what: str) -> None:
        found = self.faults.setdefault(part, [])
        if len(found) < 20:
            found.append(what)


def verify(db: Database, *, most: int = QUICK) -> Verified:
    """Never raises for what is wrong with the file. The full-text indexes are left out where there are more memories or
    turns than `most`."""
    found = Verified()
    replayed = Replay()
    with db.snapshot():
        _guarded(found, "file", lambda: _file(db, found))
        _guarded(found, "schema", lambda: _schema(db, found))
        _guarded(found, "journal", lambda: _journal(db, found, replayed))
        if "journal" not in found.faults:
            _guarded(found, "memories", lambda: _memories(db, found, replayed))
        _guarded(found, "turns", lambda: _turns(db, found))
        _guarded(found, "vectors", lambda: _vectors(db, found))
        _guarded(found, "words", lambda: _cut(db, found))
        _guarded(found, "words", lambda: _indexes(db, found, most))
    return found


def _guarded(found: Verified, part: Part, look: Callable[[], object]) -> None:
    try:
        look()
    except Exception as error:
        # Whatever reading damaged rows leads to, and no list foresees it: that it cannot be read is the finding.
        found.add(part, type(error).__name__)


def _file(db: Database, found: Verified) -> None:
    for what in db.check(thoroughly=True):
        found.add("file", what)


def _schema(db: Database, found: Verified) -> None:
    from companion.store.migrations import migrate  # it imports what is verified here

    fresh = open_in_memory()
    try:
        migrate(fresh)
        asked = "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
        if db.all(asked) != fresh.all(asked):
            found.add("schema", "sqlite_schema")
    finally:
        fresh.close()


def _journal(db: Database, found: Verified, replayed: Replay) -> None:
    entries: defaultdict[int, bytearray] = defaultdict(bytearray)
    counts: defaultdict[int, int] = defaultdict(int)
    total = 0
    for seq, batch, memory, before, after, nonce, kept in db.all(
        "SELECT seq, batch, memory, before, after, nonce, commitment FROM journal ORDER BY seq"
    ):
        if (nonce is None) == (kept is None) or (nonce is None and (before, after) != (None, None)):
            found.add("journal", f"seq {seq}")
        committed = kept if nonce is None else chain.commitment(nonce, before, after)
        entries[batch] += chain.entry_part(seq, memory, committed or b"")
        counts[batch] += 1
        total += 1
        replayed.add(memory, before, after)
    batches = {
        row[0]: row
        for row in db.all(f"SELECT {chain.BATCH_FIELDS}, reason, nonce, commitment FROM batches ORDER BY id")
    }
    end = End()
    for number, batch, count, link in db.all("SELECT number, batch, entries, link FROM chain ORDER BY number"):
        row = batches.pop(batch, None)
        if row is None or number != end.links + 1 or count != counts[batch]:
            found.add("journal", f"batch {batch}")
        if row is not None:
            *fields, reason, nonce, kept = row
            if (nonce is None) == (kept is None) or (nonce is None and reason):
                found.add("journal", f"batch {batch}")
            committed = kept if nonce is None else chain.commitment(nonce, reason)
            if link != chain.batch_link(end.link, fields, committed or b"", bytes(entries[batch])):
                found.add("journal", f"batch {batch}")
        end = End(number, end.things + count, link)
    for batch in batches:
        found.add("journal", f"batch {batch}")
    if end != chain.read_end(db, chain.JOURNAL_END) or end.things != total:
        found.add("journal", f"end {end.links}")
    found.batches, found.entries, found.erased = end.links, total, replayed.erased


def _memories(db: Database, found: Verified, replayed: Replay) -> None:
    told, there = replayed.images(), images(db)
    for id in sorted(told.keys() | there.keys()):
        if told.get(id) != there.get(id):
            found.add("memories", f"memory {id}")


def _turns(db: Database, found: Verified) -> None:
    rows = {row[0]: row for row in db.all(f"SELECT {chain.TURN_FIELDS} FROM turns")}
    sealed: set[int] = set()
    end = End()
    for number, turn, nonce, kept, link in db.all(
        "SELECT number, turn, nonce, commitment, link FROM seals ORDER BY number"
    ):
        if number != end.links + 1 or (nonce is None) == (kept is None):
            found.add("turns", f"seal {number}")
        if nonce is not None:
            kept = chain.commitment(nonce, *rows.get(turn, ()))
            sealed.add(turn)
        if link != chain.seal_link(end.link, turn, kept or b""):
            found.add("turns", f"turn {turn}")
        end = End(number, number, link)
    if end != chain.read_end(db, chain.TURNS_END):
        found.add("turns", f"end {end.links}")
    for id, row in rows.items():
        if id not in sealed and row[7] != "streaming":
            found.add("turns", f"turn {id}")
    found.turns = len(rows)


def _vectors(db: Database, found: Verified) -> None:
    for key, vector, checksum in db.all("SELECT text_hash, vector, checksum FROM vectors"):
        if checksum != crc32(key + vector):
            found.add("vectors", key.hex()[:8])


def _cut(db: Database, found: Verified) -> None:
    """Hashes, pieces, names and tombstones against the texts."""
    cut: set[tuple[object, ...]] = set()
    named: set[tuple[object, ...]] = set()
    tombs: set[tuple[object, ...]] = set()
    for id, kind, text, status, at, text_hash, norm_hash in db.all(
        "SELECT id, kind, text, status, recorded_at, text_hash, norm_hash FROM memories"
    ):
        if (text_hash, norm_hash) != (content_key(text), statement_key(text)):
            found.add("words", f"memory {id}")
        for number, (start, end) in enumerate(pieces(text)):
            cut.add(((id << PIECE_BITS) + number, id, start, end, content_key(text[start:end])))
        named |= {(id, name) for name in names(text)}
        if status == "forgotten":
            tombs |= {(key, id, at) for key in buried(kind, text)}
    for table, columns, expected in (
        ("pieces", 'id, memory, start, "end", text_hash', cut),
        ("mentions", "memory, name", named),
        ("tombstones", "norm_hash, memory, at", tombs),
    ):
        if set(db.all(f"SELECT {columns} FROM {table}")) != expected:
            found.add("words", table)


def _indexes(db: Database, found: Verified, most: int) -> None:
    sizes = [int(db.value(f"SELECT count(*) FROM {table}")) for table in ("memories", "turns")]
    found.whole = max(sizes) <= most
    if not found.whole:
        return
    memories = (
        (piece, indexed_text(tagged(text[start:end], tags)))
        for piece, text, tags, start, end in db.all(
            'SELECT p.id, m.text, m.tags, p.start, p."end" FROM pieces p JOIN memories m ON m.id = p.memory'
        )
    )
    turns = ((id, indexed_text(text)) for id, text in db.all("SELECT id, text FROM turns WHERE state <> 'streaming'"))
    for table, texts in (("memory_words", memories), ("turn_words", turns)):
        if _found_terms(db, table) != _expected_terms(texts):
            found.add("words", table)


def _expected_terms(texts: Iterable[tuple[int, str]]) -> tuple[int, int]:
    """(how many, sum of hashes) of all places of all terms: the same whatever their order."""
    count = total = 0
    for doc, text in texts:
        terms = index_terms(text)
        count += len(terms)
        total += sum(hash((term, doc, place)) for place, term in enumerate(terms))
    return count, total


def _found_terms(db: Database, table: str) -> tuple[int, int]:
    db.all(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{table}_places USING fts5vocab(main, {table}, instance)")
    count = total = 0
    for place in db.all(f'SELECT term, doc, "offset" FROM temp.{table}_places'):
        count += 1
        total += hash(place)
    return count, total
