"""The panel with more memories than a screen holds: pages, marks, groups, order, and as of a day."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.pilot import Pilot

from companion.records import MemoryFilter
from companion.ui.app import CompanionApp
from companion.ui.memory_list import PAGE
from companion.ui.screens.date import DateScreen
from companion.ui.screens.edit import EditScreen
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.screens.memory import MemoryScreen
from companion.ui.widgets.filter_line import FilterLine
from companion.ui.widgets.long_table import fitted
from companion.ui.widgets.memory_table import MemoryTable
from companion.ui.widgets.prompt import Prompt
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, plain, running, screen_text, wait_until
from tests.ui.test_memories import engine_with, panel

DAY = 86_400.0
LOW = (20, 5)


def many(count: int) -> FakeEngine:
    return engine_with(*(f"memory number {index}" for index in range(count)))


def asked(engine: FakeEngine) -> list[MemoryFilter]:
    return [call[1] for call in engine.calls if call[0] == "list_memories"]  # type: ignore[misc]


def marks(app: CompanionApp) -> set[int]:
    return {memory.id for memory in app.screen.marked()}  # type: ignore[attr-defined]


async def test_a_long_list_is_fetched_page_by_page_and_both_ends_are_one_key_away() -> None:
    engine = many(2_000)
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 2_000)
        assert [filter.offset for filter in asked(engine)] == [0]
        assert "memory number 1999" in screen_text(app)
        await pilot.press("end")
        await wait_until(pilot, lambda: "memory number 0 " in screen_text(app))
        assert table.current == min(engine.memories)
        assert sum(filter.limit for filter in asked(engine)) <= 3 * PAGE, "not everything between was fetched"
        await pilot.press("home")
        await wait_until(pilot, lambda: table.current == max(engine.memories))
        await pilot.press("pagedown", "pagedown")
        await wait_until(pilot, lambda: table.cursor > 40 and table.current is not None)


async def test_every_row_is_where_the_list_has_it() -> None:
    engine = many(450)
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 450)
        expected = sorted(engine.memories, reverse=True)
        for index in (0, 99, 100, 101, 250, 449, 300, 3):
            table.cursor = index
            await wait_until(pilot, lambda: table.current is not None)
            assert table.current == expected[index]


async def test_a_mark_is_set_with_space_a_stretch_with_shift_and_all_with_ctrl_a() -> None:
    engine = many(300)
    newest = sorted(engine.memories, reverse=True)
    async with running(engine) as (app, pilot):
        await panel(app, pilot, 300)
        await pilot.press("space", "down", "space")
        await wait_until(pilot, lambda: marks(app) == {newest[0], newest[2]})
        assert "●" in screen_text(app)
        assert "2 marked" in screen_text(app)
        await pilot.press("up", "space")
        await wait_until(pilot, lambda: marks(app) == {newest[0]})
        await pilot.press("home", "shift+down", "shift+down")
        await wait_until(pilot, lambda: marks(app) == set(newest[:3]))
        await pilot.press("ctrl+a")
        await wait_until(pilot, lambda: marks(app) == set(newest))
        await pilot.press("escape")
        await wait_until(pilot, lambda: not marks(app))
        assert isinstance(app.screen, MemoriesScreen), "Esc takes the marks away and stays"


async def test_v_marks_from_the_last_mark_over_what_was_never_fetched() -> None:
    engine = many(900)
    newest = sorted(engine.memories, reverse=True)
    async with running(engine) as (app, pilot):
        await panel(app, pilot, 900)
        await pilot.press("space", "end", "v")
        await wait_until(pilot, lambda: marks(app) == set(newest))


async def test_what_is_marked_is_changed_together_and_taken_back_together() -> None:
    engine = many(6)
    before = dict(engine.memories)
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 6)
        await pilot.press("space", "space", "space", "f")
        await wait_until(pilot, lambda: table.row_count == 3)
        assert not marks(app)
        await pilot.press("u")
        await wait_until(pilot, lambda: table.row_count == 6)
        assert engine.memories == before
        await pilot.press("U")
        await wait_until(pilot, lambda: table.row_count == 3)
        await pilot.press("u", "ctrl+a", "p")
        await wait_until(pilot, lambda: all(memory.pinned for memory in engine.memories.values()))
        await pilot.press("ctrl+a", "p")
        await wait_until(pilot, lambda: not any(memory.pinned for memory in engine.memories.values()))


async def test_two_memories_become_one_that_says_what_was_written() -> None:
    engine = engine_with("I have a dog", "The dog is called Bo")
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 2)
        await pilot.press("m")
        await wait_until(pilot, lambda: any("Mark two" in notice for notice in notices(app)))
        await pilot.press("ctrl+a", "m")
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        prompt = app.screen.query_one(Prompt)
        assert set(prompt.text.splitlines()) == {"I have a dog", "The dog is called Bo"}
        prompt.clear()
        prompt.insert("I have a dog called Bo")
        await pilot.press("enter")
        await wait_until(pilot, lambda: table.row_count == 1)
        assert "I have a dog called Bo" in screen_text(app)
        await pilot.press("u")
        await wait_until(pilot, lambda: table.row_count == 2)


async def test_one_memory_becomes_one_for_each_line() -> None:
    engine = engine_with("I have a dog. I live in Lyon.")
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 1)
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        assert app.screen.query_one(Prompt).text == "I have a dog.\nI live in Lyon."
        await pilot.press("enter")
        await wait_until(pilot, lambda: table.row_count == 2)
        assert {m.text for m in engine.memories.values() if m.status == "active"} == {
            "I have a dog.",
            "I live in Lyon.",
        }


async def test_the_order_is_chosen_with_a_key_and_with_a_click_on_the_head() -> None:
    engine = engine_with("bees", "cats", "ants")
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 3)

        def shown() -> list[str]:
            return [row.cells[0] for index in range(table.row_count) if (row := table.row_at(index))]

        assert shown() == ["ants", "cats", "bees"]
        await pilot.press("o")
        await wait_until(pilot, lambda: shown() == ["bees", "cats", "ants"])
        assert "oldest first" in screen_text(app)
        await pilot.click(MemoryTable, offset=(3, 0))
        await wait_until(pilot, lambda: shown() == ["ants", "bees", "cats"])
        assert "by the alphabet" in screen_text(app)


async def test_another_order_or_filter_begins_at_the_top() -> None:
    engine = engine_with("bees", "cats", "ants")
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 3)
        await pilot.press("o")
        await wait_until(pilot, lambda: (row := table.row_at(0)) is not None and row.cells[0] == "bees")
        assert table.cursor == 0


async def test_what_is_typed_goes_before_the_toggles_and_what_is_not_understood_is_told() -> None:
    engine = engine_with("I have a dog")
    engine.remember("A walk", "event")
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 2)
        await pilot.press("slash", *"kind:event")
        await wait_until(pilot, lambda: table.row_count == 1)
        assert "A walk" in screen_text(app)
        assert asked(engine)[-1].kinds == ("event",)
        assert "what you told" not in screen_text(app)
        app.screen.query_one(FilterLine).input.value = "kind:evnet"
        await wait_until(pilot, lambda: "did you mean" in screen_text(app))


async def test_a_field_is_completed_and_the_choices_are_named() -> None:
    engine = many(3)
    async with running(engine) as (app, pilot):
        await panel(app, pilot, 3)
        await pilot.press("slash", *"kind:th")
        line = app.screen.query_one(FilterLine)
        await wait_until(pilot, lambda: line.input._suggestion == "kind:thought")
        await pilot.press("right")
        await wait_until(pilot, lambda: line.input.value == "kind:thought")
        app.screen.query_one(FilterLine).input.value = "kind:"
        await wait_until(
            pilot, lambda: all(kind in screen_text(app) for kind in ("thought", "moment", "event", "trait"))
        )


async def test_fast_typing_asks_for_the_last_of_it_and_not_for_everything_between() -> None:
    engine = many(50)
    gate = asyncio.Event()
    real = engine.list_memories

    async def slow(filter: MemoryFilter) -> Any:
        await gate.wait()
        return await real(filter)

    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 50)
        engine.list_memories = slow  # type: ignore[method-assign]
        await pilot.press("slash", *"number 49")
        before = len(asked(engine))
        gate.set()
        await wait_until(pilot, lambda: table.row_count == 1)
        assert [filter.text for filter in asked(engine)[before:]][-1] == "number 49"
        assert len(asked(engine)) - before <= 2


async def choose_day(app: CompanionApp, pilot: Pilot[Any], words: str) -> None:
    await pilot.press("t")
    await wait_until(pilot, lambda: isinstance(app.screen, DateScreen))
    app.screen.query_one("Input").value = words  # type: ignore[attr-defined]
    await pilot.pause()
    await pilot.press("enter")


async def test_as_of_a_day_nothing_can_be_changed_but_what_was_can_be_brought_back() -> None:
    engine = FakeEngine()
    now = time.time()
    old = engine.remember("I live in Lyon", recorded_at=now - 20 * DAY)
    engine.remember("I have a cat", recorded_at=now - 2 * DAY)
    async with running(engine) as (app, pilot):
        table = await panel(app, pilot, 2)
        await engine.edit_memory(old.id, "I live in Porto")
        await engine.forget_memory(old.id)
        await wait_until(pilot, lambda: table.row_count == 1)
        await choose_day(app, pilot, "10 days ago")
        await wait_until(pilot, lambda: "I live in Lyon" in screen_text(app))
        assert "As memory was on" in screen_text(app)
        assert table.row_count == 1
        changed = len(engine._journal)
        for key in ("p", "f", "e", "x", "u"):
            await pilot.press(key)
        await wait_until(pilot, lambda: any("cannot be changed" in notice for notice in notices(app)))
        assert len(engine._journal) == changed
        assert isinstance(app.screen, MemoriesScreen)
        await pilot.press("r")
        await wait_until(pilot, lambda: engine.memories[old.id].text == "I live in Lyon")
        assert engine.memories[old.id].status == "active"
        await pilot.press("escape")
        await wait_until(pilot, lambda: "As memory was on" not in screen_text(app) and table.row_count == 2)


async def test_a_day_to_come_is_not_looked_back_to() -> None:
    engine = many(1)
    async with running(engine) as (app, pilot):
        await panel(app, pilot, 1)
        await choose_day(app, pilot, "tomorrow")
        assert isinstance(app.screen, DateScreen)
        assert "No day of the past" in plain(app.screen.query_one("#read"))
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))


@pytest.mark.parametrize("size", [LOW, NARROW, WIDE])
async def test_it_can_be_used_at_any_size(size: tuple[int, int]) -> None:
    engine = many(40)
    async with running(engine, size) as (app, pilot):
        table = await panel(app, pilot, 40)
        assert "memory" in screen_text(app)
        await pilot.press("end", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen) and app.screen.current() is not None)
        assert app.screen.current().id == min(engine.memories)  # type: ignore[union-attr]
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))
        assert app.screen.region.contains_region(table.region)
        await pilot.resize_terminal(100, 30)
        await pilot.resize_terminal(*size)
        await wait_until(pilot, lambda: "number 0" in screen_text(app) or size == LOW)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40), st.integers(1, 30))
def test_a_cell_has_the_width_it_is_given_whatever_stands_in_it(words: str, width: int) -> None:
    printable = "".join(character for character in words if character.isprintable())
    assert cell_len(fitted(printable, width)) == width


@given(st.text(max_size=60))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_filter_and_any_memory_can_be_shown(words: str) -> None:
    async def shown() -> None:
        engine = engine_with(words or "x", "[/] [@click=app.quit] \x1b[31m 你好 👩‍👩‍👧")
        async with running(engine, NARROW) as (app, pilot):
            await panel(app, pilot, 2)
            app.screen.query_one(FilterLine).input.value = words
            await pilot.pause()
            assert isinstance(app.screen, MemoriesScreen)
            assert "\x1b" not in screen_text(app)

    asyncio.run(shown())
