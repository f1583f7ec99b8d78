"""Rough handling: a tiny window, sizes that change while a reply comes, floods of the mouse and of keys."""

from __future__ import annotations

import random
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from companion.ui.app import CompanionApp
from companion.ui.screens.chat import ChatScreen
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.slash_list import SlashList
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import replies, running, said, say, screen_text, wait_until

TINY = (20, 5)
KEYS = ("f1", "f2", "f6", "f9", "ctrl+p", "ctrl+g", "escape", "enter", "tab", "up", "down", "pageup", "slash", "a")


def in_sight(app: CompanionApp) -> bool:
    """Whether what is written can be seen."""
    region = app.chat.query_one(Prompt).content_region
    return region.height > 0 and app.screen.region.contains_region(region)


async def test_a_tiny_window_can_be_written_in() -> None:
    engine = FakeEngine()
    async with running(engine, TINY) as (app, pilot):
        await say(app, pilot, "hello")
        await wait_until(pilot, lambda: replies(app) == ["I hear you."])
        assert in_sight(app)
        await pilot.press("slash")
        await wait_until(pilot, lambda: app.chat.query_one(SlashList).display)
        await wait_until(pilot, lambda: in_sight(app) and "/" in screen_text(app))


@pytest.mark.parametrize("key", ["f1", "f2", "f6", "f9", "ctrl+p", "ctrl+g"])
async def test_every_screen_opens_and_closes_in_a_tiny_window(key: str) -> None:
    async with running(FakeEngine(), TINY) as (app, pilot):
        await pilot.press(key)
        await wait_until(pilot, lambda: app.screen is not app.chat)
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_the_window_changes_its_size_while_a_reply_comes() -> None:
    engine = FakeEngine()
    engine.enqueue(*(f"word{number} " for number in range(300)), hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "tell me")
        for size in (TINY, (200, 60), (1, 1), (60, 20), (20, 5), (100, 30)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        engine.release()
        await wait_until(pilot, lambda: replies(app) and replies(app)[0].rstrip().endswith("word299"))
        await wait_until(pilot, lambda: "word299" in screen_text(app) and in_sight(app))


def flood(app: CompanionApp, chance: random.Random, count: int) -> None:
    """What a terminal sends when somebody turns the wheel and drags at once."""
    kinds: tuple[type[events.MouseEvent], ...] = (
        events.MouseMove, events.MouseScrollDown, events.MouseScrollUp, events.MouseDown, events.MouseUp,
    )  # fmt: skip
    for _ in range(count):
        x, y = chance.randrange(app.size.width), chance.randrange(app.size.height)
        kind = chance.choice(kinds)
        app.post_message(
            kind(
                widget=None, x=x, y=y, delta_x=0, delta_y=chance.choice((-1, 1)), button=chance.randrange(4),
                shift=chance.random() < 0.1, meta=False, ctrl=chance.random() < 0.1, screen_x=x, screen_y=y,
            )
        )  # fmt: skip


async def settle(app: CompanionApp, pilot: Pilot[Any]) -> None:
    """Back to the chat, whatever was opened."""
    for _ in range(20):
        if app.screen is app.chat:
            return
        await pilot.press("escape")
        await pilot.pause()
    raise AssertionError(f"{app.screen} does not close")


@pytest.mark.parametrize("seed", range(6))
async def test_a_flood_of_mouse_and_keys_loses_nothing_that_was_said(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A click may choose "Quit" in the palette, or another conversation.
    monkeypatch.setattr(CompanionApp, "leave", lambda app, code=0: None)
    monkeypatch.setattr(ChatScreen, "begin", lambda chat, mode="usual", persona="": None)
    chance = random.Random(seed)
    engine = FakeEngine()
    for number in range(8):
        engine.said("person", f"message {number}")
    engine.remember("I live in Leeds")
    async with running(engine, (60, 20)) as (app, pilot):
        for _ in range(12):
            flood(app, chance, 80)
            await pilot.press(chance.choice(KEYS))
        await settle(app, pilot)
        app.chat.query_one(Prompt).clear()
        app.chat.query_one(Prompt).focus()
        await say(app, pilot, "still there?")
        await wait_until(pilot, lambda: "still there?" in said(app))
        # A click may have begun a conversation of its own, in which they are not shown.
        kept = [item.turn.text for item in engine.turns if item.turn.text.startswith("message")]
        assert kept == [f"message {number}" for number in range(8)]
