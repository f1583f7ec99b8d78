"""The log: warnings and faults for whoever looks after the program, never what the person said."""

from __future__ import annotations

import logging
import os
from logging.handlers import RotatingFileHandler

from companion.paths import Paths

_MARK = "_companion_log"


def configure_logging(paths: Paths) -> None:
    """Warnings and worse go to logs/companion.log (0600, rotating). A log that cannot be written is done without."""
    root = logging.getLogger()
    if any(getattr(handler, _MARK, False) for handler in root.handlers):
        return
    handler: logging.Handler
    try:
        handler = RotatingFileHandler(
            paths.logs / "companion.log", maxBytes=1_000_000, backupCount=2, encoding="utf-8", delay=False
        )
        if os.name == "posix":
            (paths.logs / "companion.log").chmod(0o600)
    except OSError:
        handler = logging.NullHandler()
    setattr(handler, _MARK, True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
