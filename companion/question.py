"""A question of the companion to the person about what it remembers: plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """What the companion would like to know of two memories; still open as long as it is shown."""

    id: int
    text: str
    turn: int
    """The person's turn that led to it."""
    older: int
    newer: int
    options: tuple[str, ...] = ()
    """Where a name may stand for several people: what each is to the person."""
