"""The log file: what a developer needs after a failure, and nothing the person said.

Warnings and worse go to logs/companion.log, which only the person can read. Exceptions are written as their kinds and
the lines of code they passed through: messages and local variables may hold private text. Of other libraries' warnings
only the place is written, for the same reason. What libraries print in the engine goes to logs/engine.log. Both are
bounded.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import traceback
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from companion.errors import CompanionError
from companion.paths import Paths
from companion.text import sanitise

if TYPE_CHECKING:
    from io import TextIOWrapper

MAX_BYTES = 1_000_000
KEPT = 2
LOOK = 30.0
"""Seconds between two looks at how large the output of libraries is."""
_WARNING = re.compile(r".{1,300}?:\d+: \w{1,60}(?=:)")
"""Where a warning of Python's comes from and what kind it is: the rest is its words."""
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

logger = logging.getLogger("companion")


def log_file(paths: Paths) -> Path:
    return paths.logs / "companion.log"


def start_logging(paths: Paths) -> None:
    """Lead warnings of every library into the log file. Nothing is created before there is something to write,
    and a log that cannot be written never gets in the way."""
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _QuietFile)]:
        root.removeHandler(old)
        old.close()
    handler = _QuietFile(log_file(paths), maxBytes=MAX_BYTES, backupCount=KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s (%(threadName)s): %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    threading.excepthook = _thread_failed
    sys.excepthook = _failed
    sys.unraisablehook = _unraisable
    logging.captureWarnings(True)
    # Handlers that a library brings along print what cannot be formatted, arguments and all.
    logging.raiseExceptions = False


def describe(error: BaseException) -> str:
    """The kinds of `error` and its causes with the code they passed through; no message, no variable."""
    parts: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = "".join(traceback.format_tb(current.__traceback__)).rstrip()
        # What an import error says is about code, and without it the log would be of no use.
        why = f": {current}" if isinstance(current, ImportError) else ""
        parts.append(f"{frames}\n{type(current).__module__}.{type(current).__qualname__}{why}".lstrip("\n"))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\ncaused by\n".join(parts)


def open_output(paths: Paths) -> int:
    """A file descriptor for what libraries print, appending to logs/engine.log; what was there is put aside once it is
    large. Raises OSError."""
    file = paths.logs / "engine.log"
    with suppress(OSError):
        if file.stat().st_size > MAX_BYTES:
            file.replace(file.with_name("engine.log.1"))
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def keep_off_the_screen(paths: Paths) -> None:
    """Whatever a library prints goes to the log: the screen belongs to the interface."""
    try:
        paths.prepare()
        output = open_output(paths)
    except (OSError, CompanionError):
        output = os.open(os.devnull, os.O_WRONLY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.close(output)
    os.close(nothing)
    keep_short(2)
    start_logging(paths)


def keep_short(descriptor: int, every: float = LOOK) -> None:
    """Empty the file behind `descriptor` whenever it has grown large, as long as this process lives: a library that
    prints without end must not fill the disk."""

    def look() -> None:
        while True:
            waiting.wait(every)
            with suppress(OSError):
                if os.fstat(descriptor).st_size > MAX_BYTES:
                    os.ftruncate(descriptor, 0)

    waiting = threading.Event()
    threading.Thread(target=look, name="log-keeper", daemon=True).start()


class _Discreet(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        if not (record.name == logger.name or record.name.startswith(f"{logger.name}.")):
            record = _withheld(record)
        # Another handler may have formatted the exception before, message and all, and left that in the record.
        theirs, record.exc_text = record.exc_text, None
        try:
            return sanitise(super().format(record))  # who looks at it does so in a terminal
        finally:
            record.exc_text = theirs

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name is logging's
        return describe(ei[1]) if ei[1] is not None else ""


def _withheld(record: logging.LogRecord) -> logging.LogRecord:
    """The record without its words: libraries quote what they were given. The place says which warning it was."""
    kept = logging.makeLogRecord(record.__dict__)
    place = f"{Path(record.pathname).name}:{record.lineno} in {record.funcName}"
    if record.name == "py.warnings" and (told := _WARNING.match(record.getMessage())) is not None:
        place = told[0]
    kept.msg, kept.args = place, ()
    kept.stack_info = None
    return kept


class _QuietFile(RotatingFileHandler):
    """Makes its folder when it is first needed; what cannot be logged is not shown on screen either."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        return


def _thread_failed(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        logger.error("a thread ended with an error", exc_info=args.exc_value)


def _failed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The end of a program of ours by an error nobody caught: its way goes to the log, its message nowhere."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logger.error("ended by an error\n%s", describe(error))


def _unraisable(args: sys.UnraisableHookArgs) -> None:
    if args.exc_value is not None:
        logger.error("an error that could not be raised", exc_info=args.exc_value)
