"""SIGKILL at any moment of a life: all that was acknowledged is there, and it goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and fork")
ROOT = Path(__file__).parents[2]


def kill(times: int, *more: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, which can be forked safely."""
    command = [sys.executable, "-m", "tests.durability.killing", "--times", str(times), *more]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("times", [30, pytest.param(300, marks=pytest.mark.nightly)])
def test_nothing_that_was_acknowledged_is_lost(times: int) -> None:
    ended = kill(times)
    print(ended.stdout)  # noqa: T201
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.startswith(f"{times} kills")


def test_what_goes_missing_is_missed() -> None:
    """A control: one entry of the journal is taken away after the kill."""
    ended = kill(2, "--loses")
    assert ended.returncode == 1
    assert "journal" in ended.stdout
