"""Nights without the app: what is written for the system's scheduler, switched on, and taken away again.

The golden files follow systemd.service(5), systemd.timer(5), systemd.syntax(7), launchd.plist(5) and crontab(5).
"""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.cli import overnight
from companion.cli.overnight_files import LONGEST_TASK, Nightly, agent, cron_line, service, task_line, timer
from companion.errors import InvalidInput
from companion.paths import Paths
from companion.store.store import Store
from tests.cli.conftest import Shell
from tests.support import digests

JOB = Nightly("/opt/my venv 100%/$HOME/bin/python", time(3, 30), {"COMPANION_HOME": "/data/my home 50%"})

SERVICE = """\
# Written by `companion sleep --install`; `companion sleep --uninstall` removes it.
[Unit]
Description=Companion sleeps: memories fade, nothing is lost

[Service]
Type=oneshot
ExecStart=:"/opt/my venv 100%%/$HOME/bin/python" -m companion sleep --overnight
Environment="COMPANION_HOME=/data/my home 50%%"
"""
TIMER = """\
# Written by `companion sleep --install`; `companion sleep --uninstall` removes it.
[Unit]
Description=Companion sleeps every night

[Timer]
OnCalendar=*-*-* 03:30:00
Persistent=true

[Install]
WantedBy=timers.target
"""
AGENT = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>companion.sleep</string>
	<key>ProgramArguments</key>
	<array>
		<string>/opt/my venv 100%/$HOME/bin/python</string>
		<string>-m</string>
		<string>companion</string>
		<string>sleep</string>
		<string>--overnight</string>
	</array>
	<key>StartCalendarInterval</key>
	<dict>
		<key>Hour</key>
		<integer>3</integer>
		<key>Minute</key>
		<integer>30</integer>
	</dict>
	<key>ProcessType</key>
	<string>Background</string>
	<key>EnvironmentVariables</key>
	<dict>
		<key>COMPANION_HOME</key>
		<string>/data/my home 50%</string>
	</dict>
</dict>
</plist>
"""


def test_the_files_are_what_the_formats_ask_for() -> None:
    assert service(JOB) == SERVICE
    assert timer(JOB) == TIMER
    assert agent(JOB).decode() == AGENT
    assert cron_line(JOB) == (
        "30 3 * * * COMPANION_HOME='/data/my home 50\\%' '/opt/my venv 100\\%/$HOME/bin/python'"
        " -m companion sleep --overnight >/dev/null"
    )


def test_a_program_that_systemd_would_not_run_by_its_name_is_run_by_the_shell() -> None:
    text = service(Nightly('/opt/my "venv"/python', time(3, 30)))
    start = 'ExecStart=:/bin/sh -c "exec \\"$0\\" \\"$@\\"" "/opt/my \\"venv\\"/python" -m companion sleep --overnight'
    assert start in text.splitlines()


PATHS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\n\r"), min_size=1).map("/{}".format)


@given(python=PATHS, home=PATHS)
def test_any_path_survives_the_crontab_and_the_plist(python: str, home: str) -> None:
    job = Nightly(python, time(23, 59), {"COMPANION_HOME": home})
    minute, hour, *_, command = cron_line(job).split(" ", 5)
    assert (minute, hour) == ("59", "23")
    # cron takes "\%" for "%" and the shell does the rest.
    assert command.replace("\\%", "").count("%") == 0
    words = shlex.split(command.replace("\\%", "%"))
    assert words[0] == f"COMPANION_HOME={home}"
    assert words[1:6] == [python, "-m", "companion", "sleep", "--overnight"]
    if all(character.isprintable() for character in python + home):
        told = plistlib.loads(agent(job))
        assert (told["ProgramArguments"][0], told["EnvironmentVariables"]) == (python, {"COMPANION_HOME": home})


def test_a_scheduler_without_seconds_does_not_come_before_the_night() -> None:
    assert cron_line(Nightly("/p", time(3, 30, 1))).startswith("31 3 ")
    assert cron_line(Nightly("/p", time(23, 59, 30))).startswith("0 0 ")
    assert plistlib.loads(agent(Nightly("/p", time(3, 59, 1))))["StartCalendarInterval"] == {"Hour": 4, "Minute": 0}
    assert "OnCalendar=*-*-* 03:59:01\n" in timer(Nightly("/p", time(3, 59, 1)))
    with pytest.raises(InvalidInput):
        cron_line(Nightly("/with\nbreak", time(3, 30)))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
@pytest.mark.parametrize(
    "folder", ["plain", "with space", 'a "quote"', "100%", "$HOME", "back\\slash", "it's", "ünï", "%h %%"]
)
def test_systemd_finds_nothing_wrong(tmp_path: Path, folder: str) -> None:
    python = tmp_path / folder / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    job = Nightly(str(python), time(3, 30), {"COMPANION_HOME": str(tmp_path / folder)})
    for kind, text in (("service", service(job)), ("timer", timer(job))):
        (tmp_path / f"companion-sleep.{kind}").write_text(text)
    # As units of the system: those of a user need a session to be looked at.
    checked = subprocess.run(
        ["systemd-analyze", "--man=no", "--recursive-errors=no", "verify", str(tmp_path / "companion-sleep.timer")],
        capture_output=True,
        text=True,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        check=False,
    )
    if "Failed to initialize manager" in checked.stderr:
        pytest.skip("systemd-analyze cannot look at units here")
    assert (checked.returncode, checked.stderr) == (0, "")


# A person's system, with a scheduler of ours


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a space and a percent sign, and a PATH with nothing on it."""
    home = tmp_path / "the 100% person"
    (home / "bin").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", str(home / "bin"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return home


Tool = Callable[..., Path]


@pytest.fixture
def tool(person: Path) -> Tool:
    """Puts a program on the PATH that writes down how it was called, and then does `script`."""

    def make(name: str, script: str = "exit 0") -> Path:
        file, log = person / "bin" / name, person / f"{name}.log"
        file.write_text(
            f'#!/bin/sh\nfor word in "$@"; do printf "%s|" "$word"; done >>"{log}"\necho >>"{log}"\n{script}\n'
        )
        file.chmod(0o755)
        return log

    return make


def called(log: Path) -> list[str]:
    return [line.rstrip("|") for line in log.read_text().splitlines()] if log.exists() else []


def test_on_linux_a_timer_is_written_switched_on_and_taken_away(
    shell: Shell, person: Path, tool: Tool, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    log = tool("systemctl")
    before = digests(person)
    done = shell("sleep", "--install")
    assert done.exit_code == 0, done.stderr
    units = person / ".config" / "systemd" / "user"
    assert sorted(file.name for file in units.iterdir()) == ["companion-sleep.service", "companion-sleep.timer"]
    text = (units / "companion-sleep.service").read_text()
    assert f'ExecStart=:"{sys.executable}" -m companion sleep --overnight' in text
    assert f'Environment="COMPANION_HOME={str(home).replace("%", "%%")}"' in text
    assert called(log) == ["--user|daemon-reload", "--user|enable|--now|companion-sleep.timer"]
    assert "Companion sleeps every night at 03:30" in done.stdout
    assert str(units / "companion-sleep.timer") in done.stdout

    written = digests(units)
    again = shell("sleep", "--install")
    assert (again.exit_code, digests(units)) == (0, written)
    assert "As it was" in again.stdout

    log.unlink()
    gone = shell("sleep", "--uninstall")
    assert gone.exit_code == 0
    assert called(log) == ["--user|disable|--now|companion-sleep.timer", "--user|daemon-reload"]
    assert f"Removed: {units / 'companion-sleep.service'}" in gone.stdout
    log.unlink()
    assert digests(person) == before
    assert "nothing to remove" in shell("sleep", "--uninstall").stdout
    assert not log.exists()


def test_the_hour_and_the_configuration_folder_of_the_person_count(
    shell: Shell, person: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    tool("systemctl")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(person / "my config"))
    monkeypatch.setenv("COMPANION_SLEEP__AT", "04:05")
    assert "at 04:05" in shell("sleep", "--install").stdout
    units = person / "my config" / "systemd" / "user"
    assert "OnCalendar=*-*-* 04:05:00" in (units / "companion-sleep.timer").read_text()
    monkeypatch.setenv("COMPANION_SLEEP__AT", "05:00")
    assert "Written" in shell("sleep", "--install").stdout
    assert "OnCalendar=*-*-* 05:00:00" in (units / "companion-sleep.timer").read_text()


def test_without_a_session_it_says_what_to_type(
    shell: Shell, person: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    tool("systemctl", "echo 'Failed to connect to bus: No medium found' >&2; exit 1")
    told = shell("sleep", "--install")
    assert told.exit_code == 1
    assert "not switched on yet: Failed to connect to bus" in told.stdout
    assert "  systemctl --user enable --now companion-sleep.timer\n" in told.stdout
    units = person / ".config" / "systemd" / "user"
    wants = units / "timers.target.wants"
    wants.mkdir()
    (wants / "companion-sleep.timer").symlink_to(units / "companion-sleep.timer")
    (wants / "another.timer").symlink_to(units / "another.timer")
    gone = shell("sleep", "--uninstall")
    assert gone.exit_code == 1
    assert "It may be on until you log out" in gone.stdout
    assert [file.name for file in units.iterdir()] == ["timers.target.wants"]
    assert [file.name for file in wants.iterdir()] == ["another.timer"]


def test_what_somebody_else_wrote_is_left_alone(
    shell: Shell, person: Path, tool: Tool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    log = tool("systemctl")
    own = person / ".config" / "systemd" / "user" / "companion-sleep.timer"
    own.parent.mkdir(parents=True)
    own.write_text("[Timer]\nOnCalendar=hourly\n")
    before = digests(person / ".config")
    refused = shell("sleep", "--install")
    assert refused.exit_code == 2
    assert "was not written by Companion" in refused.stderr
    assert "nothing to remove" in shell("sleep", "--uninstall").stdout
    assert (digests(person / ".config"), called(log)) == (before, [])


def test_on_a_mac_an_agent_is_written_and_loaded(
    shell: Shell, person: Path, tool: Tool, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overnight, "_mac", lambda: True)
    log = tool("launchctl", '[ "$1" = bootout ] && exit 3; exit 0')
    file = person / "Library" / "LaunchAgents" / "companion.sleep.plist"
    done = shell("sleep", "--install")
    assert done.exit_code == 0, done.stdout
    told = plistlib.loads(file.read_bytes())
    assert told["ProgramArguments"] == [sys.executable, "-m", "companion", "sleep", "--overnight"]
    assert told["EnvironmentVariables"] == {"COMPANION_HOME": str(home)}
    domain = f"gui/{os.getuid()}"
    assert called(log) == [f"bootout|{domain}/companion.sleep", f"bootstrap|{domain}|{file}"]
    assert "As it was" in shell("sleep", "--install").stdout
    tool("launchctl")
    gone = shell("sleep", "--uninstall")
    assert (gone.exit_code, file.exists()) == (0, False)
    assert called(log)[-1] == f"bootout|{domain}/companion.sleep"
    assert "nothing to remove" in shell("sleep", "--uninstall").stdout


def test_elsewhere_and_on_demand_a_crontab_line(shell: Shell, person: Path, home: Path) -> None:
    shown = shell("sleep", "--print")
    assert shown.exit_code == 0
    assert shown.stdout == cron_line(Nightly(sys.executable, time(3, 30), {"COMPANION_HOME": str(home)})) + "\n"
    told = shell("sleep", "--install")
    assert told.exit_code == 1, "nothing is set up yet"
    assert told.stdout.splitlines()[-1] == shown.stdout.strip()
    assert "nothing to remove" in shell("sleep", "--uninstall").stdout
    assert digests(person) == {}


def test_on_windows_a_line_for_its_task_scheduler(shell: Shell, person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `schtasks /Create /?` has it. It was not tried on Windows."""
    plain = Nightly("C:\\Program Files\\py\\python.exe", time(3, 29, 30))
    assert task_line(plain) == (
        "schtasks /Create /F /SC DAILY /ST 03:30 /TN companion.sleep "
        '/TR "\\"C:\\Program Files\\py\\python.exe\\" -m companion sleep --overnight"'
    )
    placed = task_line(Nightly("C:\\py.exe", time(3, 30), {"COMPANION_HOME": "D:\\my home"}))
    assert placed.partition("/TR ")[2] == (
        '"cmd /c \\"set \\"COMPANION_HOME=D:\\my home\\"&& \\"C:\\py.exe\\" -m companion sleep --overnight\\""'
    )
    with pytest.raises(InvalidInput, match=str(LONGEST_TASK)):
        task_line(Nightly("C:\\" + "long\\" * 60 + "python.exe", time(3, 30)))
    monkeypatch.setattr(overnight, "_windows", lambda: True)
    monkeypatch.setattr(overnight, "_files", lambda: ())
    told = shell("sleep", "--install")
    assert told.exit_code == 1, "nothing is set up yet"
    assert "crontab" not in told.stdout
    assert told.stdout.splitlines()[-1].startswith("schtasks ")
    assert shell("sleep", "--print").stdout.startswith("schtasks ")
    assert digests(person) == {}


@pytest.mark.parametrize("words", [("--install", "--uninstall"), ("--install", "--dry-run"), ("--uninstall", "--json")])
def test_options_that_do_not_go_together(shell: Shell, person: Path, tool: Tool, words: tuple[str, ...]) -> None:
    log = tool("systemctl")
    assert shell("sleep", *words).exit_code == 2
    assert not log.exists()


def test_while_the_app_is_open_the_night_is_left_to_it(shell: Shell, paths: Paths) -> None:
    store = Store.open(paths)
    try:
        told = shell("sleep", "--overnight")
        assert (told.exit_code, told.stderr) == (0, "")
        assert told.stdout == "Companion is open and sleeps by itself; nothing was done.\n"
        assert shell("sleep").exit_code == 3, "by hand it is worth an error"
    finally:
        store.close()


def test_what_a_scheduler_writes_down_holds_no_words_of_the_person(shell: Shell) -> None:
    shell("memories", "add", "I ate a sandwich at noon today.")
    shell("say", "I ate a sandwich at noon today, it was fine.")
    told = shell("sleep", "--overnight", "--as-of", "2099-01-01")
    assert told.exit_code == 0
    assert "3 memories laid away" in told.stdout
    assert "sandwich" not in told.stdout
    assert len(told.stdout.splitlines()) == 1
