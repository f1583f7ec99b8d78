"""A memory that a night would make of others, and what decides whether it says anything new."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from companion.clock import stamp_day
from companion.memory.affect import valence
from companion.memory.forgetting import first_strength
from companion.mind.keeping import since
from companion.records import Evidence, Kind, Memory
from companion.store.consolidated import STANDING

LINE = 240
"""Characters of a statement that is told among others."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in a place, as the rules make it. `sources` are ids of memories, `about` their texts, in the order of
    `sources`; `is_theme`: a model may say it in other words."""

    key: str
    memory: Memory
    sources: tuple[int, ...]
    about: tuple[str, ...] = ()
    rank: int = 0
    is_theme: bool = False

    @property
    def basis(self) -> str:
        """The same for the same words from the same places: then there is nothing to write."""
        evidence = ";".join(f"{e.turn},{e.start},{e.end}" for e in self.memory.evidence)
        sources = ",".join(map(str, sorted(self.sources)))
        parts = (self.memory.text, evidence, sources, str(self.memory.recorded_at), str(self.memory.importance))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def draft(
    key: str, kind: Kind, text: str, sources: Sequence[Memory], *, importance: int = 4, is_theme: bool = False
) -> Draft:
    """A memory that says `text`, rests on what its sources rest on, and is as old as the newest of them. Importance
    stays below 5, so that its strength does not depend on it."""
    newest = max(sources, key=lambda m: (m.recorded_at, m.id))
    memory = Memory(
        0,
        kind,
        text,
        "active",
        newest.recorded_at,
        newest.utc_offset,
        slot=key,
        importance=min(4, importance),
        valence=valence(text),
        sensitivity=max(m.sensitivity for m in sources),
        strength=first_strength(kind, "fact", 2, None),
        evidence=each_once(e for m in sources for e in m.evidence),
    )
    return Draft(key, memory, tuple(m.id for m in sources), tuple(m.text for m in sources), is_theme=is_theme)


def of_day(found: Draft, day: int) -> Draft:
    """The draft as being about a local day (counted from 1970-01-01)."""
    begins, ends = stamp_day(day, found.memory.utc_offset)
    return replace(found, memory=replace(found.memory, event_start=begins, event_end=ends))


def each_once(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(set(evidence), key=lambda e: (e.turn, e.start, e.end)))


def was_true(memory: Memory) -> bool:
    """Whether what a memory says held, at least once: what was put right later never did."""
    if memory.status == "superseded":
        return memory.valid_to is not None and memory.valid_to > since(memory)
    return memory.status in STANDING


def local_day(memory: Memory) -> int:
    """The person's calendar day on which a memory was formed, counted from 1970-01-01."""
    return int((memory.recorded_at + memory.utc_offset) // 86_400)
