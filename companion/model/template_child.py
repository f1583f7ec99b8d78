"""A chat template that is rendered in a child process (`template_worker`), which may take so long and no longer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import weakref
from typing import Any

SECONDS = 5.0
"""For compiling it, and for each rendering; either is a matter of milliseconds."""
STARTING = 30.0
"""Seconds that the process may take to start, on a machine that is busy with other things."""
LONGEST_ANSWER = 64 << 20
_KEPT = ("PATH", "PYTHONPATH", "PYTHONHOME", "SYSTEMROOT", "TZ", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
"""Of the environment: the key of a model's server is none of a template's business."""


class TemplateFailed(Exception):
    """It says so itself."""


class TemplateRunaway(Exception):
    """It took too long, or too much memory, or wrote too much."""


class TemplateChild:
    """Started when something is rendered first. May be used from any thread."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[..., Any] | None = None

    def render(self, values: dict[str, Any]) -> str:
        """Raises TemplateFailed, TemplateRunaway, OSError when no process can be started."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            return self._ask({"values": values}, SECONDS)

    def _start(self) -> None:
        hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "companion.model.template_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            creationflags=hidden,
            start_new_session=True,  # Ctrl+C in the terminal is not for it; it ends when its input does
        )
        self._process = process
        self._end = weakref.finalize(self, _kill, process)
        self._ask(None, STARTING)
        self._ask({"source": self._source}, SECONDS)

    def _ask(self, what: dict[str, Any] | None, seconds: float) -> str:
        """The answer to `what`, or to nothing: that it is there."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise TemplateRunaway("no process")
        killer = threading.Timer(seconds, process.kill)
        killer.daemon = True
        killer.start()
        try:
            if what is not None:
                process.stdin.write(json.dumps(what).encode() + b"\n")
                process.stdin.flush()
            line = process.stdout.readline(LONGEST_ANSWER)
        except OSError:
            line = b""
        finally:
            killer.cancel()
        if not line.endswith(b"\n"):
            self._give_up()
            raise TemplateRunaway
        answer = json.loads(line)
        if "error" not in answer:
            return str(answer["text"])
        if answer.get("runaway"):
            raise TemplateRunaway
        raise TemplateFailed(answer["error"])

    def _give_up(self) -> None:
        if self._end is not None:
            self._end()
        self._process = self._end = None


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:  # what was not written yet has nobody to go to
                continue
    process.wait()
