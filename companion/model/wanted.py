"""What to fetch, and how patiently. No HTTP here: the client is imported when something is fetched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OnProgress = Callable[[int, int, str], None]
"""Bytes there, bytes in all (0: unknown), and what is being done: "fetching from HOST", "checking what is there"."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch. `size` and `sha256` as promised, 0 and empty where nobody did; `source` names it for good."""

    source: str
    url: str
    target: Path
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds until a silent server counts as gone, and before each new try; a try that got on starts them anew."""

    connect: float = 15.0
    read: float = 30.0
    pauses: tuple[float, ...] = (1.0, 3.0, 6.0, 12.0)
    reserve: int = 200_000_000
    """Bytes of the disk that stay free."""
