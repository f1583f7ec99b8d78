"""Opening an address with the program that the system has for it; no shell reads it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def opener(system: str = sys.platform) -> list[str]:
    """The command that an address is given to, empty where there is none."""
    names = ["open"] if system == "darwin" else ["xdg-open", "wslview"]
    found = next((path for name in names if (path := shutil.which(name))), None)
    return [found] if found else []


def open_address(url: str) -> None:
    """`url` must come from `addresses.read_address`. Raises OSError when nothing here opens addresses."""
    if sys.platform == "win32":
        os.startfile(url)  # noqa: S606 - http, https or mailto alone, and no file
        return
    command = opener()
    if not command:
        raise FileNotFoundError("xdg-open")
    subprocess.Popen(  # noqa: S603 - one argument, of which read_address left nothing but an address
        [*command, url],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
