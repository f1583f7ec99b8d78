"""Linux: from a thread on, and in all threads and processes that it begins, no internet socket can be made at all.

A seccomp filter (man 2 seccomp, Documentation/userspace-api/seccomp_filter.rst) that answers socket(AF_INET or
AF_INET6, …) with EACCES. It binds native libraries too, and cannot be taken off. A thread that was begun before stays
free: the one that fetches models, when the person asks for one. By hand and not by a package: those there are need a C
library that pip does not install.
"""

from __future__ import annotations

import ctypes
import errno
import logging
import platform
import queue
import struct
import sys
import threading

log = logging.getLogger(__name__)

PR_SET_NO_NEW_PRIVS = 38
SECCOMP_SET_MODE_FILTER = 1
SECCOMP_FILTER_FLAG_SPEC_ALLOW = 1 << 2  # or older kernels would slow the whole thread down
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EACCES
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_AF_INET, _AF_INET6 = 2, 10
_MACHINES = {
    # number of seccomp(2), AUDIT_ARCH_…, numbers of socket(2); the second of x86-64 is that of its x32 calls
    "x86_64": (317, 0xC000003E, (41, 0x40000000 + 41)),
    "aarch64": (277, 0xC00000B7, (198, 198)),
}


class Outside:
    """A thread that is begun before the internet is closed, and begins others, which are free as it is."""

    def __init__(self) -> None:
        self._asked: queue.SimpleQueue[tuple[threading.Thread, threading.Event]] = queue.SimpleQueue()
        threading.Thread(target=self._begin, name="outside", daemon=True).start()

    def start(self, thread: threading.Thread) -> None:
        """As `thread.start()`."""
        begun = threading.Event()
        self._asked.put((thread, begun))
        begun.wait()

    def _begin(self) -> None:
        while True:
            thread, begun = self._asked.get()
            thread.start()
            begun.set()


_outside: Outside | None = None


def start_free(thread: threading.Thread) -> None:
    """Begin a thread that may make internet sockets though this one may not: for what the person asked for."""
    if _outside is None:
        thread.start()
    else:
        _outside.start(thread)


def is_closed() -> bool:
    """Whether this process closed the internet to itself."""
    return _outside is not None


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def close_internet() -> bool:
    """Whether it is closed from here on, for this thread and those it begins, but for `start_free`. False where the
    system knows no such filter."""
    global _outside
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None or struct.calcsize("P") != 8:
        return False
    seccomp, architecture, calls = machine
    steps = _filter(architecture, calls)
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(steps), ctypes.cast(buffer, ctypes.c_void_p))
    outside = Outside()
    libc = ctypes.CDLL(None, use_errno=True)
    flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW
    if (
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
        or libc.syscall(seccomp, SECCOMP_SET_MODE_FILTER, flags, ctypes.byref(program)) != 0
    ):
        log.info("the system takes no filter: %s", errno.errorcode.get(ctypes.get_errno(), "?"))
        return False
    _outside = outside
    return True


def _filter(architecture: int, calls: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """(code, steps to skip if so, steps to skip if not, operand); offsets are those of struct seccomp_data."""
    return [
        (_LOAD, 0, 0, 4),  # arch
        (_EQUAL, 0, 6, architecture),
        (_LOAD, 0, 0, 0),  # nr
        (_EQUAL, 1, 0, calls[0]),
        (_EQUAL, 0, 3, calls[1]),
        (_LOAD, 0, 0, 16),  # the low half of the first argument
        (_EQUAL, 2, 0, _AF_INET),
        (_EQUAL, 1, 0, _AF_INET6),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
