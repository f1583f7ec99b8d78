"""`companion sleep --install`: nights without the app, by the system's own scheduler. All that is written is here.

Linux with systemd: a user service and its timer. macOS: a launch agent. Elsewhere: a line for the person's crontab,
on Windows one for its Task Scheduler.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from companion import strings
from companion.cli.overnight_files import LABEL, UNIT, Nightly, agent, cron_line, is_ours, service, task_line, timer
from companion.errors import InvalidInput
from companion.paths import default_paths
from companion.settings import Settings

_PATIENCE = 30
"""Seconds a system's tool is waited for."""


@dataclass(frozen=True)
class Outcome:
    """`lines` for the person; `done` when nothing is left for them to do."""

    lines: tuple[str, ...]
    done: bool = True


def nightly(settings: Settings) -> Nightly:
    """This interpreter, for this profile. The places of the profile must be the same without this shell."""
    if os.environ.get("COMPANION_HOME"):
        places = {"COMPANION_HOME": str(default_paths().data)}
    else:
        places = {name: os.environ[name] for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME") if os.environ.get(name)}
    return Nightly(str(Path(sys.executable).absolute()), settings.sleep.at, places)


def line(job: Nightly) -> str:
    """What the person types or adds where they set it up themselves. Raises InvalidInput."""
    return task_line(job) if _windows() else cron_line(job)


def install(job: Nightly) -> Outcome:
    """Write what the scheduler needs, and switch it on. Doing it twice does it once. Raises InvalidInput."""
    files = _files()
    if not files:
        said = strings.text("overnight.by_hand_windows") if _windows() else strings.text("overnight.by_hand")
        return Outcome((said, line(job)), done=False)
    texts = (agent(job),) if _mac() else (service(job).encode(errors="surrogateescape"), timer(job).encode())
    for file in files:
        if _read(file) is not None and not _ours(file):
            raise InvalidInput(strings.text("overnight.not_ours", file=file))
    lines = []
    for file, text in zip(files, texts, strict=True):
        done = strings.text("overnight.written") if _write(file, text) else strings.text("overnight.as_it_was")
        lines.append(strings.text("format.named", name=done, what=file))
    if _mac():
        _run("launchctl", "bootout", f"{_domain()}/{LABEL}")  # an older one; none is no trouble
    trouble, steps = _switch(_steps_on(files[0]))
    if trouble:
        return Outcome((*lines, strings.text("overnight.not_on", trouble=trouble), *steps), done=False)
    lines.insert(0, strings.text("overnight.every_night", at=job.at))
    if not _mac():
        lines.append(strings.text("overnight.logged_out"))
    return Outcome((*lines, strings.text("overnight.take_back")))


def uninstall() -> Outcome:
    """Switch it off and remove what `install` wrote, nothing else."""
    ours = [file for file in _files() if _read(file) is not None and _ours(file)]
    if not ours:
        return Outcome((strings.text("overnight.nothing"),))
    was_on = _mac() or bool(_links())
    trouble, steps = _switch(_steps_off())
    lines = []
    for file in (*ours, *_links()):
        try:
            file.unlink()
        except OSError as error:
            raise InvalidInput(
                strings.text("overnight.not_removed", file=file, strerror=error.strerror),
                hint=strings.text("overnight.remove_by_hand"),
            ) from error
        lines.append(strings.text("overnight.removed", file=file))
    if not _mac() and not trouble:
        _run("systemctl", "--user", "daemon-reload")
    if trouble and was_on:
        return Outcome((*lines, strings.text("overnight.until_logout", trouble=trouble), *steps), done=False)
    return Outcome((*lines, strings.text("overnight.only_open")))


def _mac() -> bool:
    return sys.platform == "darwin"


def _windows() -> bool:
    return sys.platform == "win32"


def _domain() -> str:
    """Of launchctl, which macOS alone has."""
    if sys.platform == "win32":
        return ""
    return f"gui/{os.getuid()}"


def _files() -> tuple[Path, ...]:
    """What is written on this system; nothing where it has no scheduler we know."""
    if _mac():
        return (Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist",)
    if sys.platform.startswith("linux") and shutil.which("systemctl"):
        return tuple(_units() / f"{UNIT}.{kind}" for kind in ("service", "timer"))
    return ()


def _units() -> Path:
    config = os.environ.get("XDG_CONFIG_HOME", "")
    # The specification has relative paths ignored.
    return (Path(config) if Path(config).is_absolute() else Path.home() / ".config") / "systemd" / "user"


def _links() -> tuple[Path, ...]:
    """What switching it on leaves behind when systemd could not be asked to take it away."""
    link = _units() / "timers.target.wants" / f"{UNIT}.timer"
    return (link,) if not _mac() and link.is_symlink() else ()


def _steps_on(file: Path) -> list[tuple[str, ...]]:
    if _mac():
        return [("launchctl", "bootstrap", _domain(), str(file))]
    return [("systemctl", "--user", "daemon-reload"), ("systemctl", "--user", "enable", "--now", f"{UNIT}.timer")]


def _steps_off() -> list[tuple[str, ...]]:
    if _mac():
        return [("launchctl", "bootout", f"{_domain()}/{LABEL}")]
    return [("systemctl", "--user", "disable", "--now", f"{UNIT}.timer")]


def _switch(steps: Sequence[tuple[str, ...]]) -> tuple[str, list[str]]:
    """What went wrong, empty when nothing did, and the steps for the person to type."""
    trouble = next((told for step in steps if (told := _run(*step))), "")
    return trouble, [f"  {shlex.join(step)}" for step in steps]


def _run(tool: str, *arguments: str) -> str:
    """What went wrong; empty when nothing did."""
    path = shutil.which(tool)
    if path is None:
        return strings.text("overnight.no_tool", tool=tool)
    try:
        done = subprocess.run(  # noqa: S603 - a system's own tool, with words of our own
            [path, *arguments], capture_output=True, text=True, errors="replace", timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return strings.text("overnight.no_answer", tool=tool, name=type(error).__name__)
    said = " ".join(done.stderr.split())
    return (
        ""
        if done.returncode == 0
        else (said.rstrip(".") or strings.text("overnight.ended_with", tool=tool, returncode=done.returncode))
    )


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InvalidInput(strings.text("overnight.not_read", file=file, strerror=error.strerror)) from error


def _ours(file: Path) -> bool:
    return is_ours(_read(file) or b"")


def _write(file: Path, text: bytes) -> bool:
    """Whole or not at all. False when it says so already."""
    if _read(file) == text:
        return False
    part = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(text)
        part.replace(file)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InvalidInput(strings.text("overnight.not_written", file=file, strerror=error.strerror)) from error
    return True
