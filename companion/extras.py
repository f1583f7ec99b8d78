"""How an optional part is installed."""

from __future__ import annotations

import shlex
import sys


def pip_install() -> str:
    """The beginning of a command line, for the Python that runs this. The shell's own `pip` may be that of another
    environment: there is no Companion there, and it would fetch whatever has that name in the package index."""
    if sys.platform == "win32":
        return f'"{sys.executable}" -m pip install'
    return f"{shlex.quote(sys.executable)} -m pip install"
