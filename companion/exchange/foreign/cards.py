"""Character cards, versions 1 to 3, as pictures (PNG) or JSON: each becomes a persona of the person's own.

    {"name", "description", "personality", "scenario", "first_mes", …}                      version 1
    {"spec": "chara_card_v2" | "chara_card_v3", "data": {the same, "alternate_greetings",
       "character_book": {"entries": […]}, "system_prompt", "post_history_instructions", "nickname"}}

What describes the character is kept; what is written to steer a model (system_prompt, post_history_instructions), the
lorebook and other greetings are left out, and that is said. Source: malfoyslastname/character-card-spec-v2,
kwaroran/character-card-spec-v3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from companion.errors import FileRefused
from companion.exchange.foreign.given import Character, Given, Notes, named, worded
from companion.strings import text
from companion.text import one_line
from companion.unpacking import UnpackedFile, read_card, read_json

LONGEST_SYSTEM, LONGEST_GREETING, LONGEST_ABOUT = 7_900, 1_900, 190
"""Characters that a persona's file takes."""
_CHARACTER = re.compile(r"\{\{char\}\}|<bot>|<char>", re.IGNORECASE)
_PERSON = re.compile(r"\{\{user\}\}|<user>", re.IGNORECASE)
_COMMENT = re.compile(r"\{\{//.*?\}\}|\{\{comment:.*?\}\}", re.DOTALL | re.IGNORECASE)


def characters(given: Given, files: Sequence[UnpackedFile], notes: Notes) -> Iterator[Character]:
    """Raises FileRefused."""
    for file in files:
        if given.card is not None:
            card = given.card
        else:
            card = read_card(file.path) if _is_picture(file) else read_json(file.path)
        yield _character(card, notes)


def _is_picture(file: UnpackedFile) -> bool:
    with file.path.open("rb") as stream:
        return stream.read(4) == b"\x89PNG"


def _character(card: Any, notes: Notes) -> Character:
    data = card.get("data") if isinstance(card, dict) else None
    fields: dict[str, Any] = data if isinstance(data, dict) else card if isinstance(card, dict) else {}
    name = named(fields.get("name")) or named(fields.get("char_name"))
    if not name:
        raise FileRefused(text("importing.no_name"), hint=text("importing.no_name_hint"))
    called = named(fields.get("nickname")) or name
    parts = [
        text("importing.you_are", name=called),
        _told(fields, ("description", "char_persona"), called, notes),
        _told(fields, ("personality",), called, notes),
        _told(fields, ("scenario", "world_scenario"), called, notes),
    ]
    system = "\n".join(dict.fromkeys(part for part in parts if part))
    if len(system) > LONGEST_SYSTEM:
        notes.add("long_card")
        system = system[:LONGEST_SYSTEM].rsplit("\n", 1)[0] or system[:LONGEST_SYSTEM]
    greeting = _told(fields, ("first_mes", "char_greeting"), called, notes)
    if len(greeting) > LONGEST_GREETING:
        notes.add("long_card")
        greeting = greeting[: LONGEST_GREETING - 1].rstrip() + "…"
    _left_out(fields, notes)
    about = one_line(_told(fields, ("creator_notes", "personality"), called, Notes()), LONGEST_ABOUT)
    return Character(name, system, greeting, about)


def _told(fields: dict[str, Any], names: Sequence[str], called: str, notes: Notes) -> str:
    """The first of these fields that says anything, with names in the place of its placeholders."""
    written = next((fields[name] for name in names if isinstance(fields.get(name), str) and fields[name].strip()), "")
    words = worded(_COMMENT.sub("", written), notes)
    words = _CHARACTER.sub(lambda _: called, words)
    return _PERSON.sub(lambda _: text("importing.the_person"), words)


def _left_out(fields: dict[str, Any], notes: Notes) -> None:
    book = fields.get("character_book")
    entries = book.get("entries") if isinstance(book, dict) else None
    notes.add("lorebook", len(entries) if isinstance(entries, list | dict) else 0)
    for name in ("alternate_greetings", "group_only_greetings"):
        greetings = fields.get(name)
        notes.add("greetings", len(greetings) if isinstance(greetings, list) else 0)
    steers = [name for name in ("system_prompt", "post_history_instructions") if fields.get(name)]
    notes.add("instructions", len(steers))
