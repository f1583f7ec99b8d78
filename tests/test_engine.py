"""The engine process: the same API over a pipe, whoever dies."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import psutil
import pytest

from companion.api import CompanionApi
from companion.companion import Companion
from companion.engine import EngineClient
from companion.errors import (
    CompanionError,
    EmptyMessage,
    EngineStopped,
    InvalidInput,
    NotFound,
    ProfileDamaged,
    ProfileLocked,
)
from companion.events import MemoriesChanged, ReplyFailed, StatusChanged
from companion.paths import Paths
from companion.records import Change, MemoryFilter
from companion.serving import MOST_CROSSING, Server, crossing
from companion.settings import EmbedderSettings, ModelSettings, Settings
from companion.status import EngineStatus
from companion.store.store import Store
from tests.support import PATIENCE, Events, memory

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX signals and named pipes")
BARE = Settings(
    model=ModelSettings(path=Path("/nowhere/model.gguf")), embedder=EmbedderSettings(path=Path("/nowhere/embedder"))
)
"""An engine that starts quickly: no model, no embedder."""
API = [name for name, _ in inspect.getmembers(CompanionApi, inspect.isfunction) if not name.startswith("_")]

UI = """
import asyncio, sys
from pathlib import Path
from companion.engine import EngineClient
from companion.paths import Paths
from companion.settings import Settings

async def main():
    home = Path(sys.argv[1])
    client = EngineClient(Paths(home, home), Settings.model_validate_json(sys.argv[2]))
    client.start()
    print(client.pid, flush=True)
    if sys.argv[3] == "hanging":
        await client.status()
        asyncio.get_running_loop().create_task(client.search_memories("something that never comes"))
        asyncio.get_running_loop().create_task(client.doctor())
        await client.status()
    else:
        await client.add_memory("I live in Paris")
    print("working", flush=True)
    await asyncio.sleep(3600)

if __name__ == "__main__":
    asyncio.run(main())
"""


async def within(awaitable: Any) -> Any:
    return await asyncio.wait_for(awaitable, PATIENCE)


def gone(pid: int) -> bool:
    """Wait until the process has ended."""
    try:
        psutil.Process(pid).wait(PATIENCE)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


@pytest.fixture
async def client(paths: Paths) -> AsyncIterator[EngineClient]:
    client = EngineClient(paths, BARE)
    client.start()
    yield client
    await client.close()


@pytest.mark.parametrize("name", API)
def test_the_client_the_companion_and_the_promise_agree(name: str) -> None:
    promised = inspect.signature(getattr(CompanionApi, name))
    for kind in (Companion, EngineClient):
        kept = inspect.signature(getattr(kind, name))
        assert list(kept.parameters.values()) == list(promised.parameters.values()), kind
        assert kept.return_annotation == promised.return_annotation


async def test_calls_cross_the_pipe_and_events_come_back(client: EngineClient) -> None:
    events = Events()
    client.subscribe(events)
    change = await within(client.add_memory("I live in Paris"))
    assert change.memories[0].text == "I live in Paris"
    await asyncio.to_thread(events.wait, MemoriesChanged)
    assert [row.memory.text for row in await client.list_memories(MemoryFilter(text="paris"))] == ["I live in Paris"]
    assert (await client.memory(1)).memory == change.memories[0]
    assert (await client.edit_memory(1, "I live in Lyon")).memories[0].text == "I live in Lyon"
    assert (await client.pin_memory(1)).memories[0].pinned
    assert (await client.forget_memory(1)).memories[0].status == "forgotten"
    assert (await client.restore_memory(1)).memories[0].status == "active"
    assert (await client.undo()).memories[0].status == "forgotten"
    assert len(await client.history(1)) >= 5
    assert await client.search_memories("lyon") == ()
    assert (await client.sleep(None, True)).dry_run
    assert await client.stop() is False
    assert await client.transcript() == ()
    assert {check.name for check in await client.doctor()} >= {"versions", "profile"}
    assert isinstance(await client.status(), EngineStatus)
    await asyncio.to_thread(events.wait, StatusChanged)


async def test_errors_cross_with_what_happened_and_what_to_do(client: EngineClient) -> None:
    with pytest.raises(EmptyMessage) as empty:
        await within(client.send("  "))
    assert (empty.value.title, empty.value.hint) == (EmptyMessage.title, EmptyMessage.hint)
    with pytest.raises(NotFound, match="there is no change 99") as missing:
        await client.undo(99)
    assert missing.value.hint == "See `companion memories history`."
    with pytest.raises(InvalidInput) as refused:
        await client.add_memory("x", "rumour")  # type: ignore[arg-type]
    assert refused.value.exit_code == 2


async def test_many_calls_at_once_are_all_answered(client: EngineClient) -> None:
    changes = await within(asyncio.gather(*(client.add_memory(f"memory {n}") for n in range(50))))
    assert {change.memories[0].text for change in changes} == {f"memory {n}" for n in range(50)}


async def test_a_message_bigger_than_any_pipe_arrives_whole(client: EngineClient) -> None:
    events = Events()
    client.subscribe(events)
    text = "[/]\x1b[31m 你好 " * 200_000
    sent = await within(client.send(text))
    await asyncio.to_thread(events.wait, ReplyFailed)
    (item,) = await client.transcript()
    assert item.turn.id == sent.turn
    assert item.turn.text == text


async def test_a_listener_that_fails_does_not_make_the_client_deaf(client: EngineClient) -> None:
    events = Events()
    client.subscribe(lambda event: 1 / 0)
    client.subscribe(events)
    await within(client.add_memory("I live in Paris"))
    await asyncio.to_thread(events.wait, MemoriesChanged)
    await within(client.status())


async def test_before_the_start_and_after_the_end_calls_say_so(paths: Paths) -> None:
    client = EngineClient(paths, BARE)
    assert client.pid is None
    with pytest.raises(EngineStopped):
        await client.status()
    await client.close()
    client.start()
    await within(client.status())
    await client.close()
    await client.close()
    with pytest.raises(EngineStopped):
        await client.status()


async def test_the_profile_is_free_when_close_returns(paths: Paths) -> None:
    for _ in range(2):
        client = EngineClient(paths, BARE)
        exits: list[int] = []
        client.on_exit(lambda: exits.append(1))  # noqa: B023
        client.start()
        await within(client.add_memory("I live in Paris"))
        pid = client.pid
        await client.close()
        assert pid is not None
        assert gone(pid)
        assert exits == [], "an end that was asked for is no accident"
        Store.open(paths).close()


# Death


async def test_when_the_engine_dies_calls_fail_at_once_and_it_can_be_started_again(client: EngineClient) -> None:
    died = threading.Event()
    client.on_exit(died.set)
    await within(client.add_memory("I live in Paris"))
    pid = client.pid
    assert pid is not None
    process = psutil.Process(pid)
    process.suspend()  # so that the calls are waiting when it dies
    waiting = [asyncio.ensure_future(client.status()) for _ in range(3)]
    await asyncio.sleep(0)
    process.kill()
    for call in waiting:
        with pytest.raises(EngineStopped):
            await within(call)
    assert await asyncio.to_thread(died.wait, PATIENCE)
    with pytest.raises(EngineStopped):
        await client.status()
    client.restart()
    rows = await within(client.list_memories(MemoryFilter()))
    assert [row.memory.text for row in rows] == ["I live in Paris"]
    assert client.pid != pid


@pytest.mark.parametrize("how", ["killed", "renewed"])
@pytest.mark.parametrize("begun", [False, True])
async def test_what_was_to_be_kept_nowhere_is_not_kept_by_the_next_engine(
    client: EngineClient, paths: Paths, how: str, begun: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("companion.engine.load_settings", lambda path: BARE)
    died = threading.Event()
    client.on_exit(died.set)
    events = Events()
    client.subscribe(events)
    await within(client.begin_conversation("incognito"))
    if begun:
        await within(client.send("A word that is kept nowhere."))
        await asyncio.to_thread(events.wait, ReplyFailed)
    if how == "killed":
        assert client.pid is not None
        psutil.Process(client.pid).kill()
        assert await asyncio.to_thread(died.wait, PATIENCE)
        client.restart()
    else:
        await within(client.renew())
    assert (await within(client.conversation())).mode == "incognito"
    await within(client.send("Another word that was waiting."))
    await asyncio.to_thread(events.wait, ReplyFailed, 1 + begun)
    assert [row.turns for row in await within(client.conversations())] == []
    await within(client.close())
    assert not any(b"was waiting" in file.read_bytes() for file in paths.data.rglob("*") if file.is_file())


async def test_another_engine_goes_on_where_the_person_talked(
    client: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("companion.engine.load_settings", lambda path: BARE)
    events = Events()
    client.subscribe(events)
    for count, words in enumerate(("I talk of plums.", "I talk of pears."), 1):
        await within(client.begin_conversation())
        sent = await within(client.send(words))
        await asyncio.to_thread(events.wait, ReplyFailed, count)
    plums, pears = await within(client.conversations("plums")), await within(client.conversations("pears"))
    assert sent.conversation == pears[0].id
    await within(client.open_conversation(plums[0].id))
    await within(client.renew())
    assert (await within(client.conversation())).id == plums[0].id
    await within(client.begin_conversation("play"))
    await within(client.renew())
    now = await within(client.conversation())
    assert (now.id, now.mode) == (0, "play")


@posix
async def test_the_end_by_signal_is_a_clean_end(client: EngineClient, paths: Paths) -> None:
    died = threading.Event()
    client.on_exit(died.set)
    await within(client.add_memory("I live in Paris"))
    assert client.pid is not None
    os.kill(client.pid, signal.SIGINT)
    await within(client.status())
    os.kill(client.pid, signal.SIGTERM)
    assert await asyncio.to_thread(died.wait, PATIENCE)
    assert await asyncio.to_thread(gone, client.pid)
    store = Store.open(paths)
    assert store.memories.count() == 1
    store.close()


@posix
@pytest.mark.parametrize("state", ["idle", "hanging"])
def test_the_engine_ends_when_its_interface_is_killed(paths: Paths, tmp_path: Path, state: str) -> None:
    settings = BARE if state == "idle" else hanging(tmp_path)
    script = tmp_path / "ui.py"
    script.write_text(UI)
    arguments = [sys.executable, str(script), str(paths.data), settings.model_dump_json(), state]
    with subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},  # noqa: PTH109
    ) as ui:
        assert ui.stdout is not None
        pid = int(ui.stdout.readline())
        assert ui.stdout.readline() == "working\n"
        ui.kill()
    assert gone(pid)
    Store.open(paths).close()


def hanging(folder: Path) -> Settings:
    """An engine whose embedder never finishes loading: its configuration is a pipe that nobody writes to."""
    embedder = folder / "hanging"
    embedder.mkdir()
    (embedder / "modules.json").write_text("[]")
    os.mkfifo(embedder / "config.json")
    return Settings(model=BARE.model, embedder=EmbedderSettings(path=embedder))


@posix
async def test_closing_waits_for_nothing_that_hangs(paths: Paths, tmp_path: Path) -> None:
    client = EngineClient(paths, hanging(tmp_path))
    client.start()
    assert (await within(client.status())).embedder == ""
    searching = asyncio.ensure_future(client.search_memories("something"))
    await within(client.add_memory("I live in Paris"))
    pid = client.pid
    await within(client.close())
    with pytest.raises(EngineStopped):
        await within(searching)
    assert pid is not None
    assert gone(pid)
    store = Store.open(paths)
    assert store.memories.count() == 1
    store.close()


# An engine that cannot start


async def test_a_profile_in_use_is_said_to_every_call(client: EngineClient, paths: Paths) -> None:
    await within(client.add_memory("I live in Paris"))
    second = EngineClient(paths, BARE)
    second.start()
    calls: list[Callable[[], Any]] = [second.status, lambda: second.send("hello"), second.transcript]
    for call in calls:
        with pytest.raises(ProfileLocked):
            await within(call())
    await second.close()
    assert (await within(client.status())).memories == 1


async def test_a_damaged_profile_is_said_to_every_call(paths: Paths) -> None:
    paths.prepare()
    paths.database.write_bytes(b"not a database" * 1000)
    client = EngineClient(paths, BARE)
    client.start()
    for _ in range(2):
        with pytest.raises(ProfileDamaged, match=r"companion\.db"):
            await within(client.status())
    await client.close()


# The engine's end of the pipe


class Slow:
    """A companion that answers `slow` only once `quick` was heard."""

    def __init__(self) -> None:
        self.heard = threading.Event()

    def slow(self) -> str:
        assert self.heard.wait(PATIENCE)
        return "slow"

    def quick(self) -> str:
        self.heard.set()
        return "quick"

    def faulty(self) -> None:
        raise ZeroDivisionError("a secret of the person")


def test_a_call_that_takes_long_holds_no_other_up() -> None:
    ours, theirs = Pipe()
    serving = threading.Thread(target=Server(theirs).answer, args=(Slow(),))
    serving.start()
    for id, method in enumerate(("slow", "slow", "quick")):
        ours.send((id, method, ()))
    answers = {ours.recv() for _ in range(3)}
    assert answers == {(0, True, "slow"), (1, True, "slow"), (2, True, "quick")}
    ours.send(None)
    serving.join(PATIENCE)
    assert not serving.is_alive()


ELSEWHERE = """
import signal, sys, threading
from multiprocessing import Pipe
from companion.serving import Server, told_by_signals
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
ending = told_by_signals()
ours, theirs = Pipe()
waits = threading.Event()
class Watched:
    def fileno(self):
        waits.set()
        return theirs.fileno()
    def recv(self):
        waits.set()
        return theirs.recv()
def tell():
    waits.wait()
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)  # the main thread's system call goes on
threading.Thread(target=tell, daemon=True).start()
Server(Watched(), ending).answer(None)
"""


@posix
def test_a_signal_that_does_not_reach_the_main_thread_is_heard() -> None:
    subprocess.run([sys.executable, "-c", ELSEWHERE], check=True, timeout=PATIENCE)


def test_a_fault_of_ours_is_said_without_what_the_person_said() -> None:
    ours, theirs = Pipe()
    serving = threading.Thread(target=Server(theirs).answer, args=(Slow(),))
    serving.start()
    ours.send((1, "faulty", ()))
    id, ok, error = ours.recv()
    assert (id, ok) == (1, False)
    assert isinstance(error, CompanionError)
    assert "ZeroDivisionError" in str(error)
    assert "secret" not in str(error)
    ours.close()
    serving.join(PATIENCE)
    assert not serving.is_alive(), "the end of the pipe is the end"


def test_an_engine_that_cannot_start_refuses_every_call() -> None:
    ours, theirs = Pipe()
    serving = threading.Thread(target=Server(theirs).refuse, args=(ProfileLocked("x"),))
    serving.start()
    for id in range(3):
        ours.send((id, "status", ()))
        answered, ok, error = ours.recv()
        assert (answered, ok, type(error)) == (id, False, ProfileLocked)
    ours.send(None)
    serving.join(PATIENCE)
    assert not serving.is_alive()


def test_a_change_of_a_hundred_thousand_memories_does_not_cross_with_all_of_them(store: Store):
    made = tuple(memory(f"Fact {number}.", store.clock) for number in range(MOST_CROSSING + 1))
    whole = Change(7, "Confirmed", made, ("kept",))
    assert crossing(whole) == Change(7, "Confirmed", made[:-1], ("kept",))
    few = Change(8, "Pinned", made[:3])
    assert crossing(few) is few
