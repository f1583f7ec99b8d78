"""Every test has a home of its own and no network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from companion.clock import SetClock
from companion.paths import Paths
from companion.store.store import Store
from companion.strings import use_language
from tests.house import House
from tests.support import START
from tests.talk import Talk

# A busy machine is no failure.
settings.register_profile("companion", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("companion")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh COMPANION_HOME; nothing of the person who runs the tests is seen or touched."""
    for name in [name for name in os.environ if name.startswith("COMPANION_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COMPANION_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COMPANION_UI__LANGUAGE", "en")  # whatever the computer of who runs the tests speaks
    use_language("en")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("ORT_DISABLE_TELEMETRY", "1")
    return tmp_path / "home"


@pytest.fixture
def paths(home: Path) -> Paths:
    return Paths(data=home, config=home)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def store(paths: Paths, clock: SetClock) -> Iterator[Store]:
    store = Store.open(paths, clock)
    yield store
    store.close()


@pytest.fixture
def house(paths: Paths, clock: SetClock) -> Iterator[House]:
    house = House(paths, clock)
    yield house
    house.close()


@pytest.fixture
def talk(store: Store) -> Talk:
    return Talk(store)
