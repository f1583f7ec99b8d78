"""The README's commands are the ones that are tested."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from companion.cli.app import app

ROOT = Path(__file__).parents[2]


def commands() -> list[str]:
    return re.findall(r"```sh\n(.*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    wanted = [command for command in commands() if "pytest" in command]
    assert len(wanted) == 1
    assert wanted[0] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_every_command_is_named() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands: dict[str, object] = getattr(typer.main.get_command(app), "commands")  # noqa: B009 - typer types it not
    assert len(commands) > 10
    missing = [name for name in commands if f"`companion {name}" not in readme]
    assert missing == []
