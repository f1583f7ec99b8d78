"""What the person is told of what happened to their memories: plain data, as in companion.records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from companion.records import Emotion, Memory


@dataclass(frozen=True, slots=True)
class Replaced:
    """A memory and what took its place."""

    older: Memory
    newer: Memory


@dataclass(frozen=True, slots=True)
class FadingSoon:
    """A memory that is about to fade: its retention now, and the day on which it becomes dormant if nothing happens."""

    memory: Memory
    retention: float
    day: date


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter about a week (its ISO name) from `first` to `last`, as Markdown; empty when there is nothing to tell.
    `memories`: those it rests on. `path`: the file it is in, empty when it is in none; `written`: whether that was
    written just now."""

    week: str
    first: date
    last: date
    text: str = ""
    memories: tuple[int, ...] = ()
    path: str = ""
    written: bool = False


@dataclass(frozen=True, slots=True)
class MorningReport:
    """What the person is told on the first start of a day, about everything after `since` (seconds)."""

    day: str
    """The local calendar day, ISO."""
    since: float
    learned: tuple[Memory, ...] = ()
    """The most important of `learned_total`."""
    learned_total: int = 0
    changed: tuple[Replaced, ...] = ()
    fading: tuple[FadingSoon, ...] = ()
    questions: tuple[str, ...] = ()
    yesterday: str = ""
    """The title of the day before; empty where it has none."""
    warnings: tuple[str, ...] = ()
    """What the person should see to, such as backups that fail."""
    letter: str = ""
    """That there is a letter about the week, and where; empty when there is no new one."""
    due: bool = False
    """Whether it is to be shown unasked."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.learned or self.changed or self.fading or self.questions or self.warnings or self.letter)


@dataclass(frozen=True, slots=True)
class Check:
    """A line of `companion doctor`. `level` is ok, warning or error."""

    name: str
    level: Literal["ok", "warning", "error"]
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class SleepReport:
    """What a night (or several caught up) did. `changes` are lines for the person."""

    nights: tuple[str, ...]
    """Calendar dates (ISO) whose night was run, oldest first; empty when there was nothing to do."""
    dormant: int = 0
    archived: int = 0
    woken: int = 0
    batch: int | None = None
    dry_run: bool = False
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DayMood:
    """How the person felt on one local calendar day, told from their turns."""

    day: date
    turns: int
    valence: float
    """Mean over the turns, −1 (low) to 1 (glad)."""
    spread: float
    """Standard deviation of the turns' valence (0 for one turn): how mixed the day was."""
    emotions: tuple[tuple[Emotion, int], ...] = ()
    """Emotions with the number of turns that spoke of them, the most frequent first."""
