"""How quickly the screens of a long life open: the real app in a terminal, on the real engine, over a made-up profile.

A profile with as many memories as are asked for, and one conversation of as many turns. The app itself notes when a
screen was asked for and when what it shows was drawn.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from os import environ
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from companion.bench.keys import Keys, measure_keys
from companion.bench.made_up import Space
from companion.bench.made_up_profile import YEARS, fill
from companion.bench.processes import PATIENCE
from companion.bench.recalling import Progress
from companion.bench.terminal import Terminal
from companion.clock import SetClock
from companion.errors import CompanionError
from companion.paths import Paths
from companion.store.store import Store

COUNT = 10_000
OPENINGS = 5
TYPED = ("bread", "lena porto", "kind:thought after:2024 a")
_PART = 500

_PROGRAM = """
import asyncio, json, sys, time
import companion.cli
from companion.cli.session import prepare
from companion.ui import app as ui
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.widgets.filter_line import FilterLine

OPENINGS, TYPED = int(sys.argv[2]), json.loads(sys.argv[3])

class Measured(ui.CompanionApp):
    def on_mount(self):  # the app's own is called as well
        self.run_worker(self.measure())

    async def drawn(self):
        done = asyncio.Event()
        self.screen.call_after_refresh(done.set)
        await done.wait()

    async def until(self, done):
        while not done():
            await asyncio.sleep(0.001)

    async def measure(self):
        chat = self.chat
        await self.until(lambda: chat._loaded and chat.progress.status.phase != "loading")
        found = {"chat": [], "panel": [], "filter": []}
        for _ in range(OPENINGS):
            await asyncio.sleep(0.3)
            begun = time.perf_counter()
            await chat.engine_ready()
            await self.drawn()
            found["chat"].append(time.perf_counter() - begun)
        for number in range(OPENINGS):
            await asyncio.sleep(0.3)
            begun = time.perf_counter()
            self.action_memories()
            await self.until(lambda: isinstance(self.screen, MemoriesScreen) and self.screen.is_mounted)
            panel = self.screen
            await self.until(lambda: panel._list.total and not panel._working)
            await self.drawn()
            found["panel"].append(time.perf_counter() - begun)
            found["rows"] = panel._list.total
            if number == 0:
                field = panel.query_one(FilterLine).input
                field.focus()
                for text in TYPED:
                    for letter in text:
                        await asyncio.sleep(0.12)
                        begun = time.perf_counter()
                        field.insert_text_at_cursor(letter)
                        await self.until(lambda: panel._view.text.strip() == field.value.strip())
                        await self.until(lambda: not panel._working and not panel._stale)
                        await self.drawn()
                        found["filter"].append(time.perf_counter() - begun)
                    field.value = ""
                    await self.until(lambda: not panel._view.text)
                panel.table.focus()
            await asyncio.sleep(0.2)
            self.pop_screen()
        with open(sys.argv[1], "w") as file:
            json.dump(found, file)
        self.leave()

ui.CompanionApp = Measured
paths, settings = prepare()
raise SystemExit(ui.run(settings, paths))
"""


@dataclass(frozen=True, slots=True)
class Screens:
    """Milliseconds: medians and worst of several."""

    memories: int
    turns: int
    panel_ms: float
    panel_worst_ms: float
    filter_ms: float
    filter_p95_ms: float
    filter_worst_ms: float
    chat_ms: float
    chat_worst_ms: float
    keys: Keys | None

    def json(self) -> dict[str, object]:
        return asdict(self)


def measure_screens(model: Path | None, count: int, progress: Progress) -> Screens:
    """With `count` memories and a conversation of `count` turns; keys only with a `model`. Raises CompanionError."""
    with tempfile.TemporaryDirectory(prefix="companion-bench-", ignore_cleanup_errors=True) as folder:
        paths = Paths(data=Path(folder), config=Path(folder))
        _live(paths, count, progress)
        progress("opening", 0, 1)
        found = _measure(paths)
    progress("pressing keys", 0, 1)
    keys = measure_keys(model) if model is not None else None
    panel, chat, typed = ([s * 1000 for s in found[name]] for name in ("panel", "chat", "filter"))
    return Screens(
        memories=int(found["rows"]),
        turns=count,
        panel_ms=round(median(panel), 1),
        panel_worst_ms=round(max(panel), 1),
        filter_ms=round(median(typed), 1),
        filter_p95_ms=round(float(np.quantile(typed, 0.95)), 1),
        filter_worst_ms=round(max(typed), 1),
        chat_ms=round(median(chat), 1),
        chat_worst_ms=round(max(chat), 1),
        keys=keys,
    )


def screen_lines(screens: Screens) -> list[str]:
    """The figures for a person to read, each with what it should be."""
    lines = [
        f"Panel of {screens.memories:,} memories opens  {screens.panel_ms:.0f} ms, at worst "
        f"{screens.panel_worst_ms:.0f} (at most 700)",
        f"A key in its filter             {screens.filter_ms:.0f} ms, p95 {screens.filter_p95_ms:.0f}, at worst "
        f"{screens.filter_worst_ms:.0f} (at most 50)",
        f"Chat of {screens.turns:,} turns opens       {screens.chat_ms:.0f} ms, at worst "
        f"{screens.chat_worst_ms:.0f} (at most 500)",
    ]
    if (keys := screens.keys) is not None:
        lines.append(
            f"From a key to the screen        {keys.p50:.0f} ms, p99 {keys.p99:.0f}, at worst {keys.most:.0f} "
            f"(p99 at most 30), {keys.count} keys while replies were written and thought about"
        )
    return lines


def _live(paths: Paths, count: int, progress: Progress) -> None:
    """Write the profile. The last conversation ends now, so that a chat goes on with it."""
    now = datetime.now(UTC)
    clock = SetClock(now - YEARS)
    store = Store.open(paths, clock)
    try:
        embedder = store.vectors.embedder("made up", "1", Space().dimension)
        fill(store, clock, count, Space(), embedder, lambda done: progress("writing memories", done, count))
        clock.at = now
        conversation = store.turns.open_conversation(clock.now())
        for start in range(0, count, _PART):
            with store.db.write():
                for number in range(start, min(count, start + _PART), 2):
                    said = store.turns.add(conversation, "person", f"What about number {number}?", clock.now())
                    reply = f"About number {number}: it is **{number % 7}** by seven, and the rest is quiet."
                    store.turns.add(conversation, "companion", reply, clock.now(), answers=said.id)
            progress("writing turns", start, count)
        with store.changes.batch("sleep", "sleep") as night:  # it would run while the screens are measured
            store.nights.record(now.date() - timedelta(days=1), now, night.id, {})
    finally:
        store.close()


def _measure(paths: Paths) -> dict[str, Any]:
    report = paths.data / "screens.json"
    # Without model and embedder: the made-up memories would be embedded all the while.
    nowhere = str(paths.data / "nowhere")
    environment = {
        **environ,
        "COMPANION_HOME": str(paths.data),
        "COMPANION_MODEL__PATH": nowhere,
        "COMPANION_EMBEDDER__PATH": nowhere,
        "COMPANION_SLEEP__AT": "23:59:59",
    }
    command = [sys.executable, "-c", _PROGRAM, str(report), str(OPENINGS), json.dumps(TYPED)]
    with Terminal(command, environment) as terminal:
        terminal.until(lambda: report.is_file() or terminal.process.poll() is not None, PATIENCE)
        terminal.until(lambda: terminal.process.poll() is not None, 5)
        if not report.is_file():
            raise CompanionError(f"the app did not open its screens: {terminal.text[-500:]}")
    found: dict[str, Any] = json.loads(report.read_text())
    return found
