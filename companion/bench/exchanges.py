"""Companion's turns against bare llama.cpp: same model file, same threads, same number of tokens, turn about.

The two sides alternate within one run, so that whatever else the machine does hits both; only ratios of medians are
worth comparing between machines.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from companion.bench.sayings import FACTS, QUESTIONS, STORIES, WARM_UP
from companion.bench.stopping import Stopping, measure_stopping
from companion.companion import Companion
from companion.events import Event, ReplyToken
from companion.model.bare import BareModel
from companion.model.llama import LlamaModel
from companion.model.protocol import Message, Sampling
from companion.model.threads import Threads, default_threads
from companion.paths import Paths
from companion.records import ReplyReport
from companion.settings import Settings

HISTORY = 2_000
"""Tokens of history before anything is measured."""
SHORT_REPLY = 24
"""Tokens after which a reply that only makes history is stopped."""
REPLY = 48
"""Tokens after which a measured reply is stopped."""
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Pair:
    """One turn on both sides. `read` is the number of tokens both had to read."""

    ours_first_ms: float
    bare_first_ms: float
    ours_per_second: float
    bare_per_second: float
    read: int
    prompt: int


@dataclass
class Exchanges:
    warm: list[Pair] = field(default_factory=list)
    after_reflection: list[Pair] = field(default_factory=list)
    stopping: Stopping = field(default_factory=lambda: Stopping((), 0))

    def first_token(self, pairs: list[Pair]) -> float:
        """How many times as long as bare llama.cpp a first token takes."""
        return median(pair.ours_first_ms for pair in pairs) / median(pair.bare_first_ms for pair in pairs)

    @property
    def decode(self) -> float:
        """Our speed of writing as a share of bare llama.cpp's."""
        pairs = self.warm + self.after_reflection
        return median(pair.ours_per_second for pair in pairs) / median(pair.bare_per_second for pair in pairs)


def measure_exchanges(model_path: Path, paths: Paths, settings: Settings, rounds: int, progress: Progress) -> Exchanges:
    """`rounds` turns of each sort after a history of HISTORY tokens, in the profile at `paths` (made for this)."""
    wanted = settings.model.threads
    threads = Threads(wanted, wanted) if wanted else default_threads()
    context = settings.model.context
    result = Exchanges()
    model = LlamaModel.open(model_path, context=context, threads=wanted)
    ours = _Ours(Companion(paths, settings, index=False, model=model))
    try:
        bare = BareModel(model_path, context=model.info.context_tokens, threads=threads)
        try:
            progress(f"making a history of {HISTORY:,} tokens")
            ours.make_history()
            ours.companion.settle()
            _think(model)
            _pair(ours, bare, WARM_UP)  # first times of everything; not counted
            for round in range(rounds):
                progress(f"turn {2 * round + 1} of {2 * rounds}")
                ours.companion.settle()
                result.warm.append(_pair(ours, bare, QUESTIONS[2 * round % len(QUESTIONS)]))
                progress(f"turn {2 * round + 2} of {2 * rounds}, right after thinking")
                _think(model)
                ours.companion.settle()  # the reflection on the turn before
                result.after_reflection.append(_pair(ours, bare, QUESTIONS[(2 * round + 1) % len(QUESTIONS)]))
        finally:
            bare.close()
        ours.companion.close()
        home = Paths(data=paths.data / "stopping", config=paths.config / "stopping")
        result.stopping = measure_stopping(
            LlamaModel.open(model_path, context=context), home, settings, rounds, progress
        )
    finally:
        ours.companion.close()
    return result


def _pair(ours: _Ours, bare: BareModel, text: str) -> Pair:
    turn = ours.turn(text, REPLY)
    held = turn.report.prompt_tokens - turn.report.read_tokens
    bare.hold(held)
    first = bare.first_token_ms(turn.report.read_tokens)
    speed = bare.tokens_per_second(max(2, turn.tokens - 1))
    return Pair(turn.first_ms, first, turn.per_second, speed, turn.report.read_tokens, turn.report.prompt_tokens)


def _think(model: LlamaModel) -> None:
    """What a reflecting model would do: read a page in the thinking lane, write a line."""
    page = Message("user", "\n".join(STORIES[:4]) + "\nSay in one sentence what this is about.")
    model.generate([page], Sampling(max_tokens=24), on_text=lambda _: None, lane="think")


@dataclass(frozen=True, slots=True)
class _Turn:
    report: ReplyReport
    first_ms: float
    per_second: float
    tokens: int


class _Ours:
    """A started Companion whose replies are timed from the outside, as the person would: from sending to seeing."""

    def __init__(self, companion: Companion) -> None:
        self.companion = companion
        self._limit = 0
        self._times: list[float] = []
        companion.start()
        companion.subscribe(self._event)

    def _event(self, event: Event) -> None:
        if isinstance(event, ReplyToken):
            self._times.append(time.perf_counter())
            if len(self._times) == self._limit:
                self.companion.stop()

    def turn(self, text: str, limit: int) -> _Turn:
        """Say `text` and wait for the reply, stopped after `limit` pieces of text."""
        self._limit = limit
        self._times = []
        sent = time.perf_counter()
        report = self.companion.ask(text)
        times = self._times
        steps = max(1, len(times) - 1)
        seconds = times[-1] - times[0] if len(times) > 1 else 0.0
        return _Turn(report, (times[0] - sent) * 1000, steps / seconds if seconds else 0.0, len(times))

    def make_history(self) -> None:
        """Memories of another time, then a conversation of HISTORY tokens."""
        for fact in FACTS:
            self.companion.add_memory(fact)
        self.companion.settle()
        used, told = 0, 0
        while used < HISTORY:
            report = self.turn(STORIES[told % len(STORIES)], SHORT_REPLY).report
            used = report.prompt_tokens + report.reply_tokens
            told += 1
