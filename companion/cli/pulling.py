"""Bytes that come, on standard error; sizes, rates and times in words."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from companion.text import one_line
from companion.ui.format import amount, duration

_EVERY = 0.2
"""Seconds between two lines in a terminal; elsewhere there is one for each tenth."""
_WINDOW = 5.0
"""Seconds over which the rate is taken."""


class PullLine:
    """`__call__(done, total, what)`: a line that is written over in a terminal, elsewhere one now and then."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._terminal = sys.stderr.isatty()
        self._shown = -_EVERY
        self._what = ""
        self._tenth = -1
        self._points: list[tuple[float, int]] = []

    def __enter__(self) -> PullLine:
        return self

    def __call__(self, done: int, total: int, what: str) -> None:
        now = self._clock()
        if what != self._what:
            self._points.clear()
        self._points.append((now, done))
        while len(self._points) > 2 and now - self._points[0][0] > _WINDOW:
            self._points.pop(0)
        tenth = 10 * done // total if total else done // 100_000_000
        fresh = what != self._what
        due = (now - self._shown >= _EVERY or done == total) if self._terminal else tenth != self._tenth
        if not fresh and not due:
            return
        self._what, self._tenth, self._shown = what, tenth, now
        line = self._line(done, total)
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{one_line(what, 44)}: {line}")
        else:
            sys.stderr.write(f"{one_line(what, 90)}: {line}\n")
        sys.stderr.flush()

    def _line(self, done: int, total: int) -> str:
        parts = [f"{amount(done)} of {amount(total)}" if total else amount(done)]
        (first, before), (last, now) = self._points[0], self._points[-1]
        rate = (now - before) / (last - first) if last - first >= 0.5 else 0.0
        if rate > 0:
            parts.append(f"{amount(round(rate))}/s")
            if total:
                parts.append(f"{duration((total - done) / rate)} left")
        return ", ".join(parts)

    def __exit__(self, *_: object) -> None:
        if self._terminal and self._what:
            sys.stderr.write("\n")
