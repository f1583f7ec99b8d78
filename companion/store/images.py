"""A memory's image: the JSON that the journal keeps and that undo restores. Row, evidence and links in one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, cast

from companion.names import names
from companion.pieces import pieces
from companion.records import Evidence, LinkType, Memory
from companion.sentences import sentences
from companion.store.database import Database, Row
from companion.store.search import PIECE_BITS, indexed_text, tagged
from companion.text import normalised, text_hash
from companion.voices import bare

Image = dict[str, Any]

COLUMNS: tuple[str, ...] = tuple(f.name for f in fields(Memory) if f.name not in ("id", "evidence"))
"""The memory fields that are columns, in the order of the record."""


def content_key(text: str) -> bytes:
    """Identity of an embedded text."""
    return bytes.fromhex(text_hash(text))


def statement_key(text: str) -> bytes:
    """Identity of a statement: the same for the same words whatever the case and punctuation."""
    return hashlib.sha256(normalised(text).encode()).digest()


def memory_of(row: Row, evidence: Iterable[Evidence] = ()) -> Memory:
    """`row` is (id, *COLUMNS)."""
    values: dict[str, Any] = dict(zip(("id", *COLUMNS), row, strict=True))
    values["pinned"] = bool(values["pinned"])
    return Memory(**values, evidence=tuple(evidence))


def complete(image: Image) -> Image:
    """An image as it is written now, of one that the journal may have kept before there were tags and scopes."""
    return {"tags": "", "scope": "", **image}


def read_image(db: Database, id: int) -> Image | None:
    """The memory as it stands, None when there is no such row."""
    row = db.one(f"SELECT {', '.join(COLUMNS)} FROM memories WHERE id = ?", (id,))
    if row is None:
        return None
    image: Image = dict(zip(COLUMNS, row, strict=True))
    image["evidence"] = [
        list(found)
        for found in db.all(
            'SELECT turn, start, "end", quote_hash FROM evidence WHERE memory = ? ORDER BY turn, start, "end"', (id,)
        )
    ]
    image["links"] = [
        list(found)
        for found in db.all("SELECT target, type, weight FROM links WHERE source = ? ORDER BY target, type", (id,))
    ]
    return image


def image_of(memory: Memory, links: Iterable[tuple[int, LinkType, float]] = ()) -> Image:
    image: Image = {name: getattr(memory, name) for name in COLUMNS}
    image["pinned"] = int(memory.pinned)
    image["evidence"] = evidence_image(memory.evidence)
    image["links"] = [list(link) for link in links]
    return image


def evidence_image(evidence: Iterable[Evidence]) -> list[list[Any]]:
    """Each span once, in the order `read_image` gives: so that equal images are equal."""
    spans = {(e.turn, e.start, e.end): e.quote_hash for e in evidence}
    return [[*span, spans[span]] for span in sorted(spans)]


def write_image(db: Database, id: int | None, before: Image | None, after: Image | None) -> int:
    """Make the row, its evidence, links, full-text entries, tombstone and outbox say `after`. Returns the id.
    `after` None removes the row: only undoing its making does that, and the journal keeps the image."""
    if after is None:
        if id is None or before is None:
            raise ValueError("only a memory that exists can be removed")
        cut(db, id, None)  # first: with the row its pieces go, by which their words in the index are found
        db.run("DELETE FROM memories WHERE id = ?", (id,))
        _bury(db, id, before, None)
        db.run("INSERT INTO outbox(memory) VALUES (?)", (id,))
        return id
    values = [after[name] for name in COLUMNS]
    keys = (content_key(after["text"]), statement_key(after["text"]))
    if before is None:
        marks = ",".join("?" * (len(COLUMNS) + 3))
        id = db.run(
            f"INSERT INTO memories(id, {', '.join(COLUMNS)}, text_hash, norm_hash) VALUES ({marks})",
            (id, *values, *keys),
        )
    else:
        if id is None:
            raise ValueError("a memory that exists has an id")
        assignments = ", ".join(f"{name} = ?" for name in (*COLUMNS, "text_hash", "norm_hash"))
        db.run(f"UPDATE memories SET {assignments} WHERE id = ?", (*values, *keys, id))
    old = before or {"text": None, "status": None, "tags": "", "evidence": [], "links": []}
    if (old["text"], old["tags"]) != (after["text"], after["tags"]):
        cut(db, id, after["text"], after["tags"])
    if old["evidence"] != after["evidence"]:
        db.run("DELETE FROM evidence WHERE memory = ?", (id,))
        db.run_many("INSERT INTO evidence VALUES (?,?,?,?,?)", ((id, *e) for e in after["evidence"]))
    if old["links"] != after["links"]:
        db.run("DELETE FROM links WHERE source = ?", (id,))
        db.run_many("INSERT INTO links VALUES (?,?,?,?)", ((id, *link) for link in after["links"]))
    if (old["text"], old["status"]) != (after["text"], after["status"]):
        _bury(db, id, before, after)
        db.run("INSERT INTO outbox(memory) VALUES (?)", (id,))
    return id


def cut(db: Database, id: int, text: str | None, tags: str = "") -> None:
    """Cut a memory's text into pieces, index their words, each with the tags, and note the names in it; None only
    removes what there is."""
    for (piece,) in db.all("SELECT id FROM pieces WHERE memory = ?", (id,)):
        db.run("DELETE FROM memory_words WHERE rowid = ?", (piece,))
    db.run("DELETE FROM pieces WHERE memory = ?", (id,))
    db.run("DELETE FROM mentions WHERE memory = ?", (id,))
    for number, (start, end) in enumerate(pieces(text) if text is not None else ()):
        piece = (id << PIECE_BITS) + number
        part = (text or "")[start:end]
        db.run("INSERT INTO pieces VALUES (?,?,?,?,?)", (piece, id, start, end, content_key(part)))
        db.run("INSERT INTO memory_words(rowid, text) VALUES (?,?)", (piece, indexed_text(tagged(part, tags))))
    db.run_many("INSERT INTO mentions VALUES (?,?)", ((id, name) for name in names(text or "")))


def _bury(db: Database, id: int, before: Image | None, after: Image | None) -> None:
    """A forgotten statement has a tombstone as long as it is forgotten: it must not be learned again. Of a thought each
    sentence has one, for it may be told again without its setting; of a whole turn not: it also holds what anybody
    says."""
    if before is not None and before["status"] == "forgotten":
        db.run("DELETE FROM tombstones WHERE memory = ?", (id,))
    if after is not None and after["status"] == "forgotten":
        db.run_many(
            "INSERT OR IGNORE INTO tombstones VALUES (?,?,?)",
            ((key, id, after["recorded_at"]) for key in buried(after["kind"], after["text"])),
        )


def buried(kind: str, text: str) -> set[bytes]:
    """The statements that a forgotten memory keeps from being learned again."""
    return {statement_key(part) for part in said_in(kind, text)}


def said_in(kind: str, text: str) -> tuple[str, ...]:
    words = bare(text)  # a reply that says them is not remembered either
    parts = [words[start:end] for start, end in sentences(words)] if kind == "thought" else []
    return (text, words, *parts)


def quoted_again(db: Database, evidence: list[list[Any]]) -> list[list[Any]]:
    """Evidence of an older image where its words stand now: words before them may have been erased. What is not there
    any more is left out."""
    found = []
    for turn, start, end, quote in evidence:
        said = db.value("SELECT text FROM turns WHERE id = ?", (turn,))
        places = (start, *range(len(said or "") - (end - start) + 1)) if said is not None else ()
        for at in places:
            if text_hash(said[at : at + end - start]) == quote:
                found.append([turn, at, at + end - start, quote])
                break
    return sorted(found)


def evidence_of(db: Database, ids: Iterable[int]) -> dict[int, list[Evidence]]:
    wanted = list(ids)
    found: dict[int, list[Evidence]] = {id: [] for id in wanted}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        marks = ",".join("?" * len(part))
        for memory, turn, begin, end, quote in db.all(
            f'SELECT memory, turn, start, "end", quote_hash FROM evidence WHERE memory IN ({marks})'
            ' ORDER BY memory, turn, start, "end"',
            part,
        ):
            found[memory].append(Evidence(turn, begin, end, quote))
    return found


def links_of(image: Image) -> list[tuple[int, LinkType, float]]:
    return [(int(t), cast(LinkType, kind), float(w)) for t, kind, w in image["links"]]
