"""Records of conversations, what was found in them, personas and check-ins: plain data, as in companion.records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from companion.records import CheckInKind, Span, Turn

ChatMode = Literal["usual", "incognito", "play"]
"""Remembered; nothing of it kept anywhere; remembered as play."""
SegmentKind = Literal["persona", "portrait", "gist", "history", "memory", "message"]
Verdict = Literal["not relevant", "wrong"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """`id` 0: its first message is still to come. Times in seconds since the epoch."""

    id: int
    title: str
    """As the person named it, else their first words in it."""
    started_at: float
    last_at: float
    utc_offset: int
    turns: int = 0
    mode: ChatMode = "usual"
    persona: str = ""
    """Key of the persona it is held with."""
    speaker: str = ""
    """What that persona is called."""
    named: bool = False
    """Whether the person gave it its title."""


@dataclass(frozen=True, slots=True)
class FoundTurn:
    """A turn that holds the words that were searched for."""

    turn: Turn
    title: str
    """Of its conversation."""
    excerpt: str
    spans: tuple[Span, ...] = ()
    """Where in the excerpt the words are."""
    on_path: bool = True
    """Whether it is what the conversation now says; else another version of a message was chosen."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the prompt that a reply was written from."""

    key: str
    """What `regenerate(without=…)` takes: "portrait", "gist", "turn:12", "memory:7"."""
    kind: SegmentKind
    text: str
    tokens: int
    droppable: bool = False
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class WhySaid:
    """What a reply was written from, in the order in which the model read it."""

    reply: int
    segments: tuple[Segment, ...]
    context_tokens: int
    model: str = ""
    without: tuple[str, ...] = ()
    """Keys of what the person had left out."""
    changed: bool = False
    """Whether something of it says something else by now, or is forgotten: then it is shown as it is, or not at all."""


@dataclass(frozen=True, slots=True)
class PersonaCard:
    """A persona for choosing and editing."""

    key: str
    name: str
    about: str
    """One line: voice and manner."""
    system: str
    boundaries: str
    greeting: str
    memory: Literal["shared", "own"] = "shared"
    """Whether it shares what is remembered with the others, or knows only what was said to it."""
    temperature: float = 0.5
    built_in: bool = True
    in_use: bool = False
    problem: str = ""
    """Why its file cannot be used."""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Something the companion would bring up by itself, from a memory with a date. `due_at`: seconds since the
    epoch."""

    id: int
    kind: CheckInKind
    memory: int
    text: str
    reason: str
    """Why, in the person's own words and with their date."""
    due_at: float
    utc_offset: int


@dataclass(frozen=True, slots=True)
class SentMessage:
    """Acknowledgement: the person's turn is on disk."""

    turn: int
    conversation: int
