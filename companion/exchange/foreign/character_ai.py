"""Character.AI: the site's own export, and what browser extensions save of it. All of it is play.

There is no one form. What is read, in one JSON text or several:

    {"info" or "character": {"name"}, "histories": {"histories": [chat]} or [chat]}     the older extensions
    {"character_name", "chats": [chat]}, [chat, …], or a chat alone                     the site, newer extensions
    chat       {"external_id" | "chat_id" | "id", "msgs" | "turns" | "messages": [message]}
    message    {"src": {"is_human", "name"}, "text", "is_alternative"}
               {"author": {"is_human", "name"}, "create_time", "candidates": [{"candidate_id", "raw_content"}],
                "primary_candidate_id", "turn_key": {"turn_id"}}
               {"is_human" | "role" | "sender", "text" | "content", "created_at" | "timestamp"}

Source: the extensions CAI Tools and CharacterAI Dumper, SillyTavern's import of theirs, public parsers of the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from companion.exchange.foreign.given import Chat, Given, Notes, Said, named, worded
from companion.exchange.foreign.times import when
from companion.strings import text
from companion.unpacking import UnpackedFile, read_json

_LISTS = ("msgs", "turns", "messages", "history")
_TIMES = ("create_time", "created_at", "created", "timestamp", "time", "send_date")
_CHATS = ("histories", "chats", "conversations")
_PERSON = ("user", "human", "you")
_DEEPEST = 4


def chats(given: Given, files: Sequence[UnpackedFile], notes: Notes) -> Iterator[Chat]:
    for file in files:
        for number, (found, character) in enumerate(_found(read_json(file.path), "")):
            notes.add("play")
            yield _chat(found, character, f"{file.name}/{number}", given.modified(file), notes)


def is_one(value: dict[str, Any]) -> bool:
    """Whether a JSON value looks like any of these forms."""
    if _speaks(value) and any(name in value for name in ("src", "author", "is_human")):
        return True
    for found, _ in _found(value, ""):
        listed = next(found[name] for name in _LISTS if isinstance(found.get(name), list))
        if any(isinstance(each, dict) and _speaks(each) for each in listed[:5]):
            return True
    return False


def _found(data: Any, character: str, depth: int = 0) -> Iterator[tuple[dict[str, Any], str]]:
    """Chats with the name of who they are held with."""
    if depth > _DEEPEST:
        return
    if isinstance(data, list):
        if data and all(isinstance(each, dict) and _speaks(each) for each in data):
            yield {"messages": data}, character
            return
        for each in data:
            yield from _found(each, character, depth + 1)
        return
    if not isinstance(data, dict):
        return
    character = _character(data) or character
    if any(isinstance(data.get(name), list) for name in _LISTS):
        yield data, character
        return
    for name in _CHATS:
        yield from _found(data.get(name), character, depth + 1)
    if "histories" not in data and isinstance(data.get("characters"), list):
        yield from _found(data["characters"], character, depth + 1)


def _character(data: dict[str, Any]) -> str:
    for name in ("character", "info", "bot"):
        inside = data.get(name)
        if isinstance(inside, str):
            return named(inside)
        if isinstance(inside, dict):
            nested = inside.get("character")
            told = named(inside.get("name")) or (named(nested.get("name")) if isinstance(nested, dict) else "")
            if told:
                return told
    return named(data.get("character_name")) or named(data.get("char_name")) or named(data.get("bot_name"))


def _speaks(message: dict[str, Any]) -> bool:
    told = any(name in message for name in ("src", "author", "is_human", "sender", "role"))
    return told and any(name in message for name in ("text", "content", "candidates"))


def _chat(found: dict[str, Any], character: str, otherwise: str, modified: datetime, notes: Notes) -> Chat:
    listed = next(found[name] for name in _LISTS if isinstance(found.get(name), list))
    messages = [each for each in listed if isinstance(each, dict)]
    times = [next((at for name in _TIMES if (at := when(each.get(name))) is not None), None) for each in messages]
    known = [at for at in times if at is not None]
    if len(known) == len(messages) > 1 and times[0] is not None and known[0] > known[-1]:
        messages, times = messages[::-1], times[::-1]  # the site tells the newest first
    begun = next((at for name in _TIMES if (at := when(found.get(name))) is not None), None)
    at = begun or (known[0] if known else modified)
    notes.add("undated", len(messages) if begun is None and not known else 0)
    said, counted = [], dict[tuple[str, str], int]()
    for message, told in zip(messages, times, strict=True):
        at = told or at
        if message.get("is_alternative"):
            notes.add("swipes")
            continue
        words = worded(_words(message, notes), notes)
        if not words:
            notes.add("empty")
            continue
        person, name = _speaker(message, character)
        number = counted[name, words] = counted.get((name, words), 0) + 1
        key = _id(message) or f"{name}/{words}/{number}"
        said.append(Said(key, "person" if person else "companion", name, words, at))
    # An extension saves the whole chat anew as it grows: its first words tell that it is the same.
    key = next((str(found[n]) for n in ("external_id", "chat_id", "history_id", "id") if found.get(n)), "")
    begins = "/".join(each.text for each in said[:2]) or otherwise
    return Chat(key or f"{character}/{begins}", character or text("importing.a_character"), said, play=True)


def _id(message: dict[str, Any]) -> str:
    turn = message.get("turn_key")
    told = turn.get("turn_id") if isinstance(turn, dict) else None
    return str(told or message.get("uuid") or message.get("turn_id") or message.get("id") or "")


def _speaker(message: dict[str, Any], character: str) -> tuple[bool, str]:
    """Whether the person says it, and else who does."""
    who = next((message[name] for name in ("src", "author") if isinstance(message.get(name), dict)), message)
    name = named(who.get("name")) or character or text("importing.a_character")
    if "is_human" in who:
        return (True, "") if who["is_human"] else (False, name)
    told = next((message[n] for n in ("role", "sender", "src", "author") if isinstance(message.get(n), str)), "")
    return (True, "") if told.casefold() in _PERSON else (False, name)


def _words(message: dict[str, Any], notes: Notes) -> str:
    candidates = message.get("candidates")
    if isinstance(candidates, list) and candidates:
        listed = [each for each in candidates if isinstance(each, dict)]
        wanted = message.get("primary_candidate_id")
        chosen = next((each for each in listed if each.get("candidate_id") == wanted), listed[0] if listed else {})
        notes.add("swipes", len(listed) - 1 if len(listed) > 1 else 0)
        return str(chosen.get("raw_content") or "")
    return next(
        (message[n] for n in ("text", "content", "raw_content", "message") if isinstance(message.get(n), str)), ""
    )
