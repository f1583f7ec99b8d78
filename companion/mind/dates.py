"""When something happened or will happen, as a person says it, against the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Precision = Literal["hour", "day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class DateMention:
    """Words [start, end) of a text that name a time: [begins, ends), in the zone of the moment they were said."""

    start: int
    end: int
    text: str
    begins: datetime
    ends: datetime
    """Exclusive."""
    precision: Precision
    recurring: bool = False
    """Every such day ("on Mondays", "every May"); [begins, ends) is then the next one."""


def resolve(text: str, said_at: datetime) -> list[DateMention]:
    """The dates named in `text`, in order and disjoint, read as at `said_at` (timezone-aware)."""
    return []
