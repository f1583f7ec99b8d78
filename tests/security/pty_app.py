"""The app over the fake engine with harmful (or, for comparison, harmless) text in all that it shows, in this terminal.

It walks through its screens by itself and ends: what matters is what reaches the terminal meanwhile.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import suppress
from typing import Any

from textual.pilot import Pilot, WaitForScreenTimeout

from companion.chats import PersonaCard, Segment, WhySaid
from companion.errors import CompanionError
from companion.events import Notice
from companion.records import RecalledMemory
from companion.settings import Settings
from companion.status import EngineStatus
from companion.ui.app import CompanionApp
from companion.ui.safe_paste import filter_pastes
from companion.ui.screens.base import tell_error
from tests.security.payloads import FLOODS, HIDING, MARKUP, SEQUENCES
from tests.ui.fake_engine import FakeEngine

READY = "type-here-now"
TYPED = "end-of-typing"
KEYS = ("f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f1", "ctrl+p", "ctrl+g")


def texts(harmful: bool) -> list[str]:
    found = [*SEQUENCES.values(), *HIDING.values(), *MARKUP.values(), *FLOODS.values()]
    return found if harmful else ["31337" + "x" * min(len(text), 40) for text in found]


def filled(given: list[str]) -> FakeEngine:
    engine = FakeEngine()
    short = [text[:300] for text in given]
    everything = " ".join(short)
    now = time.time()
    for number, text in enumerate(short):
        memory = engine.remember(
            f"m{number:03} {text} right",
            tags=text,
            subject=text or "person",
            emotion="joy",
            recorded_at=now - number * 900,
        )
        if number < 60:
            person = engine.said("person", f"p{number:03} {text} right", 1 + number // 15, now - 9_000 + number)
            engine.said(
                "companion", f"c{number:03} {text} right", 1 + number // 15, now - 9_000 + number, answers=person.id
            )
            engine.rests_on(memory, person, 0, 4)
    reply = engine.turns[-1].turn
    engine.given[reply.id] = WhySaid(
        reply.id, tuple(Segment(f"k{n}", "history", t, 3, True) for n, t in enumerate(short)), 100, everything
    )
    engine.waits(everything, *short[:20])
    engine.cards = [PersonaCard(f"k{n}", t, t, t, t, t, problem=t) for n, t in enumerate(short)]
    engine.status_now = EngineStatus("ready", short[0], 4096, problem_title=everything[:200], problem_hint=short[1])
    memories = list(engine.memories.values())
    for start in range(0, len(given), 40):
        pieces = tuple(" ".join(given[start : start + 40]))
        recalled = tuple(RecalledMemory(each, 1.0, n) for n, each in enumerate(memories[start : start + 5], 1))
        engine.enqueue(
            *pieces[:4000], recalled=recalled, thoughts=tuple(f"+ {text}" for text in short[start : start + 3])
        )
    return engine


async def tour(pilot: Pilot[Any], engine: FakeEngine, given: list[str]) -> None:
    app: Any = pilot.app

    async def until(condition: Any) -> None:
        deadline = time.monotonic() + 60
        while not condition() and time.monotonic() < deadline:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.02)

    async def press(key: str) -> None:
        with suppress(WaitForScreenTimeout):  # it may well be busy
            await pilot.press(key)

    await until(lambda: app.chat._loaded)
    prompt = app.chat.prompt
    prompt.placeholder = READY
    await until(lambda: TYPED in prompt.whole_text)
    await press("enter")
    await until(lambda: app.chat.progress.answering is None)
    for number in range(len(given) // 40):
        prompt.insert(f"more {number} {given[number][:50]}")
        await press("enter")
        await until(lambda: app.chat.progress.answering is None and not len(app.chat.outbox))
    for _ in range(6):
        await press("pageup")
    for key in KEYS:
        await press(key)
        await asyncio.sleep(0.1)
        for _ in range(6):
            await press("pagedown")
        await press("enter")
        await asyncio.sleep(0.1)
        for _ in range(5):
            if app.screen is app.chat:
                break
            await press("escape")
            await asyncio.sleep(0.02)
        app.back_to_chat()
    for command in (app.open_waiting, app.open_portrait, app.open_timeline, app.open_links):
        command()
        await asyncio.sleep(0.1)
        app.back_to_chat()
    app.search_everywhere(given[3][:40])
    await asyncio.sleep(0.2)
    app.back_to_chat()
    app.chat.action_why()
    await asyncio.sleep(0.2)
    app.back_to_chat()
    for text in given[::6]:
        engine.emit(Notice("warning", text[:200], text[:200]))
        tell_error(app.screen, CompanionError(text[:200], hint=text[:200]))
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    app.exit()


def main() -> None:
    filter_pastes()
    given = texts(sys.argv[1] == "harmful")
    engine = filled(given)
    settings = Settings()
    app = CompanionApp(engine, settings.model_copy(update={"name": given[5][:100]}))

    async def walk(pilot: Pilot[Any]) -> None:
        try:
            await tour(pilot, engine, given)
        finally:
            app.exit()

    asyncio.run(app.run_async(auto_pilot=walk))
    crashed = app._exception is not None
    print(f"left-in-order {not crashed}")  # noqa: T201 - what the test waits for


if __name__ == "__main__":
    main()
