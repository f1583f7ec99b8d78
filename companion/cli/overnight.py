"""`companion sleep --install`: nights without the app, by the system's own scheduler. All that is written is here.

Linux with systemd: a user service and its timer. macOS: a launch agent. Elsewhere: a line for the person's crontab.
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

from companion.cli.overnight_files import LABEL, UNIT, Nightly, agent, cron_line, is_ours, service, timer
from companion.errors import InvalidInput
from companion.paths import default_paths
from companion.settings import Settings

_PATIENCE = 30
"""Seconds a system's tool is waited for."""
_NO_SCHEDULER = "Here is no scheduler that Companion knows how to set up. Add this line to your crontab (crontab -e):"


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


def install(job: Nightly) -> Outcome:
    """Write what the scheduler needs, and switch it on. Doing it twice does it once. Raises InvalidInput."""
    files = _files()
    if not files:
        return Outcome((_NO_SCHEDULER, cron_line(job)), done=False)
    texts = (agent(job),) if _mac() else (service(job).encode(errors="surrogateescape"), timer(job).encode())
    for file in files:
        if _read(file) is not None and not _ours(file):
            raise InvalidInput(f"{file} is there already, and was not written by Companion")
    lines = []
    for file, text in zip(files, texts, strict=True):
        lines.append(f"{'Written' if _write(file, text) else 'As it was'}: {file}")
    if _mac():
        _run("launchctl", "bootout", f"{_domain()}/{LABEL}")  # an older one; none is no trouble
    trouble, steps = _switch(_steps_on(files[0]))
    if trouble:
        return Outcome((*lines, f"It is not switched on yet: {trouble}. Type:", *steps), done=False)
    lines.insert(0, f"Companion sleeps every night at {job.at:%H:%M}, whether it is open or not.")
    if not _mac():
        lines.append(
            "Nights in which you are logged out are made up for later; to sleep then too: loginctl enable-linger"
        )
    return Outcome((*lines, "Take it back with: companion sleep --uninstall"))


def uninstall() -> Outcome:
    """Switch it off and remove what `install` wrote, nothing else."""
    ours = [file for file in _files() if _read(file) is not None and _ours(file)]
    if not ours:
        return Outcome(("There is nothing to remove: Companion set up no nights here.",))
    was_on = _mac() or bool(_links())
    trouble, steps = _switch(_steps_off())
    lines = []
    for file in (*ours, *_links()):
        try:
            file.unlink()
        except OSError as error:
            raise InvalidInput(f"{file} cannot be removed ({error.strerror})", hint="Remove it by hand.") from error
        lines.append(f"Removed: {file}")
    if not _mac() and not trouble:
        _run("systemctl", "--user", "daemon-reload")
    if trouble and was_on:
        return Outcome((*lines, f"It may be on until you log out: {trouble}. Type:", *steps), done=False)
    return Outcome((*lines, "Companion sleeps only while it is open, or when you type: companion sleep"))


def _mac() -> bool:
    return sys.platform == "darwin"


def _domain() -> str:
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
        return f"there is no {tool}"
    try:
        done = subprocess.run(  # noqa: S603 - a system's own tool, with words of our own
            [path, *arguments], capture_output=True, text=True, errors="replace", timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{tool} did not answer ({type(error).__name__})"
    said = " ".join(done.stderr.split())
    return "" if done.returncode == 0 else (said.rstrip(".") or f"{tool} ended with {done.returncode}")


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read ({error.strerror})") from error


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
        raise InvalidInput(f"{file} cannot be written ({error.strerror})") from error
    return True
