"""What the engine tells the front ends while it works. Each crosses the pipe, so each is plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from companion.records import CheckInKind, RecalledMemory, ReplyReport, Turn
from companion.reports import SleepReport
from companion.safekeeping import CareCard
from companion.status import EngineStatus


@dataclass(frozen=True, slots=True)
class StatusChanged:
    status: EngineStatus


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """The person's turn is being answered; `reply` is the id of the companion's turn."""

    turn: int
    reply: int


@dataclass(frozen=True, slots=True)
class MemoriesRecalled:
    reply: int
    recalled: tuple[RecalledMemory, ...]


@dataclass(frozen=True, slots=True)
class PromptRead:
    """Progress of reading the prompt, in tokens; `seconds` is about what is left, 0 while nothing is known of that."""

    reply: int
    done: int
    total: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """More text of the reply. Always whole characters."""

    reply: int
    text: str


@dataclass(frozen=True, slots=True)
class ReplyFinished:
    """The reply is on disk. `report.turn.state` says whether it was stopped."""

    reply: int
    report: ReplyReport


@dataclass(frozen=True, slots=True)
class ReplyFailed:
    """No (complete) reply; the person's turn is saved. `reply` is 0 when it had not begun."""

    turn: int
    reply: int
    title: str
    hint: str


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was learned, and the words of what it took the place of, if of anything."""

    newer: str
    older: str = ""

    @property
    def sign(self) -> Literal["+", "~"]:
        """ "~" for what took the place of something."""
        return "~" if self.older else "+"

    def __str__(self) -> str:
        """ "+ I adopted a dog named Biscuit.", or "~ older → newer": to be read, not to be taken apart again."""
        return f"~ {self.older} → {self.newer}" if self.older else f"+ {self.newer}"


@dataclass(frozen=True, slots=True)
class ThoughtsFormed:
    """Reflection kept something: ids of memories, and a line for each."""

    turn: int
    batch: int
    memories: tuple[int, ...]
    lines: tuple[Line, ...]
    question: str = ""
    """What the companion would like to know, at most once a day: which of two memories holds, or whom a name means."""
    question_id: int | None = None
    waiting: int = 0
    """How many memories from what was pasted wait to be confirmed."""


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """The companion brought something up by itself: `turn` is on disk, at the end of the open conversation, and answers
    nothing. `reason` says why, in the person's own words and with their date."""

    turn: Turn
    memory: int
    kind: CheckInKind
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class CareShown:
    """The person's `turn` speaks of despair: the card comes before anything of the reply."""

    turn: int
    card: CareCard


@dataclass(frozen=True, slots=True)
class ProgramSaid:
    """To the person's `turn` the app says that the companion is a program: they asked, or it is time to say so."""

    turn: int


@dataclass(frozen=True, slots=True)
class MemoriesChanged:
    """Memories were edited, undone, faded …: what is on screen may be stale."""

    memories: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WordsErased:
    """Words were taken out of these turns for good: whoever shows them shows them anew."""

    turns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SleepProgress:
    done: int
    total: int
    what: str


@dataclass(frozen=True, slots=True)
class SleepFinished:
    report: SleepReport


@dataclass(frozen=True, slots=True)
class ExchangeProgress:
    """How far an import or an export is, in turns or memories."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ModelPullProgress:
    """Bytes of a model that is being fetched; `total` 0: not known yet. `what` is being done, as words."""

    key: str
    name: str
    done: int
    total: int
    what: str


@dataclass(frozen=True, slots=True)
class ModelPullFinished:
    """It is here (`path`), or it was stopped, or it could not be fetched (`title` and `hint` say why)."""

    key: str
    name: str
    path: str = ""
    stopped: bool = False
    title: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know; never a substitute for an error that a call raises."""

    level: Literal["information", "warning", "error"]
    title: str
    hint: str = ""


Event = (
    StatusChanged
    | ReplyStarted
    | MemoriesRecalled
    | PromptRead
    | ReplyToken
    | ReplyFinished
    | ReplyFailed
    | ThoughtsFormed
    | CheckedIn
    | CareShown
    | ProgramSaid
    | MemoriesChanged
    | WordsErased
    | SleepProgress
    | SleepFinished
    | ExchangeProgress
    | ModelPullProgress
    | ModelPullFinished
    | Notice
)

Listener = Callable[[Event], None]
