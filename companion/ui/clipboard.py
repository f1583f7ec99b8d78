"""Text to the clipboard: through the terminal (OSC 52) and a program of the desktop; a file where neither can be.

The terminal's way works over ssh but cannot be confirmed, and terminals and tmux drop what is too long: of 100,000
bytes of base64 they take 74,994 of text. The desktop's way is confirmed, but over ssh it is the wrong desktop.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from companion.text import sanitise

MOST = 74_994
"""Bytes that go through a terminal for sure."""
WAIT = 2.0
"""Seconds a program of the desktop may take."""

How = Literal["desktop", "terminal", "file"]
Which = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Copied:
    """`path` is the file, where it is one."""

    how: How
    path: Path | None = None


def osc52(text: str, environ: Mapping[str, str]) -> str | None:
    """The escape sequence that asks the terminal to copy `text`; None when it is too long. tmux passes it on when it
    is wrapped and allow-passthrough is on; screen likewise, in pieces that it takes."""
    raw = text.encode("utf-8", "replace")
    if len(raw) > MOST:
        return None
    sequence = f"\x1b]52;c;{base64.b64encode(raw).decode('ascii')}\a"
    if environ.get("TMUX"):
        # Plain as well: with set-clipboard on tmux takes it itself.
        return sequence + f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"
    if environ.get("STY"):
        return "".join(f"\x1bP{sequence[at : at + 250]}\x1b\\" for at in range(0, len(sequence), 250))
    return sequence


def programs(environ: Mapping[str, str], which: Which = shutil.which, system: str = sys.platform) -> list[list[str]]:
    """Commands that take text for a clipboard on their standard input, those that matter where we run. Over ssh only
    tmux, which hands it to the terminal."""
    found: list[list[str]] = []
    if environ.get("TMUX"):
        found.append(["tmux", "load-buffer", "-w", "-"])
    if not (environ.get("SSH_CONNECTION") or environ.get("SSH_TTY")):
        if system == "darwin":
            found.append(["pbcopy"])
        elif system == "win32":
            found.append(["clip"])
        else:
            if environ.get("WAYLAND_DISPLAY"):
                found.append(["wl-copy"])
            if environ.get("DISPLAY"):
                found += [["xclip", "-selection", "clipboard"], ["xsel", "--clipboard", "--input"]]
            if environ.get("WSL_DISTRO_NAME"):
                found.append(["clip.exe"])
    return [command for command in found if which(command[0])]


async def copy(text: str, write: Callable[[str], object], environ: Mapping[str, str] | None = None) -> Copied:
    """Copy by every way there is; `write` sends a control sequence to the terminal. Raises OSError when even a file
    cannot be written."""
    there = os.environ if environ is None else environ
    text = sanitise(text)  # pasted into a terminal, a control sequence would act there
    sequence = osc52(text, there)
    if sequence is not None:
        write(sequence)
    taken = False
    for command in programs(there):
        if await _feed(command, text):
            # tmux's is the terminal's way again: it says nothing of whether the terminal took it.
            taken = taken or command[0] != "tmux"
            if taken:
                break
    if taken:
        return Copied("desktop")
    if sequence is not None:
        return Copied("terminal")
    return Copied("file", write_file(text))


def write_file(text: str) -> Path:
    """A new file that only the person can read, with `text`."""
    handle, name = tempfile.mkstemp(prefix="companion-", suffix=".md")
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
        file.write(text)
    return Path(name)


async def _feed(command: list[str], text: str) -> bool:
    """Whether the program took it."""
    encoding = "utf-16-le" if command[0].startswith("clip") else "utf-8"
    quiet = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=quiet, stderr=quiet
        )
    except OSError:
        return False  # the next way is tried
    try:
        await asyncio.wait_for(process.communicate(text.encode(encoding, "replace")), WAIT)
    except TimeoutError:
        process.kill()
        return False
    return process.returncode == 0
