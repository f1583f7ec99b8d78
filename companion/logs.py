"""The log file: what a developer needs after a failure, and nothing the person said.

Warnings and worse go to logs/companion.log, which only the person can read. Exceptions are written as their kinds and
the lines of code they passed through: messages and local variables may hold private text.
"""

from __future__ import annotations

import logging
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from companion.paths import Paths

if TYPE_CHECKING:
    from io import TextIOWrapper

MAX_BYTES = 1_000_000
KEPT = 2
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


class _Discreet(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        # Another handler may have formatted the exception before, message and all, and left that in the record.
        theirs, record.exc_text = record.exc_text, None
        try:
            return super().format(record)
        finally:
            record.exc_text = theirs

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name is logging's
        return describe(ei[1]) if ei[1] is not None else ""


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
