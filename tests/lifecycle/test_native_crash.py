"""Chroma ends the engine natively: it is started again, nothing is lost, and it does not go on like that for ever."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest

from companion import crashes
from companion.engine import EngineClient
from companion.errors import EngineStopped
from companion.events import Notice
from companion.paths import Paths
from companion.settings import ModelSettings, Settings
from companion.strings import text
from tests.lifecycle.staging import stage
from tests.support import PATIENCE, Events

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")

SETTINGS = Settings(model=ModelSettings(path=Path("/nowhere/model.gguf")))
"""No model, but the real embedder: without it there is no index."""


class Watched:
    """An engine client whose deaths are waited for."""

    def __init__(self, paths: Paths) -> None:
        self.client = EngineClient(paths, SETTINGS)
        self.events = Events()
        self.client.subscribe(self.events)
        self.died = asyncio.Event()
        loop = asyncio.get_running_loop()
        self.client.on_exit(lambda: loop.is_closed() or loop.call_soon_threadsafe(self.died.set))

    async def death(self) -> None:
        await asyncio.wait_for(self.died.wait(), PATIENCE)
        self.died.clear()

    async def index_is(self, state: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                if (await self.client.status()).index == state:
                    return
                await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "where",
    ["upsert", pytest.param("start", marks=pytest.mark.nightly), pytest.param("query", marks=pytest.mark.nightly)],
)
async def test_a_crash_in_chroma_costs_a_restart_and_happens_twice_at_most(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    stage(monkeypatch, f"crash-{where}")
    watched = Watched(paths)
    client = watched.client
    client.start()
    await asyncio.wait_for(client.add_memory("My sister Clara lives in Lyon"), PATIENCE)
    for _ in range(2):
        if where == "query":
            await watched.index_is("ready")
            with pytest.raises(EngineStopped):
                await asyncio.wait_for(client.search_memories("Where does my sister live?"), PATIENCE)
        await watched.death()
        client.restart()
    await asyncio.wait_for(asyncio.to_thread(watched.events.wait, Notice), PATIENCE)
    told = watched.events.of(Notice)[-1]
    assert told.title == text("index.is_off")
    found = await asyncio.wait_for(client.search_memories("Where does my sister live?"), PATIENCE)
    assert [each.memory.text for each in found] == ["My sister Clara lives in Lyon"]
    assert (await client.status()).index == "exact search"
    pid = client.pid
    assert pid is not None
    assert psutil.Process(pid).is_running()
    await client.close()
    assert not watched.died.is_set(), "it does not crash a third time"
    assert not paths.index.exists()


@pytest.mark.nightly
async def test_a_crash_elsewhere_is_not_held_against_the_index(paths: Paths) -> None:
    watched = Watched(paths)
    client = watched.client
    client.start()
    for _ in range(3):
        await asyncio.wait_for(client.add_memory("My sister Clara lives in Lyon"), PATIENCE)
        assert client.pid is not None
        await watched.index_is("ready")
        os.kill(client.pid, signal.SIGSEGV)
        await watched.death()
        client.restart()
    await watched.index_is("ready")
    await client.close()
    assert not crashes.running(paths).exists(), "what ended well leaves nothing to be read"
    report = paths.logs / "crash-before.txt"
    assert "Segmentation fault" in report.read_text()
    assert "Clara" not in report.read_text()
