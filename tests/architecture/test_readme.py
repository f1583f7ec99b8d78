"""The README's commands are the ones that are tested."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def commands() -> list[str]:
    return re.findall(r"```sh\n(.*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    wanted = [command for command in commands() if "pytest" in command]
    assert len(wanted) == 1
    assert wanted[0] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
