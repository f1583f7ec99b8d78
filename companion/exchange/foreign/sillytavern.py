"""SillyTavern's chats: a file of JSON lines each, or a folder or archive of them. All of it is play.

    {"user_name", "character_name", "create_date", "chat_metadata": {"integrity"}}          the first line
    {"name", "is_user", "is_system", "send_date", "mes", "swipes": [text], "swipe_id"}      each line after it

`mes` is the swipe that was chosen. Older files have no first line of that kind. Source: SillyTavern,
endpoints/chats.js.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from companion.errors import FileRefused
from companion.exchange.foreign.given import Chat, Given, Notes, Said, named, worded
from companion.exchange.foreign.times import when
from companion.strings import text
from companion.unpacking import UnpackedFile

LONGEST_LINE = 16 << 20
"""Bytes: swipes, and pictures that are written into a line, make one long."""


def chats(given: Given, files: Sequence[UnpackedFile], notes: Notes) -> Iterator[Chat]:
    for file in files:
        notes.add("play")
        yield _chat(lines(file, notes), given.modified(file), notes)


def lines(file: UnpackedFile, notes: Notes) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines. A line that is none is left out, the whole file refused where none is one.
    Raises FileRefused."""
    good = bad = 0
    with file.path.open("rb") as stream:
        while line := stream.readline(LONGEST_LINE):
            if not line.strip():
                continue
            try:
                value = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError):
                value = None
            if isinstance(value, dict):
                good += 1
                yield value
            else:
                bad += 1
    if bad and not good:
        raise FileRefused(text("unpacking.no_json"), hint=text("importing.breaks_off_hint"))
    notes.add("broken", bad)


def _chat(read: Iterator[dict[str, Any]], modified: datetime, notes: Notes) -> Chat:
    said: list[Said] = []
    character = key = ""
    begun: datetime | None = None
    last: datetime | None = None
    undated = 0
    counted: dict[tuple[str, str], int] = {}
    for number, line in enumerate(read):
        if number == 0 and "mes" not in line:
            character, begun = named(line.get("character_name")), when(line.get("create_date"))
            metadata = line.get("chat_metadata")
            key = str(metadata.get("integrity") or "") if isinstance(metadata, dict) else ""
            continue
        if line.get("is_system"):
            notes.add("hidden")
            continue
        told = when(line.get("send_date"))
        undated += told is None
        last = told or last or begun or modified
        words = worded(_words(line), notes)
        if not words:
            notes.add("empty")
            continue
        swipes = line.get("swipes")
        notes.add("swipes", len(swipes) - 1 if isinstance(swipes, list) and len(swipes) > 1 else 0)
        person = bool(line.get("is_user"))
        name = "" if person else named(line.get("name"), character or text("importing.a_character"))
        if not person and not character:
            character = name
        times = counted[name, words] = counted.get((name, words), 0) + 1
        said.append(Said(f"{name}/{words}/{times}", "person" if person else "companion", name, words, last))
    notes.add("undated", undated)
    # A file is written anew as the chat grows: when it was begun, or its first words, tell that it is the same.
    key = key or f"{character}/{begun.isoformat() if begun else '/'.join(each.text for each in said[:2])}"
    return Chat(key, character or text("importing.a_character"), said, play=True)


def _words(line: dict[str, Any]) -> str:
    """The older files of another program have an object in the place of the words."""
    mes = line.get("mes")
    if isinstance(mes, dict):
        mes = mes.get("message")
    return mes if isinstance(mes, str) else ""
