"""Models behind the one door: fetched by the engine in the background, told as events, used after a new start."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from companion.companion import Companion
from companion.engine import EngineClient
from companion.errors import InvalidInput, PullRunning
from companion.events import ModelPullFinished, ModelPullProgress
from companion.paths import Paths
from companion.settings import EmbedderSettings, Settings, load_settings
from tests.model.file_server import FileServer, Served, serving
from tests.model.people import chat_model, hide_other_programs
from tests.support import PATIENCE, Events


@pytest.fixture(autouse=True)
def nobody_elses_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide_other_programs(tmp_path, monkeypatch)


@pytest.fixture
def model(tmp_path: Path) -> bytes:
    return chat_model(tmp_path)


@pytest.fixture
def server(model: bytes) -> Iterator[FileServer]:
    with serving() as server:
        server.files["/m.gguf"] = Served(model)
        server.files["/n.gguf"] = Served(model)
        yield server


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def companion(paths: Paths, events: Events) -> Iterator[Companion]:
    companion = Companion(paths, Settings(), index=False, load_model=False, load_embedder=False, nights=False)
    companion.subscribe(events)
    companion.start()
    yield companion
    companion.close()


def test_a_model_is_fetched_in_the_background(
    companion: Companion, events: Events, server: FileServer, model: bytes, paths: Paths
) -> None:
    address = f"{server.address}/m.gguf"
    assert companion.plan_pull(address).host == "127.0.0.1"
    assert server.asked == []
    companion.pull_model(address)
    (finished,) = events.wait(ModelPullFinished)
    assert (finished.path, finished.title, finished.stopped) == (str(paths.models / "m.gguf"), "", False)
    assert Path(finished.path).read_bytes() == model
    last = events.of(ModelPullProgress)[-1]
    assert (last.key, last.name, last.done, last.total) == (address, "m", len(model), len(model))
    assert "m.gguf" in [offer.key for offer in companion.models().models]


def test_one_at_a_time_and_stopped_it_goes_on_later(
    companion: Companion, events: Events, server: FileServer, model: bytes, paths: Paths
) -> None:
    served = server.files["/m.gguf"]
    served.hold_after = 1_000_000
    companion.pull_model(f"{server.address}/m.gguf")
    served.holding.wait()
    with pytest.raises(PullRunning, match="m"):
        companion.pull_model(f"{server.address}/n.gguf")
    assert companion.stop_pull()
    (finished,) = events.wait(ModelPullFinished)
    assert finished.stopped
    assert not companion.stop_pull()
    served.hold_after = None
    companion.pull_model(f"{server.address}/m.gguf")
    events.wait(ModelPullFinished, 2)
    assert (paths.models / "m.gguf").read_bytes() == model


def test_what_cannot_be_fetched_is_told_and_the_next_can_begin(
    companion: Companion, events: Events, server: FileServer
) -> None:
    companion.pull_model(f"{server.address}/none.gguf")
    (finished,) = events.wait(ModelPullFinished)
    assert "has no such file" in finished.title
    companion.pull_model(f"{server.address}/n.gguf")
    assert events.wait(ModelPullFinished, 2)[-1].path.endswith("n.gguf")
    with pytest.raises(InvalidInput):
        companion.pull_model("nothing like it")


def test_closing_does_not_wait_for_a_silent_server(
    paths: Paths, events: Events, server: FileServer, model: bytes
) -> None:
    served = server.files["/m.gguf"]
    served.hold_after = 1_000_000
    companion = Companion(paths, Settings(), index=False, load_model=False, load_embedder=False, nights=False)
    companion.subscribe(events)
    companion.start()
    companion.pull_model(f"{server.address}/m.gguf")
    served.holding.wait()
    companion.close()
    events.wait(ModelPullFinished)
    assert not (paths.models / "m.gguf").exists()


@pytest.fixture
async def client(paths: Paths) -> AsyncIterator[EngineClient]:
    client = EngineClient(paths, Settings(embedder=EmbedderSettings(path=Path("/nowhere"))))
    client.start()
    yield client
    await client.close()


async def within(awaitable: Any) -> Any:
    return await asyncio.wait_for(awaitable, PATIENCE)


async def test_over_the_pipe_a_model_is_fetched_chosen_and_the_engine_starts_with_it(
    client: EngineClient, server: FileServer, model: bytes, paths: Paths
) -> None:
    events = Events()
    client.subscribe(events)
    await within(client.add_memory("I live in Paris"))
    await within(client.pull_model(f"{server.address}/m.gguf"))
    await asyncio.to_thread(events.wait, ModelPullFinished)
    assert hashlib.sha256((paths.models / "m.gguf").read_bytes()).digest() == hashlib.sha256(model).digest()
    choice = await within(client.use_model("m.gguf"))
    assert choice.path == str((paths.models / "m.gguf").resolve())
    assert load_settings(paths.settings).model.path == paths.models / "m.gguf"
    before = client.pid
    await client.renew()
    assert client.pid != before
    status = await within(client.status())
    while status.phase in ("starting", "loading"):
        status = await within(client.status())
    assert "m.gguf" in status.problem_title  # it is tried, and has no vocabulary to talk with
    assert (await within(client.memory(1))).memory.text == "I live in Paris"


async def test_settings_that_make_no_sense_leave_the_engine_as_it_is(client: EngineClient, paths: Paths) -> None:
    await within(client.add_memory("I live in Paris"))
    paths.settings.write_text("nonsense = = 1")
    with pytest.raises(InvalidInput):
        await client.renew()
    assert (await within(client.memory(1))).memory.text == "I live in Paris"
