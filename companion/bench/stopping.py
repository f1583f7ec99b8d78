"""How long a reflection that is thinking goes on after the person has pressed Enter.

The real loop: a model of tier 2 (set by hand) puts what was said into words in the background; while it reads or
writes, the next message is sent, and the time until llama.cpp has let go is taken.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from companion.bench.sayings import FACTS, QUESTIONS
from companion.companion import Companion
from companion.events import Event, ReplyFailed, ReplyFinished, ReplyToken, ThoughtsFormed
from companion.model.llama import LlamaModel
from companion.model.protocol import Generation, Lane
from companion.paths import Paths
from companion.settings import Settings

SHORT = 4
"""Pieces of text after which a reply is stopped: only what comes after it is measured."""
PATIENCE = 120.0
"""Seconds in which a reflection must have begun, or ended."""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stopping:
    """Milliseconds from sending to the end of thinking, by round; the jobs left at the end, once all was thought."""

    ms: tuple[float, ...]
    left: int

    @property
    def median(self) -> float:
        return median(self.ms)

    @property
    def worst(self) -> float:
        return max(self.ms)


class _Watched:
    """A model that tells when thinking begins, and when it ends early."""

    def __init__(self, model: LlamaModel) -> None:
        self._model = model
        self.began, self.ended = threading.Event(), threading.Event()
        self.stopped_at = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def generate(self, *args: Any, lane: Lane = "talk", **rest: Any) -> Generation:
        if lane == "think":
            self.ended.clear()
            self.began.set()
        answer = self._model.generate(*args, lane=lane, **rest)
        if lane == "think":
            self.stopped_at = time.perf_counter() if answer.finish == "stopped" else 0.0
            self.began.clear()
            self.ended.set()
        return answer


def measure_stopping(model: LlamaModel, paths: Paths, settings: Settings, rounds: int, progress: Progress) -> Stopping:
    """`rounds` messages, each sent while the one before is thought about, in the profile at `paths` (made for this)."""
    watched = _Watched(model)
    settings = settings.model_copy(update={"memory": settings.memory.model_copy(update={"tier": 2})})
    companion = Companion(paths, settings, index=False, model=watched)
    found: list[float] = []
    pieces = 0
    answered = threading.Event()

    def cut_short(event: Event) -> None:
        nonlocal pieces
        if isinstance(event, ReplyToken):
            pieces += 1
            if pieces == SHORT:
                companion.stop()
        elif isinstance(event, ReplyFinished | ReplyFailed):
            answered.set()
        elif isinstance(event, ThoughtsFormed):
            watched.began.set()  # nothing of this message needed the model

    companion.start()
    companion.subscribe(cut_short)
    try:
        for round in range(2 * rounds):
            if len(found) == rounds:
                break
            progress(f"stopping a reflection, {len(found) + 1} of {rounds}")
            pieces = 0
            watched.stopped_at = 0.0
            companion.ask(FACTS[round % len(FACTS)])
            if not watched.began.wait(PATIENCE):
                continue
            sent = time.perf_counter()
            pieces = 0
            answered.clear()
            companion.send(QUESTIONS[round % len(QUESTIONS)])
            watched.ended.wait(PATIENCE)
            answered.wait(PATIENCE)
            if watched.stopped_at:
                found.append(1000 * (watched.stopped_at - sent))
            companion.settle()
        companion.settle()
        return Stopping(tuple(found), companion.status().pending_jobs)
    finally:
        companion.close()
