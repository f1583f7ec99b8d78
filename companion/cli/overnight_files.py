"""What a system's own scheduler is told, so that Companion sleeps at night though it is not open. Pure functions.

Formats: systemd.service(5), systemd.timer(5), systemd.syntax(7); launchd.plist(5); crontab(5); `schtasks /Create /?`
and `cmd /?` of Windows.
"""

from __future__ import annotations

import plistlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from companion import strings
from companion.errors import InvalidInput

UNIT = "companion-sleep"
LABEL = "companion.sleep"
MARK = "# Written by `companion sleep --install`; `companion sleep --uninstall` removes it."
LONGEST_TASK = 261
"""Characters that Windows takes as the command of a task."""
COMMAND = ("-m", "companion", "sleep", "--overnight")


@dataclass(frozen=True)
class Nightly:
    """What is run, by which interpreter (absolute), with what added to the environment, at what local time."""

    python: str
    at: time
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def minute(self) -> time:
        """`at`, to the next full minute: schedulers that know no seconds must not come before the night does."""
        return (datetime.combine(date(2000, 1, 1), self.at) + timedelta(seconds=59)).time().replace(second=0)


def service(job: Nightly) -> str:
    """companion-sleep.service. The colon: no dollar sign of the path is taken for a variable."""
    words = [_unit_word(job.python), *COMMAND]
    if any(character in "\"'\\" or not character.isprintable() for character in job.python):
        # systemd runs no program of such a name; the shell does.
        words = ["/bin/sh", "-c", _unit_word('exec "$0" "$@"'), *words]
    lines = [MARK, "[Unit]", "Description=Companion sleeps: memories fade, nothing is lost", "", "[Service]"]
    lines += ["Type=oneshot", f"ExecStart=:{' '.join(words)}"]
    lines += [f"Environment={_unit_word(f'{name}={value}')}" for name, value in job.environment.items()]
    return "\n".join([*lines, ""])


def timer(job: Nightly) -> str:
    """companion-sleep.timer. A night the machine was off is made up for when it is on again."""
    lines = [MARK, "[Unit]", "Description=Companion sleeps every night", "", "[Timer]"]
    lines += [f"OnCalendar=*-*-* {job.at:%H:%M:%S}", "Persistent=true", "", "[Install]", "WantedBy=timers.target", ""]
    return "\n".join(lines)


def agent(job: Nightly) -> bytes:
    """companion.sleep.plist. launchd runs it on waking when the machine slept through the hour."""
    told: dict[str, object] = {
        "Label": LABEL,
        "ProgramArguments": [job.python, *COMMAND],
        "StartCalendarInterval": {"Hour": job.minute.hour, "Minute": job.minute.minute},
        "ProcessType": "Background",
    }
    if job.environment:
        told["EnvironmentVariables"] = dict(job.environment)
    return plistlib.dumps(told, sort_keys=False)


def cron_line(job: Nightly) -> str:
    """A line of a crontab, where a percent sign would end the command. Raises InvalidInput."""
    words = [*(f"{name}={shlex.quote(value)}" for name, value in job.environment.items()), shlex.quote(job.python)]
    command = " ".join([*words, *COMMAND, ">/dev/null"])
    if "\n" in command:
        raise InvalidInput(strings.text("overnight.line_break"))
    return f"{job.minute.minute} {job.minute.hour} * * * {command.replace('%', chr(92) + '%')}"


def task_line(job: Nightly) -> str:
    """A line for a command prompt of Windows, where a task takes a command but no environment. Raises InvalidInput."""
    words = f'"{job.python}" {" ".join(COMMAND)}'
    if job.environment:
        # Of more than two quotation marks cmd drops the first and the last, and keeps what is between.
        places = "".join(f'set "{name}={value}"&& ' for name, value in job.environment.items())
        words = f'cmd /c "{places}{words}"'
    if len(words) > LONGEST_TASK:
        raise InvalidInput(strings.text("overnight.too_long", most=LONGEST_TASK))
    quoted = words.replace('"', chr(92) + '"')
    return f'schtasks /Create /F /SC DAILY /ST {job.minute:%H:%M} /TN {LABEL} /TR "{quoted}"'


def is_ours(text: bytes) -> bool:
    """Whether a file of that name was written by Companion."""
    if text.startswith(MARK.encode()):
        return True
    try:
        told = plistlib.loads(text)
    except (ValueError, plistlib.InvalidFileException):
        return False
    return isinstance(told, dict) and told.get("Label") == LABEL


def _unit_word(text: str) -> str:
    """One word of a unit file, whatever is in it: quoted, with C escapes, a percent sign doubled."""
    for character, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("%", "%%")):
        text = text.replace(character, escape)
    return f'"{text}"'
