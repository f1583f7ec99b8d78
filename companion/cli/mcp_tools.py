"""The tools that `companion mcp` offers, without the protocol: what each takes, what it answers, as plain JSON.

search_memories {text, limit?, faded?}, recent_memories {days?, limit?, faded?}, memories_about {name, limit?, faded?}:
{"note", "memories": [memory, …]}. get_memory {id}: {"note", "memory": memory with "quotes"}. propose_memory
{text, why?}: {"note"}. A memory is {"id", "kind", "text", "date", "happened", "pinned", "why"}: `date` the day it was
told, `happened` that of which it tells (or null), `why` why it was found. Among others a long text is cut and ends in
"…". quotes: [{"date", "text"}]. Everything that was said is data: sanitised, and told to be no instruction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from companion.cli.output import Json
from companion.clock import local_date
from companion.errors import InvalidInput
from companion.lending import LONGEST_QUESTION, MOST, Lending, Lent
from companion.store.inbox import LONGEST, LONGEST_WHY
from companion.strings import text
from companion.text import one_line, sanitise

MAX_ID = (1 << 63) - 1
LONGEST_SHOWN = 2_000
"""Characters of a memory among others; `get_memory` gives all of it."""


@dataclass(frozen=True, slots=True)
class Tool:
    """`schema`: JSON Schema of its arguments; `changes`: whether it does more than read."""

    name: str
    title: str
    about: str
    schema: dict[str, Any]
    changes: bool = False


class Tools:
    """Answers calls. Raises CompanionError, InvalidInput for arguments that make no sense."""

    def __init__(self, lending: Lending) -> None:
        self._lending = lending
        self._calls: dict[str, Callable[[Mapping[str, object], str], Json]] = {
            "search_memories": self._search,
            "recent_memories": self._recent,
            "memories_about": self._about,
            "get_memory": self._get,
            "propose_memory": self._propose,
        }

    def listed(self) -> list[Tool]:
        """Proposing is offered only where it is allowed."""
        faded = {"type": "boolean", "description": text("mcp.faded"), "default": False}

        def limit(usual: int) -> dict[str, Any]:
            return {"type": "integer", "minimum": 1, "maximum": MOST, "default": usual}

        found = [
            Tool(
                "search_memories",
                text("mcp.search_title"),
                text("mcp.search"),
                _object({"text": _words(LONGEST_QUESTION), "limit": limit(10), "faded": faded}, "text"),
            ),
            Tool(
                "recent_memories",
                text("mcp.recent_title"),
                text("mcp.recent"),
                _object({"days": {"type": "integer", "minimum": 1, "default": 7}, "limit": limit(20), "faded": faded}),
            ),
            Tool(
                "memories_about",
                text("mcp.about_title"),
                text("mcp.about"),
                _object({"name": _words(100), "limit": limit(20), "faded": faded}, "name"),
            ),
            Tool(
                "get_memory",
                text("mcp.get_title"),
                text("mcp.get"),
                _object({"id": {"type": "integer", "minimum": 1}}, "id"),
            ),
        ]
        if self._lending.proposals:
            taken = _object({"text": _words(LONGEST), "why": _words(LONGEST_WHY)}, "text")
            found.append(Tool("propose_memory", text("mcp.propose_title"), text("mcp.propose"), taken, changes=True))
        return found

    def call(self, name: str, arguments: Mapping[str, object], client: str) -> Json:
        """`client`: what the program calls itself."""
        found = self._calls.get(name)
        if found is None:
            raise InvalidInput(text("mcp.no_tool", name=one_line(name, 60)))
        return found(arguments, client)

    def _search(self, given: Mapping[str, object], _: str) -> Json:
        asked = _text(given, "text")
        found = self._lending.search(asked, _number(given, "limit", 10), _flag(given, "faded"))
        return _answer(found)

    def _recent(self, given: Mapping[str, object], _: str) -> Json:
        days, limit = _number(given, "days", 7), _number(given, "limit", 20)
        return _answer(self._lending.recent(days, limit, _flag(given, "faded")))

    def _about(self, given: Mapping[str, object], _: str) -> Json:
        found = self._lending.about(_text(given, "name"), _number(given, "limit", 20), _flag(given, "faded"))
        return _answer(found)

    def _get(self, given: Mapping[str, object], _: str) -> Json:
        found = self._lending.memory(_number(given, "id"))
        quotes = [
            {"date": _day(quote.turn.at, quote.turn.utc_offset), "text": sanitise(quote.text)} for quote in found.quotes
        ]
        return {
            "note": text("mcp.note"),
            "memory": {**_memory(found), "text": sanitise(found.memory.text), "quotes": quotes},
        }

    def _propose(self, given: Mapping[str, object], client: str) -> Json:
        self._lending.propose(_text(given, "text"), _text(given, "why", ""), client)
        return {"note": text("mcp.proposed")}


def _answer(found: tuple[Lent, ...]) -> Json:
    return {"note": text("mcp.note") if found else text("mcp.nothing"), "memories": [_memory(each) for each in found]}


def _memory(lent: Lent) -> Json:
    memory = lent.memory
    return {
        "id": memory.id,
        "kind": memory.kind,
        "text": _cut(sanitise(memory.text)),
        "date": _day(memory.recorded_at, memory.utc_offset),
        "happened": None if memory.event_start is None else _day(memory.event_start, memory.utc_offset),
        "pinned": memory.pinned,
        "why": [sanitise(reason) for reason in lent.why],
    }


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST_SHOWN else f"{words[: LONGEST_SHOWN - 1]}…"


def _day(at: float, utc_offset: int) -> str:
    return local_date(at, utc_offset).isoformat()


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _words(most: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most}


def _text(given: Mapping[str, object], name: str, usual: str | None = None) -> str:
    found = given.get(name, usual)
    if not isinstance(found, str):
        raise InvalidInput(text("mcp.wants_text", name=name))
    return found


def _number(given: Mapping[str, object], name: str, usual: int | None = None) -> int:
    found = given.get(name, usual)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= MAX_ID:
        raise InvalidInput(text("mcp.wants_number", name=name))
    return found


def _flag(given: Mapping[str, object], name: str) -> bool:
    found = given.get(name, False)
    if not isinstance(found, bool):
        raise InvalidInput(text("mcp.wants_flag", name=name))
    return found
