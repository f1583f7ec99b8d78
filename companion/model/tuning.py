"""How a model is run on this machine (threads, batch, attention, kind of cache) and what was tried to find it out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Protocol, get_args, runtime_checkable

from companion.model.protocol import ModelInfo, StopSignal
from companion.model.threads import Threads, default_threads
from companion.strings import text

KvType = Literal["f16", "q8_0"]

BATCH = 256
"""Prompt tokens read at once where nobody measured: the most that a stop loses, and the steps of the progress."""

REVISION = 1
"""To be raised when something else is tried, or judged otherwise: what was found before is then not used any more."""

TuneProgress = Callable[[str, int, int], None]
"""(what is being tried, steps done, all steps)."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """`batch`: prompt tokens read at once. `flash_attention` None: as `weights.attention` decides. `kv_type`: how the
    cache holds keys and values. Tokens a second are those measured, 0 where nobody measured."""

    read_threads: int
    write_threads: int
    batch: int = BATCH
    flash_attention: bool | None = None
    kv_type: KvType = "f16"
    read_per_second: float = 0.0
    write_per_second: float = 0.0

    @property
    def measured(self) -> bool:
        return self.write_per_second > 0

    @property
    def threads(self) -> Threads:
        return Threads(self.read_threads, self.write_threads)

    @property
    def words(self) -> str:
        """For a person."""
        attention = ""
        if self.flash_attention is not None:
            attention = text("tune.flash") if self.flash_attention else text("tune.plain")
        reads, writes = self.read_threads, self.write_threads
        return text("tune.words", reads=reads, writes=writes, batch=self.batch, attention=attention, cache=self.kv_type)

    def with_threads(self, threads: int | None) -> Tuning:
        """With the number that a person set, if any."""
        return replace(self, read_threads=threads, write_threads=threads) if threads else self


def default_tuning(threads: int | None = None) -> Tuning:
    """What is used where nobody measured; `threads` as the person set them."""
    return Tuning(*default_threads()).with_threads(threads)


@dataclass(frozen=True, slots=True)
class Trial:
    """One value of one thing, tried. `ratio`: its speed ÷ that of the value used until then, the default at first
    (1 for that itself; more is faster); 0 where it could not be measured, and `note` says why."""

    what: str
    value: str
    per_second: float
    ratio: float
    chosen: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class TuneReport:
    """`depth`: tokens of history before what was measured. `steady`: whether the same work took about the same time
    each time; where it did not, something else kept the machine busy."""

    tuning: Tuning
    trials: tuple[Trial, ...]
    depth: int
    seconds: float
    steady: bool

    def json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | None) -> TuneReport | None:
        """What was kept; None for nothing, or for nothing that can be used."""
        try:
            found: dict[str, Any] = json.loads(text or "null")
            tuning = Tuning(**found.pop("tuning"))
            trials = tuple(Trial(**trial) for trial in found.pop("trials"))
            counts = (tuning.read_threads, tuning.write_threads, tuning.batch)
            sound = tuning.kv_type in get_args(KvType) and all(isinstance(n, int) and n > 0 for n in counts)
            return cls(tuning, trials, **found) if sound and tuning.flash_attention in (None, True, False) else None
        except (AttributeError, KeyError, TypeError, ValueError):
            return None


@runtime_checkable
class Tunable(Protocol):
    """A model that runs on this machine and can be tuned to it."""

    @property
    def info(self) -> ModelInfo: ...

    @property
    def tuning(self) -> Tuning:
        """What it is run with now."""

    def tune(self, stop: StopSignal, progress: TuneProgress | None = None) -> TuneReport:
        """Try what is the fastest here. Takes up to a minute; the lanes can be used meanwhile, and `stop` ends it
        at once. Changes nothing. Raises ThinkingStopped, ModelFailed."""

    def use_threads(self, threads: Threads) -> None:
        """Take over the threads at once; the rest of a tuning needs new contexts."""
