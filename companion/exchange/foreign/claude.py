"""Claude's export: conversations.json (alone or in its zip), a list of conversations.

    {"uuid", "name", "created_at": ISO 8601, "chat_messages": [
       {"uuid", "sender": "human" | "assistant", "created_at", "text", "parent_message_uuid" (not always),
        "content": [{"type": "text" | "thinking" | "tool_use" | "tool_result", "text"}],
        "attachments": [], "files": []}]}

What is in the blocks of text is taken, in older exports, which have none, `text`. Source of the form: exports as they
are described in public parsers of them (2024 to 2026); Anthropic documents none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from companion.exchange.foreign.given import Chat, Given, Notes, Said, named, worded
from companion.exchange.foreign.json_stream import conversations
from companion.exchange.foreign.paths_of_trees import way_to
from companion.exchange.foreign.times import when
from companion.unpacking import UnpackedFile

ASSISTANT = "Claude"
_PERSON = ("human", "user")


def chats(given: Given, files: Sequence[UnpackedFile], notes: Notes) -> Iterator[Chat]:
    for file, otherwise, conversation in conversations(files, "chat_messages", list, notes):
        yield _chat(conversation, otherwise, given.modified(file), notes)


def _chat(conversation: dict[str, Any], otherwise: str, modified: datetime, notes: Notes) -> Chat:
    messages = [each for each in conversation["chat_messages"] if isinstance(each, dict)]
    begun = when(conversation.get("created_at"))
    at = begun or modified
    said = []
    for number, message in enumerate(_on_way(messages, notes)):
        told = when(message.get("created_at"))
        at = told or at
        words = _words(message, notes)
        if not words:
            continue
        if told is None and begun is None:
            notes.add("undated")
        person = message.get("sender") in _PERSON
        key = message.get("uuid") if isinstance(message.get("uuid"), str) else str(number)
        said.append(Said(str(key), "person" if person else "companion", "" if person else ASSISTANT, words, at))
    return Chat(str(conversation.get("uuid") or otherwise), named(conversation.get("name")), said)


def _on_way(messages: list[dict[str, Any]], notes: Notes) -> list[dict[str, Any]]:
    """Those that lead to the last one, where all of them know which they follow; else all."""
    nodes = {each["uuid"]: each for each in messages if isinstance(each.get("uuid"), str)}
    known = [each for each in messages if str(each.get("parent_message_uuid")) in nodes]
    if len(nodes) != len(messages) or len(known) < len(messages) - 1 or not messages:
        return messages
    way = [each for _, each in way_to(messages[-1]["uuid"], nodes, lambda each: each.get("parent_message_uuid"))]
    notes.add("branches", len(messages) - len(way))
    return way


def _words(message: dict[str, Any], notes: Notes) -> str:
    for name in ("attachments", "files"):
        listed = message.get(name)
        notes.add("attachments", len(listed) if isinstance(listed, list) else 0)
    if message.get("sender") not in (*_PERSON, "assistant"):
        return ""
    content, said = message.get("content"), []
    for block in content if isinstance(content, list) else []:
        if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str):
            said.append(block["text"])
        else:
            notes.add("tools")
    if not said and isinstance(message.get("text"), str):
        said.append(message["text"])
    words = worded("\n\n".join(said), notes)
    if not words:
        notes.add("empty")
    return words
