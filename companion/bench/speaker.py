"""A person at a Companion, for the speed bench: says things, types, stops, and looks at the clock."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from companion.companion import Companion
from companion.errors import CompanionError
from companion.events import Event, PromptRead, ReplyFailed, ReplyFinished, ReplyToken
from companion.model.llama import LlamaModel
from companion.paths import Paths
from companion.records import ReplyReport
from companion.settings import Settings

TYPED_PER_SECOND = 10
"""Characters: a quick typist (120 words a minute)."""
HEARD = 0.25
"""Seconds between two times that the engine hears what is typed so far, as in the app."""
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as the person would see it: milliseconds from Enter to the first text, pieces of text a second."""

    report: ReplyReport
    first_ms: float
    per_second: float
    tokens: int


class Speaker:
    """`limit`: pieces of text after which a reply is stopped. `start` before anything else."""

    def __init__(self, model: Path, paths: Paths, settings: Settings, limit: int) -> None:
        self._path = model
        self._paths = paths
        self._settings = settings
        self._limit = limit
        self._times: list[float] = []
        self._reading, self._ended = threading.Event(), threading.Event()
        self._ended_at = 0.0
        self.model: LlamaModel
        self.companion: Companion

    def open_model(self) -> LlamaModel:
        """As the program opens it on a machine where nothing was tried."""
        return LlamaModel.open(self._path, context=self._settings.model.context, threads=self._settings.model.threads)

    def start(self, tier: int = 0) -> float:
        """Open and wait until all is ready; the seconds it took."""
        began = time.perf_counter()
        memory = self._settings.memory.model_copy(update={"tier": tier})
        settings = self._settings.model_copy(update={"memory": memory})
        self.model = self.open_model()
        self.companion = Companion(self._paths, settings, index=False, nights=False, chat=True, model=self.model)
        self.companion.start()
        self.companion.subscribe(self._event)
        self.companion.settle()
        return time.perf_counter() - began

    def restart(self, tier: int = 0) -> float:
        self.companion.close()
        return self.start(tier)

    def close(self) -> None:
        self.companion.close()

    def say(self, text: str, *, typed: bool = False) -> Said:
        """Say it once everything else is done; `typed`: key by key before, and Enter right after the last."""
        self.companion.settle()
        if typed:
            self._type(text)
        self._times = []
        sent = time.perf_counter()
        report = self.companion.ask(text)
        times = self._times
        seconds = times[-1] - times[0] if len(times) > 1 else 0.0
        first = (times[0] - sent) * 1000 if times else report.first_token_ms
        return Said(report, first, (len(times) - 1) / seconds if seconds else 0.0, len(times))

    def stop_writing(self, text: str) -> float:
        """Milliseconds from asking to stop in the middle of a reply to its end, with all of it on disk."""
        self.companion.settle()
        self._times = []
        self._ended.clear()
        self.companion.send(text)
        ended = time.perf_counter() + PATIENCE
        while len(self._times) <= self._limit // 4 and not self._ended.is_set() and time.perf_counter() < ended:
            time.sleep(0.001)
        return self._stop()

    def stop_reading(self, text: str) -> float:
        """The same while the message is being read."""
        self.companion.settle()
        self._reading.clear()
        self._ended.clear()
        self.companion.send(text)
        if not self._reading.wait(PATIENCE):
            raise CompanionError("it did not begin to read")
        return self._stop()

    def _stop(self) -> float:
        asked = time.perf_counter()
        self.companion.stop()
        if not self._ended.wait(PATIENCE):
            raise CompanionError("it did not stop")
        return (self._ended_at - asked) * 1000

    def _type(self, text: str) -> None:
        step = max(1, round(TYPED_PER_SECOND * HEARD))
        for end in range(step, len(text) + 1, step):
            time.sleep(HEARD)
            self.companion.typing(text[:end])
        time.sleep(len(text) % step / TYPED_PER_SECOND)

    def _event(self, event: Event) -> None:
        match event:
            case ReplyToken():
                self._times.append(time.perf_counter())
                if len(self._times) == self._limit:
                    self.companion.stop()
            case PromptRead(done=0):
                self._reading.set()
            case ReplyFinished() | ReplyFailed():
                self._ended_at = time.perf_counter()
                self._ended.set()
