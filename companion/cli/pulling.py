"""Bytes that come, on standard error."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable

from companion.text import one_line
from companion.ui.model_text import PullMeter

_EVERY = 0.2
"""Seconds between two lines in a terminal; elsewhere there is one for each tenth."""


class PullLine:
    """`__call__(done, total, what)`: a line that is written over in a terminal, elsewhere one now and then."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._meter = PullMeter(clock)
        self._terminal = sys.stderr.isatty()
        self._shown = -_EVERY
        self._tenth = -1

    def __enter__(self) -> PullLine:
        return self

    def __call__(self, done: int, total: int, what: str) -> None:
        now, fresh = self._clock(), what != self._meter.what
        self._meter.note(done, total, what)
        tenth = 10 * done // total if total else done // 100_000_000
        due = (now - self._shown >= _EVERY or done == total) if self._terminal else tenth != self._tenth
        if not fresh and not due:
            return
        self._tenth, self._shown = tenth, now
        if self._terminal:
            line = f"{one_line(what, 44)}: {self._meter.words}"
            # A line that wraps cannot be written over.
            sys.stderr.write("\r\x1b[K" + line[: max(20, shutil.get_terminal_size().columns - 1)])
        else:
            sys.stderr.write(f"{one_line(what, 90)}: {self._meter.words}\n")
        sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        if self._terminal and self._meter.what:
            sys.stderr.write("\n")
