"""What is in a database, row for row: the same for two files that hold the same, however their pages lie."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from companion.store.database import Database

_PART = 500
"""Rows between two looks at whether somebody wants to go first."""


@dataclass(frozen=True, slots=True)
class Content:
    """`counts`: rows of each table; `digest`: SHA-256 over the schema and every value of every row, in hexadecimal."""

    application: int
    schema: int
    counts: tuple[tuple[str, int], ...]
    digest: str

    def count(self, table: str) -> int:
        return dict(self.counts).get(table, 0)


def content_of(db: Database, look: Callable[[], None] = lambda: None) -> Content:
    """Read all of it. `look` is called now and then and may raise."""
    hash = hashlib.sha256()
    counts: list[tuple[str, int]] = []
    with db.snapshot():
        for row in db.all("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"):
            hash.update(repr(row).encode())
        # What a full-text index is made of are tables of their own; the index itself is a view of them.
        tables = db.all(
            "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table','shadow')"
            " AND name <> 'sqlite_schema' ORDER BY name"
        )
        for name, without_rowid in tables:
            hash.update(repr(name).encode())
            rows = 0
            for row in db.each(f"SELECT * FROM {_quoted(name)} ORDER BY {_order(db, name, bool(without_rowid))}"):
                hash.update(repr(row).encode())
                rows += 1
                if rows % _PART == 0:
                    look()
            counts.append((str(name), rows))
        application = int(db.value("PRAGMA application_id"))
        schema = int(db.value("PRAGMA user_version"))
    return Content(application, schema, tuple(counts), hash.hexdigest())


def _order(db: Database, table: str, without_rowid: bool) -> str:
    if not without_rowid:
        return "rowid"
    key = db.all("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (table,))
    return ", ".join(_quoted(name) for (name,) in key)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
