"""How long this process has been there: what a person has waited for, imports included."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path


def process_age() -> float:
    """Seconds since this process was created; to 10 ms on Linux, to about a second elsewhere."""
    if sys.platform == "linux":
        # Field 22 of /proc/self/stat, after the name in parentheses: ticks since boot. psutil turns it into a date by
        # way of the boot time, which Linux tells in whole seconds only.
        with suppress(OSError, ValueError, IndexError):
            fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
            created: float = int(fields[19]) / os.sysconf("SC_CLK_TCK")
            return time.clock_gettime(time.CLOCK_BOOTTIME) - created
    import psutil

    age: float = time.time() - psutil.Process().create_time()
    return max(0.0, age)
