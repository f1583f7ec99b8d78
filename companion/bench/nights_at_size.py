"""How long a night over much memory takes, and how much room it needs while it runs."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import time as clock_time

import psutil

from companion.clock import SetClock
from companion.memory.forgetting import curve
from companion.mind.sleep import Sleep
from companion.settings import Settings
from companion.store.store import Store

CAUGHT_UP = 400
"""Nights that are caught up at once."""
_EVERY = 0.01
"""Seconds between two looks at the memory of the process."""


@dataclass(frozen=True)
class Night:
    """`nights` were slept in one pass, in which `moved` memories changed their state. `megabytes`: what the process
    held at most beyond what it held before."""

    nights: int
    moved: int
    seconds: float
    megabytes: float

    def json(self) -> dict[str, object]:
        return {
            "nights": self.nights,
            "moved": self.moved,
            "seconds": round(self.seconds, 2),
            "mb": round(self.megabytes, 1),
        }


def sleep_at_size(store: Store, clock: SetClock, settings: Settings) -> dict[str, Night]:
    """The first night of all that was lived, the next one, and CAUGHT_UP at once. The clock moves on with them."""
    sleep = Sleep(store, clock, curve(settings.memory.curve), clock_time(3, 30))
    found = {}
    for name, days in (("first", 0), ("next", 1), ("caught up", CAUGHT_UP)):
        clock.advance(days=days)
        found[name] = _measured(sleep)
    return found


def _measured(sleep: Sleep) -> Night:
    with _Peak() as peak:
        started = time.perf_counter()
        report = sleep.run()
        seconds = time.perf_counter() - started
    return Night(len(report.nights), report.dormant + report.archived + report.woken, seconds, peak.megabytes)


class _Peak:
    """How much more memory the process held at most than at the beginning."""

    def __enter__(self) -> _Peak:
        self._process = psutil.Process()
        self._base: int = self._process.memory_info().rss
        self._most = self._base
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY):
            self._most = max(self._most, self._process.memory_info().rss)

    @property
    def megabytes(self) -> float:
        return float(self._most - self._base) / 1e6
