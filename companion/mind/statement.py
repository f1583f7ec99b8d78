"""What admission keeps of a turn: a span of it, and what the rules can tell about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    """ "person", or the name or relation of the one it is about ("Lena", "mother")."""
    slot: str | None = None
    """A place for one value at a time (home_city, employer …) when the words fill it explicitly."""
    value: str | None = None
    """What fills the slot, in the person's words."""
    importance: int = 3
    requested: bool = False
    """The person asked for it to be remembered."""
    correction: bool = False
    """The person put something right."""
    core: tuple[int, int] | None = None
    """The span of the statement itself where sentences beside it are kept with it."""

    def moved(self, by: int) -> Statement:
        """The same statement, `by` characters further on in a longer text."""
        core = None if self.core is None else (self.core[0] + by, self.core[1] + by)
        return replace(self, start=self.start + by, end=self.end + by, core=core) if by else self
