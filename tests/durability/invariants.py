"""What is true of a profile at any time, whatever was done with it. Each function returns what is not as it should be.

The journal's images alone must rebuild every memory; everything that is derived from a memory must be what is derived
from it; what a conversation says must be the way to its last turn.
"""

from __future__ import annotations

import json
from typing import Any

from companion.pieces import pieces
from companion.store.database import Database, index_terms
from companion.store.images import COLUMNS, complete, content_key, statement_key
from companion.store.search import PIECE_BITS, indexed_text, tagged
from companion.store.store import Store

Images = dict[int, dict[str, Any]]


def replayed(db: Database, problems: list[str] | None = None) -> Images:
    """Every memory, out of the journal alone. An entry that begins elsewhere than the one before it ended is told."""
    found: Images = {}
    erased: set[int] = set()
    for seq, id, before, after in db.all("SELECT seq, memory, before, after FROM journal ORDER BY seq"):
        if before is None and after is None:
            erased.add(id)  # what the entry told is gone, and a later one tells it anew
            continue
        was = None if before is None else json.loads(before)
        if problems is not None and id not in erased and not _continues(found.get(id), was):
            problems.append(f"entry {seq} of memory {id} does not begin where the last one ended")
        erased.discard(id)
        if after is None:
            found.pop(id, None)
        elif _is_short(now := json.loads(after)):
            found[id] = {**found[id], "status": now["status"], "version": now["version"]}
        else:
            found[id] = complete(now)
    return found


def _is_short(image: dict[str, Any]) -> bool:
    """Of the entries of nights: the state alone."""
    return "kind" not in image


def _continues(known: dict[str, Any] | None, was: dict[str, Any] | None) -> bool:
    if known is None or was is None:
        return known is None and was is None
    return all(known[name] == value for name, value in (was if _is_short(was) else complete(was)).items())


def present(db: Database) -> Images:
    """Every memory, out of the tables."""
    evidence: dict[int, list[list[Any]]] = {}
    for id, *span in db.all('SELECT memory, turn, start, "end", quote_hash FROM evidence ORDER BY turn, start, "end"'):
        evidence.setdefault(id, []).append(span)
    links: dict[int, list[list[Any]]] = {}
    for id, *link in db.all("SELECT source, target, type, weight FROM links ORDER BY target, type"):
        links.setdefault(id, []).append(link)
    rows = db.all(f"SELECT id, {', '.join(COLUMNS)} FROM memories")  # noqa: S608
    return {
        id: {
            **dict(zip(COLUMNS, row, strict=True)),
            "evidence": sorted(evidence.get(id, [])),
            "links": sorted(links.get(id, [])),
        }
        for id, *row in rows
    }


def journal_tells_the_present(store: Store) -> list[str]:
    problems: list[str] = []
    told, held = replayed(store.db, problems), present(store.db)
    for id in sorted({*told, *held}):
        if told.get(id) != held.get(id):
            fields = [n for n in {*told.get(id, {}), *held.get(id, {})} if told.get(id, {}).get(n) != held[id].get(n)]
            problems.append(f"memory {id} is not what the journal says: {sorted(fields)}")
    return problems


def words_are_those_of_the_memories(store: Store) -> list[str]:
    """Pieces, their words in the index, names of a text and its hashes: all derived anew and compared."""
    db, problems = store.db, []
    terms: dict[int, list[str]] = {}
    for term, piece in db.all("SELECT term, doc FROM memory_terms ORDER BY doc, offset"):
        terms.setdefault(piece, []).append(term)
    wanted: dict[int, list[str]] = {}
    spans = []
    for id, text, tags, text_hash, norm_hash in db.all("SELECT id, text, tags, text_hash, norm_hash FROM memories"):
        if (text_hash, norm_hash) != (content_key(text), statement_key(text)):
            problems.append(f"memory {id} has the hashes of another text")
        for number, (start, end) in enumerate(pieces(text)):
            piece = (id << PIECE_BITS) + number
            spans.append((piece, id, start, end, content_key(text[start:end])))
            if words := index_terms(indexed_text(tagged(text[start:end], tags))):
                wanted[piece] = words
    if spans != db.all("SELECT * FROM pieces ORDER BY id"):
        problems.append("the pieces are not those of the memories")
    if wanted != terms:
        odd = [piece >> PIECE_BITS for piece in {*wanted, *terms} if wanted.get(piece) != terms.get(piece)]
        problems.append(f"the index of words is not that of the memories {sorted(odd)}")
    return problems


def what_is_forgotten_is_buried(store: Store) -> list[str]:
    """Each forgotten statement has its tombstone, and nothing else has one."""
    forgotten = set(store.db.all("SELECT norm_hash, id FROM memories WHERE status = 'forgotten'"))
    buried = store.db.all("SELECT norm_hash, memory FROM tombstones")
    problems = [f"memory {id} is forgotten without a tombstone" for _, id in forgotten - set(buried)]
    ids = {id for _, id in forgotten}
    return problems + [f"memory {id} has a tombstone and is not forgotten" for _, id in buried if id not in ids]


def conversations_are_paths(store: Store) -> list[str]:
    """What a conversation says is the way from its last turn to its first, and all else in it is off the path."""
    db, problems = store.db, []
    turns = {
        id: (conversation, parent) for id, conversation, parent in db.all("SELECT id,conversation,parent FROM turns")
    }
    off = {id for (id,) in db.all("SELECT turn FROM off_path")}
    for conversation, leaf in db.all("SELECT id, leaf FROM conversations"):
        way: set[int] = set()
        at = leaf
        while at is not None and at not in way:
            way.add(at)
            if turns[at][0] != conversation:
                problems.append(f"turn {at} is on the path of another conversation")
            at = turns[at][1]
        rest = {id for id, (home, _) in turns.items() if home == conversation} - way
        if way & off or rest - off:
            problems.append(f"conversation {conversation}: on its path {sorted(way)}, off it {sorted(off)}")
    return problems + [f"turn {id} is off a path and does not exist" for id in off - set(turns)]


def evidence_is_what_was_said(store: Store) -> list[str]:
    """Every span of evidence lies within a turn, and its hash is of the words there."""
    from companion.text import text_hash

    rows = store.db.all(
        'SELECT e.memory, e.start, e."end", e.quote_hash, t.text FROM evidence e LEFT JOIN turns t ON t.id = e.turn'
    )
    return [
        f"memory {id} rests on words that were not said"
        for id, start, end, quoted, text in rows
        if text is None or not 0 <= start < end <= len(text) or text_hash(text[start:end]) != quoted
    ]


def all_of(store: Store) -> list[str]:
    with store.db.snapshot():
        return [
            *journal_tells_the_present(store),
            *words_are_those_of_the_memories(store),
            *what_is_forgotten_is_buried(store),
            *conversations_are_paths(store),
            *evidence_is_what_was_said(store),
        ]
