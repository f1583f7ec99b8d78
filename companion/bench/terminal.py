"""A program in a pseudo terminal, from the outside. POSIX only."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

SIZE = (30, 100)
_ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]")


def available() -> bool:
    return sys.platform != "win32"


def _opened() -> tuple[int, int]:
    """Both ends of a new pseudo terminal, ours first."""
    if sys.platform == "win32":
        raise OSError("there are no pseudo terminals here: ask `available` first")
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    return ours, theirs


class Terminal:
    """Runs `command` in a terminal of its own and remembers what it writes."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._master, slave = _opened()
        self.started = time.perf_counter()
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            list(command),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**environment, "TERM": "xterm-256color", "COLUMNS": str(SIZE[1]), "LINES": str(SIZE[0])},
            start_new_session=True,
        )
        os.close(slave)
        self.written = b""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.until(lambda: self.process.poll() is not None, 5)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)

    @property
    def text(self) -> str:
        """What was written, without its escape sequences."""
        return _ESCAPES.sub(b"", self.written).decode("utf-8", "replace")

    def since(self, at: int) -> str:
        """What was written from byte `at` on, without its escape sequences."""
        return _ESCAPES.sub(b"", self.written[at:]).decode("utf-8", "replace")

    def type(self, text: str) -> None:
        """Press these keys; Enter is \\r."""
        os.write(self._master, text.encode())

    def until(self, done: Callable[[], bool], patience: float) -> float:
        """Read on until `done` or for `patience` seconds. Returns the seconds since the start, or infinity."""
        end = time.perf_counter() + patience
        while not done():
            left = end - time.perf_counter()
            if left <= 0:
                return float("inf")
            ready, _, _ = select.select([self._master], [], [], min(left, 0.05))
            if ready:
                try:
                    self.written += os.read(self._master, 65_536)
                except OSError:  # Linux: the other end is closed
                    return time.perf_counter() - self.started if done() else float("inf")
        return time.perf_counter() - self.started
