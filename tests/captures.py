"""The pictures of the README: the real app over a real engine with the starter model, in the life of a made-up person.

python -m tests.captures [NAME…]     writes docs/captures/*.svg anew, in about a minute

The clock is set and the model's choice of words fixed: what it says is shown as it came. Two runs on one machine differ
only in the speed that the status line tells. llama.cpp rounds a little otherwise on another processor, so that replies
may come out otherwise there.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest.mock import patch

from textual.pilot import Pilot

from companion.calls import EnginePort
from companion.clock import SetClock, SystemClock
from companion.companion import Companion
from companion.events import Event, Listener, ReplyFinished
from companion.paths import Paths
from companion.settings import ModelSettings, Settings, UiSettings
from companion.ui.app import CompanionApp
from tests.ui.helpers import WIDE, replies, say, screen_text, wait_until

FOLDER = Path(__file__).parents[1] / "docs" / "captures"
ZONE = timezone(timedelta(hours=1))
BEGAN = datetime(2026, 3, 2, 19, 0, tzinfo=ZONE)
PATIENCE = 120.0
LIFE: tuple[tuple[int, tuple[str, ...]], ...] = (
    (0, ("My name is Tomasz and I live in Leeds with my dog Biscuit.",
         "My sister Lena is getting married in Lisbon in September.")),
    (2, ("I am afraid of flying, so I would rather take the night train.",
         "I work as a nurse at the children's hospital.")),
    (5, ("Lena moved to Porto last week.",
         "My favourite tea is smoked Lapsang.")),
    (9, ("I have an interview for the ward manager job on Friday.",
         "Biscuit chewed up my running shoes.")),
)  # fmt: skip
"""Days after the beginning, and what was said then."""
TODAY = 13
SETTINGS = Settings(name="Tomasz", model=ModelSettings(seed=1, threads=1), ui=UiSettings(reduced_motion=True))
Steps = Callable[[CompanionApp, Pilot[Any]], Awaitable[None]]


class InProcess(EnginePort):
    """The app's engine in this process: the same calls, made in threads, so that its clock can be set."""

    def __init__(self, companion: Companion) -> None:
        self.companion = companion
        self._listeners: list[Listener] = []
        companion.subscribe(self._heard)

    is_sealed = False

    def _heard(self, event: Event) -> None:
        for listener in self._listeners:
            listener(event)

    async def _call(self, method: str, *arguments: object) -> Any:
        found = getattr(self.companion, method)
        return await asyncio.to_thread(found, *arguments) if callable(found) else found

    def start(self) -> None: ...

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def on_exit(self, callback: Callable[[], None]) -> None: ...

    async def close(self) -> None: ...


@contextmanager
def opened(paths: Paths, clock: SetClock) -> Iterator[Companion]:
    """A whole Companion with the starter, which has done all there was to do. One thread: more round otherwise."""
    companion = Companion(paths, SETTINGS, clock=clock, index=False, chat=True)
    companion.start()
    try:
        companion.settle()
        yield companion
    finally:
        companion.close()


def live(paths: Paths, clock: SetClock) -> None:
    """Days of talk, each with its night."""
    for day, told in LIFE:
        clock.at = BEGAN + timedelta(days=day)
        with opened(paths, clock) as companion:
            answered = threading.Event()
            companion.subscribe(lambda event, done=answered: done.set() if isinstance(event, ReplyFinished) else None)
            for text in told:
                answered.clear()
                companion.send(text)
                assert answered.wait(PATIENCE), text
                companion.settle()
                clock.advance(minutes=2)
    clock.at = BEGAN + timedelta(days=TODAY)


async def talked(app: CompanionApp, pilot: Pilot[Any]) -> None:
    for text in ("Where does my sister live now?", "I moved to York at the weekend."):
        before = len(replies(app))
        await say(app, pilot, text)
        await wait_until(
            pilot, lambda seen=before: len(replies(app)) > seen and app.chat.progress.answering is None, PATIENCE
        )
        await asyncio.to_thread(app.engine.companion.settle)  # type: ignore[attr-defined]
        await pilot.pause(0.5)


def keys(*pressed: str, shows: str, slash: str = "") -> Steps:
    """From the chat: a slash command, then keys, until a text is on the screen."""

    async def steps(app: CompanionApp, pilot: Pilot[Any]) -> None:
        while app.screen is not app.chat:
            await pilot.press("escape")
        if slash:
            app.run_slash(slash)
        await pilot.press(*pressed)
        await wait_until(pilot, lambda: shows in screen_text(app))

    return steps


SCREENS: dict[str, Steps] = {
    "chat": talked,
    "memories": keys("f2", shows="newest first"),
    "memory": keys("f2", "enter", shows="What it is connected with"),
    "portrait": keys(slash="/portrait", shows="Tomasz"),
    "why": keys(slash="/why", shows="Why did you say that?"),
}
"""One after the other in one app."""


async def capture(paths: Paths, clock: SetClock, folder: Path, wanted: set[str]) -> None:
    with opened(paths, clock) as companion:
        app = CompanionApp(InProcess(companion), SETTINGS, paths=paths)
        async with app.run_test(size=WIDE) as pilot:
            await wait_until(pilot, lambda: app.chat._loaded)
            for name, steps in SCREENS.items():
                await steps(app, pilot)
                await still(app, pilot)
                if not wanted or name in wanted:
                    (folder / f"{name}.svg").write_text(offline(app.export_screenshot(title="Companion")), "utf-8")


async def still(app: CompanionApp, pilot: Pilot[Any]) -> None:
    """Until nothing moves any more."""
    shown, before = screen_text(app), ""
    while shown != before:
        await pilot.pause(0.3)
        before, shown = shown, screen_text(app)


def offline(svg: str) -> str:
    """Without the fonts that Rich's pictures have from the web: whoever looks at one asks nobody."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S)
    return svg.replace("Fira Code,", "'Fira Code','DejaVu Sans Mono',Menlo,Consolas,")


def make(folder: Path, wanted: set[str]) -> None:
    """Write the pictures named in `wanted`, or all, into `folder`."""
    clock = SetClock(BEGAN)
    with tempfile.TemporaryDirectory() as home, patch.object(SystemClock, "now", lambda _: clock.now()):
        paths = Paths(Path(home) / "data", Path(home) / "config")
        live(paths, clock)
        asyncio.run(capture(paths, clock, folder, wanted))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    make(FOLDER, set(sys.argv[1:]))
