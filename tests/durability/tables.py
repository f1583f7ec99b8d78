"""All that a profile's file says, by value: two files that say the same have the same fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path

from companion.paths import Paths
from companion.store.database import Database, Row
from companion.store.store import Store

Contents = dict[str, list[Row]]


def contents(db: Database) -> Contents:
    """The rows of every table, and the terms of what has an index of its words."""
    with db.snapshot():
        tables = db.all("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name")
        found = {name: db.all(f'SELECT * FROM "{name}"') for (name,) in tables if name != "sqlite_schema"}  # noqa: S608
        for words in ("memory_words", "turn_words"):
            db.all(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.in_{words} USING fts5vocab('main', '{words}', 'instance')")
            found[words] = db.all(f"SELECT * FROM temp.in_{words}")  # noqa: S608
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def fingerprint(contents: Contents, without: tuple[str, ...] = ()) -> str:
    kept = {name: rows for name, rows in contents.items() if name not in without}
    return hashlib.sha256(repr(kept).encode()).hexdigest()


def differing(one: Contents, other: Contents) -> str:
    """The tables that differ, for a failing test to say."""
    return ", ".join(name for name in sorted({*one, *other}) if one.get(name) != other.get(name))


def at_rest(home: Path) -> Contents:
    """What a profile that nobody has open says, sound as SQLite sees it. Raises CompanionError."""
    store = Store.open(Paths(home, home))
    try:
        assert store.db.check() == []
        return contents(store.db)
    finally:
        store.close()
