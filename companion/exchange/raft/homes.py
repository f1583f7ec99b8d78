"""On which page each memory stands: on one alone, so that there is one place to change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import Literal, NamedTuple

from companion.clock import local_date
from companion.exchange.raft.content import MemoryLine, TurnLine
from companion.names import names
from companion.voices import COMPANION, bare

HomeKind = Literal["me", "person", "topic", "portrait", "companion", "apart", "day", "conversation"]
LEAST = 2
"""Thoughts that tell of something for it to have a page."""
UNDATED = "undated"


class Home(NamedTuple):
    """A page; `name`: whose or what it is, a day (ISO), the number of a conversation, a scope."""

    kind: HomeKind
    name: str = ""


class _Thought(NamedTuple):
    """What decides where it stands."""

    id: int
    subject: str
    text: str


class Homes:
    """Told of every turn, then of every memory, one by one: keeps of them what decides where a memory stands.

    A moment stands in its conversation, at the turn whose words it is; where two are the same turn's, or it was written
    anew, in the journal. Thoughts go to whom they are about, or whom or what they name; what belongs to nobody else to
    the person. What only one persona may know, and what is play, is kept apart."""

    def __init__(self) -> None:
        self.spoken: dict[int, int] = {}
        """By turn, the moment that stands at it."""
        self._said: dict[int, tuple[Home, bytes]] = {}
        self._placed: dict[int, Home] = {}
        self._thoughts: list[_Thought] = []

    def turn(self, turn: TurnLine, conversation: Home) -> None:
        self._said[turn.id] = conversation, _digest(turn.text)

    def memory(self, memory: MemoryLine) -> None:
        turn = self._said_in(memory)
        if turn is not None and turn not in self.spoken:
            self.spoken[turn] = memory.id
            self._placed[memory.id] = self._said[turn][0]
        elif memory.scope:
            self._placed[memory.id] = Home("apart", memory.scope)
        elif memory.kind == "trait":
            self._placed[memory.id] = Home("portrait")
        elif memory.kind == "thought":
            self._thoughts.append(_Thought(memory.id, memory.subject, memory.text))
        else:
            self._placed[memory.id] = Home("day", day_of(memory))

    def placed(self) -> dict[int, Home]:
        """By memory, when all were told."""
        return self._placed | _by_name(self._thoughts)

    def _said_in(self, memory: MemoryLine) -> int | None:
        """The turn of which a moment is the very words."""
        if memory.kind != "moment" or len(memory.evidence) != 1:
            return None
        turn = memory.evidence[0][0]
        if turn not in self._said:
            return None
        return turn if self._said[turn][1] in (_digest(memory.text), _digest(bare(memory.text))) else None


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()


def day_of(memory: MemoryLine) -> str:
    """The person's calendar day that it belongs to."""
    at = memory.event_start if memory.kind in ("day", "event") and memory.event_start is not None else None
    return day_at(memory.recorded_at if at is None else at, memory.utc_offset)


def day_at(at: float, utc_offset: int) -> str:
    try:
        return local_date(at, utc_offset).isoformat()
    except (OverflowError, ValueError, OSError):
        return UNDATED


def _by_name(thoughts: Sequence[_Thought]) -> dict[int, Home]:
    people: dict[str, str] = {}
    for memory in thoughts:
        if memory.subject not in ("person", COMPANION):
            people.setdefault(memory.subject.casefold(), memory.subject)
    named = {memory.id: names(memory.text) for memory in thoughts if memory.subject == "person"}
    counts = Counter(name for found in named.values() for name in found)
    whole = Counter[str]()
    for name, count in counts.items():
        whole.update(dict.fromkeys(name.split() if " " in name else (), count))
    # What is only ever a part of another name is none of its own.
    named = {id: [name for name in found if counts[name] > whole[name]] for id, found in named.items()}
    written: dict[str, str] = {}
    placed: dict[int, Home] = {}
    for memory in thoughts:
        if memory.subject == COMPANION:
            placed[memory.id] = Home("companion")
            continue
        if memory.subject != "person":
            placed[memory.id] = Home("person", people[memory.subject.casefold()])
            continue
        found = sorted(named[memory.id], key=lambda name: (name not in people, -counts[name], -len(name), name))
        name = next((name for name in found if name in people or counts[name] >= LEAST), "")
        if name in people:
            placed[memory.id] = Home("person", people[name])
        elif name:
            placed[memory.id] = Home("topic", written.setdefault(name, _as_written(name, memory.text)))
        else:
            placed[memory.id] = Home("me")
    return placed


def _as_written(name: str, text: str) -> str:
    at = text.casefold().find(name)
    return text[at : at + len(name)] if at >= 0 and text[at : at + len(name)].casefold() == name else name
