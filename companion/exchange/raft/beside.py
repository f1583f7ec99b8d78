"""What stands beside memories and turns and has to come along for a profile to be what it was: where nights put what
they made, what replies were given, the log of uses, what was pasted. No text is in them that is not in an exported
memory or turn."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from typing import Any, NamedTuple

from companion.exchange.raft.content import BesideLine
from companion.mind.reflect import REFLECT
from companion.store.database import Database

Known = Callable[[str, int], bool]
"""Whether the row of that kind ("memory", "turn", "conversation", "source") and number is exported."""


class Table(NamedTuple):
    """`columns` with the kind of row that a column refers to, or ""; the rows that are exported fit `where`."""

    name: str
    columns: dict[str, str]
    order: str
    where: str = "1"


_DONE = f"(kind = '{REFLECT}' AND state = 'done') OR kind = 'past'"
"""What was thought about, and what is still to be of a past that was brought in (key "source/turn")."""
_SPAN = {"start": "", "end": ""}
TABLES: tuple[Table, ...] = (
    Table(
        "sources",
        {"id": "", "kind": "", "name": "", "at": "", "utc_offset": "", "turn": "turn", **_SPAN, "stands": "",
         "confirmed": ""},
        "id",
        "turn IS NOT NULL OR (stands = 1 AND confirmed = 1)",
    ),
    Table("source_memories", {"memory": "memory", "source": "source"}, "memory"),
    Table(
        "reviews",
        {"memory": "memory", "at": "", "utc_offset": "", "rating": "", "cause": "", "turn": "turn"},
        "id",
    ),
    Table(
        "recalls",
        {"reply": "turn", "rank": "", "memory": "memory", "memory_version": "", "score": "", "similarity": "",
         "coverage": "", "used": "", "mode": "", "reasons": ""},
        "reply, rank",
    ),
    Table("consolidated", {"key": "", "memory": "memory", "basis": "", "text_hash": "", "rank": ""}, "key"),
    Table("stretches", {"conversation": "conversation", "state": "", "open": ""}, "conversation"),
    Table("unsupported", {"reply": "turn", **_SPAN}, "reply, start"),
    Table("care", {"turn": "turn", "kind": "", "about": "", "is_program": ""}, "turn"),
    Table(
        "checkins",
        {"kind": "", "memory": "memory", "due_at": "", "utc_offset": "", "key": "", "turn": "turn", "state": "",
         "told_at": ""},
        "id",
        "state <> 'waiting'",
    ),
    Table("checkin_tastes", {"kind": "", "less": ""}, "kind"),
    Table("adaptation", {"mode": "", "feature": "", "delta": ""}, "mode, feature"),
    Table("nights", {"night": "", "ran_at": ""}, "night"),
    Table("jobs", {"kind": "", "key": "", "queued_at": "", "state": ""}, "id", _DONE),
    Table("origins", {"origin": "", "kind": "", "key": "", "local": "", "source": "source"}, "origin, kind, key"),
)  # fmt: skip
BY_NAME = {table.name: table for table in TABLES}
_OPTIONAL = frozenset({("reviews", "turn"), ("checkins", "turn"), ("origins", "source")})
"""References that may be left out: the row is exported all the same."""


def read(db: Database, known: Known) -> Generator[BesideLine]:
    """Of each table the rows that speak of nothing but what is exported."""
    sources: set[int] = set()

    def there(kind: str, id: int) -> bool:
        return id in sources if kind == "source" else known(kind, id)

    for table in TABLES:
        names = ", ".join(f'"{name}"' for name in table.columns)
        for values in db.each(f"SELECT {names} FROM {table.name} WHERE {table.where} ORDER BY {table.order}"):
            row = _cleared(table, dict(zip(table.columns, values, strict=True)), there)
            if row is not None:
                yield BesideLine(table=table.name, row=row)
                if table.name == "sources":
                    sources.add(row["id"])


def fits(line: BesideLine, known: Known) -> bool:
    """Whether it is a row that `read` could have given."""
    table = BY_NAME.get(line.table)
    if table is None or set(line.row) != set(table.columns):
        return False
    row = dict(line.row)
    return _cleared(table, row, known) == line.row


def _cleared(table: Table, row: dict[str, Any], known: Known) -> dict[str, Any] | None:
    """None where it speaks of something else."""
    if table.name == "jobs" and row["kind"] == "past":
        source, _, turn = str(row["key"]).partition("/")
        return row if known("source", number(source)) and known("turn", number(turn)) else None
    for name, kind in _references(table, row).items():
        if row[name] is None:
            continue
        if not known(kind, number(row[name])):
            if (table.name, name) not in _OPTIONAL:
                return None
            row[name] = None
    return row


def number(value: object) -> int:
    """0, which nothing has, for what is no number of a row."""
    return int(value) if isinstance(value, int | str) and re.fullmatch(r"[0-9]{1,18}", str(value)) else 0


def _references(table: Table, row: dict[str, Any]) -> dict[str, str]:
    found = {name: kind for name, kind in table.columns.items() if kind}
    if table.name == "origins":
        found["local"] = str(row["kind"])
    if table.name == "jobs":
        found["key"] = "turn"
    return found


def write(db: Database, lines: list[BesideLine], batch: int) -> None:
    """Into an empty profile. Inside the transaction in which all else is written, and behind it."""
    for table in TABLES:
        rows = [line.row for line in lines if line.table == table.name]
        if not rows:
            continue
        more: dict[str, object] = {"batch": batch, "report": "{}"} if table.name == "nights" else {}
        names = [*table.columns, *more]
        columns, marks = ", ".join(f'"{name}"' for name in names), ",".join("?" * len(names))
        db.run_many(
            f"INSERT OR REPLACE INTO {table.name}({columns}) VALUES ({marks})",
            ([*(row[name] for name in table.columns), *more.values()] for row in rows),
        )
