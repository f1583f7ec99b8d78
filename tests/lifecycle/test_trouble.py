"""A laptop that is suspended, memory that runs out, two starts at the same moment, a profile that is taken away."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from companion.engine import EngineClient
from companion.errors import CompanionError, ProfileMissing
from companion.events import ReplyFailed, ReplyFinished
from companion.paths import Paths
from companion.records import MemoryFilter
from companion.settings import EmbedderSettings, ModelSettings, Settings
from companion.store.store import Store
from tests.house import House
from tests.lifecycle.staging import stage, staged
from tests.support import PATIENCE, Events

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")
BARE = Settings(
    model=ModelSettings(path=Path("/nowhere/model.gguf")), embedder=EmbedderSettings(path=Path("/nowhere/embedder"))
)


@posix
async def test_an_engine_that_stood_still_goes_on_where_it_was(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the laptop is suspended in the middle of a reply and of a request."""
    stage(monkeypatch, "fake", "slow")
    client = EngineClient(paths, Settings())
    events = Events()
    client.subscribe(events)
    client.start()
    async with asyncio.timeout(PATIENCE):
        await client.send("My sister Clara lives in Lyon. Tell me a story.")
        assert client.pid is not None
        for _ in range(3):
            os.kill(client.pid, signal.SIGSTOP)
            asked = asyncio.create_task(client.add_memory("I have a dog"))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(asked), 0.2)
            os.kill(client.pid, signal.SIGCONT)
            assert (await asked).memories[0].text == "I have a dog"
        await client.stop()
        await asyncio.to_thread(events.wait, ReplyFinished)
        assert len(await client.list_memories(MemoryFilter(text="dog"))) >= 1
    await client.close()


@pytest.mark.parametrize("times", [1, 3])
def test_memory_that_runs_out_costs_a_reply_and_nothing_else(house: House, times: int) -> None:
    companion = house.open()
    for _ in range(times):
        house.model.enqueue(MemoryError())
        companion.send("My sister Clara lives in Lyon.")
        companion.settle()
        companion._talking.wait()
    assert len(house.events.wait(ReplyFailed, times)) == times
    assert companion.ask("Where does my sister live?").turn.text
    companion.settle()
    assert any("Lyon" in row.memory.text for row in companion.list_memories(MemoryFilter()))


@posix
@pytest.mark.nightly
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit holds on Linux")
async def test_an_engine_with_too_little_memory_says_so_and_lives(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real model does not fit into what it may have; talking fails, remembering goes on."""
    stage(monkeypatch, "tight")
    client = EngineClient(paths, Settings())
    client.start()
    async with asyncio.timeout(PATIENCE):
        await client.add_memory("My sister Clara lives in Lyon")
        while True:
            status = await client.status()
            if status.phase != "loading":
                break
            await asyncio.sleep(0.05)
        assert status.phase == "no-model"
        assert "memory" in (status.problem_title + status.problem_hint).lower(), status
        found = await client.search_memories("Where does my sister live?")
        assert [each.memory.text for each in found] == ["My sister Clara lives in Lyon"]
    await client.close()


def test_of_starts_at_the_same_moment_each_is_served_or_told(paths: Paths) -> None:
    run = [sys.executable, "-m", "companion", "say"]
    started = [
        subprocess.Popen(
            [*run, f"My friend {name} lives in Lyon."], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=staged("fake"),
        )
        for name in ("Ada", "Bruno", "Clara")
    ]  # fmt: skip
    ended = [(*each.communicate(timeout=PATIENCE), each.returncode) for each in started]
    served = [name for name, end in zip(("Ada", "Bruno", "Clara"), ended, strict=True) if end[2] == 0]
    assert served, ended
    for _, errors, code in ended:
        assert "Traceback" not in errors
        assert code == 0 or "in use" in errors or "open" in errors, errors
    store = Store.open(paths)
    try:
        assert store.db.check() == []
        told = [text for (text,) in store.db.all("SELECT text FROM turns WHERE role = 'person'")]
        assert sorted(told) == sorted(f"My friend {name} lives in Lyon." for name in served)
    finally:
        store.close()


@posix
@pytest.mark.parametrize("how", ["removed", "moved", "replaced"])
async def test_a_profile_that_is_taken_away_while_it_is_open_takes_no_more_words(paths: Paths, how: str) -> None:
    """What is written to a file that is gone would be acknowledged and lost."""
    client = EngineClient(paths, BARE)
    client.start()
    async with asyncio.timeout(PATIENCE):
        await client.add_memory("I live in Paris")
        if how == "removed":
            shutil.rmtree(paths.data)
        elif how == "moved":
            paths.data.rename(paths.data.with_name("elsewhere"))
        else:
            os.replace(shutil.copy(paths.database, paths.data / "copy.db"), paths.database)  # noqa: PTH105
        with pytest.raises(ProfileMissing):
            await client.add_memory("I live in Lyon")
        with pytest.raises(CompanionError):
            await client.send("Hello")
    await client.close()
    if how == "removed":
        assert not paths.database.exists(), "nothing new was begun in its place"
