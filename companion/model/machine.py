"""Which machine this is: what was measured on one says nothing about another."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path

import psutil


@cache
def machine() -> str:
    """The processor's name and its cores (physical and logical), such as "AMD EPYC, 2 of 2 cores"."""
    logical = os.cpu_count() or 1
    return f"{_processor()}, {psutil.cpu_count(logical=False) or logical} of {logical} cores"


def _processor() -> str:
    name = ""
    try:
        if sys.platform == "linux":
            lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
            name = next((line.partition(":")[2] for line in lines if line.startswith(("model name", "Model"))), "")
        elif sys.platform == "darwin":
            asked = ("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string")
            name = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=False).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError):  # the architecture has to do
        name = ""
    return " ".join((name or platform.processor() or platform.machine() or "unknown").split())
