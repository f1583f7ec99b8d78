"""The parts that pages are put together from: front matter, lines with their marks, times, titles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import get_args

from companion.clock import iso, local
from companion.days import full_day, weekday
from companion.exchange.raft.content import ConversationLine, MemoryLine, TurnLine
from companion.exchange.raft.escaping import escaped
from companion.exchange.raft.homes import HomeKind
from companion.strings import text
from companion.text import one_line

TITLE = 60
"""Characters of a title at most."""
FILE_TITLE = 40
"""Characters of it in the name of a file."""
_KINDS = frozenset((*get_args(HomeKind), "index"))


def short(title: str) -> str:
    """Enough of a title for the name of a file, whole words where they are spaced."""
    cut = title.removesuffix("…")[: FILE_TITLE + 1]
    if len(cut) <= FILE_TITLE and cut == title:
        return title
    return (cut.rpartition(" ")[0] if " " in cut[FILE_TITLE // 2 :] else cut[:FILE_TITLE]).rstrip(" ,.;:")


def bullet(memory: MemoryLine) -> str:
    return f"- {escaped(memory.text)} ^m{memory.id}"


def said(turn: TurnLine, memory: int | None) -> list[str]:
    at = _clock(turn.at, turn.utc_offset)
    lines = [escaped(line) for line in turn.text.split("\n")]
    mark = f" ^m{memory}" if memory is not None else ""
    return [f"**{escaped(one_line(turn.speaker, TITLE))}** · {at}", "", *lines[:-1], lines[-1] + mark, ""]


def document(head: dict[str, object], lines: Sequence[str]) -> str:
    """With front matter: YAML, its texts as JSON writes them, which YAML reads the same."""
    front = [f"{name}: {_yaml(value)}" for name, value in head.items()]
    return "\n".join(["---", *front, "---", "", *lines]).rstrip("\n") + "\n"


def _yaml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(value)}]"  # of marks, which need no quotation marks
    if isinstance(value, str) and value in _KINDS:
        return value
    written = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in written)


def day_told(day: str) -> str:
    """ "Monday 1 January 2024" for an ISO date; anything else as it is."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return day
    return text("dates.weekday_and_day", weekday=weekday(found), day=full_day(found))


def marks(ids: Iterable[int]) -> list[str]:
    return [f"m{id}" for id in ids]


def linked(path: str) -> str:
    return path.removesuffix(".md")


def alias(title: str) -> str:
    """What a link shows: nothing that would end it."""
    return "".join(" " if character in "[]|" else character for character in title).strip() or "?"


def minute(one: ConversationLine) -> str:
    try:
        return local(one.started_at, one.utc_offset).strftime("%Y-%m-%d %H%M")
    except (OverflowError, ValueError, OSError):
        return "undated"


def _clock(at: float, utc_offset: int) -> str:
    try:
        return local(at, utc_offset).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return "?"


def began(at: float, utc_offset: int) -> str:
    try:
        return iso(at, utc_offset)
    except (OverflowError, ValueError, OSError):
        return ""
