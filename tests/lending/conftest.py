"""A profile with a few memories of every sort, and the SDK's own client on the real program."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from companion.clock import SetClock
from companion.lending import Lending
from companion.paths import Paths
from companion.settings import Settings
from companion.store.store import Store
from tests.support import FakeEmbedder, add, say

ROOT = Path(__file__).parents[2]
KEY = bytes(range(32))


def fill(store: Store) -> dict[str, int]:
    """One of each sort; ids by what it is."""
    turn, _ = say(store, "My sister Anna lives in Leipzig.", "That is a lovely city.")
    from companion.records import Evidence
    from companion.text import text_hash

    rests = Evidence(turn.id, 0, len(turn.text), text_hash(turn.text))
    made = {
        "plain": add(store, "My sister Anna lives in Leipzig.", subject="Anna", evidence=(rests,)),
        "garden": add(store, "I planted tomatoes in the garden."),
        "faded": add(store, "I once had a garden gnome.", status="dormant"),
        "forgotten": add(store, "My garden gate code is 4711.", status="forgotten"),
        "waiting": add(store, "The garden belongs to Zorro.", status="quarantined"),
        "replaced": add(store, "I have a garden in Bonn.", status="superseded"),
        "own": add(store, "Only Marlowe knows of the garden murder novel.", scope="marlowe"),
        "play": add(store, "The garden is full of dragons.", scope="play:"),
        "heavy": add(store, "My father died of cancer in the garden."),
        "said": add(store, "I told you the garden was nice.", subject="companion"),
    }
    return {name: memory.id for name, memory in made.items()}


@pytest.fixture
def lend(paths: Paths, clock: SetClock) -> Callable[..., Lending]:
    def made(*, key: bytes | None = None, **values: Any) -> Lending:
        settings = Settings.model_validate(values.pop("settings", {}))
        values.setdefault("open_embedder", FakeEmbedder)
        return Lending(paths, settings, clock, find_key=lambda: key, **values)

    return made


@asynccontextmanager
async def _talking(home: Path, *arguments: str, env: dict[str, str] | None = None) -> AsyncIterator[Any]:
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    whole = {**os.environ, "COMPANION_HOME": str(home), "PYTHONPATH": str(ROOT), **(env or {})}
    program = StdioServerParameters(command=sys.executable, args=["-m", "companion", *arguments, "mcp"], env=whole)
    async with Client(stdio_client(program)) as client:
        yield client


@pytest.fixture
def client(home: Path) -> Callable[..., AbstractAsyncContextManager[Any]]:
    pytest.importorskip("mcp", reason="the extra mcp is not installed")

    def begun(*arguments: str, env: dict[str, str] | None = None) -> AbstractAsyncContextManager[Any]:
        return _talking(home, *arguments, env=env)

    return begun


def texts(answer: Any) -> list[str]:
    """What the memories of a tool's answer say."""
    assert not answer.is_error, answer.content
    assert json.loads(answer.content[0].text) == answer.structured_content
    return [memory["text"] for memory in answer.structured_content["memories"]]


LATER = timedelta(minutes=1)
