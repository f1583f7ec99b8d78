"""What the interface and the process of speech tell each other: plain data over a pipe between our own processes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Part = Literal["speak", "listen"]


@dataclass(frozen=True, slots=True)
class Setup:
    """What the process works with: all it is told of the profile."""

    voice: Path | None = None
    """The .onnx file of a piper voice."""
    ears: Path | None = None
    """The folder of a faster-whisper model."""
    language: str = ""
    """The language that is dictated, such as "en"; empty: the model finds out."""


# To the process


@dataclass(frozen=True, slots=True)
class Ready:
    """Load what this part needs, so that it need not be waited for later."""

    part: Part


@dataclass(frozen=True, slots=True)
class Say:
    """Say `text` after what is said already. `round`: that of the latest `Hush`."""

    round: int
    text: str


@dataclass(frozen=True, slots=True)
class Hush:
    """Be silent at once: nothing of an earlier round is said any more."""

    round: int


@dataclass(frozen=True, slots=True)
class Listen:
    """Open the microphone. `take` numbers what is recorded."""

    take: int


@dataclass(frozen=True, slots=True)
class Finish:
    """Close the microphone. `keep`: put into words what was said; else it is forgotten."""

    take: int
    keep: bool


@dataclass(frozen=True, slots=True)
class Try:
    """Try all there is with this sentence; `aloud`: also play it."""

    text: str
    aloud: bool


Request = Ready | Say | Hush | Listen | Finish | Try


# From the process


@dataclass(frozen=True, slots=True)
class Quiet:
    """All that was to be said in this round has been said."""

    round: int


@dataclass(frozen=True, slots=True)
class Recording:
    """The microphone is open."""

    take: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said into the microphone; empty: nothing that could be understood. The microphone is closed."""

    take: int
    text: str


@dataclass(frozen=True, slots=True)
class Full:
    """As much was recorded as is at once; the microphone is closed, and what was said is put into words."""

    take: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """This part does not work; `title` and `hint` are for the person. `take`: the recording that ends with it, or 0."""

    part: Part
    title: str
    hint: str
    take: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing that was tried. `name`: "loudspeaker", "microphone", "voice" or "ears"; `seconds` is how long it took,
    of `audio` seconds of sound; `detail` is its name, what was heard, or what went wrong."""

    name: str
    ok: bool
    detail: str
    hint: str = ""
    seconds: float = 0.0
    audio: float = 0.0


@dataclass(frozen=True, slots=True)
class TriedAll:
    parts: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """The process ended without being asked to. Not sent by it, but told by the client."""


SpeechEvent = Quiet | Recording | Heard | Full | Trouble | TriedAll | Gone
Hearer = Callable[[SpeechEvent], None]
