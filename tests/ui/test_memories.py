"""The panel: seeing, filtering and changing memories; every change can be taken back."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Footer, Input

from companion.errors import CompanionError, EngineStopped, InvalidInput, ProfileReadOnly
from companion.ui.app import CompanionApp
from companion.ui.screens.edit import EditScreen
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.screens.memory import MemoryScreen
from companion.ui.widgets.memory_detail import MemoryDetailView
from companion.ui.widgets.memory_table import MemoryTable
from companion.ui.widgets.prompt import Prompt
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, running, screen_text, wait_until


def engine_with(*texts: str) -> FakeEngine:
    engine = FakeEngine()
    for index, text in enumerate(texts):
        engine.remember(text, recorded_at=1_780_000_000.0 + index)
    return engine


async def panel(app: CompanionApp, pilot: Pilot[Any], rows: int) -> MemoryTable:
    """Open the panel and wait for its rows."""
    await pilot.press("f2")
    await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))
    table = app.screen.query_one(MemoryTable)
    await wait_until(pilot, lambda: table.row_count == rows)
    return table


async def test_memories_are_listed_newest_first_with_their_detail_beside_them() -> None:
    engine = engine_with("older", "newer")
    async with running(engine) as (app, pilot):
        await panel(app, pilot, 2)
        lines = screen_text(app).splitlines()
        assert "newer" in lines[3]
        assert "older" in lines[4]
        await wait_until(pilot, lambda: "Where it comes from" in screen_text(app))


async def test_a_detail_that_comes_before_its_place_stands_or_while_it_goes_ends_nothing() -> None:
    engine = engine_with("I like tea.")
    async with running(engine, size=WIDE) as (app, pilot):
        await panel(app, pilot, 1)
        detail = engine.memories[max(engine.memories)]
        shown = await engine.memory(detail.id)
        late = MemoryDetailView()
        mounting = app.screen.mount(late)
        late.show(shown)
        late.show(None)
        await mounting
        late.show(shown)
        await wait_until(pilot, lambda: "I like tea." in screen_text(app))
        await late.remove_children()
        late.show(shown)


async def test_at_sixty_columns_the_detail_is_a_screen_of_its_own() -> None:
    engine = engine_with("I have a dog.")
    turn = engine.said("person", "Guess what! I have a dog. He is brown.")
    engine.rests_on(next(iter(engine.memories.values())), turn, 12, 25)
    async with running(engine, NARROW) as (app, pilot):
        await panel(app, pilot, 1)
        assert not app.screen.query_one(MemoryDetailView).display
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen))
        await wait_until(pilot, lambda: "Guess what! I have a dog. He is brown." in screen_text(app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_every_part_of_the_panel_is_on_the_screen(size: tuple[int, int]) -> None:
    engine = engine_with(*(f"memory number {index} " + "x" * 200 for index in range(50)))
    async with running(engine, size) as (app, pilot):
        await panel(app, pilot, 50)
        for kind in (MemoryTable, Footer, Input):
            region = app.screen.query_one(kind).region
            assert region.area > 0
            assert app.screen.region.contains_region(region)
        table = app.screen.query_one(MemoryTable)
        assert table.virtual_size.width <= table.size.width
        shown = screen_text(app)
        assert "⏎ Open" in shown
        assert "u Undo" in shown
        assert "Esc Back" in shown


async def test_the_filter_asks_the_engine_and_escape_returns_to_the_table() -> None:
    engine = engine_with("I have a dog", "I have a cat")
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 2)
        await pilot.press("slash", *"dog")
        await wait_until(pilot, lambda: table.row_count == 1)
        assert "dog" in screen_text(app)
        await pilot.press("escape")
        assert table.has_focus
        assert isinstance(app.screen, MemoriesScreen)
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_editing_and_undoing() -> None:
    engine = engine_with("I have a dog")
    async with running(engine) as (app, pilot):
        await panel(app, pilot, 1)
        await pilot.press("e")
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        await pilot.press(*" named Bo", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))
        await wait_until(pilot, lambda: "I have a dog named Bo" in screen_text(app))
        await pilot.press("u")
        await wait_until(pilot, lambda: next(iter(engine.memories.values())).text == "I have a dog")
        await wait_until(pilot, lambda: "I have a dog named Bo" not in screen_text(app).splitlines()[2])


@pytest.mark.parametrize("error", [EngineStopped(), InvalidInput("too long")])
async def test_what_was_written_is_not_lost_when_saving_fails(error: CompanionError) -> None:
    engine = engine_with("I have a dog")
    async with running(engine) as (app, pilot):
        await panel(app, pilot, 1)
        await pilot.press("e")
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        engine.raises["edit_memory"] = error
        await pilot.press(*" named Bo", "enter")
        await wait_until(pilot, lambda: any("Not saved" in notice for notice in notices(app)))
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: next(iter(engine.memories.values())).text == "I have a dog named Bo")


async def test_escape_leaves_a_memory_as_it_was() -> None:
    engine = engine_with("I have a dog")
    async with running(engine) as (app, pilot):
        await panel(app, pilot, 1)
        await pilot.press("e")
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        await pilot.press("x", "ctrl+u", "ctrl+d", "escape")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))
        assert next(iter(engine.memories.values())).text == "I have a dog"


async def test_adding_pinning_forgetting_restoring() -> None:
    engine = engine_with("I have a dog")
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 1)
        await pilot.press("a")
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        app.screen.query_one(Prompt).insert("I live in Lyon")
        await pilot.press("enter")
        await wait_until(pilot, lambda: table.row_count == 2)

        await pilot.press("home", "p")
        await wait_until(pilot, lambda: any(memory.pinned for memory in engine.memories.values()))
        await wait_until(pilot, lambda: "* " in screen_text(app) and "pinned" in screen_text(app))

        await pilot.press("f")
        await wait_until(pilot, lambda: table.row_count == 1)
        assert any("Press u to undo" in notice for notice in notices(app))

        await pilot.press("s", "s", "s")
        await wait_until(pilot, lambda: "forgotten" in screen_text(app) and table.row_count == 1)
        await pilot.press("r")
        await wait_until(pilot, lambda: table.row_count == 0)
        assert all(memory.status == "active" for memory in engine.memories.values())


async def test_an_error_is_told_and_nothing_else_happens() -> None:
    engine = engine_with("I have a dog")
    async with running(engine) as (app, pilot):
        await panel(app, pilot, 1)
        engine.raises["pin_memory"] = ProfileReadOnly("[/] at /home/[@click=app.quit]")
        await pilot.press("p")
        await wait_until(pilot, lambda: any("[@click=app.quit]" in notice for notice in notices(app)))
        assert any("Make the folder writable" in notice for notice in notices(app))
        assert isinstance(app.screen, MemoriesScreen)


async def test_the_list_follows_what_the_engine_changes() -> None:
    engine = engine_with("I have a dog")
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 1)
        await engine.add_memory("I have a cat")
        await wait_until(pilot, lambda: table.row_count == 2)


async def test_the_cursor_stays_on_its_memory_when_the_list_changes() -> None:
    engine = engine_with("one", "two", "three")
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 3)
        await pilot.press("down")
        before = table.current
        await engine.add_memory("four")
        await wait_until(pilot, lambda: table.row_count == 4)
        assert table.current == before


async def test_ten_thousand_characters_and_no_evidence_are_no_trouble() -> None:
    engine = engine_with("word " * 2_000, "")
    async with running(engine, NARROW) as (app, pilot):
        await panel(app, pilot, 2)
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen))
        await wait_until(pilot, lambda: "word word" in screen_text(app))
        await pilot.press("pagedown", "down", "escape")
