"""What readers make of the files of other programs, and what they could not take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from companion.clock import LOCAL
from companion.records import Role
from companion.strings import text
from companion.text import one_line, sanitise, valid_text
from companion.unpacking import UnpackedFile

LONGEST = 200_000
"""Characters of one message; what is longer is cut, and that is said."""
SHOWN_NAME = 60
"""Characters of a name or a title."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something said. `key`: what it is called there, alone within its chat; `at` is aware; the person's `speaker` is
    empty, another's is their name."""

    key: str
    role: Role
    speaker: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation in order. `key`: what it is called there. `play`: what is said in it is a story, and nobody's
    life."""

    key: str
    title: str
    said: Sequence[Said]
    play: bool = False


@dataclass(frozen=True, slots=True)
class Character:
    """A persona as a card tells of it, its placeholders replaced."""

    name: str
    system: str
    greeting: str
    about: str


@dataclass(frozen=True, slots=True)
class Given:
    """What the person gave: `name` as it is shown; `card`: the JSON of a card that is a picture. `path`: the file or
    folder itself, whose time stands in for times that are told nowhere."""

    name: str
    path: Path
    files: tuple[UnpackedFile, ...]
    card: dict[str, Any] | None = None
    packed: bool = False

    def modified(self, file: UnpackedFile) -> datetime:
        """When the file was last written; of an archive, when the archive was."""
        return datetime.fromtimestamp((self.path if self.packed else file.path).stat().st_mtime, LOCAL)


@dataclass
class Notes:
    """What was left out or guessed, counted."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, count: int = 1) -> None:
        """`what`: a key of `SENTENCES`."""
        if count:
            self.counts[what] += count

    def told(self) -> tuple[str, ...]:
        """A sentence for each, in the order of `SENTENCES`."""
        return tuple(told(self.counts[what]) for what, told in SENTENCES.items() if self.counts[what])


SENTENCES: dict[str, Callable[[int], str]] = {
    "play": lambda n: text("importing.note_play", count=n),
    "tools": lambda n: text("importing.note_tools", count=n),
    "branches": lambda n: text("importing.note_branches", count=n),
    "pictures": lambda n: text("importing.note_pictures", count=n),
    "attachments": lambda n: text("importing.note_attachments", count=n),
    "hidden": lambda n: text("importing.note_hidden", count=n),
    "swipes": lambda n: text("importing.note_swipes", count=n),
    "empty": lambda n: text("importing.note_empty", count=n),
    "broken": lambda n: text("importing.note_broken", count=n),
    "undated": lambda n: text("importing.note_undated", count=n),
    "file_dated": lambda n: text("importing.note_file_dated", count=n),
    "day_first": lambda n: text("importing.note_day_first", count=n),
    "month_first": lambda n: text("importing.note_month_first", count=n),
    "cut": lambda n: text("importing.note_cut", count=n),
    "own": lambda n: text("importing_own.pages", count=n),
    "other_files": lambda n: text("importing.note_other_files", count=n),
    "encoding": lambda n: text("importing.note_encoding", count=n),
    "lorebook": lambda n: text("importing.note_lorebook", count=n),
    "greetings": lambda n: text("importing.note_greetings", count=n),
    "instructions": lambda n: text("importing.note_instructions", count=n),
    "long_card": lambda n: text("importing.note_long_card", count=n),
    "same_card": lambda n: text("importing.note_same_card", count=n),
}

Reader = Callable[[Given, Sequence[UnpackedFile], Notes], Iterator[Chat]]
"""Chats of the files of its form, one at a time. Raises FileRefused."""


def worded(said: object, notes: Notes) -> str:
    """A message as it is kept: harmless, without space around it, of a bounded length."""
    words = sanitise(valid_text(str(said))).strip()
    if len(words) > LONGEST:
        notes.add("cut")
        words = words[:LONGEST]
    return words


def named(name: object, otherwise: str = "") -> str:
    """A name or a title in one line."""
    return one_line(valid_text(name), SHOWN_NAME) if isinstance(name, str) and name.strip() else otherwise
