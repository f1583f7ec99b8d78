"""Being asked to end by the system: SIGTERM, and SIGHUP when the terminal is closed.

Textual ends on neither with `on_unmount` or `finally`. And a terminal that is gone can stop it from ending at all: its
writer thread dies of the first failed write, and the next thirty writes fill a queue that the event loop then waits on
for ever (textual 8.2.8, drivers/_writer_thread.py). So leaving has a deadline that does not depend on the loop.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

GRACE = 1.5
"""Seconds from the signal to the end of the process at the latest. The engine ends with its pipe."""
_NAMES = ("SIGTERM", "SIGHUP")


@contextmanager
def on_termination(leave: Callable[[int], None], *, to_the_end: bool = False) -> Iterator[None]:
    """While it lasts, such a signal calls `leave` with the exit code, on the main thread between two instructions;
    `leave` must only schedule, or raise SystemExit. It is called once: who asks again changes nothing. Afterwards
    handlers are put back and deadlines are off, unless they hold `to_the_end` of the process. Signals that are ignored
    (nohup) stay so; elsewhere than on the main thread nothing changes."""

    deadlines: list[threading.Timer] = []

    def asked(number: int, _: object) -> None:
        code = 128 + number
        if deadlines:
            return
        deadline = threading.Timer(GRACE, _end_now, (code,))
        deadline.daemon = True
        deadline.start()
        deadlines.append(deadline)
        leave(code)

    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        numbers = []
    numbers = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, asked) for number in numbers}
    try:
        yield
    finally:
        if not to_the_end:
            for deadline in deadlines:
                deadline.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_now(code: int) -> None:
    """The end without another word, for what this process started too: an engine that hangs would not notice."""
    if "multiprocessing" in sys.modules:
        with suppress(Exception):
            for child in sys.modules["multiprocessing"].active_children():
                child.kill()
    os._exit(code)
