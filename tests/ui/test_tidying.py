"""Garbage is collected when nobody waits for a key or a reply."""

from __future__ import annotations

import gc

import pytest

from companion.ui import tidying
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import replies, running, say, wait_until


async def test_it_is_collected_once_in_a_pause_and_never_while_somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[int] = []
    monkeypatch.setattr(tidying, "tidy", lambda: collected.append(gc.collect()))
    now = 1_000.0
    monkeypatch.setattr(tidying, "monotonic", lambda: now)
    engine = FakeEngine()
    engine.enqueue("one", hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "hello")
        await wait_until(pilot, lambda: replies(app) == ["one"])
        now += 60
        app._look_around()
        assert collected == []  # a reply is being written
        engine.release()
        await wait_until(pilot, lambda: not app.busy)
        await pilot.press("a")
        app._look_around()
        assert collected == []  # a key was just pressed
        now += tidying.PAUSE + 1
        app._look_around()
        app._look_around()
        assert len(collected) == 1
