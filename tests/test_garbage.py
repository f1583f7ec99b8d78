"""Memory that is free again serves every thread, and other programs."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from companion.garbage import ARENAS

THREADS = """
import ctypes, sys, threading
from companion import garbage
if sys.argv[1] == "shared":
    garbage.share_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(12)
def take():
    together.wait()
    libc.malloc(50_000)
    together.wait()
threads = [threading.Thread(target=take) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.malloc_stats()
"""

FREED = """
import ctypes, psutil
from companion import garbage
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
held = [libc.malloc(50_000) for _ in range(1_000)]
for each in held:
    ctypes.memset(each, 1, 50_000)
for each in held[:-1]:  # the last one stands on top of all the others
    libc.free(each)
before = psutil.Process().memory_info().rss
garbage.give_back()
print(before - psutil.Process().memory_info().rss)
"""


def heaps(how: str) -> int:
    without = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    done = subprocess.run([sys.executable, "-c", THREADS, how], env=without, capture_output=True, text=True, check=True)
    return done.stderr.count("Arena ")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's heaps")
def test_a_dozen_threads_share_two_heaps() -> None:
    assert heaps("shared") == ARENAS
    assert heaps("not shared") > ARENAS


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's heaps")
def test_what_is_free_below_something_in_use_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 40_000_000, "of 50 MB"
