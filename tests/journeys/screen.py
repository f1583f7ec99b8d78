"""The program in a real terminal: tmux, driven by keys and read from its screen.

`days` lets a process live on another day: a sitecustomize of the tests moves Companion's clock in it and in its engine.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

PATIENCE = 120.0
"""Seconds after which a wait counts as hanging."""
ROOT = Path(__file__).resolve().parents[2]
TRAVEL = Path(__file__).resolve().parent / "travel"


def available() -> bool:
    return shutil.which("tmux") is not None


class Screen:
    """`companion` over the profile in `home`, in a tmux server of its own."""

    def __init__(
        self,
        home: Path,
        width: int = 100,
        height: int = 30,
        days: float = 0.0,
        arguments: str = "",
        under: Sequence[str] = (),
        folder: Path | None = None,
        **environment: str,
    ) -> None:
        """`under`: the command that the program is run by, a tracer say; `folder`: where it is run."""
        # A socket's path may not be long, and pytest's folders are.
        self._folder = tempfile.mkdtemp(prefix="cmpn-")
        self._socket = str(Path(self._folder) / "s")
        python_path = os.pathsep.join([*([str(TRAVEL)] if days else []), str(ROOT)])
        values = {
            "COMPANION_HOME": str(home),
            "COMPANION_TEST_DAYS": str(days),
            "PYTHONPATH": python_path,
            "LANG": "C.UTF-8",
            **environment,
        }
        told = " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())
        self._tmux("-f", os.devnull, "new-session", "-d", "-x", str(width), "-y", str(height), "sh")
        self._tmux("set-option", "-g", "remain-on-exit", "on")
        self._tmux("set-option", "-g", "escape-time", "0")
        # Whoever runs the tests may have told their own size.
        python = shlex.join([*under, sys.executable])
        program = f"env -u COLUMNS -u LINES {told} {python} -m companion {arguments}"
        if folder is not None:
            program = f"cd {shlex.quote(str(folder))}; {program}"
        self._tmux("respawn-pane", "-k", f"{program}; echo [left with $?]")

    def __enter__(self) -> Screen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tmux("kill-server", check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def press(self, *keys: str) -> None:
        """Keys by tmux's names: F2, Escape, C-p, Enter."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def say(self, text: str) -> None:
        """Type a message and send it."""
        self.type(text)
        self.until(lambda: text.split()[-1] in self.text)
        self.press("Enter")

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def paste(self, text: str) -> None:
        """As a terminal pastes: bracketed."""
        file = Path(self._folder) / "paste"
        file.write_text(text, "utf-8")
        self._tmux("load-buffer", str(file))
        self._tmux("paste-buffer", "-p")

    @property
    def text(self) -> str:
        return self._tmux("capture-pane", "-p").stdout

    @property
    def everything(self) -> str:
        """What is on the screen, scrolled off it, and on the other of the terminal's two screens; lines joined."""
        shown = self._tmux("capture-pane", "-p", "-J", "-S", "-").stdout
        return (shown + self._tmux("capture-pane", "-p", "-J", "-a", "-q", "-S", "-", check=False).stdout).replace(
            "\n", ""
        )

    @property
    def title(self) -> str:
        return self._tmux("display-message", "-p", "#{pane_title} #{window_name}").stdout

    @property
    def pid(self) -> int:
        """Of the shell that the program is run by."""
        return int(self._tmux("display-message", "-p", "#{pane_pid}").stdout)

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row of the cursor, which the program puts where is written."""
        x, y = self._tmux("display-message", "-p", "#{cursor_x} #{cursor_y}").stdout.split()
        return int(x), int(y)

    def until(self, done: Callable[[], bool] | str) -> str:
        """Look until `done`, or until this text is on the screen. Returns the screen; fails after PATIENCE."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if done in self.text if isinstance(done, str) else done():
                return self.text
            time.sleep(0.1)
        raise AssertionError(f"{done!r} did not come; the screen is\n{self.text}")

    def _tmux(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["tmux", "-S", self._socket, *arguments], check=check, capture_output=True, text=True, encoding="utf-8"
        )
