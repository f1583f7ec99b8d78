"""While a Textual app runs, `sys.stderr` is an object whose `fileno()` is -1. Starting a process through
`multiprocessing` passes that number on and fails with "bad value(s) in fds_to_keep",
so a process is started with the real streams in place."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout


@contextmanager
def real_streams() -> Iterator[None]:
    """The process's own standard streams for the length of a call."""
    with redirect_stdout(sys.__stdout__), redirect_stderr(sys.__stderr__):
        yield
