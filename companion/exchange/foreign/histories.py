"""Histories in a neutral form, a line of JSON each; `companion bench` reads the same, with questions.

    {"id", "people": […], "turns": [{"id", "time": ISO 8601, "session", "speaker", "role": "user" | "companion" |
                                     "other", "text"}]}

Each session is a conversation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from companion.exchange.foreign.given import Chat, Given, Notes, Said, named, worded
from companion.exchange.foreign.sillytavern import lines
from companion.exchange.foreign.times import when
from companion.records import Role
from companion.unpacking import UnpackedFile

_ROLES: dict[str, Role] = {"user": "person", "companion": "companion", "other": "other"}


def chats(given: Given, files: Sequence[UnpackedFile], notes: Notes) -> Iterator[Chat]:
    for file in files:
        for number, history in enumerate(lines(file, notes)):
            turns = history.get("turns")
            if not isinstance(turns, list):
                notes.add("broken")
                continue
            sessions: dict[str, list[Said]] = {}
            at = given.modified(file)
            for place, turn in enumerate(turns):
                told = when(turn.get("time")) if isinstance(turn, dict) else None
                notes.add("undated", int(told is None))
                at = told or at
                said = _said(turn, place, at, notes) if isinstance(turn, dict) else None
                if said is not None:
                    sessions.setdefault(str(turn.get("session", "")), []).append(said)
            id = str(history.get("id") or f"{file.name}/{number}")
            for session, said_in in sessions.items():
                said_in.sort(key=lambda each: each.at)
                yield Chat(f"{id}/{session}", "", said_in)


def _said(turn: dict[str, Any], place: int, at: Any, notes: Notes) -> Said | None:
    words = worded(turn.get("text") or "", notes)
    if not words:
        notes.add("empty")
        return None
    role = _ROLES.get(str(turn.get("role")), "other")
    return Said(str(turn.get("id") or place), role, "" if role == "person" else named(turn.get("speaker")), words, at)
