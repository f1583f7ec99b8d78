"""What the tests of the app share."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot
from textual.widget import Widget

from companion.paths import Paths
from companion.settings import Settings
from companion.ui.app import CompanionApp
from companion.ui.widgets.literal import Literal
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.reply_view import CompanionTurn
from companion.ui.widgets.turn_view import PersonTurn
from tests.ui.fake_engine import FakeEngine

NARROW, WIDE = (60, 20), (100, 30)


async def wait_until(pilot: Pilot[Any], condition: Callable[[], object], seconds: float = 20) -> None:
    """Let the app work until `condition` holds; fails when it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"never became true: {condition.__name__} {condition.__code__.co_firstlineno}")


@asynccontextmanager
async def running(
    engine: FakeEngine,
    size: tuple[int, int] = WIDE,
    loaded: bool = True,
    settings: Settings | None = None,
    paths: Paths | None = None,
) -> AsyncIterator[tuple[CompanionApp, Pilot[Any]]]:
    """The app over `engine`; `loaded` waits until the conversation is shown."""
    app = CompanionApp(engine, settings or Settings(), paths=paths)
    async with app.run_test(size=size) as pilot:
        await wait_until(pilot, lambda: engine.started)
        if loaded:
            await wait_until(pilot, lambda: app.chat._loaded)
        yield app, pilot


async def say(app: CompanionApp, pilot: Pilot[Any], text: str) -> None:
    """Put `text` in the prompt and press Enter."""
    app.chat.query_one(Prompt).insert(text)
    await pilot.press("enter")


def said(app: CompanionApp) -> list[str]:
    return [view.turn.text for view in app.chat.query(PersonTurn)]


def replies(app: CompanionApp) -> list[str]:
    return [view.text for view in app.chat.query(CompanionTurn)]


def plain(widget: Widget) -> str:
    """The text a Literal shows."""
    assert isinstance(widget, Literal)
    return str(widget.visual)


def screen_text(app: CompanionApp) -> str:
    """What the terminal would show, row by row."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


def notices(app: CompanionApp) -> list[str]:
    return [f"{notice.title} {notice.message}".strip() for notice in app._notifications]


def on_screen(app: CompanionApp) -> str:
    """What can be read on the screen that is shown, wrapped lines joined."""
    lines = ("".join(segment.text for segment in strip).rstrip() for strip in app.screen._compositor.render_strips())
    return re.sub(r"\s+", " ", " ".join(line.strip(" ▌▎▐│█") for line in lines))
