"""Records of what is known as pages: somebody, a month, the growth of memory. Plain data, as in companion.records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from companion.records import LinkType, Memory, MemoryRow, Quote

GroupAction = Literal["pin", "unpin", "forget", "restore"]


@dataclass(frozen=True, slots=True)
class Topic:
    """Somebody or something that memories tell of."""

    name: str
    """As it is written."""
    person: bool
    """Whether it is somebody (else a topic)."""
    memories: int
    last_at: float
    utc_offset: int
    relation: str = ""
    """What they are to the person, where it was told: "sister"."""


@dataclass(frozen=True, slots=True)
class AboutPage:
    """What is known of somebody."""

    name: str
    relation: str = ""
    facts: tuple[MemoryRow, ...] = ()
    """What holds now, the most important first."""
    events: tuple[MemoryRow, ...] = ()
    """What happened, in order of time."""
    before: tuple[MemoryRow, ...] = ()
    """What held once and was replaced."""
    said: tuple[Quote, ...] = ()
    """The person's latest words on them."""
    related: tuple[Topic, ...] = ()
    """Who and what is told of beside them, the most often first."""
    first_at: float | None = None
    last_at: float | None = None
    utc_offset: int = 0


@dataclass(frozen=True, slots=True)
class LinkedMemory:
    """A memory at the other end of a link. `outgoing`: the link leads there."""

    type: LinkType
    weight: float
    outgoing: bool
    memory: Memory


@dataclass(frozen=True, slots=True)
class Month:
    """What was remembered in a calendar month of the person's."""

    year: int
    month: int
    counts: dict[str, int] = field(default_factory=dict)
    """Kind → how many."""
    events: tuple[MemoryRow, ...] = ()
    """Events and days of it, in order of time."""


@dataclass(frozen=True, slots=True)
class GrowthDay:
    """How many memories there were at the end of a local day."""

    day: date
    active: int
    faded: int
    """Dormant and archived."""
    added: int
    forgotten: int
    """By the person, that day."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How memory grew and fades."""

    days: tuple[GrowthDay, ...] = ()
    retention: tuple[int, ...] = ()
    """How many active memories are kept to 0–10 %, 10–20 % … 90–100 %."""
    fading: tuple[tuple[date, int], ...] = ()
    """How many will fade on each of the days to come if nothing is used."""
