"""Taking words away for good, in one transaction: rows, evidence, journal, indexes, and all that was written of them.

The journal keeps that something was there (`chain`), a turn keeps its place with a mark for the words. What remains on
disk outside the database's rows, and in its free pages, is taken away afterwards (`finish`); until that is done `meta`
says so, and whoever opens the profile next does it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from companion.records import Evidence
from companion.store.chain import ERASING, erase_entry, erase_reason, seal_turn, unseal_turn
from companion.store.changes import ERASED, Batch
from companion.store.database import Database
from companion.store.erased import Erased
from companion.store.erasure_plan import ErasurePlan
from companion.store.images import statement_key
from companion.store.repairing import index_anew
from companion.store.statements import Span, Statements
from companion.store.store import Store
from companion.strings import text as words

_OF_MEMORY = (("recalls", "memory"), ("reviews", "memory"), ("checkins", "memory"), ("consolidated", "memory"))
_OWN = frozenset(("turns", "memories", "journal", "batches", "meta", "recalls", "nights", "gists", "drafts", "prompts"))
"""Tables with a way of their own."""
_OF_THE_PROGRAM = frozenset(
    {
        *(("conversations", column) for column in ("mode", "persona")),
        *(("embedders", column) for column in ("name", "revision")),
        *(("jobs", column) for column in ("kind", "key", "state")),
        *(("probes", column) for column in ("version", "state")),
        *(("tunings", column) for column in ("version", "state")),
        *(("checkins", column) for column in ("kind", "key", "state")),
        *(("consolidated", column) for column in ("basis", "text_hash")),
        *(("care", column) for column in ("kind", "about")),
        ("evidence", "quote_hash"),
        *(("origins", column) for column in ("origin", "kind", "key")),
        ("judgements", "verdict"),
        ("looked_back", "job"),
        *(("lessons", column) for column in ("reason", "change")),
        ("reviews", "cause"),
        ("sources", "kind"),
    }
)
"""Columns whose words are the program's, whatever the person said: a state, a kind, a hash, figures."""


def erase(store: Store, plan: ErasurePlan, retag: Callable[[Batch], None] = lambda batch: None) -> int:
    """`retag`: gives the tags of those that stay anew, which may tell of those that go. Returns the batch. Raises
    ProfileError: then nothing was changed."""
    db = store.db
    with db.write():
        db.run("INSERT OR REPLACE INTO meta VALUES (?,?)", (ERASING, "1"))
        gone = set(plan.memories)
        store.letters.to_clean(gone)
        entries = _entries(db, plan.statements, gone)
        with store.changes.batch("person", ERASED) as batch:
            moved = {turn: _overwrite(db, turn, spans) for turn, spans in plan.spans.items()}
            _take_memories(store, batch, gone, moved, {memory for memory, _ in entries})
        _take_judgements(db, gone)
        for table, column in _OF_MEMORY:
            db.run_many(f"DELETE FROM {table} WHERE {column} = ?", ((id,) for id in gone))
        db.run_many("DELETE FROM questions WHERE older = ?1 OR newer = ?1", ((id,) for id in gone))
        _take_what_was_made(db, plan)
        for (seq,) in db.all("SELECT seq FROM journal WHERE batch = ?", (batch.id,)):
            if db.value("SELECT memory FROM journal WHERE seq = ?", (seq,)) in gone:
                erase_entry(db, seq)
        for _, seq in entries:
            erase_entry(db, seq)
        _retag(store, retag)
        proposed = db.all(
            "SELECT b.id, j.memory FROM batches b JOIN journal j ON j.batch = b.id WHERE b.action = 'propose'"
        )
        whole = {int(id) for id, memory in proposed if memory in gone}  # why it was proposed goes with it
        for id, reason in db.all("SELECT id, reason FROM batches WHERE reason <> ''"):
            if id in whole or plan.statements.tells(reason):
                erase_reason(db, id)
        index_anew(db)
        db.run("DELETE FROM vectors WHERE text_hash NOT IN (SELECT text_hash FROM pieces)")
        db.run_many("DELETE FROM buried WHERE norm_hash = ?", ((statement_key(said),) for said in plan.texts))
        # Nights look at everything once more: what was made of the words is made anew without them.
        db.run("DELETE FROM meta WHERE key IN ('consolidated until', 'index')")
        Erased(db).add(plan.texts)
    return batch.id


def is_unfinished(db: Database) -> bool:
    """Whether an erasure was decided on, and not all files are clean yet."""
    return db.value("SELECT 1 FROM meta WHERE key = ?", (ERASING,)) is not None


def _entries(db: Database, statements: Statements, gone: set[int]) -> list[tuple[int, int]]:
    """(memory, number) of the journal's entries that hold any of it."""
    found = []
    for seq, memory, before, after in db.all("SELECT seq, memory, before, after FROM journal WHERE nonce IS NOT NULL"):
        images = [json.loads(image) for image in (before, after) if image is not None]
        said = any(statements.is_said(image.get("text", "")) for image in images)
        if memory in gone or said or any(statements.tells(image.get("tags", "")) for image in images):
            found.append((int(memory), int(seq)))
    return found


def _take_memories(
    store: Store, batch: Batch, gone: set[int], moved: dict[int, tuple[list[Span], int]], restated: set[int]
) -> None:
    db = store.db
    for source, target, type in db.all("SELECT source, target, type FROM links"):
        if target in gone and source not in gone:
            batch.unlink(source, target, type)
    for id, by in db.all("SELECT id, replaced_by FROM memories WHERE replaced_by IS NOT NULL"):
        if by in gone and id not in gone:
            batch.update(id, replaced_by=None)
    for id in sorted(gone):
        batch.restore(id, None)
    resting = store.memories.resting_on(sorted(moved)) if moved else []
    for memory in resting:
        batch.update(memory.id, evidence=[_shifted(proof, moved) for proof in memory.evidence])
    for id in sorted(restated - gone):
        batch.state(id)


def _retag(store: Store, retag: Callable[[Batch], None]) -> None:
    """The journal keeps no tags that are taken away: it tells of those memories anew."""
    db = store.db
    before: dict[int, str] = dict(db.all("SELECT id, tags FROM memories WHERE tags <> ''"))
    with store.changes.batch("person", ERASED) as batch:
        retag(batch)
    after: dict[int, str] = dict(db.all("SELECT id, tags FROM memories"))
    changed = [id for id, tags in before.items() if after[id] != tags]
    if not changed:
        return
    last = int(db.value("SELECT max(seq) FROM journal"))
    with store.changes.batch("person", ERASED) as batch:
        for id in changed:
            batch.state(id)
    for id in changed:
        for (seq,) in db.all("SELECT seq FROM journal WHERE memory = ? AND seq <= ?", (id, last)):
            erase_entry(db, seq)


def _shifted(proof: Evidence, moved: dict[int, tuple[list[Span], int]]) -> Evidence:
    if proof.turn not in moved:
        return proof
    spans, length = moved[proof.turn]
    by = sum(length - (end - start) for start, end in spans if end <= proof.start)
    return replace(proof, start=proof.start + by, end=proof.end + by)


def _overwrite(db: Database, turn: int, spans: Sequence[Span]) -> tuple[list[Span], int]:
    """Put the mark in the place of the words, whatever their length. The spans, and the mark's length."""
    mark = words("erasing.mark")
    said = str(db.value("SELECT text FROM turns WHERE id = ?", (turn,)))
    for start, end in reversed(spans):
        said = f"{said[:start]}{mark}{said[end:]}"
    unseal_turn(db, turn)
    db.run("UPDATE turns SET text = ? WHERE id = ?", (said, turn))
    seal_turn(db, turn)
    marks = db.all('SELECT start, "end" FROM unsupported WHERE reply = ?', (turn,))
    db.run("DELETE FROM unsupported WHERE reply = ?", (turn,))
    for first, last in marks:
        if not any(start < last and first < end for start, end in spans):
            by = sum(len(mark) - (end - start) for start, end in spans if end <= first)
            db.run("INSERT INTO unsupported VALUES (?,?,?)", (turn, first + by, last + by))
    for id, first, last in db.all('SELECT id, start, "end" FROM sources WHERE turn = ?', (turn,)):
        moved = (_place(first, spans, len(mark), 0), _place(last, spans, len(mark), len(mark)))
        db.run('UPDATE sources SET start = ?, "end" = ? WHERE id = ?', (*moved, id))
    db.run("DELETE FROM surprises WHERE turn = ?", (turn,))
    return list(spans), len(mark)


def _place(at: int, spans: Sequence[Span], length: int, within: int) -> int:
    """Where a place of the text is now; `within`: of the mark, if it was inside of what was taken."""
    by = 0
    for start, end in spans:
        if end <= at:
            by += length - (end - start)
        elif start < at:
            return start + by + within
    return at + by


def _take_judgements(db: Database, gone: set[int]) -> None:
    db.run_many("DELETE FROM judgements WHERE memory = ?", ((id,) for id in gone))


def _take_what_was_made(db: Database, plan: ErasurePlan) -> None:
    """Gists, prompts and the rest that was written down of the words, or that tells of them."""
    tells = plan.statements.tells
    held = {int(id) for turn in plan.spans for (id,) in db.all("SELECT conversation FROM turns WHERE id = ?", (turn,))}
    for conversation in held:
        db.run("DELETE FROM gists WHERE conversation = ?", (conversation,))
        db.run("DELETE FROM prompts WHERE reply IN (SELECT id FROM turns WHERE conversation = ?)", (conversation,))
    for reply, segments in db.all("SELECT reply, segments FROM prompts"):
        told = json.loads(segments)
        if any(id in plan.memories for id, *_ in (*told["memories"], *told["portrait"][1])) or any(
            map(tells, told["without"])
        ):
            db.run("DELETE FROM prompts WHERE reply = ?", (reply,))
    for table, key in (("gists", "conversation"), ("drafts", "conversation")):
        for id, text in db.all(f"SELECT {key}, text FROM {table}"):
            if tells(text):
                db.run(f"DELETE FROM {table} WHERE {key} = ?", (id,))
    for reply, rank, reasons in db.all("SELECT reply, rank, reasons FROM recalls WHERE reasons IS NOT NULL"):
        if any(map(tells, json.loads(reasons))):
            db.run("UPDATE recalls SET reasons = NULL WHERE reply = ? AND rank = ?", (reply, rank))
    for night, report in db.all("SELECT night, report FROM nights"):
        told = json.loads(report)
        if (kept := _kept_of(told, tells)) != told:
            db.run("UPDATE nights SET report = ? WHERE night = ?", (json.dumps(kept, ensure_ascii=False), night))
    _sweep(db, plan.statements)


def _kept_of(told: Any, tells: Callable[[str], bool]) -> Any:
    """JSON without the texts that tell of it."""
    if isinstance(told, dict):
        return {key: _kept_of(value, tells) for key, value in told.items()}
    if isinstance(told, list):
        return [_kept_of(value, tells) for value in told if not (isinstance(value, str) and tells(value))]
    return "" if isinstance(told, str) and tells(told) else told


def _sweep(db: Database, statements: Statements) -> None:
    """Every other text in the database, also in tables that come later: what says the words is emptied."""
    tables = db.all(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE '%VIRTUAL%'"
        " AND name NOT LIKE 'memory_words_%' AND name NOT LIKE 'turn_words_%'"
    )
    for (table,) in tables:
        if table in _OWN:
            continue
        columns = db.all(f"PRAGMA table_info({table})")
        keys = [name for _, name, _, _, _, key in columns if key]
        for _, column, kind, required, _, key in columns:
            if kind != "TEXT" or key or not keys or (table, column) in _OF_THE_PROGRAM:
                continue
            for value, *id in db.all(f"SELECT {column}, {', '.join(keys)} FROM {table} WHERE {column} <> ''"):
                if statements.is_said(value) or statements.tells(value):
                    where = " AND ".join(f"{name} = ?" for name in keys)
                    if column == "state":
                        db.run(f"DELETE FROM {table} WHERE {where}", id)
                    else:
                        db.run(f"UPDATE {table} SET {column} = ? WHERE {where}", ("" if required else None, *id))
