"""Kills the engine or the interface in the middle of a reply, again and again, and looks at what is left.

    python -m tests.journeys.kill --times 10 --what engine
    python -m tests.journeys.kill --times 10 --what ui

All parts are real: the starter model, the embedder, the index; for `ui` the app itself, in a pseudo-terminal.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from companion.engine import EngineClient
from companion.events import Event, ReplyFinished, ReplyToken
from companion.paths import Paths
from companion.records import Turn
from companion.settings import ModelSettings, Settings
from companion.status import EngineStatus
from companion.store.store import Store

PATIENCE = 180.0
"""Seconds after which a wait counts as hanging."""
NAMES = ("Ada", "Bruno", "Clara", "Dmitri", "Elena", "Felix", "Greta", "Hugo", "Iris", "Jonas", "Karla", "Leo")


@dataclass
class Kill:
    """One kill and what came of it."""

    number: int
    seen: int
    """Characters of the reply that had arrived, or were on disk, when it was killed."""
    kept: int
    """Characters of it that are there at the next start."""
    lost_seconds: float
    """Age of the oldest lost piece of the reply at the kill."""
    state: str
    """What the reply is marked as on disk then; "finished" when it was faster than the kill."""


@dataclass
class Report:
    kills: list[Kill] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """What was acknowledged and is not there as it was: must be empty."""
    troubles: list[str] = field(default_factory=list)
    """Whatever else is not as it should be: must be empty."""

    def table(self) -> str:
        lines = [f"{'kill':>4} {'seen':>6} {'kept':>6} {'lost s':>7}  reply on disk"]
        for kill in self.kills:
            lines.append(f"{kill.number:>4} {kill.seen:>6} {kill.kept:>6} {kill.lost_seconds:>7.2f}  {kill.state}")
        lines.append(f"acknowledged and lost: {self.lost or 'nothing'}; troubles: {self.troubles or 'none'}")
        return "\n".join(lines)


def message(number: int) -> str:
    name = NAMES[number % len(NAMES)]
    return f"My friend {name} number {number} lives in Norway. Tell me a very long story about the sea."


def statement(number: int) -> str:
    return message(number).split(". ")[0] + "."


def settings() -> Settings:
    return Settings(model=ModelSettings(context=2048, seed=7))


# The engine


class Watcher:
    """Hears a reply come in, and when each piece came."""

    def __init__(self) -> None:
        self.text = ""
        self.arrived: list[tuple[int, float]] = []
        self.finished: Turn | None = None
        self.loop = asyncio.get_running_loop()
        self.news = asyncio.Event()

    def __call__(self, event: Event) -> None:
        if isinstance(event, ReplyToken):
            self.arrived.append((len(self.text), time.monotonic()))
            self.text += event.text
        elif isinstance(event, ReplyFinished):
            self.finished = event.report.turn
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.news.set)

    async def wait(self, pieces: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.arrived) < pieces and self.finished is None:
                await self.news.wait()
                self.news.clear()

    def age_of(self, kept: int, now: float) -> float:
        """Seconds since the first piece beyond `kept` characters came."""
        return next((now - at for start, at in self.arrived if start >= kept), 0.0)


async def kill_engine(home: Path, times: int) -> Report:
    report = Report()
    acknowledged: dict[int, str] = {}
    chance = random.Random(11)
    for number in range(times):
        client = EngineClient(Paths(home, home), settings())
        watcher = Watcher()
        client.subscribe(watcher)
        client.start()
        await _check_start(client, acknowledged, report, number)
        sent = await client.send(message(number))
        acknowledged[sent.turn] = message(number)
        await watcher.wait(chance.randint(1, 20))
        assert client.pid is not None
        psutil.Process(client.pid).kill()
        now = time.monotonic()
        await client.close()
        _look_at_reply(home, sent.turn, watcher, now, number, report)
        if watcher.finished is not None:
            acknowledged[watcher.finished.id] = watcher.finished.text
    await _last_start(home, acknowledged, times, report)
    return report


def _look_at_reply(home: Path, turn: int, watcher: Watcher, now: float, number: int, report: Report) -> None:
    """What is on disk of the reply, before anything opens the profile again."""
    rows = _read(home, "SELECT text, state FROM turns WHERE answers = ?", turn)
    kept, state = rows[0] if rows else ("", "not begun")
    if not watcher.text.startswith(kept) and not kept.startswith(watcher.text):
        report.troubles.append(f"kill {number}: the reply on disk is not what was streamed")
    lost = watcher.age_of(len(kept), now)
    report.kills.append(Kill(number, len(watcher.text), len(kept), lost, "finished" if watcher.finished else state))


async def _check_start(client: EngineClient, acknowledged: dict[int, str], report: Report, number: int) -> None:
    """The engine starts, everything acknowledged is there, no reply is left open, reflection ran once for each."""
    async with asyncio.timeout(PATIENCE):
        status = await _settled(client)
        shown = {item.turn.id: item.turn for item in await client.transcript(None, 10_000)}
    if status.problem_title:
        report.troubles.append(f"start {number}: {status.problem_title}")
    for id, text in acknowledged.items():
        if id not in shown or shown[id].text != text:
            report.lost.append(f"turn {id}")
    report.troubles += [f"turn {t.id} is still open" for t in shown.values() if t.state == "streaming"]


async def _settled(client: EngineClient) -> EngineStatus:
    while True:
        status = await client.status()
        if status.phase in ("ready", "no-model") and not status.pending_jobs and not status.activity:
            return status
        await asyncio.sleep(0.05)


async def _last_start(home: Path, acknowledged: dict[int, str], times: int, report: Report) -> None:
    client = EngineClient(Paths(home, home), settings())
    client.start()
    await _check_start(client, acknowledged, report, times)
    checks = await client.doctor()
    report.troubles += [f"doctor: {check.name}: {check.detail}" for check in checks if check.level != "ok"]
    await client.close()
    _check_profile(home, times, report)


def _check_profile(home: Path, times: int, report: Report) -> None:
    """Each message is there once, with one reflection that is done and one thought that rests on it."""
    store = Store.open(Paths(home, home))
    try:
        report.troubles += store.db.check()
        told = [text for (text,) in store.db.all("SELECT text FROM turns WHERE role = 'person' ORDER BY id")]
        if told != [message(number) for number in range(times)]:
            report.lost.append(f"messages: {len(told)} of {times} as they were sent")
        jobs = dict(store.db.all("SELECT key, state FROM jobs"))
        people = [str(id) for (id,) in store.db.all("SELECT id FROM turns WHERE role = 'person'")]
        if jobs != dict.fromkeys(people, "done"):
            report.troubles.append(f"reflections: {jobs}")
        for number in range(times):
            thoughts = [m for m in store.memories.same_statement(statement(number)) if m.kind == "thought"]
            if len(thoughts) != 1 or len(thoughts[0].evidence) != 1:
                report.troubles.append(f"{statement(number)!r} was learned {len(thoughts)} times")
    finally:
        store.close()


def _read(home: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """A look into the file from outside, while the engine has it or after it died. Nothing before it exists."""
    file = home / "companion.db"
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)) as db:
        try:
            return db.execute(sql, values).fetchall()
        except sqlite3.OperationalError:
            return []


# The interface


class Screen:
    """The app in a pseudo-terminal, its output read so that it is never held up."""

    def __init__(self, home: Path) -> None:
        import pexpect

        environment = {
            **os.environ, "COMPANION_HOME": str(home), "COMPANION_MODEL__CONTEXT": "2048", "COMPANION_MODEL__SEED": "7",
            "TERM": "xterm-256color", "HF_HUB_OFFLINE": "1",
        }  # fmt: skip
        self.child = pexpect.spawn(
            sys.executable, ["-m", "companion"], env=environment, dimensions=(30, 100), timeout=None
        )
        self.process = psutil.Process(self.child.pid)
        self.engine: psutil.Process | None = None

    def wait(self, true: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            self.drain()
            if not self.process.is_running() or self.process.status() == psutil.STATUS_ZOMBIE:
                raise AssertionError(f"the app ended while waiting for {what}")
            if time.monotonic() > deadline:
                raise AssertionError(f"no {what} in {PATIENCE:.0f} s")
            time.sleep(0.02)

    def drain(self) -> None:
        import pexpect

        with suppress(pexpect.TIMEOUT, pexpect.EOF):
            while self.child.read_nonblocking(65_536, timeout=0):
                pass

    def find_engine(self) -> bool:
        """The child that has the profile open; multiprocessing's resource tracker is another."""
        for child in self.process.children():
            with suppress(psutil.Error):
                if "spawn_main" in " ".join(child.cmdline()):
                    self.engine = child
        return self.engine is not None

    def kill(self) -> None:
        self.process.kill()
        self.child.wait()


def kill_ui(home: Path, times: int) -> Report:
    report = Report()
    for number in range(times):
        _kill_screen(home, number, report)
    asyncio.run(_last_start(home, {}, times, report))
    _quit_cleanly(home, report)
    return report


def _kill_screen(home: Path, number: int, report: Report) -> None:
    def reply() -> tuple[int, str, str]:
        rows = _read(home, "SELECT id, text, state FROM turns WHERE role = 'companion' ORDER BY id DESC LIMIT 1")
        return rows[0] if rows else (0, "", "not begun")

    screen = Screen(home)
    screen.wait(screen.find_engine, "engine")
    screen.wait(lambda: _read(home, "SELECT 1 FROM sqlite_schema") != [], "profile")
    before, _, _ = reply()
    screen.child.send(message(number))
    screen.child.send("\r")
    screen.wait(lambda: reply()[0] > before and reply()[1] != "", "reply")
    _, seen, _ = reply()
    screen.kill()
    assert screen.engine is not None
    screen.engine.wait(PATIENCE)
    Store.open(Paths(home, home)).close()  # the lock is free
    _, kept, state = reply()
    if not kept.startswith(seen):
        report.lost.append(f"kill {number}: {len(seen)} characters of the reply were on disk, {len(kept)} are")
    report.kills.append(Kill(number, len(seen), len(kept), 0.0, state))


def _quit_cleanly(home: Path, report: Report) -> None:
    import pexpect

    screen = Screen(home)
    screen.wait(screen.find_engine, "engine")
    # It may not listen yet: ask until it goes.
    deadline = time.monotonic() + PATIENCE
    while screen.child.isalive() and time.monotonic() < deadline:
        screen.child.sendcontrol("d")
        with suppress(pexpect.TIMEOUT, pexpect.EOF):
            screen.child.read_nonblocking(65_536, timeout=0.2)
    screen.child.close()
    if screen.child.exitstatus != 0:
        report.troubles.append(f"the app ended with {screen.child.exitstatus}, signal {screen.child.signalstatus}")
    assert screen.engine is not None
    with suppress(psutil.NoSuchProcess):
        screen.engine.wait(PATIENCE)


def run(home: Path, what: str, times: int) -> Report:
    return asyncio.run(kill_engine(home, times)) if what == "engine" else kill_ui(home, times)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--what", choices=("engine", "ui"), default="engine")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        report = run(Path(home), arguments.what, arguments.times)
    print(report.table())  # noqa: T201
    return 1 if report.lost or report.troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
