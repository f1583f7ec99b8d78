"""Lines that a person types, with Ctrl+C heard at every moment of the waiting."""

from __future__ import annotations

import os
import select
import signal
import sys
from types import TracebackType


class TypedLines:
    """Lines of standard input; a context manager, for the main thread.

    A signal that arrives between Python's last look and the system call that waits for the line only sets a flag: the
    call starts all the same, and Ctrl+C seems dead until Enter. On a busy machine that gap is tens of milliseconds
    long. So in a POSIX terminal both are waited for, the line and the byte that each signal writes to a pipe
    (https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd).
    """

    def __enter__(self) -> TypedLines:
        self._pipe: tuple[int, int] | None = None
        self._before = -1
        if sys.platform != "win32" and sys.stdin.isatty():
            self._pipe = os.pipe()
            for end in self._pipe:
                os.set_blocking(end, False)
            self._before = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pipe is not None:
            signal.set_wakeup_fd(self._before)
            for end in self._pipe:
                os.close(end)

    def read(self) -> str:
        """The next line with its end, "" when there are no more. Raises KeyboardInterrupt."""
        if self._pipe is not None:
            waking = self._pipe[0]
            while sys.stdin not in (ready := select.select([sys.stdin, waking], [], [])[0]):
                if waking in ready:
                    os.read(waking, 512)  # the handler itself runs now, and raises where the signal was Ctrl+C
        return sys.stdin.readline()
