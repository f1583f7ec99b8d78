"""The exact part of an export: everything as records, each a line of JSON in a file of `data/`.

Lines are canonical (keys sorted, no spaces, UTF-8, "\\n" at the end), so that the same content has the same bytes, and
the SHA-256 of an export is that of its files' names and bytes, in order. Times are seconds since the epoch, offsets
seconds, ids whole numbers from 1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from companion.records import Kind, Role, Status, TurnState

FORMAT = 1
"""Raised whenever a program of before could not read what is written."""
PROGRAM = "companion"
MOST = 1 << 52
"""Above every id that is exported: above it lie those of what is kept nowhere."""

Id = Annotated[int, Field(ge=1, lt=MOST)]
Time = Annotated[float, Field(ge=-6.2e10, le=2.5e11)]
"""From the year 1 to 9999."""
Offset = Annotated[int, Field(ge=-86_400, le=86_400)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Place = Annotated[int, Field(ge=0, lt=1 << 31)]


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class ConversationLine(Line):
    """`title`: as the person gave it; `leaf`: the turn that its path ends in."""

    id: Id
    started_at: Time
    utc_offset: Offset
    title: str
    mode: Literal["usual", "play"]
    persona: str
    leaf: Id | None


class TurnLine(Line):
    """`parent`: the turn it follows; `off_path`: another version was chosen over it."""

    id: Id
    conversation: Id
    role: Role
    speaker: str
    text: str
    at: Time
    utc_offset: Offset
    state: TurnState
    answers: Id | None
    model: str | None
    parent: Id | None
    off_path: bool


class MemoryLine(Line):
    """The fields of `records.Memory`. `evidence`: [turn, start, end, SHA-256 of the quote]; `links` to others:
    [target, type, weight]."""

    id: Id
    kind: Kind
    text: str
    status: Status
    recorded_at: Time
    utc_offset: Offset
    subject: str
    slot: str | None
    polarity: str
    modality: str
    importance: Annotated[int, Field(ge=1, le=5)]
    valence: float
    emotion: str | None
    pinned: bool
    sensitivity: Annotated[int, Field(ge=0, le=1000)]
    event_start: Time | None
    event_end: Time | None
    valid_from: Time | None
    valid_to: Time | None
    strength: Annotated[float, Field(gt=0)]
    difficulty: float
    last_used_at: Time | None
    used_count: Annotated[int, Field(ge=0, lt=MOST)]
    replaced_by: Id | None
    tags: str
    scope: str
    version: Annotated[int, Field(ge=1, lt=MOST)]
    evidence: list[tuple[Id, Place, Place, str]]
    links: list[tuple[Id, str, float]]


class TombstoneLine(Line):
    """What is forgotten and must not be learned again: SHA-256 of the statement (`text.normalised`)."""

    hash: Hash
    memory: Id
    at: Time


class BesideLine(Line):
    """A row of one of the tables of `beside.TABLES`, by their columns."""

    table: str
    row: dict[str, int | float | str | None]


class PersonaLine(Line):
    """One of the person's own personas: its file's name without the ending, and what is in the file."""

    key: Annotated[str, Field(pattern=r"^[\w-]+$", max_length=100)]
    toml: str


@dataclass(frozen=True)
class Content:
    """All lists in the order in which they are written: by id."""

    conversations: list[ConversationLine] = field(default_factory=list)
    turns: list[TurnLine] = field(default_factory=list)
    memories: list[MemoryLine] = field(default_factory=list)
    tombstones: list[TombstoneLine] = field(default_factory=list)
    beside: list[BesideLine] = field(default_factory=list)
    personas: list[PersonaLine] = field(default_factory=list)


FILES: tuple[tuple[str, type[Line]], ...] = (
    ("conversations", ConversationLine),
    ("turns", TurnLine),
    ("memories", MemoryLine),
    ("tombstones", TombstoneLine),
    ("beside", BesideLine),
    ("personas", PersonaLine),
)
"""The files of `data/` but for the manifest, in the order in which they are hashed: name (without .jsonl), line."""


def data_file(name: str) -> str:
    return f"data/{name}.jsonl"


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
