"""Records of what keeps a profile safe: its lock, its backups, erasing for good, what is in quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BackupReason = Literal["night", "hand", "migration", "import", "rekey", "restore", "erasure"]
HelpKind = Literal["crisis", "gentle"]
HelpAbout = Literal["self", "other", "danger"]
"""Whom a card is for: the person, somebody near them whom they worry about, or one who is being hurt."""


@dataclass(frozen=True, slots=True)
class Protection:
    """Whether the profile is encrypted, and what opens it besides the passphrase."""

    encrypted: bool
    keyring: bool = False
    changed_at: float | None = None
    """When the passphrase was set, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the database. `name` is its file's; `reason` what it was made for, or before."""

    name: str
    at: float
    utc_offset: int
    bytes: int
    reason: BackupReason
    schema: int
    encrypted: bool = False
    sound: bool | None = None
    """What the latest look at it found; None: it was not looked at."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing for good takes away, before it is done or after: ids of memories, of the turns whose words go with
    them, of what was made of them and is made anew, and the names of backups that still hold the words."""

    memories: tuple[int, ...]
    turns: tuple[int, ...]
    made_of: tuple[int, ...] = ()
    backups: tuple[str, ...] = ()
    excerpts: tuple[str, ...] = ()
    """The first words of each, for the person to see what goes; empty once it is done."""


@dataclass(frozen=True, slots=True)
class QuarantinedSource:
    """A pasted page, or something imported, whose memories wait until the person has confirmed them."""

    id: int
    name: str
    at: float
    utc_offset: int
    memories: int


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A number or address that helps in a crisis; `checked` is the date (ISO) at which it was last found right."""

    name: str
    contact: str
    about: str
    checked: str


@dataclass(frozen=True, slots=True)
class CareCard:
    """What the app says itself before any reply, to words of despair: `gentle` when they are indirect."""

    kind: HelpKind
    region: str
    lines: tuple[HelpLine, ...]
    about: HelpAbout = "self"
