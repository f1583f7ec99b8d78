"""Processes of ours in which something is staged: see staged/sitecustomize.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CANARY = "kanarienvogel-7391"


def stage(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """From now on processes that are started have these staged."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent / "staged"), str(ROOT)]))
    monkeypatch.setenv("COMPANION_TEST_STAGE", ",".join(names))


def staged(*names: str) -> dict[str, str]:
    """An environment in which these are staged."""
    path = os.pathsep.join([str(Path(__file__).parent / "staged"), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, "COMPANION_TEST_STAGE": ",".join(names)}


def written(home: Path) -> dict[str, str]:
    """Every log file by name."""
    return {file.name: file.read_text("utf-8", "replace") for file in sorted((home / "logs").glob("*"))}
