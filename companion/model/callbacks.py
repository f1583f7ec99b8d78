"""What llama.cpp calls while it works, made without importing it: its log, whether to stop, how far loading is."""

from __future__ import annotations

import ctypes
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

logger = logging.getLogger("companion.llama")

_DEBUG, _INFO, _WARNING, _ERROR, _CONTINUED = 1, 2, 3, 4, 5
# llama.cpp's "info" is over a hundred lines for each load.
_LEVELS = {_DEBUG: logging.DEBUG, _INFO: logging.DEBUG, _WARNING: logging.WARNING, _ERROR: logging.ERROR}


class _Log:
    """Joins the pieces of a line and leads it into `logging`. Left alone, llama.cpp writes its log to file
    descriptor 2, across the terminal interface."""

    def __init__(self) -> None:
        self._severity = logging.DEBUG
        self._text = b""
        self.collectors: list[list[str]] = []
        self.expected: list[Callable[[], bool]] = []

    def add(self, level: int, text: bytes) -> None:
        if level != _CONTINUED:
            self._severity, self._text = _LEVELS.get(level, logging.DEBUG), b""
        if self._severity < logging.WARNING and not logger.isEnabledFor(self._severity):
            return
        self._text += text
        if not self._text.endswith(b"\n"):
            return
        line, self._text = self._text.decode("utf-8", "replace").strip(), b""
        if not line:
            return
        logger.log(logging.DEBUG if any(expected() for expected in self.expected) else self._severity, "%s", line)
        if self._severity >= logging.ERROR:
            for collector in self.collectors:
                collector.append(line)


_log = _Log()


def _callback(level: int, text: bytes | None, _data: int | None) -> None:
    # An exception has nowhere to go from here: ctypes would print it across the terminal.
    try:
        _log.add(level, text or b"")
    except Exception:
        logger.debug("a line of llama.cpp's log was lost", exc_info=True)


LOG = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(_callback)
"""For llama_log_set; of the module, so that it lives as long as llama.cpp may call it."""


@contextmanager
def errors() -> Iterator[list[str]]:
    """The error lines said meanwhile (by any thread), the first being the cause of the others."""
    lines: list[str] = []
    _log.collectors.append(lines)
    try:
        yield lines
    finally:
        _log.collectors.remove(lines)


@contextmanager
def unless(expected: Callable[[], bool]) -> Iterator[None]:
    """Complaints are no news while `expected` says so: llama.cpp calls it an error that it was stopped."""
    _log.expected.append(expected)
    try:
        yield
    finally:
        _log.expected.remove(expected)


_Stop = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p)

# A Python function here would be entered for every node of every graph and wait for the GIL each time. `strlen` of
# the stop signal's buffer is a C function that answers the same question: 0 (go on) while the buffer is empty, 1
# (stop) once its first byte is set; C's bool is the low byte of what a function returns.
STOP = ctypes.cast((ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)).strlen, _Stop)
"""For llama_set_abort_callback, with the address of a StopSignal's buffer."""
NEVER_STOP = _Stop()


class LoadProgress:
    """For llama_load_model's progress: passes the share (0–1) on; an exception of `on_progress` ends the loading
    and is kept in `error`. Has to live as long as the loading."""

    def __init__(self, on_progress: Callable[[float], None]) -> None:
        self.error: BaseException | None = None
        self._on_progress = on_progress
        self.callback: Any = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_float, ctypes.c_void_p)(self._report)

    def _report(self, share: float, _data: int | None) -> bool:
        try:
            self._on_progress(share)
        except BaseException as error:
            self.error = error
            return False
        return True
