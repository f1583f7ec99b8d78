"""Models as a front end shows them: plain data, as in companion.records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Fit = Literal["fits", "tight", "too large", "unknown"]
"""How a model's need of memory stands to this computer's; unknown: nobody says what the model needs."""
Place = Literal["here", "offered", "elsewhere"]
"""Ready to be used, to be fetched first, or another program's file that can be used where it is."""
Removing = Literal["delete", "forget", ""]
"""What removing does: delete a file that Companion fetched, forget one that was added; or nothing of the kind."""


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """A model that can be used or fetched. Sizes in bytes, 0 where unknown."""

    key: str
    """What it is called by in `use`, `pull` and `remove`: a name of models.txt, a file's name, or a path."""
    name: str
    place: Place
    program: str
    """Whose file it is: "LM Studio", "Ollama" …; empty when it is Companion's."""
    path: str
    """The file, empty as long as there is none."""
    host: str
    """The computer it would be fetched from; empty when there is nothing to fetch."""
    size_bytes: int
    ram_bytes: int
    """Memory it takes to talk with the context that is set, about."""
    context: int
    license: str
    notes: str
    fit: Fit
    in_use: bool = False
    partial_bytes: int = 0
    """What has come of it so far."""
    removing: Removing = ""
    problem: str = ""
    """Why it cannot be used."""


@dataclass(frozen=True, slots=True)
class ModelList:
    models: tuple[ModelOffer, ...]
    total_ram: int
    available_ram: int
    folder: str
    """Where what is fetched is put."""
    free_disk: int
    notice: str = ""
    """What else is to be known: a setting of the environment that decides, a search that was broken off."""


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What `pull` would do. Nothing has been fetched, and nobody asked."""

    key: str
    name: str
    file: str
    host: str
    encrypted: bool
    """Whether nobody on the way can read or change it (https)."""
    size_bytes: int
    partial_bytes: int
    license: str
    fit: Fit
    already: bool = False
    """It is here already."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What `remove` would do, or did."""

    key: str
    path: str
    what: Removing
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """What is used from the next start on; `path` empty when no file is. `notice`: what else decides about it."""

    path: str
    notice: str
