"""ChatGPT's export: conversations.json (alone, or in its zip, or in numbered parts), a list of conversations.

    {"conversation_id" or "id", "title", "create_time": seconds, "current_node": id,
     "mapping": {id: {"parent": id or null, "children": [id], "message": null or
        {"id", "author": {"role": "user" | "assistant" | "system" | "tool"}, "create_time": seconds or null,
         "recipient": "all" or a tool, "metadata": {}, "content": {"content_type", "parts": [text or object]}}}}}

It is a tree: what was edited or written anew stands beside what took its place. The way to `current_node` is what the
conversation says; the rest is left out, as is what it wrote to tools and they answered. Source of the form: exports as
they are described in public parsers of them (2023 to 2026); OpenAI documents none.
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

ASSISTANT = "ChatGPT"
_SPOKEN = ("text", "multimodal_text")


def chats(given: Given, files: Sequence[UnpackedFile], notes: Notes) -> Iterator[Chat]:
    for file, otherwise, conversation in conversations(files, "mapping", dict, notes):
        yield _chat(conversation, otherwise, given.modified(file), notes)


def _chat(conversation: dict[str, Any], otherwise: str, modified: datetime, notes: Notes) -> Chat:
    nodes = {str(id): node for id, node in conversation["mapping"].items() if isinstance(node, dict)}
    way = way_to(_leaf(conversation, nodes), nodes, lambda node: node.get("parent"))
    on_way = {id for id, _ in way}
    beside = sum(1 for id, node in nodes.items() if id not in on_way and _is_spoken(node))
    notes.add("branches", beside)
    begun = when(conversation.get("create_time"))
    at = begun or modified
    said = []
    for id, node in way:
        message = node.get("message")
        if not isinstance(message, dict):
            continue
        told = when(message.get("create_time"))
        at = told or at
        words = _words(message, notes)
        if not words:
            continue
        if told is None and begun is None:
            notes.add("undated")
        person = message["author"]["role"] == "user"
        key = message.get("id") if isinstance(message.get("id"), str) else id
        said.append(Said(str(key), "person" if person else "companion", "" if person else ASSISTANT, words, at))
    key = conversation.get("conversation_id") or conversation.get("id") or otherwise
    return Chat(str(key), named(conversation.get("title")), said)


def _leaf(conversation: dict[str, Any], nodes: dict[str, Any]) -> str:
    """Where the conversation ends; of an export that does not say, the last message that nothing follows."""
    current = conversation.get("current_node")
    if isinstance(current, str) and current in nodes:
        return current
    ends = [id for id, node in nodes.items() if not node.get("children")]
    return ends[-1] if ends else ""


def _is_spoken(node: dict[str, Any]) -> bool:
    return bool(_words(node.get("message"), Notes()))


def _words(message: Any, notes: Notes) -> str:
    """What a message says to whoever reads the conversation; empty where it says nothing to them."""
    author, content = (message.get(name) if isinstance(message, dict) else None for name in ("author", "content"))
    if not isinstance(author, dict) or not isinstance(content, dict):
        return ""
    metadata = message.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    role = author.get("role")
    if role == "system" or metadata.get("is_user_system_message"):
        return ""
    if metadata.get("is_visually_hidden_from_conversation"):
        notes.add("hidden")
        return ""
    to_tool = message.get("recipient") not in (None, "all", "")
    if role not in ("user", "assistant") or to_tool or content.get("content_type") not in _SPOKEN:
        notes.add("tools")
        return ""
    parts = content.get("parts")
    said = []
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            said.append(part["text"])  # what was spoken, as it was written down
        elif part is not None:
            notes.add("pictures")
    words = worded("\n".join(said), notes)
    if not words:
        notes.add("empty")
    return words
