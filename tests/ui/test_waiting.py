"""What was pasted and waits: the prompt says which parts of a message were, a screen decides what becomes of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from textual import events

from companion.records import Change
from companion.safekeeping import QuarantinedSource
from companion.ui.commands import ENTRIES
from companion.ui.screens.waiting import WaitingScreen
from companion.ui.widgets.prompt import Prompt
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, running, screen_text, wait_until

PAGE = "\n".join(f"Line {number} of a page that somebody else wrote." for number in range(6))


def waiting() -> FakeEngine:
    engine = FakeEngine()
    engine.remember("I like tea.")
    engine.waits("An old [page] of mine", "I live in Quellmark.", "My bank is [red]Sorvano[/].")
    engine.waits("diary.zip", "I keep bees.")
    return engine


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_screen_shows_what_waits_and_confirms_or_removes_it(size: tuple[int, int]) -> None:
    engine = waiting()
    async with running(engine, size) as (app, pilot):
        next(entry for entry in ENTRIES if entry.command.slash == "waiting").run(app, "")
        await wait_until(pilot, lambda: isinstance(app.screen, WaitingScreen))
        await wait_until(pilot, lambda: "I keep bees." in screen_text(app))
        assert "diary.zip" in screen_text(app)
        await pilot.press("down")
        await wait_until(pilot, lambda: "[red]Sorvano[/]" in screen_text(app))
        assert "I like tea." not in screen_text(app)
        await pilot.press("x")
        await wait_until(pilot, lambda: "old [page]" not in screen_text(app))
        assert {m.text: m.status for m in engine.memories.values()}["I live in Quellmark."] == "forgotten"
        await pilot.press("u")
        await wait_until(pilot, lambda: "old [page]" in screen_text(app))
        await pilot.press("home", "c")
        await wait_until(pilot, lambda: "diary.zip" not in screen_text(app))
        assert {m.text: m.status for m in engine.memories.values()}["I keep bees."] == "active"
        await pilot.press("escape")
        assert not isinstance(app.screen, WaitingScreen)


async def test_a_key_pressed_again_while_a_large_past_is_confirmed_does_nothing_more() -> None:
    engine = waiting()
    asked, let = [], asyncio.Event()
    confirm, sources = engine.confirm_source, engine.quarantined

    async def slow(id: int) -> Change:
        asked.append(id)
        await let.wait()
        return await confirm(id)

    async def large() -> tuple[QuarantinedSource, ...]:
        return tuple(replace(each, memories=95_899) for each in await sources())

    engine.confirm_source, engine.quarantined = slow, large  # type: ignore[method-assign]
    async with running(engine) as (app, pilot):
        app.open_waiting()
        await wait_until(pilot, lambda: "diary.zip" in screen_text(app))
        await pilot.press("c")
        await wait_until(pilot, lambda: any("95,899 memories: this takes a while" in told for told in notices(app)))
        await pilot.press("c", "x")
        await wait_until(pilot, lambda: any("still being made" in told for told in notices(app)))
        let.set()
        await wait_until(pilot, lambda: "diary.zip" not in screen_text(app))
    assert len(asked) == 1
    assert {m.text: m.status for m in engine.memories.values()}["I keep bees."] == "active"


async def test_it_says_so_when_nothing_waits() -> None:
    async with running(FakeEngine()) as (app, pilot):
        app.open_waiting()
        await wait_until(pilot, lambda: "Nothing waits." in screen_text(app))
        await pilot.press("c", "x")
        assert notices(app) == []


@pytest.mark.parametrize("copies", [1, 20])
async def test_what_is_pasted_is_told_apart_from_what_is_typed(copies: int) -> None:
    """Also when it is folded to a chip."""
    engine = FakeEngine()
    pasted = "\n".join([PAGE] * copies)
    async with running(engine) as (app, pilot):
        prompt = app.chat.query_one(Prompt)
        prompt.insert("What is this? ")
        prompt.post_message(events.Paste(pasted))
        await wait_until(pilot, lambda: pasted in prompt.whole_text)
        prompt.insert(" I wonder.")
        await pilot.press("enter")
        await wait_until(pilot, lambda: any(call[0] == "send" for call in engine.calls))
        _, words, ((start, end),) = next(call for call in engine.calls if call[0] == "send")
        assert words[start:end] == pasted
        assert words == f"What is this? {pasted} I wonder."


async def test_a_short_paste_counts_as_typed() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        prompt = app.chat.query_one(Prompt)
        prompt.post_message(events.Paste("my street is Rua Nova"))
        await wait_until(pilot, lambda: prompt.text)
        await pilot.press("enter")
        await wait_until(pilot, lambda: ("send", "my street is Rua Nova") in engine.calls)
