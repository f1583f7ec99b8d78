"""What makes a change to the past show: the journal and what was said are hash-chained.

Of each entry of the journal there is a commitment, SHA-256(nonce ‖ before ‖ after), of each batch one of its reason. A
batch's link is SHA-256(link before it ‖ the batch's fields ‖ for each entry its number, memory and commitment): it
vouches for all that was written before. Every turn has a seal in a chain of its own. The ends of both chains stand in
`meta` with their lengths, so that a tail that was cut off is missed as well.

Nonces are random: where the words are erased with their nonce, the commitment that stays tells nothing of them, and the
chain still holds. It is no signature: who can write the file, and takes the trouble, can chain it anew.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from companion.store.database import Database, Row

NONCE = 16
"""Bytes of a nonce."""
ERASING = "erasing"
"""Key in `meta` while something is being erased: the only time in which the triggers let words be taken away."""
JOURNAL_END, TURNS_END = "journal end", "turns end"
"""Keys in `meta` of the ends of both chains."""
BEGIN = b""
"""What the first link follows."""
BATCH_FIELDS = "id, at, utc_offset, actor, action, undoes"
TURN_FIELDS = "id, conversation, role, speaker, text, at, utc_offset, state, answers, model, parent"
_ENTRY = "INSERT INTO journal(seq, batch, memory, before, after, nonce) VALUES (?,?,?,?,?,?)"


class End(NamedTuple):
    """Where a chain ends: how many links it has, how many things they vouch for, and the last."""

    links: int = 0
    things: int = 0
    link: bytes = BEGIN


def commitment(nonce: bytes, *parts: object) -> bytes:
    return sha256(nonce + packed(parts)).digest()


def packed(values: Iterable[object]) -> bytes:
    """Values (None, whole numbers, floats, text, bytes) as bytes, each with its type and length: no two lists of values
    have the same."""
    found = bytearray()
    for value in values:
        if value is None:
            found += b"n"
            continue
        if isinstance(value, str):
            kind, content = b"s", value.encode("utf-8", "surrogatepass")
        elif isinstance(value, float):
            kind, content = b"f", struct.pack("<d", value)
        elif isinstance(value, int):
            kind, content = b"i", b"%d" % value
        elif isinstance(value, bytes):
            kind, content = b"b", value
        else:
            raise TypeError(type(value).__name__)
        found += kind + len(content).to_bytes(4, "little") + content
    return bytes(found)


def _packed_text(text: str | None) -> bytes:
    if text is None:
        return b"n"
    content = text.encode()
    return b"s" + len(content).to_bytes(4, "little") + content


def read_end(db: Database, key: str) -> End:
    """Raises ValueError for one that cannot be read."""
    told = db.value("SELECT value FROM meta WHERE key = ?", (key,))
    if told is None:
        return End()
    links, things, link = str(told).split(":")
    return End(int(links), int(things), bytes.fromhex(link))


def write_end(db: Database, key: str, end: End) -> None:
    db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (key, f"{end.links}:{end.things}:{end.link.hex()}"))


class BatchLink:
    """The link of a batch that is being written."""

    def __init__(self, db: Database, batch: int) -> None:
        self._db = db
        self._batch = batch
        self._entries = bytearray()
        self._count = 0

    def write(self, entries: Sequence[tuple[int, str | None, str | None]]) -> None:
        """Entries of the journal: (memory, before, after)."""
        if not entries:
            return
        first = int(self._db.value("SELECT coalesce(max(seq), 0) FROM journal")) + 1
        random = os.urandom(NONCE * len(entries))
        rows = []
        for number, (memory, before, after) in enumerate(entries):
            seq, nonce = first + number, random[number * NONCE : (number + 1) * NONCE]
            rows.append((seq, self._batch, memory, before, after, nonce))
            # As in `commitment`, faster: a night may write thousands.
            committed = sha256(nonce + _packed_text(before) + _packed_text(after)).digest()
            self._entries += entry_part(seq, memory, committed)
        self._count += len(rows)
        self._db.run_many(_ENTRY, rows)

    def close(self) -> None:
        """Once all its entries are written: it is linked to what was before."""
        fields = self._db.one(f"SELECT {BATCH_FIELDS}, nonce, reason FROM batches WHERE id = ?", (self._batch,))
        if fields is None:
            raise ValueError("a batch that is not there")
        *told, nonce, reason = fields
        end = read_end(self._db, JOURNAL_END)
        link = batch_link(end.link, told, commitment(nonce, reason), bytes(self._entries))
        add_batch_link(self._db, end, self._batch, self._count, link)


def new_nonce() -> bytes:
    return os.urandom(NONCE)


def entry_part(seq: int, memory: int, committed: bytes) -> bytes:
    return struct.pack("<qq", seq, memory) + committed


def batch_link(before: bytes, fields: Sequence[object], reason: bytes, entries: bytes) -> bytes:
    return sha256(packed((before, *fields, reason)) + entries).digest()


def add_batch_link(db: Database, end: End, batch: int, entries: int, link: bytes) -> End:
    db.run("INSERT INTO chain VALUES (?,?,?,?)", (end.links + 1, batch, entries, link))
    end = End(end.links + 1, end.things + entries, link)
    write_end(db, JOURNAL_END, end)
    return end


def chain_what_is_there(db: Database) -> None:
    """Every batch and turn of a profile that had no chain, in the order in which they were made."""
    for batch, entries in entries_by_batch(db):
        nonce, reason = db.all("SELECT nonce, reason FROM batches WHERE id = ?", (batch,))[0]
        fields = db.one(f"SELECT {BATCH_FIELDS} FROM batches WHERE id = ?", (batch,)) or ()
        parts = b"".join(entry_part(row[0], row[1], commitment(row[4], row[2], row[3])) for row in entries)
        end = read_end(db, JOURNAL_END)
        add_batch_link(db, end, batch, len(entries), batch_link(end.link, fields, commitment(nonce, reason), parts))
    for (turn,) in db.all("SELECT id FROM turns WHERE state <> 'streaming' ORDER BY id"):
        seal_turn(db, int(turn))


def entries_by_batch(db: Database) -> Iterator[tuple[int, list[Row]]]:
    """(batch, its entries as (seq, memory, before, after, nonce)) of all batches."""
    for (batch,) in db.all("SELECT id FROM batches ORDER BY id"):
        yield (
            int(batch),
            db.all("SELECT seq, memory, before, after, nonce FROM journal WHERE batch = ? ORDER BY seq", (batch,)),
        )


def seal_turn(db: Database, id: int) -> None:
    """Inside the transaction that finishes the turn, or that takes words out of it."""
    fields = db.one(f"SELECT {TURN_FIELDS} FROM turns WHERE id = ?", (id,))
    if fields is None:
        raise ValueError("a turn that is not there")
    nonce, end = new_nonce(), read_end(db, TURNS_END)
    link = seal_link(end.link, id, commitment(nonce, *fields))
    db.run("INSERT INTO seals(number, turn, nonce, link) VALUES (?,?,?,?)", (end.links + 1, id, nonce, link))
    write_end(db, TURNS_END, End(end.links + 1, end.links + 1, link))


def seal_link(before: bytes, turn: int, committed: bytes) -> bytes:
    return sha256(packed((before, turn, committed))).digest()


def unseal_turn(db: Database, id: int) -> None:
    """Before words are taken out of a turn, or it is removed: of its seals the commitments stay alone."""
    fields = db.one(f"SELECT {TURN_FIELDS} FROM turns WHERE id = ?", (id,))
    for number, nonce in db.all("SELECT number, nonce FROM seals WHERE turn = ? AND nonce IS NOT NULL", (id,)):
        committed = commitment(nonce, *(fields or ()))
        db.run("UPDATE seals SET nonce = NULL, commitment = ? WHERE number = ?", (committed, number))


def erase_entry(db: Database, seq: int) -> None:
    """What an entry of the journal said is gone; that it was there stays. Needs the mark ERASING."""
    row = db.one("SELECT nonce, before, after FROM journal WHERE seq = ? AND nonce IS NOT NULL", (seq,))
    if row is not None:
        db.run(
            "UPDATE journal SET before = NULL, after = NULL, nonce = NULL, commitment = ? WHERE seq = ?",
            (commitment(*row), seq),
        )


def erase_reason(db: Database, batch: int) -> None:
    """Needs the mark ERASING."""
    row = db.one("SELECT nonce, reason FROM batches WHERE id = ? AND nonce IS NOT NULL", (batch,))
    if row is not None:
        db.run("UPDATE batches SET reason = '', nonce = NULL, commitment = ? WHERE id = ?", (commitment(*row), batch))
