"""SIGTERM and SIGHUP end a Textual app without `on_unmount` or `finally`, and without restoring the terminal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

_NAMES = ("SIGTERM", "SIGHUP")


def on_termination(leave: Callable[[], object]) -> None:
    """Call `leave` on the running loop when the process is asked to end. Without effect where the loop cannot
    watch signals (Windows, or a thread other than the main one)."""
    loop = asyncio.get_running_loop()
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, leave)
        except (NotImplementedError, RuntimeError, ValueError):
            return
