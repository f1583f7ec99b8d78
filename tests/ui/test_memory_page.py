"""One memory in full: where it comes from, what it is connected with, what was changed in it, what it once was."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.records import Link
from companion.ui.memory_words import difference
from companion.ui.screens.date import DateScreen
from companion.ui.screens.links import LinksScreen
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.screens.memory import MemoryScreen
from companion.ui.widgets.memory_line import MemoryLine
from companion.ui.widgets.quote_line import QuoteLine
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, on_screen, running, screen_text, wait_until
from tests.ui.test_memories import engine_with

DAY = 86_400.0


def told(engine: FakeEngine) -> int:
    """A memory with its evidence in an older conversation."""
    turn = engine.said("person", "Guess what! I have a dog. He is brown.", 3)
    memory = engine.remember("I have a dog.", recorded_at=time.time() - 20 * DAY)
    engine.rests_on(memory, turn, 12, 25)
    return memory.id


async def test_what_comes_late_can_be_walked_from_the_first_key_on(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, go = FakeEngine(), asyncio.Event()
    id, memory = told(engine), engine.memory

    async def slowly(*given: object) -> object:
        await go.wait()
        return await memory(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "memory", slowly)
    async with running(engine) as (app, pilot):
        app.push_screen(MemoryScreen(engine, id))
        await wait_until(pilot, lambda: "Putting it together" in screen_text(app))
        go.set()
        await wait_until(pilot, lambda: isinstance(app.screen.focused, QuoteLine))


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_words_it_rests_on_lead_to_their_conversation(size: tuple[int, int]) -> None:
    engine = FakeEngine()
    id = told(engine)
    engine.said("person", "Something else entirely", 4)
    async with running(engine, size) as (app, pilot):
        app.push_screen(MemoryScreen(engine, id))
        await wait_until(pilot, lambda: app.screen.query(QuoteLine))
        await wait_until(pilot, lambda: "Guess what! I have a dog. He is brown." in on_screen(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is app.chat)
        await wait_until(pilot, lambda: "Guess what!" in screen_text(app))


async def test_g_goes_there_from_the_panel_and_says_when_there_is_nothing_to_go_to() -> None:
    engine = FakeEngine()
    told(engine)
    engine.remember("Written by hand")
    async with running(engine) as (app, pilot):
        await pilot.press("f2")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen) and app.screen.current() is not None)
        await pilot.press("g")
        await wait_until(pilot, lambda: any("you wrote it yourself" in notice for notice in notices(app)))
        await pilot.press("down", "g")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_what_was_changed_shows_which_words_went_and_came() -> None:
    engine = engine_with("I have a brown dog")
    id = next(iter(engine.memories))
    async with running(engine) as (app, pilot):
        await engine.edit_memory(id, "I have a brown cat")
        app.push_screen(MemoryScreen(engine, id))
        await wait_until(pilot, lambda: "I have a brown [−dog][+cat]" in on_screen(app))
        assert "edited by you" in on_screen(app)


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_difference_always_holds_both_versions(before: str, after: str) -> None:
    old = new = ""
    for part in difference(before, after):
        if isinstance(part, str):
            old, new = old + part, new + part
        elif part[0].startswith("[−"):
            old += part[0][2:-1]
        else:
            new += part[0][2:-1]
    assert (old, new) == (before, after)


def test_a_difference_is_made_of_words_and_of_single_chinese_characters() -> None:
    assert difference("我住在里昂。", "我住在巴黎。") == [
        "我住在",
        ("[−里昂]", "$text-error"),
        ("[+巴黎]", "bold $text-success"),
        "。",
    ]
    assert [part if isinstance(part, str) else part[0] for part in difference("a cart", "a cat")] == [
        "a ",
        "[−cart]",
        "[+cat]",
    ]


async def test_what_it_is_connected_with_can_be_walked_page_by_page_and_as_a_tree() -> None:
    engine = engine_with("I have a dog", "The dog is Bo", "Bo is old")
    one, two, three = engine.memories
    engine.links += [Link(one, two, "same-topic"), Link(two, three, "refines")]
    async with running(engine) as (app, pilot):
        app.push_screen(MemoryScreen(engine, one))
        await wait_until(pilot, lambda: "same topic" in screen_text(app))
        app.screen.query_one(MemoryLine).focus()
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen.current() is not None and app.screen.current().id == two)  # type: ignore[attr-defined]
        await pilot.press("escape", "l")
        await wait_until(pilot, lambda: isinstance(app.screen, LinksScreen) and "The dog is Bo" in screen_text(app))
        await pilot.press("down", "right")
        await wait_until(pilot, lambda: "Bo is old" in screen_text(app))
        assert screen_text(app).count("I have a dog") == 1, "the way back is no way on"
        await pilot.press("right", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen))
        await wait_until(pilot, lambda: app.screen.current() is not None)  # type: ignore[attr-defined]
        assert app.screen.current().id == three  # type: ignore[attr-defined]


async def test_what_it_was_on_a_day_and_back_again() -> None:
    engine = FakeEngine()
    id = told(engine)
    async with running(engine) as (app, pilot):
        await engine.edit_memory(id, "I have two dogs.")
        app.push_screen(MemoryScreen(engine, id))
        await wait_until(pilot, lambda: "I have two dogs." in screen_text(app))
        await pilot.press("t")
        await wait_until(pilot, lambda: isinstance(app.screen, DateScreen))
        app.screen.query_one("Input").value = "yesterday"  # type: ignore[attr-defined]
        await pilot.pause()
        await pilot.press("enter")
        await wait_until(pilot, lambda: "As it was on" in screen_text(app))
        assert "two dogs" not in screen_text(app)
        await pilot.press("r")
        await wait_until(pilot, lambda: engine.memories[id].text == "I have a dog.")
        await wait_until(pilot, lambda: "As it was on" not in screen_text(app))
        await pilot.press("u")
        await wait_until(pilot, lambda: "I have two dogs." in screen_text(app))


async def test_merging_begins_on_the_page_and_goes_on_in_the_panel() -> None:
    engine = engine_with("I have a dog", "The dog is Bo")
    async with running(engine) as (app, pilot):
        app.push_screen(MemoryScreen(engine, min(engine.memories)))
        await wait_until(pilot, lambda: app.screen.current() is not None)  # type: ignore[attr-defined]
        await pilot.press("m")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen) and "1 marked" in screen_text(app))
