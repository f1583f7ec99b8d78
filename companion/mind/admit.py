"""Which sentences of the person's turn hold something lasting of their own. Rules only: no model, no network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from companion.records import Modality, Polarity


@dataclass(frozen=True, slots=True)
class Statement:
    """The span [start, end) of a turn that is worth keeping, and what the rules can tell about it."""

    start: int
    end: int
    text: str
    kind_of: Modality = "fact"
    polarity: Polarity = "affirmed"
    subject: str = "person"
    """"person", or the name or relation of the one it is about ("Lena", "mother")."""
    slot: str | None = None
    """A place for one value at a time (home_city, employer …) when the words fill it explicitly."""
    value: str | None = None
    """What fills the slot, in the person's words."""
    importance: int = 3
    requested: bool = False
    """The person asked for it to be remembered."""
    correction: bool = False
    """The person put something right."""


class Explanation(NamedTuple):
    """What became of one sentence: the span, whether it was admitted, and the rule that decided."""

    span: tuple[int, int]
    admitted: bool
    reason: str


def admit(text: str) -> list[Statement]:
    """The lasting statements in a turn of the person's, in order and disjoint. Empty when in doubt."""
    return []


def explain(text: str) -> list[Explanation]:
    """Why each sentence of the turn was admitted or left out."""
    return []


def wants_private(text: str) -> bool:
    """Whether the person asked that what they say be kept out of memory."""
    return False
