"""Pages of memory: people and topics, what is known of one, the portrait, the tree, the timeline."""

from __future__ import annotations

import time

import pytest

from companion.memory_pages import Topic
from companion.records import Evidence
from companion.ui.commands import ENTRIES
from companion.ui.screens.about import AboutScreen
from companion.ui.screens.edit import EditScreen
from companion.ui.screens.links import LinksScreen
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.screens.memory import MemoryScreen
from companion.ui.screens.people import PeopleScreen
from companion.ui.screens.portrait import PortraitScreen
from companion.ui.screens.timeline import TimelineScreen
from companion.ui.widgets.memory_table import MemoryTable
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.topic_line import TopicLine
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, on_screen, running, screen_text, wait_until

DAY = 86_400.0
MAY = 1_778_500_000.0
"""11 May 2026."""


def known() -> FakeEngine:
    """Lena and Lyon, with a fact that was replaced and an event."""
    engine = FakeEngine()
    turn = engine.said("person", "Lena moved to Lyon, I miss her.")
    now = time.time()
    engine.topics_told = [Topic("Lena", True, 3, now, 0, "sister"), Topic("Lyon", False, 1, now, 0)]
    fact = engine.remember("Lena lives in Lyon")
    engine.rests_on(fact, turn, 0, 18)
    engine.remember("Lena lives in Paris", status="superseded", recorded_at=MAY)
    engine.remember("Lena's wedding", "event", recorded_at=MAY)
    return engine


def command(slash: str) -> object:
    return next(entry for entry in ENTRIES if entry.command.slash == slash)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_f7_lists_people_and_each_leads_to_a_page_that_leads_on(size: tuple[int, int]) -> None:
    async with running(known(), size) as (app, pilot):
        await pilot.press("f7")
        await wait_until(pilot, lambda: isinstance(app.screen, PeopleScreen) and app.screen.query(TopicLine))
        await wait_until(pilot, lambda: "Lena, sister  3 memories" in screen_text(app))
        app.screen.query(TopicLine).first().focus()
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, AboutScreen) and "In your words" in screen_text(app))
        shown = on_screen(app)
        order = ["Lena sister", "What holds now", "Lena lives in Lyon", "What happened", "Lena's wedding"]
        order += ["What held before", "Lena lives in Paris", "In your words", "I miss her"]
        places = [shown.index(part) for part in order]
        assert places == sorted(places)
        await pilot.press("end", "enter")
        await wait_until(
            pilot, lambda: isinstance(app.screen, AboutScreen) and "Lyon" in screen_text(app).splitlines()[0]
        )
        await pilot.press("escape")
        await wait_until(pilot, lambda: "Lena" in screen_text(app).splitlines()[0])
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, PeopleScreen))


async def test_a_name_is_found_as_it_is_typed_and_one_that_is_unknown_is_told() -> None:
    async with running(known()) as (app, pilot):
        await pilot.press("f7")
        await wait_until(pilot, lambda: app.screen.query(TopicLine))
        await pilot.press("slash", *"len")
        await wait_until(pilot, lambda: [line.topic for line in app.screen.query(TopicLine)] == ["Lena"])
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, AboutScreen))
        await pilot.press("escape")
        app.open_about("Nobody")
        await wait_until(pilot, lambda: any("Nobody" in notice for notice in notices(app)))
        assert isinstance(app.screen, PeopleScreen)


async def test_what_a_line_is_about_can_be_changed_there() -> None:
    engine = known()
    async with running(engine) as (app, pilot):
        app.open_about("Lena")
        await wait_until(
            pilot, lambda: isinstance(app.screen, AboutScreen) and "Lena lives in Lyon" in screen_text(app)
        )
        await wait_until(pilot, lambda: app.screen.current() is not None)  # type: ignore[attr-defined]
        await pilot.press("p")
        await wait_until(pilot, lambda: "* Lena lives in Lyon" in screen_text(app))
        await pilot.press("f")
        await wait_until(pilot, lambda: "Lena lives in Lyon" not in screen_text(app))
        await pilot.press("u")
        await wait_until(pilot, lambda: "Lena lives in Lyon" in screen_text(app))


async def test_the_portrait_shows_what_each_line_rests_on_and_is_written_on() -> None:
    engine = FakeEngine()
    turn = engine.said("person", "Mornings are mine: I write then.")
    line = engine.remember("Writes in the morning", "trait")
    engine.memories[line.id] = engine.memories[line.id].__class__(
        **{**{name: getattr(line, name) for name in line.__slots__}, "evidence": (Evidence(turn.id, 0, 31, ""),)}
    )
    async with running(engine, NARROW) as (app, pilot):
        app.open_portrait()
        await wait_until(pilot, lambda: isinstance(app.screen, PortraitScreen) and "I write then" in screen_text(app))
        await pilot.press("a")
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        app.screen.query_one(Prompt).insert("Never eats fish")
        await pilot.press("enter")
        await wait_until(
            pilot, lambda: "Never eats fish" in screen_text(app) and "You wrote this line" in screen_text(app)
        )
        added = next(memory for memory in engine.memories.values() if memory.text == "Never eats fish")
        assert added.kind == "trait"
        await pilot.press("u")
        await wait_until(pilot, lambda: "Never eats fish" not in screen_text(app))


async def test_the_tree_goes_from_people_to_memories() -> None:
    async with running(known()) as (app, pilot):
        app.open_links()
        await wait_until(pilot, lambda: isinstance(app.screen, LinksScreen) and "Lena 3 memories" in screen_text(app))
        await pilot.press("down", "right")
        await wait_until(pilot, lambda: "Lena lives in Lyon" in screen_text(app))
        await pilot.press("right", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen))


@pytest.mark.parametrize("size", [(20, 5), NARROW, WIDE])
async def test_months_open_and_close_and_lead_to_all_that_is_in_them(size: tuple[int, int]) -> None:
    engine = FakeEngine()
    engine.remember("Move", "event", recorded_at=MAY)
    engine.remember("I like tea", recorded_at=MAY)
    engine.remember("April rain", "event", recorded_at=MAY - 30 * DAY)
    async with running(engine, size) as (app, pilot):
        app.open_timeline()
        await wait_until(pilot, lambda: isinstance(app.screen, TimelineScreen) and "May 2026" in screen_text(app))
        await wait_until(pilot, lambda: "Move" in screen_text(app))
        assert "April rain" not in screen_text(app)
        await pilot.press("end", "enter")
        await wait_until(pilot, lambda: len(app.screen._memories) == 2)  # type: ignore[attr-defined]
        await pilot.press("home", "enter")
        await wait_until(pilot, lambda: "Move" not in screen_text(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: "Move" in screen_text(app))
        await pilot.press("down", "down", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))
        await wait_until(pilot, lambda: [table.row_count for table in app.screen.query(MemoryTable)] == [2])


@pytest.mark.parametrize(
    ("slash", "kind"),
    [("people", PeopleScreen), ("portrait", PortraitScreen), ("timeline", TimelineScreen), ("links", LinksScreen)],
)
async def test_each_page_has_a_command_and_can_be_left(slash: str, kind: type) -> None:
    async with running(FakeEngine(), NARROW) as (app, pilot):
        command(slash).run(app, "")  # type: ignore[attr-defined]
        await wait_until(pilot, lambda: isinstance(app.screen, kind))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_a_command_with_a_name_or_a_filter_goes_straight_there() -> None:
    async with running(known()) as (app, pilot):
        command("about").run(app, "Lena")  # type: ignore[attr-defined]
        await wait_until(pilot, lambda: isinstance(app.screen, AboutScreen))
        command("memories").run(app, "Paris is:replaced")  # type: ignore[attr-defined]
        await wait_until(pilot, lambda: [table.row_count for table in app.screen.query(MemoryTable)] == [1])
