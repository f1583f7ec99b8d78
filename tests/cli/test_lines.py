"""Lines that a person types."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from companion.cli.lines import TypedLines

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The other end of a terminal that is this process's standard input."""
    keyboard, terminal = os.openpty()
    with os.fdopen(terminal) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield keyboard
    os.close(keyboard)


def test_lines_are_read_one_by_one(keyboard: int) -> None:
    os.write(keyboard, b"one\ntwo\n\x04")
    with TypedLines() as lines:
        assert [lines.read(), lines.read(), lines.read()] == ["one\n", "two\n", ""]


def test_ctrl_c_is_heard_although_no_system_call_of_the_waiting_thread_was_interrupted(keyboard: int) -> None:
    # SIGINT is blocked here and taken by another thread: exactly what a signal in the wrong instant looks like.
    waiting, heard, freed = threading.Event(), threading.Event(), threading.Event()

    def press() -> None:
        waiting.wait()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        os.kill(os.getpid(), signal.SIGINT)
        if not heard.wait(20):
            freed.set()
            os.write(keyboard, b"Enter ends the wait\n")

    def wait_for_a_line() -> None:
        with TypedLines() as lines:
            waiting.set()
            lines.read()

    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    pressing = threading.Thread(target=press)
    pressing.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            wait_for_a_line()
        heard.set()
        assert not freed.is_set()
    finally:
        pressing.join()
        signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def test_what_hears_signals_otherwise_is_put_back(keyboard: int) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing)
    try:
        with TypedLines():
            pass
        assert signal.set_wakeup_fd(before) == writing
    finally:
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
