"""How late the interface is while replies are written: the real app in a terminal, on the real engine.

A task in the app's own event loop wants to be woken every few milliseconds and notes how much later it was: so much
later a key would have been heard too.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from companion.bench.processes import PATIENCE, home
from companion.bench.terminal import Terminal
from companion.errors import CompanionError

BUCKETS = (1, 2, 5, 10, 20, 50, 100)
"""Milliseconds: upper ends of the histogram's steps; what is later still is counted by itself."""
REPLIES = 3

_PROGRAM = """
import asyncio, json, sys, time
import companion.cli
from companion.cli.session import prepare
from companion.ui import app as ui

TICK, REPLIES = 0.005, int(sys.argv[2])
MESSAGES = ("Tell me a long story about a dog, please.", "And what did the dog do then?", "How does it end?")

class Measured(ui.CompanionApp):
    lags = []

    def on_mount(self):  # the app's own is called as well
        self.run_worker(self.measure())

    async def measure(self):
        chat = self.chat
        while not (chat._loaded and chat.progress.status.phase == "ready"):
            await asyncio.sleep(0.05)
        for message in (MESSAGES * REPLIES)[:REPLIES]:
            chat.prompt.insert(message)
            chat.prompt.action_submit()
            while chat.progress.answering is None:
                await asyncio.sleep(TICK)
            while chat.progress.answering is not None:
                due = time.perf_counter() + TICK
                await asyncio.sleep(TICK)
                self.lags.append((time.perf_counter() - due) * 1000)
            await asyncio.sleep(0.2)
        with open(sys.argv[1], "w") as file:
            json.dump(self.lags, file)
        self.leave()

ui.CompanionApp = Measured
paths, settings = prepare()
raise SystemExit(ui.run(settings, paths))
"""


@dataclass(frozen=True, slots=True)
class Lag:
    """Milliseconds by which the event loop was late, of `samples` looks; `histogram`: looks by the upper end of a step,
    "more" beyond the last."""

    p50: float
    p99: float
    most: float
    samples: int
    histogram: dict[str, int]


def measure_lag(model: Path, replies: int = REPLIES) -> Lag:
    """While `replies` replies are read and written. Raises CompanionError."""
    with home(model) as environment:
        report = Path(environment["COMPANION_HOME"]) / "lag.json"
        with Terminal([sys.executable, "-c", _PROGRAM, str(report), str(replies)], environment) as terminal:
            terminal.until(lambda: report.is_file() or terminal.process.poll() is not None, PATIENCE)
            terminal.until(lambda: terminal.process.poll() is not None, 5)
            if not report.is_file():
                raise CompanionError(f"the app did not reply: {terminal.text[-500:]}")
        return lag_of(json.loads(report.read_text()))


def lag_of(found: list[float]) -> Lag:
    """The figures of at least one look."""
    ordered = sorted(found)
    steps = {str(end): 0 for end in BUCKETS} | {"more": 0}
    for late in ordered:
        steps[next((str(end) for end in BUCKETS if late <= end), "more")] += 1
    return Lag(
        p50=ordered[len(ordered) // 2],
        p99=ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        most=ordered[-1],
        samples=len(ordered),
        histogram=steps,
    )
