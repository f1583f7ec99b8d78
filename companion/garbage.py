"""When Python collects garbage, and what the C library does with memory that is free again.

What is made while a program starts is no garbage.

The collector looks through all of it again and again, for nothing: 70 of the 460 ms until the app's first frame.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from contextlib import suppress

_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's malloc.h."""
ARENAS = 2


def collect_nothing_yet() -> None:
    """The program is starting."""
    gc.disable()


def collect_from_now_on() -> None:
    """All has been loaded: leave it alone, and collect what comes after it. Does nothing the second time."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def collect_in_pauses() -> None:
    """For a program that draws: look through all that has lived long, 50 to 90 ms for the app, not in between but when
    `tidy` is called; by itself only after very much."""
    gc.set_threshold(700, 10, 1_000)


def tidy() -> None:
    """Nobody waits just now."""
    gc.collect()


def share_memory() -> None:
    """Before threads begin: they have few heaps between them. glibc gives each of many threads a heap of its own, up to
    eight a core, and what is free in one is of no use to the others: over 5,000 turns an engine of two dozen threads
    grew by 92 MB, much of it such room (with two, and `give_back`, by 38). Does nothing where the C library is
    another."""
    if sys.platform == "linux" and "MALLOC_ARENA_MAX" not in os.environ:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Nobody waits just now: what the C library holds of memory that is free goes back to the system (1 to 2 ms for an
    engine). It would keep all that lies below something still in use: over 2,000 turns some 20 MB. Does nothing where
    the C library is another."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
