"""Forgotten for good: the words are in no file, by whatever way they came in; what rests on them goes with them, and
nothing brings them back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.clock import SetClock, stamp
from companion.companion import Companion
from companion.errors import NotFound, NothingToUndo
from companion.paths import Paths
from companion.records import STATUSES, Memory, MemoryFilter
from companion.store.backups import Backups
from companion.store.images import content_key, statement_key
from companion.store.verifying import verify
from tests.durability.invariants import all_of
from tests.house import House
from tests.support import START, evidence, memory

CANARY = "My neighbour Zephyrina grows zephyranthes in Kuopio."
TOLD = ("zephyr", "kuopio")
EVERYTHING = MemoryFilter(statuses=STATUSES, replies=True, limit=10_000)


@pytest.fixture
def companion(house: House) -> Companion:
    return house.open()


def holding(folder: Path, text: str = CANARY, vector: bytes = b"") -> dict[str, list[str]]:
    """By file, the forms in which any of it is there."""
    forms = {
        **{f"{word} (UTF-8)": word.encode() for word in TOLD},
        **{f"{word} (UTF-16)": word.encode("utf-16-le") for word in TOLD},
        "hash of the text": content_key(text),
        "hash of the text, hex": content_key(text).hex().encode(),
        "hash of the statement": statement_key(text),
        **({"vector": vector} if vector else {}),
    }
    found: dict[str, list[str]] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            lowered = content.lower()
            here = [name for name, form in forms.items() if form in content or form in lowered]
            if here:
                found[str(path.relative_to(folder))] = here
    return found


def thoughts(companion: Companion, word: str = "zephyr") -> tuple[int, ...]:
    rows = companion.list_memories(EVERYTHING)
    return tuple(r.memory.id for r in rows if r.memory.kind == "thought" and word in r.memory.text.lower())


def fill(house: House, companion: Companion) -> tuple[int, ...]:
    """The canary by every way into every place. The memory to erase."""
    store = companion._opened
    house.model.enqueue("Zephyrina of Kuopio, how lovely. What is the weather like?")
    companion.ask(f"{CANARY} I drink black tea every morning.")
    companion.settle()
    ids = thoughts(companion)
    assert ids
    turn = store.turns.latest(2)[0]
    # Another version of the message, another conversation, an edit that was made and changed again.
    house.model.enqueue("Zephyranthes need water. Does Zephyrine know?")
    companion.resend(turn.id, f"Well, {CANARY} It rains.")
    companion._talking.wait()
    companion.settle()
    companion.begin_conversation()
    house.model.enqueue("You told me that already.")
    companion.ask(f"As I said: {CANARY.lower()} Also, my cat is called Momo.")
    companion.settle()
    other = companion.add_memory(f"{CANARY} And so on.").memories[0]
    companion.edit_memory(other.id, "I water the plants on Sunday.")
    companion.rename_conversation(turn.conversation, "Zephyrina in Kuopio")
    companion.keep_draft("By the way, Zephyrina said")
    companion.search_memories("Zephyrina")
    now, (at, _) = house.clock.now(), stamp(house.clock.now())
    reply = store.turns.replies_to(turn.id)[0]
    with store.db.write() as db:
        db.run("INSERT OR REPLACE INTO gists VALUES (?,?,?)", (turn.conversation, turn.id, CANARY))
        db.run(
            "INSERT INTO jobs(kind, key, queued_at, error, state) VALUES ('reflect','99',?,?,'failed')",
            (at, f"failed: {CANARY}"),
        )
        db.run("UPDATE recalls SET reasons = ?", (json.dumps([f"shares your words: {CANARY[:40]}…"]),))
        db.run(
            "INSERT INTO recalls(reply, rank, memory, memory_version, score, coverage, reasons) VALUES (?,9,?,1,1,1,?)",
            (reply.id, other.id, json.dumps(["from Zephyrina in Kuopio"])),
        )
        db.run("INSERT INTO checkins(kind, memory, due_at, utc_offset, key) VALUES ('plan',?,?,0,'k')", (ids[0], at))
        db.run(
            "INSERT INTO questions(at, utc_offset, text, turn, older, newer, options, older_hash, newer_hash)"
            " VALUES (?,0,?,?,?,?,'[\"Zephyrina\"]',x'00',x'00')",
            (at, CANARY, turn.id, ids[0], other.id),
        )
        db.run("INSERT OR REPLACE INTO surprises VALUES (?,3.5)", (turn.id,))
        store.nights.record(now.date(), now, 1, {"changes": [f"+ {CANARY[:30]}…"], "dormant": 0})
    with store.changes.batch("sleep", "fade", f"because of {CANARY[:30]}") as batch:
        batch.move("active", "dormant", ids)
    with store.changes.batch("sleep", "consolidate") as batch:
        for kind, text in (("day", f"Talked about: {CANARY}"), ("trait", "Knows Zephyrina in Kuopio")):
            made = batch.add(memory(text, house.clock, kind=kind, evidence=(evidence(turn, CANARY),)))
            batch.link(ids[0], made.id, "part-of")
    with store.db.write():
        store.conversations.begin_later(now, "usual", "")
    companion._paths.read.write_bytes(b"kv " + CANARY.encode())
    companion._paths.read.with_suffix(".json").write_text(json.dumps({"text": CANARY}))
    companion._paths.index.mkdir(exist_ok=True)
    (companion._paths.index / "chroma.sqlite3").write_bytes(CANARY.encode("utf-16-le"))
    companion._paths.logs.mkdir(exist_ok=True)
    (companion._paths.logs / "companion.log").write_text(f"fine\nwhat about {CANARY}\nfine again\n")
    companion.settle()
    return ids


def test_the_words_are_in_no_file(house: House, companion: Companion) -> None:
    ids = fill(house, companion)
    store, home = companion._opened, companion._paths.data
    stored = "SELECT vector FROM vectors WHERE text_hash = ?"
    vector = bytes(store.db.value(stored, (content_key(CANARY),)))[:400]  # the rest lies in another page
    store.db.all("PRAGMA wal_checkpoint(TRUNCATE)")
    before = holding(home, vector=vector)  # the positive control: it was everywhere
    assert {"companion.db", "read.kv", "read.json", "logs/companion.log", "index/chroma.sqlite3"} <= before.keys()
    assert {"hash of the text", "hash of the statement", "vector", "zephyr (UTF-8)"} <= set(before["companion.db"])
    terms = "SELECT count(*) FROM memory_vocabulary WHERE term LIKE 'zephyr%'"
    assert store.db.value(terms) > 0
    tables = _tables_with(companion)
    assert {"turns", "memories", "journal", "batches", "gists", "drafts", "recalls", "nights", "questions", "jobs",
            "conversations"} <= tables  # fmt: skip

    plan = companion.plan_erasure(ids)
    assert any("Zephyrina" in excerpt for excerpt in plan.excerpts)
    done = companion.erase(ids)

    assert (done.memories, done.turns) == (plan.memories, plan.turns)
    assert len(done.made_of) >= 2
    assert done.backups == ()
    assert holding(home, vector=vector) == {}
    assert _tables_with(companion) == set()
    assert store.db.value(terms) == 0
    assert store.db.value("PRAGMA freelist_count") == 0
    found = verify(store.db)
    assert found.faults == {}
    assert found.erased > 3
    log = (companion._paths.logs / "companion.log").read_text()
    assert log == "fine\nfine again\n"
    companion.close()
    assert holding(home, vector=vector) == {}


def _tables_with(companion: Companion) -> set[str]:
    db = companion._opened.db
    found = set()
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
    for (table,) in db.all(f"{tables} AND name NOT LIKE '%_words_%'"):
        rows = db.all(f"SELECT * FROM {table}")  # noqa: S608
        if any(word in str(cell).lower() for row in rows for cell in row for word in TOLD):
            found.add(str(table))
    return found


def test_what_was_said_beside_it_stays(house: House, companion: Companion) -> None:
    companion.erase(fill(house, companion))
    rows = [row.memory for row in companion.list_memories(EVERYTHING)]
    assert "I drink black tea every morning." in [m.text for m in rows]
    assert "I water the plants on Sunday." in [m.text for m in rows]
    for each in rows:
        for quote in companion.memory(each.id).quotes:
            if each.kind == "thought":
                assert quote.text in quote.turn.text
    tea = next(m for m in rows if m.text.startswith("I drink"))
    assert [quote.text for quote in companion.memory(tea.id).quotes] == ["I drink black tea every morning."]
    assert {turn.text for turn in companion._opened.turns.latest(50)} >= {"[forgotten] It rains."}
    cat = next(m for m in rows if "Momo" in m.text)
    assert cat.id in [one.memory.id for one in companion.search_memories("Momo the cat")]


def test_nothing_brings_it_back(house: House, companion: Companion) -> None:
    ids = fill(house, companion)
    batches = [row[0] for row in companion._opened.db.all("SELECT id FROM batches ORDER BY id")]
    then = house.clock.now().timestamp()
    companion.erase(ids)
    for batch in reversed(batches):
        try:
            companion.undo(batch)
        except (NothingToUndo, NotFound):
            continue
        try:
            companion.redo()
        except NothingToUndo:
            continue
    with pytest.raises(NotFound):
        companion.memory(ids[0])
    assert all(
        "zephyr" not in row.memory.text.lower()
        for row in companion.list_memories(MemoryFilter(statuses=STATUSES, as_of=then))
    )
    companion.ask(CANARY)  # said anew it is in the conversation, as after forgetting, and not learned
    companion.settle()
    assert thoughts(companion) == ()
    assert verify(companion._opened.db).faults == {}


def test_the_latest_change_is_undone_and_not_the_erasure(companion: Companion) -> None:
    kept = companion.add_memory("I have a bicycle.").memories[0]
    gone = companion.add_memory(CANARY).memories[0]
    companion.erase((gone.id,))
    companion.undo()
    assert [row.memory.id for row in companion.list_memories(EVERYTHING)] == []
    companion.redo()
    assert companion.memory(kept.id).memory.text == "I have a bicycle."
    assert any(entry.before is None and entry.after is None for entry in companion.history(limit=50))


def test_a_memory_that_once_said_it_stays_as_it_is_now(house: House, companion: Companion) -> None:
    changed = companion.add_memory(CANARY).memories[0].id
    companion.edit_memory(changed, "Horses are pleasant to ride.")
    companion.erase((companion.add_memory(CANARY).memories[0].id,))
    assert companion.memory(changed).memory.text == "Horses are pleasant to ride."
    companion.pin_memory(changed)
    assert companion._store is not None
    assert all_of(companion._store) == [], "its history goes on from what it is"
    assert not verify(companion._store.db).faults
    companion.close()
    assert holding(house.paths.data) == {}


def test_a_backup_that_holds_it_is_named_and_can_be_written_anew(house: House, companion: Companion) -> None:
    ids = fill(house, companion)
    store = companion._opened
    backup = Backups(companion._paths, house.clock).make(store.db, "hand")
    assert companion.plan_erasure(ids).backups == (backup.name,)
    done = companion.erase(ids)
    assert done.backups == (backup.name,)
    assert set(holding(companion._paths.data)) == {f"backups/{backup.name}"}


def test_backups_are_written_anew_without_it(house: House, companion: Companion) -> None:
    ids = fill(house, companion)
    backup = Backups(companion._paths, house.clock).make(companion._opened.db, "hand")
    done = companion.erase(ids, True)
    assert done.backups == ()
    assert holding(companion._paths.data) == {}
    copies = Backups(companion._paths, house.clock)
    (rewritten,) = copies.all()
    assert (rewritten.at, copies.look_at(rewritten).sound) == (backup.at, True)
    db = copies.open_backup(rewritten.name)
    assert verify(db).faults == {}
    assert any("black tea" in text for (text,) in db.all("SELECT text FROM memories"))
    db.close()


def test_an_older_copy_of_the_profile_does_not_bring_it_back(house: House, companion: Companion) -> None:
    ids = fill(house, companion)
    companion.close()
    older = companion._paths.database.read_bytes()
    again = house.open()
    again.erase(ids)
    again.close()
    companion._paths.database.write_bytes(older)
    assert "companion.db" in holding(companion._paths.data)
    third = house.open()
    assert thoughts(third) == ()
    assert holding(companion._paths.data) == {}
    assert verify(third._opened.db).faults == {}


_DIES = """
import os, signal, sys
from pathlib import Path
from companion.clock import SetClock
from companion.paths import Paths
from companion.settings import Settings
from companion.companion import Companion
from companion.store.database import Database
from companion.store import clean_files, repairing
from companion.store.changes import Batch
home, where = Path(sys.argv[1]), sys.argv[2]
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
c = Companion(Paths(home, home), Settings(), index=False, load_model=False, load_embedder=False)
c.start()
if where == "rows": Batch.write_journal = die
if where == "index": repairing.cut = die
if where == "files": Database.compact = die
if where == "beside": clean_files.Erased.write_beside = die
c.erase((int(sys.argv[3]),))
die()
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize(
    ("where", "gone"), [("rows", False), ("index", False), ("files", True), ("beside", True), ("end", True)]
)
def test_killed_on_the_way_it_is_before_or_after(house: House, companion: Companion, where: str, gone: bool) -> None:
    ids = fill(house, companion)
    companion.close()
    home = companion._paths.data
    run = subprocess.run([sys.executable, "-c", _DIES, str(home), where, str(ids[0])], timeout=120, check=False,
                         capture_output=True)  # fmt: skip
    assert run.returncode == -signal.SIGKILL, run.stderr[-500:]
    third = house.open()
    assert verify(third._opened.db).faults == {}
    assert (thoughts(third) == ()) is gone
    if gone:
        assert holding(home) == {}


SENTENCES = (
    "I play the cello in Ghent.", "My brother Hugo lives in Oslo.", "I am afraid of spiders.", "We moved in May.",
    "I play the cello in Ghent!", "Hugo has two dogs.", "I like tea.", "我住在赫尔辛基。", "我的妹妹叫小雨。",
)  # fmt: skip


@settings(max_examples=12)
@given(
    said=st.lists(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3), min_size=1, max_size=6),
    which=st.integers(0, 50),
    data=st.data(),
)
def test_whatever_was_said_what_is_erased_is_gone(
    tmp_path_factory: pytest.TempPathFactory, said: list[list[str]], which: int, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("life")
    house = House(Paths(folder, folder), SetClock(START))
    try:
        companion = house.open(load_model=True)
        for sentences in said:
            house.clock.advance(hours=1)
            house.model.enqueue(data.draw(st.sampled_from(("I see.", f"So: {sentences[0]}", "Tell me more."))))
            companion.ask(" ".join(sentences))
            companion.settle()
        rows = [row.memory for row in companion.list_memories(EVERYTHING) if row.memory.kind == "thought"]
        if not rows:
            return
        chosen = rows[which % len(rows)]
        companion.erase((chosen.id,))
        store = companion._opened
        assert verify(store.db).faults == {}
        raw = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).lower()
        assert chosen.text.rstrip(".!。").lower().encode() not in raw
        _stands(companion, store.memories.many([row.memory.id for row in companion.list_memories(EVERYTHING)]).values())
    finally:
        house.close()


def _stands(companion: Companion, memories: Iterator[Memory] | object) -> None:
    """All evidence quotes what it quoted."""
    from companion.text import text_hash

    store = companion._opened
    for each in memories:  # type: ignore[attr-defined]
        for proof in each.evidence:
            said = store.turns.get(proof.turn).text[proof.start : proof.end]
            assert text_hash(said) == proof.quote_hash
