"""What was changed behind Companion's back shows: in the journal, in what was said, in what follows from both."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from companion.clock import SetClock
from companion.errors import ProfileError
from companion.paths import Paths
from companion.store.chain import TURNS_END
from companion.store.database import open_database
from companion.store.images import content_key
from companion.store.migrations import refuse_others
from companion.store.migrations.erasing import chain_the_journal
from companion.store.repairing import can_repair, repair
from companion.store.replaying import images, replay
from companion.store.store import Store
from companion.store.verifying import verify
from tests.support import add, change, evidence, say

TEXTS = ("My sister Lena lives in Rome.", "I am afraid of flying.", "我住在巴黎。", "On Friday I play chess with Omar.")


def _live(store: Store, clock: SetClock) -> None:
    """Everything that the journal knows: making, changing, moving, linking, undoing, forgetting."""
    for number in range(12):
        turn, _ = say(store, f"{TEXTS[number % 4]} That was day {number}.", f"I see, number {number}.")
        made = add(store, f"{TEXTS[number % 4]} ({number})", evidence=(evidence(turn, f"day {number}"),))
        clock.advance(hours=1)
        if number % 3 == 0:
            change(store, made.id, text=f"changed {number}", importance=4)
            store.changes.undo()
    with store.changes.batch("sleep", "fade", "a night") as batch:
        batch.move("active", "dormant", (1, 2, 3))
        batch.link(4, 5, "same-topic", 0.5)
    change(store, 6, status="forgotten")
    vectors = {content_key(text): np.full(8, 0.3535534, dtype=np.float32) for text in TEXTS}
    store.vectors.put(store.vectors.embedder("e", "1", 8), vectors)


@pytest.fixture
def lived(paths: Paths, clock: SetClock) -> Path:
    store = Store.open(paths, clock)
    _live(store, clock)
    assert verify(store.db).faults == {}
    assert replay(store.db) == images(store.db)
    store.close()
    return paths.database


def _faults(database: Path) -> set[str]:
    """The parts that were found changed; "open" when it cannot even be opened."""
    paths = Paths(database.parent, database.parent)
    try:
        store = Store.open(paths)
    except ProfileError:
        return {"open"}
    try:
        return set(verify(store.db).faults)
    except ProfileError:
        return {"open"}
    finally:
        store.close()


def _meddle(database: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(database)) as raw:
        for trigger in ("journal_append_only", "batches_append_only", "turns_are_immutable"):
            raw.execute("CREATE TABLE IF NOT EXISTS meddling (sql TEXT)")
            raw.execute("INSERT INTO meddling SELECT sql FROM sqlite_schema WHERE name = ?", (trigger,))
            raw.execute(f"DROP TRIGGER {trigger}")
        raw.execute(sql, values)
        for (trigger,) in raw.execute("SELECT sql FROM meddling").fetchall():
            raw.execute(trigger)
        raw.execute("DROP TABLE meddling")
        raw.commit()


def test_meddling_alone_is_not_what_is_found(lived: Path) -> None:
    _meddle(lived, "SELECT 1")
    assert _faults(lived) == set()


@pytest.mark.parametrize(
    ("sql", "part"),
    [
        ("UPDATE journal SET after = replace(after, 'chess', 'Chess')", "journal"),
        ("UPDATE journal SET memory = memory + 1 WHERE seq = 4", "journal"),
        ("UPDATE journal SET before = NULL, after = NULL WHERE seq = 4", "journal"),
        ("UPDATE batches SET at = at + 1 WHERE id = 2", "journal"),
        ("UPDATE batches SET actor = 'sleep' WHERE id = 2", "journal"),
        ("UPDATE batches SET reason = 'another' WHERE id = 2", "journal"),
        ("DELETE FROM journal WHERE seq = 4", "journal"),
        ("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)", "journal"),
        ("DELETE FROM chain WHERE number = (SELECT max(number) FROM chain)", "journal"),
        ("UPDATE turns SET text = 'I never said this.' WHERE id = 3", "turns"),
        ("UPDATE turns SET role = 'person' WHERE id = 4", "turns"),
        ("DELETE FROM seals WHERE number = (SELECT max(number) FROM seals)", "turns"),
        ("UPDATE memories SET importance = 1 WHERE id = 5", "memories"),
        ("UPDATE evidence SET start = start + 1 WHERE memory = 5", "memories"),
        ("DELETE FROM links", "memories"),
        ("UPDATE memories SET norm_hash = text_hash WHERE id = 5", "words"),
        ("DELETE FROM tombstones", "words"),
        ("DELETE FROM mentions WHERE memory = 4", "words"),
        ("UPDATE vectors SET vector = zeroblob(32)", "vectors"),
        ("DROP INDEX turns_by_time", "schema"),
    ],
)
def test_what_was_changed_from_outside_is_found(lived: Path, sql: str, part: str) -> None:
    _meddle(lived, sql)
    assert part in _faults(lived)


def test_a_tail_that_was_cut_off_with_its_links_is_found(lived: Path) -> None:
    _meddle(lived, "DELETE FROM journal WHERE batch = (SELECT max(id) FROM batches)")
    _meddle(lived, "DELETE FROM chain WHERE number = (SELECT max(number) FROM chain)")
    _meddle(lived, "DELETE FROM batches WHERE id = (SELECT max(id) FROM batches)")
    assert "journal" in _faults(lived)


def test_a_word_index_that_lacks_a_word_is_found(lived: Path, clock: SetClock) -> None:
    store = Store.open(Paths(lived.parent, lived.parent), clock)
    with store.db.write() as db:
        db.run("DELETE FROM turn_words WHERE rowid = 3")
    assert verify(store.db).faults.keys() == {"words"}
    repair(store.db, ("words",))
    assert verify(store.db).faults == {}
    assert store.turn_search.find("flying", 5)
    store.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE memories SET text = 'I never said this.' WHERE id = 5",
        "DELETE FROM memories WHERE id = 5",
        "DELETE FROM evidence",
        "UPDATE vectors SET vector = zeroblob(32)",
        "DELETE FROM tombstones",
    ],
)
def test_what_follows_from_the_journal_is_made_anew_from_it(lived: Path, clock: SetClock, sql: str) -> None:
    paths = Paths(lived.parent, lived.parent)
    store = Store.open(paths, clock)
    before = images(store.db)
    store.close()
    with closing(sqlite3.connect(lived)) as raw:
        raw.execute("PRAGMA foreign_keys = ON")
        raw.execute(sql)
        raw.commit()
    store = Store.open(paths, clock)
    found = verify(store.db)
    assert found.faults
    assert can_repair(found)
    repair(store.db, found.faults.keys())
    assert verify(store.db).faults == {}
    assert images(store.db) == before
    store.close()


def test_an_older_profile_is_chained_as_it_is(paths: Paths, clock: SetClock) -> None:
    store = Store.open(paths, clock)
    _live(store, clock)
    store.close()
    with closing(sqlite3.connect(paths.database)) as raw:  # what the step did is taken back
        for trigger in ("journal_append_only", "batches_append_only", "turns_are_immutable"):
            raw.execute(f"DROP TRIGGER {trigger}")
        for table in ("chain", "seals", "erased"):
            raw.execute(f"DROP TABLE {table}")
        for table in ("journal", "batches"):
            for column in ("nonce", "commitment"):
                raw.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
            raw.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE ON {table} BEGIN SELECT raise(ABORT, 'no'); END"
            )
        raw.execute("ALTER TABLE vectors DROP COLUMN checksum")
        raw.execute(
            "CREATE TRIGGER turns_are_immutable BEFORE UPDATE ON turns WHEN old.state <> 'streaming'"
            " BEGIN SELECT raise(ABORT, 'no'); END"
        )
        raw.execute("DELETE FROM meta WHERE key IN ('journal end', ?)", (TURNS_END,))
        raw.commit()
    db = open_database(paths.database, refuse_others)
    with db.write():
        chain_the_journal(db)
    db.close()
    store = Store.open(paths, clock)
    found = verify(store.db)
    assert (found.faults, found.entries > 12, found.turns) == ({}, True, 24)
    store.close()


def _flipped_cells(database: Path, count: int, seed: int) -> Iterator[Callable[[], None]]:
    """Each flips one bit of one cell of the journal or its batches."""
    choose = random.Random(seed)
    with closing(sqlite3.connect(database)) as raw:
        rows = {
            table: [row[0] for row in raw.execute(f"SELECT {key} FROM {table}")]  # noqa: S608
            for table, key in (("journal", "seq"), ("batches", "id"))
        }
    columns = {"journal": ("before", "after", "nonce"), "batches": ("actor", "action", "reason", "nonce")}
    done = 0
    while done < count:
        table = choose.choice(("journal", "journal", "batches"))
        column, row = choose.choice(columns[table]), choose.choice(rows[table])
        key = "seq" if table == "journal" else "id"
        with closing(sqlite3.connect(database)) as raw:
            content = raw.execute(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE {key} = ?", (row,)).fetchone()[0]  # noqa: S608
        if not content:
            continue
        changed = bytearray(content)
        changed[choose.randrange(len(changed))] ^= 1 << choose.randrange(8)
        kind = "BLOB" if column == "nonce" else "TEXT"
        sql = f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE {key} = ?"  # noqa: S608
        yield lambda sql=sql, changed=changed, row=row: _meddle(database, sql, bytes(changed), row)  # type: ignore[misc]
        done += 1


def test_an_entry_of_the_journal_that_is_about_nothing_is_found(lived: Path) -> None:
    """As one flipped bit of its record makes it: no statement could."""
    with closing(sqlite3.connect(lived)) as raw:
        told = dict(raw.execute("SELECT name, sql FROM sqlite_schema WHERE name LIKE 'journal%'").fetchall())
        raw.execute("DROP TRIGGER journal_append_only")
        _write_schema(raw, "journal", told["journal"].replace("memory INTEGER NOT NULL", "memory INTEGER"))
    with closing(sqlite3.connect(lived)) as raw:
        raw.execute("UPDATE journal SET memory = NULL WHERE seq = 4")
        raw.execute(told["journal_append_only"])
        raw.commit()
        _write_schema(raw, "journal", told["journal"])
    assert "journal" in _faults(lived)


def _write_schema(raw: sqlite3.Connection, name: str, sql: str) -> None:
    raw.execute("PRAGMA writable_schema = ON")
    raw.execute("UPDATE sqlite_schema SET sql = ? WHERE name = ?", (sql, name))
    raw.commit()
    raw.execute("PRAGMA writable_schema = RESET")


def _found_share(database: Path, count: int, seed: int) -> tuple[int, int]:
    sound = database.read_bytes()
    found = 0
    for flip in _flipped_cells(database, count, seed):
        flip()
        found += bool(_faults(database) & {"journal", "open"})
        _put_back(database, sound)
    return found, count


def _put_back(database: Path, sound: bytes) -> None:
    for beside in ("-wal", "-shm"):
        database.with_name(database.name + beside).unlink(missing_ok=True)
    database.write_bytes(sound)


def test_every_flipped_bit_of_the_journal_is_found(lived: Path) -> None:
    assert _found_share(lived, 100, 1) == (100, 100)


@pytest.mark.nightly
def test_every_flipped_bit_of_the_journal_is_found_many(lived: Path) -> None:
    assert _found_share(lived, 2000, 2) == (2000, 2000)


def flips_anywhere(database: Path, count: int, seed: int) -> tuple[int, list[int]]:
    """(how many flips of a bit anywhere in the file were found, the pages of those that were not)."""
    choose, sound, missed = random.Random(seed), database.read_bytes(), []
    used = [at for at, byte in enumerate(sound) if byte]  # what is not in use is zeroed (secure_delete)
    copy = database.with_name("copy") / "companion.db"
    copy.parent.mkdir()
    for _ in range(count):
        changed = bytearray(sound)
        at = choose.choice(used)
        changed[at] ^= 1 << choose.randrange(8)
        copy.write_bytes(changed)
        if not _faults(copy):
            missed.append(at)
        shutil.rmtree(copy.parent)
        copy.parent.mkdir()
    return count - len(missed), missed


@pytest.mark.nightly
def test_most_bits_flipped_anywhere_in_the_file_are_found(lived: Path) -> None:
    """What is not: bytes of tables that nothing else vouches for, and of SQLite's own that nothing is read from."""
    found, _ = flips_anywhere(lived, 1000, 3)
    assert found >= 800
