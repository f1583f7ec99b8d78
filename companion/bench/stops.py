"""How soon a reply ends once the person has said stop: while it is written, and while the message is still read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from companion.bench.sayings import QUESTIONS, STORIES
from companion.bench.speaker import Speaker
from companion.paths import Paths
from companion.settings import Settings

LONG = "\n\n".join(STORIES[:4])
"""A message that takes a while to read."""
REPLY = 40


@dataclass(frozen=True, slots=True)
class Stops:
    """Milliseconds from stop to the end of the reply, with what there is of it on disk, by round."""

    writing: tuple[float, ...]
    reading: tuple[float, ...]

    def figures(self) -> dict[str, float]:
        """Median and worst of both."""
        return {
            "stop_writing": median(self.writing),
            "stop_writing_worst": max(self.writing),
            "stop_reading": median(self.reading),
            "stop_reading_worst": max(self.reading),
        }


def measure_stops(model: Path, paths: Paths, settings: Settings, rounds: int, progress: Callable[[str], None]) -> Stops:
    """`rounds` of each, in the profile at `paths` (made for this)."""
    speaker = Speaker(model, paths, settings, REPLY)
    speaker.start()
    try:
        speaker.say(QUESTIONS[0])
        writing, reading = [], []
        for round in range(rounds):
            progress(f"stopping a reply, {round + 1} of {rounds}")
            writing.append(speaker.stop_writing(QUESTIONS[round % len(QUESTIONS)]))
            reading.append(speaker.stop_reading(f"{round}. {LONG}"))
        return Stops(tuple(writing), tuple(reading))
    finally:
        speaker.close()
