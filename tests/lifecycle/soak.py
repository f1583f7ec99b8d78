"""Thousands of turns through the real engine process, and what that costs:
`python -m tests.lifecycle.soak --turns 5000`.

The model and the embedder are the tests' own; everything else is real: the pipe, SQLite, the index, reflection.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

import psutil

from companion.engine import EngineClient
from companion.events import Event, ReplyFailed, ReplyFinished
from companion.paths import Paths
from companion.settings import Settings
from tests.lifecycle.staging import staged

PATIENCE = 300.0
NAMES = ("Ada", "Bruno", "Clara", "Dmitri", "Elena", "Felix", "Greta", "Hugo", "Iris", "Jonas", "Karla", "Leo")
PLACES = ("Lyon", "Oslo", "Turin", "Porto", "Gdansk", "Ghent", "Cork", "Basel")


@dataclass(frozen=True)
class Sample:
    """What two processes hold after a number of turns: megabytes, and counts."""

    turns: int
    engine_mb: float
    client_mb: float
    engine_descriptors: int
    client_descriptors: int
    engine_threads: int
    client_threads: int
    children: int
    temporary: int

    @property
    def counts(self) -> tuple[int, ...]:
        """Of descriptors, threads, child processes, temporary files."""
        return astuple(self)[3:]


def message(number: int) -> str:
    name, place = NAMES[number % len(NAMES)], PLACES[number // len(NAMES) % len(PLACES)]
    return f"My friend {name} number {number} moved to {place}. What should I bring when I visit?"


class Soak:
    """`samples` fill while it runs; each is `told`."""

    def __init__(self, home: Path, temporary: Path, told: Callable[[Sample], None] = lambda _: None) -> None:
        self.temporary = temporary
        self.told = told
        self.client = EngineClient(Paths(home, home), Settings())
        self.samples: list[Sample] = []
        self._loop = asyncio.get_running_loop()
        self._replied = asyncio.Event()
        self.client.subscribe(self._heard)

    def _heard(self, event: Event) -> None:
        if isinstance(event, ReplyFinished | ReplyFailed):
            self._loop.call_soon_threadsafe(self._replied.set)

    async def run(self, turns: int, every: int) -> None:
        self.client.start()
        for number in range(1, turns + 1):
            self._replied.clear()
            await self.client.send(message(number))
            await asyncio.wait_for(self._replied.wait(), PATIENCE)
            if number % every == 0:
                await self._settled()
                self._sample(number)
        await self.client.close()
        await self._look_at_a_fresh_one(turns)

    async def _look_at_a_fresh_one(self, turns: int) -> None:
        """What an engine that was just started holds for the same profile: more than that is not for what is
        remembered."""
        self.client.start()
        for number in range(turns + 1, turns + 11):
            self._replied.clear()
            await self.client.send(message(number))
            await asyncio.wait_for(self._replied.wait(), PATIENCE)
        await self._settled()
        self._sample(turns + 10)
        await self.client.close()

    async def _settled(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                status = await self.client.status()
                if not status.pending_jobs and not status.activity and status.index == "ready":
                    return
                await asyncio.sleep(0.05)

    def _sample(self, turns: int) -> None:
        ours, engine = psutil.Process(), psutil.Process(self.client.pid)
        sample = Sample(
            turns,
            round(engine.memory_info().rss / 1e6, 1),
            round(ours.memory_info().rss / 1e6, 1),
            engine.num_fds(),
            ours.num_fds(),
            engine.num_threads(),
            ours.num_threads(),
            len(engine.children(recursive=True)),
            len(list(self.temporary.iterdir())),
        )
        self.samples.append(sample)
        self.told(sample)


HEADER = "turns  engine MB  client MB  descriptors  threads  children  temporary files"


def line(each: Sample) -> str:
    return (
        f"{each.turns:>5}  {each.engine_mb:>9.1f}  {each.client_mb:>9.1f}"
        f"  {each.engine_descriptors:>5}+{each.client_descriptors:<5}"
        f"  {each.engine_threads:>3}+{each.client_threads:<3}  {each.children:>8}  {each.temporary:>5}"
    )


def table(samples: list[Sample]) -> str:
    return "\n".join([HEADER, *map(line, samples)])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--turns", type=int, default=5000)
    asked.add_argument("--every", type=int, default=250)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        temporary = Path(folder, "temporary")
        temporary.mkdir()
        os.environ.update(staged("fake", "readable"), TMPDIR=str(temporary))

        async def run() -> None:
            print(HEADER, flush=True)  # noqa: T201 - what it is for
            soak = Soak(Path(folder, "home"), temporary, lambda each: print(line(each), flush=True))  # noqa: T201
            await soak.run(given.turns, given.every)

        asyncio.run(run())


if __name__ == "__main__":
    main()
