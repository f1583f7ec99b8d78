"""What every screen that talks to the engine shares: events in, calls out, errors told."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Literal as OneOf
from typing import TypeVar

from rich.cells import cell_len
from textual.app import App
from textual.screen import Screen
from textual.widget import Widget

from companion.calls import EnginePort
from companion.errors import CompanionError, EngineStopped
from companion.events import Event
from companion.text import one_line, sanitise

Result = TypeVar("Result")
NOTICING = 1.5
"""Seconds until a notice is seen."""
READING = 25
"""Cells of text that are read in a second, by somebody who reads fast."""


class _LastDone(str):
    """The text of a notice that the next of its kind takes the place of."""


def tell(
    source: Widget | App[None],
    title: str,
    text: str = "",
    level: OneOf["information", "warning", "error"] = "information",
    seconds: float = 5,
    *,
    last_done: bool = False,
) -> None:
    """A notice at the edge of the screen, for `seconds` or as long as it takes to read; both texts literal.
    `last_done`: it tells what the person has just done, and takes the place of what told of the thing before."""
    if not text:
        title, text = "", title
    title, text = one_line(title, 120), sanitise(text)[:600]
    seconds = max(seconds, NOTICING + (cell_len(title) + cell_len(text)) / READING)
    if last_done:
        app = source if isinstance(source, App) else source.app
        for notice in [each for each in app._notifications if isinstance(each.message, _LastDone)]:
            app._unnotify(notice)
        text = _LastDone(text)
    source.notify(text, title=title, severity=level, timeout=seconds, markup=False)


def tell_error(source: Widget | App[None], error: CompanionError) -> None:
    """What happened and what to do."""
    tell(source, str(error), error.hint, "error", 8)


async def attempt(source: Widget | App[None], call: Awaitable[Result]) -> Result | None:
    """The answer of `call`; None after telling the person when it raised a CompanionError."""
    try:
        return await call
    except EngineStopped:
        return None  # told once, by the app, for all calls that fail together
    except CompanionError as error:
        tell_error(source, error)
        return None


class EngineScreen(Screen[None]):
    """A screen over the engine. The app hands every event to every screen on its stack, in order."""

    def __init__(self, engine: EnginePort) -> None:
        super().__init__()
        self.engine = engine

    def engine_event(self, event: Event) -> None:
        """Called on the app's thread; must not block."""

    async def engine_back(self) -> None:
        """The engine was started again: what is shown may be stale."""
