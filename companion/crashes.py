"""Native crashes of the engine: what was running when it died, known to the next one.

A library that is not Python can end the process at once (SIGSEGV, SIGABRT and their like). Python's faulthandler then
writes the code that each thread was in to logs/crash.txt: files, lines and names of functions, no text and no variable.
The next engine reads whose code it was.
"""

from __future__ import annotations

import faulthandler
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import IO

from companion.paths import Paths

MAX_BYTES = 200_000
_CURRENT = re.compile(r"^Current thread[^\n]*\n((?: [^\n]*\n?)*)", re.MULTILINE)
_open_file: IO[bytes] | None = None


def running(paths: Paths) -> Path:
    """Where a crash of this engine is written."""
    return paths.logs / "crash.txt"


def last(paths: Paths) -> Path:
    """What the latest crash left, until somebody has drawn the conclusion."""
    return paths.logs / "crashed.txt"


def watch(paths: Paths) -> None:
    """From now on a native crash of this process is written down; one of an earlier process is put aside. Never in the
    way: a log that cannot be written is none."""
    global _open_file
    with suppress(OSError):
        written = running(paths)
        if written.is_file() and written.stat().st_size:
            written.replace(last(paths))
    with suppress(OSError, ValueError):
        descriptor = os.open(running(paths), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        _open_file = os.fdopen(descriptor, "wb", buffering=0)
        faulthandler.enable(_open_file)


def ended_well(paths: Paths) -> None:
    """The process ends as it should: nothing is left to be read."""
    with suppress(OSError):
        if not running(paths).stat().st_size:
            running(paths).unlink()


def blames(report: Path, package: str) -> bool:
    """Whether `package` was running in the thread that crashed; in any thread, when none of Python's crashed. False
    where there is no report."""
    try:
        with report.open("rb") as stream:
            told = stream.read(MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return False
    current = _CURRENT.search(told)
    frames = current[1] if current is not None and "File " in current[1] else told
    return re.search(rf"[/\\]{re.escape(package)}[/\\]", frames) is not None
