"""What the screens look like, as text: over the tests' small engine, on a Tuesday at noon.

After a change that was meant: `pytest tests/ui/test_snapshots.py --snapshot-update`, and read the difference.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from companion.clock import SystemClock
from companion.settings import Settings
from companion.ui.app import CompanionApp
from tests.ui.demo import filled
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, replies, running, say, screen_text, wait_until

SCROLL_BAR = re.compile(r"\s*[▁-█]?\s*$")
"""Where it stands is a matter of how much was fetched already."""
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
Steps = Callable[[CompanionApp, Pilot[Any]], Awaitable[None]]


def keys(*pressed: str, shows: str) -> Steps:
    """Press these one by one; then wait for a text."""

    async def steps(app: CompanionApp, pilot: Pilot[Any]) -> None:
        await pilot.press(*pressed)
        await wait_until(pilot, lambda: shows in screen_text(app))

    return steps


async def replied(app: CompanionApp, pilot: Pilot[Any]) -> None:
    before = len(replies(app))
    await say(app, pilot, "Shall I take the night train?")
    await wait_until(pilot, lambda: len(replies(app)) > before and "come along?" in replies(app)[-1])
    await wait_until(pilot, lambda: "+ I am taking the night train" in screen_text(app))


LOOKS: dict[str, tuple[tuple[int, int], Steps]] = {
    "chat": (WIDE, replied),
    "chat, narrow": (NARROW, replied),
    "slash": (WIDE, keys("slash", "m", "e", shows="/memories")),
    "conversations": (WIDE, keys("f3", shows="conversation")),
    "conversations, narrow": (NARROW, keys("f3", shows="conversation")),
    "panel": (WIDE, keys("f2", shows="newest first")),
    "panel, narrow": (NARROW, keys("f2", shows="newest first")),
    "edit": (WIDE, keys("f2", "e", shows="Edit memory")),
    "memory": (WIDE, keys("f2", "enter", shows="Where it comes from")),
    "look back": (NARROW, keys("f2", "t", shows="Look back")),
    "curve": (WIDE, keys("f2", "c", shows="used")),
    "people": (WIDE, keys("f7", shows="Your portrait")),
    "plots": (WIDE, keys("f8", shows="Growth of memory")),
    "settings": (WIDE, keys("f9", shows="Your name")),
    "settings, narrow": (NARROW, keys("f9", shows="Your name")),
    "models": (WIDE, keys("f6", shows="Back")),
    "help": (WIDE, keys("f1", shows="The chat")),
    "jump": (WIDE, keys("ctrl+g", shows="Press a letter")),
}
assert len(LOOKS) <= 20


@pytest.mark.parametrize("name", LOOKS)
async def test_it_looks_as_it_did(name: str, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda _: NOON)
    engine: FakeEngine = filled()
    size, steps = LOOKS[name]
    async with running(engine, size, settings=Settings(ui={"reduced_motion": True})) as (app, pilot):  # type: ignore[arg-type]
        await steps(app, pilot)
        shown = ""
        # Until nothing moves any more: what is fetched comes a moment later.
        for _ in range(200):
            await pilot.pause(0.05)
            before, shown = shown, "\n".join(SCROLL_BAR.sub("", line) for line in screen_text(app).splitlines())
            if before == shown:
                break
        assert shown == snapshot
