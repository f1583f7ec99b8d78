"""What a memory rests on: its evidence, when what it says happened, and how much of it is new."""

from __future__ import annotations

from collections.abc import Sequence

from companion.clock import moment
from companion.dates import resolve
from companion.memory.words import stems
from companion.records import Evidence, Turn
from companion.text import text_hash

NEW = 0.4
"""Share of its words that a reply must bring itself to be remembered: what only repeats what the model was given would
be learned from itself for ever."""
_DATED = 2_000
"""Characters of a text in which dates are looked for."""


def evidence(turn: Turn, start: int, end: int) -> Evidence:
    """The span [start, end) of a turn as evidence."""
    return Evidence(turn.id, start, end, text_hash(turn.text[start:end]))


def happened(text: str, turn: Turn) -> tuple[float | None, float | None]:
    """The span of time that a text names first, told from when it was said."""
    dates = [mention for mention in resolve(text[:_DATED], moment(turn.at, turn.utc_offset)) if not mention.recurring]
    return (dates[0].begins.timestamp(), dates[0].ends.timestamp()) if dates else (None, None)


def brings(text: str, given: Sequence[str]) -> float:
    """Share (0–1) of the content words of `text` that none of `given` holds."""
    return new_share(set(stems(text)), given)


def new_share(words: set[str], given: Sequence[str]) -> float:
    """Share (0–1) of some stems that none of `given` holds; 0 where there are none."""
    known = {stem for each in given for stem in stems(each)}
    return len(words - known) / len(words) if words else 0.0
