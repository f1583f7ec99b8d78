"""Speech in memory: keeps what it was asked, and tells what a test wants told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from companion.errors import VoiceMissing
from companion.speech.messages import Part, SpeechEvent


@dataclass
class FakeSpeech:
    """Satisfies `SpeechPort`. `said` is what would be heard: a silence empties what was not heard yet."""

    hear: Callable[[SpeechEvent], None]
    missing: set[Part] = field(default_factory=set)
    said: list[str] = field(default_factory=list)
    calls: list[tuple[object, ...]] = field(default_factory=list)
    round: int = 0
    microphone: bool = False
    alive: bool = False

    def check(self, part: Part) -> None:
        if part in self.missing:
            raise VoiceMissing(f"no {part}", hint="put one there")

    def ready(self, part: Part) -> None:
        self.alive = True
        self.calls.append(("ready", part))

    def say(self, text: str) -> None:
        self.alive = True
        self.said.append(text)

    def hush(self) -> int:
        self.round += 1
        self.calls.append(("hush",))
        return self.round

    def listen(self, take: int) -> None:
        self.alive = self.microphone = True
        self.calls.append(("listen", take))

    def finish(self, take: int, keep: bool) -> None:
        self.microphone = False
        self.calls.append(("finish", take, keep))

    def close(self) -> None:
        self.alive = self.microphone = False
        self.calls.append(("close",))
