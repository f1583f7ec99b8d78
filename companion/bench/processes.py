"""Whole programs from the outside: how long `companion say` takes, when the app has drawn, what both weigh."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from companion.bench.terminal import Terminal
from companion.errors import CompanionError

HEAVY = (
    "llama_cpp", "torch", "sentence_transformers", "transformers", "tokenizers", "chromadb", "onnxruntime", "apsw",
    "apscheduler", "fsrs", "numpy",
)  # fmt: skip
"""None of these may be imported before the first frame."""
READY = "F1 help"
"""What the status line shows once the model is ready."""
WRITING = "writing"
"""What it shows from the first word of a reply on."""
PATIENCE = 120.0
_COMPANION = (sys.executable, "-m", "companion")

# The real app on the real settings; where it would start the engine, after its first frame, it tells what is loaded.
_TELL_IMPORTS = """
import json, os, sys
import companion.cli
from companion.cli.session import prepare
from companion import engine
def tell(self):
    loaded = sorted({name.partition(".")[0] for name in sys.modules})
    with open(sys.argv[1], "w") as file:
        json.dump(loaded, file)
    os._exit(0)
engine.EngineClient.start = tell
paths, settings = prepare()
from companion.ui.app import run
run(settings, paths)
"""


@dataclass(frozen=True, slots=True)
class SaySpeed:
    """Medians, in seconds from process start: the first token, the whole reply, the end (after reflection).
    `tokens` is the length of the reply, the same each time."""

    first_token: float
    answer: float
    process: float
    tokens: int


@dataclass(frozen=True, slots=True)
class AppSpeed:
    """Seconds to the first frame, to the loaded model and to the first word of a reply to what was typed at once;
    resident megabytes of both processes."""

    first_paint: float
    ready: float
    first_token: float
    ui_mb: float
    engine_mb: float


@contextmanager
def home(model: Path) -> Iterator[dict[str, str]]:
    """The environment of a program that uses `model` and whose profile is empty and goes away."""
    with tempfile.TemporaryDirectory(prefix="companion-bench-", ignore_cleanup_errors=True) as folder:
        yield {**os.environ, "COMPANION_HOME": folder, "COMPANION_MODEL__PATH": str(model)}


def measure_say(model: Path, rounds: int) -> SaySpeed:
    """Fresh processes of `companion say`, one after the other in one home, the first one not counted."""
    walls: list[float] = []
    told: list[dict[str, dict[str, float]]] = []
    with home(model) as environment:
        for _ in range(rounds + 1):
            started = time.perf_counter()
            done = subprocess.run(  # noqa: S603 - our own program
                [*_COMPANION, "say", "--json", "My dog Biscuit is afraid of thunder. What shall I do?"],
                env={**environment, "COMPANION_MODEL__SEED": "1"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
            walls.append(time.perf_counter() - started)
            if done.returncode:
                raise CompanionError(f"`companion say` failed: {done.stderr.strip()}")
            told.append(json.loads(done.stdout))
    timings = [one["timings"] for one in told[1:]]
    return SaySpeed(
        first_token=median(one["process"] - one["total"] + one["first_token"] for one in timings) / 1000,
        answer=median(one["process"] for one in timings) / 1000,
        process=median(walls[1:]),
        tokens=int(median(one["tokens"]["reply"] for one in told[1:])),
    )


def measure_app(model: Path, rounds: int) -> AppSpeed:
    """The app in a terminal, started `rounds` times after one that is not counted."""
    runs = [_app_run(model) for _ in range(rounds + 1)][1:]
    return AppSpeed(
        first_paint=median(run.first_paint for run in runs),
        ready=median(run.ready for run in runs),
        first_token=median(run.first_token for run in runs),
        ui_mb=median(run.ui_mb for run in runs),
        engine_mb=median(run.engine_mb for run in runs),
    )


def imports_before_first_paint(model: Path) -> list[str]:
    """Heavy modules that are loaded when the app has drawn its first frame."""
    with home(model) as environment:
        report = Path(environment["COMPANION_HOME"]) / "imports.json"
        with Terminal([sys.executable, "-c", _TELL_IMPORTS, str(report)], environment) as terminal:
            terminal.until(lambda: terminal.process.poll() is not None, PATIENCE)
            if not report.is_file():
                raise CompanionError(f"the app did not draw: {terminal.text[-500:]}")
        loaded = json.loads(report.read_text())
    return [name for name in HEAVY if name in loaded]


def _app_run(model: Path) -> AppSpeed:
    with home(model) as environment, Terminal(_COMPANION, environment) as terminal:
        first_paint = terminal.until(lambda: bool(terminal.text.strip()), PATIENCE)
        ready = terminal.until(lambda: READY in terminal.text, PATIENCE)
        if ready == float("inf"):
            raise CompanionError(f"the app did not get ready: {terminal.text[-500:]}")
        ui = psutil.Process(terminal.process.pid)
        engines = [child for child in ui.children(recursive=True) if _memory(child) > 0]
        ui_mb, engine_mb = _memory(ui), max((_memory(child) for child in engines), default=0.0)
    with home(model) as environment, Terminal(_COMPANION, environment) as terminal:
        terminal.until(lambda: bool(terminal.text.strip()), PATIENCE)
        terminal.type("Hello there, how are you?\r")
        first_token = terminal.until(lambda: WRITING in terminal.text, PATIENCE)
        if first_token == float("inf"):
            raise CompanionError(f"the app did not reply: {terminal.text[-500:]}")
    return AppSpeed(first_paint, ready, first_token, ui_mb, engine_mb)


def _memory(process: psutil.Process) -> float:
    """Resident megabytes."""
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.Error:
        return 0.0
