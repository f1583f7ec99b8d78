"""The first minute, personas, the tour and jump mode."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import DataTable, Input, OptionList

from companion.offers import ModelOffer
from companion.paths import Paths
from companion.settings import load_settings
from companion.ui.screens.edit import EditScreen
from companion.ui.screens.jump import JumpScreen, places
from companion.ui.screens.persona import PartTable, PersonaScreen
from companion.ui.screens.personas import PersonasScreen
from companion.ui.screens.pick import PickScreen
from companion.ui.screens.tour import TourScreen, steps
from companion.ui.screens.value import ValueScreen
from companion.ui.welcome_steps import is_name
from companion.ui.widgets.persona_table import PersonaTable
from companion.ui.widgets.prompt import Prompt
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, on_screen, replies, running, said, screen_text, wait_until


@pytest.fixture
def fresh(tmp_path: Path) -> Paths:
    return Paths(tmp_path, tmp_path)


def with_model() -> FakeEngine:
    engine = FakeEngine()
    engine.offers = [
        ModelOffer("a", "SmolLM2", "here", "", "/m/a.gguf", "", 98_000_000, 1, 4096, "", "", "fits", in_use=True),
        ModelOffer("b", "Qwen3-4B", "offered", "", "", "host", 2_500_000_000, 1, 4096, "", "", "fits"),
    ]
    return engine


async def test_the_first_paint_says_that_it_is_private() -> None:
    engine = FakeEngine()
    engine.hold_start = True
    async with running(engine, loaded=False) as (app, pilot):
        await wait_until(pilot, lambda: "Private. Runs on this computer." in screen_text(app))
        engine.come_up()
        await wait_until(pilot, lambda: "Private." not in screen_text(app))


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_new_person_is_asked_step_by_step(fresh: Paths, size: tuple[int, int]) -> None:
    engine = with_model()
    async with running(engine, size, paths=fresh) as (app, pilot):
        welcome = app.welcome
        await wait_until(pilot, lambda: welcome.is_attached and "What may I call you?" in screen_text(app))
        assert app.focused is app.chat.query_one(Prompt)
        await pilot.press("enter", *"Lena", "enter")
        await wait_until(pilot, lambda: load_settings(fresh.settings).name == "Lena")
        await wait_until(pilot, lambda: "Who would you like to talk to?" in screen_text(app))
        await wait_until(pilot, lambda: isinstance(app.focused, OptionList))
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: ("use_persona", "coach") in engine.calls)
        await wait_until(pilot, lambda: "Which colours?" in screen_text(app) and isinstance(app.focused, OptionList))
        await pilot.press("down")
        await wait_until(pilot, lambda: app.theme == "companion-light")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "I think with SmolLM2" in on_screen(app))
        assert load_settings(fresh.settings).ui.theme == "companion-light"
        await wait_until(pilot, lambda: "1 larger one would fit" in on_screen(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        for answer in ("busy", "Anna", "no nuts"):
            await wait_until(pilot, lambda: app.welcome.query_one(Input).value == "" and app.welcome._step is not None)
            asked = app.welcome._step
            await pilot.press(*answer.replace(" ", "_"), "enter")
            await wait_until(pilot, lambda before=asked: app.welcome._step is not before)  # type: ignore[misc]
        await wait_until(pilot, lambda: not welcome.display)
        assert [answer for _, answer in engine.answered] == ["busy", "Anna", "no_nuts"]
        assert said(app) == ["busy", "Anna", "no_nuts"]
        assert "What are your days like at the moment?" in replies(app)
        assert app.focused is app.chat.query_one(Prompt)
        await wait_until(pilot, lambda: "Rosa" in screen_text(app))


async def test_every_step_can_be_skipped(fresh: Paths) -> None:
    engine = with_model()
    async with running(engine, paths=fresh) as (app, pilot):
        await wait_until(pilot, lambda: app.welcome.is_attached and app.welcome._step is not None)
        for _ in range(7):
            step = app.welcome._step
            await pilot.press("escape")
            await wait_until(pilot, lambda before=step: app.welcome._step is not before)  # type: ignore[misc]
        await wait_until(pilot, lambda: not app.welcome.display)
        assert not fresh.settings.exists()
        assert engine.answered == []


async def test_what_is_written_in_the_prompt_answers_when_it_reads_like_an_answer(fresh: Paths) -> None:
    engine = with_model()
    async with running(engine, paths=fresh) as (app, pilot):
        await wait_until(pilot, lambda: app.welcome.is_attached and app.welcome._step is not None)
        await pilot.press(*"Sam", "enter")
        await wait_until(pilot, lambda: load_settings(fresh.settings).name == "Sam")
        await wait_until(pilot, lambda: "Who would you like to talk to?" in screen_text(app))
        assert said(app) == []
        assert app.focused is app.chat.query_one(Prompt)
        for step in ("Which colours?", "I think with", "What are your days like"):
            await pilot.press("escape")
            await wait_until(pilot, lambda shown=step: shown in on_screen(app))  # type: ignore[misc]
        await pilot.press(*"busy", "enter")
        await wait_until(pilot, lambda: [answer for _, answer in engine.answered] == ["busy"])
        await wait_until(pilot, lambda: "Who matters to you?" in on_screen(app))
        await pilot.press(*"why", "question_mark", "enter")
        await wait_until(pilot, lambda: said(app) == ["busy", "why?"] and not app.welcome.display)


async def test_an_answer_that_was_written_slowly_is_not_in_the_prompt_again(fresh: Paths) -> None:
    """It was kept as a draft meanwhile."""
    engine = with_model()
    async with running(engine, paths=fresh) as (app, pilot):
        await wait_until(pilot, lambda: app.welcome.is_attached and app.welcome._step is not None)
        for step in ("talk to?", "Which colours?", "I think with", "What are your days like"):
            await pilot.press("escape")
            await wait_until(pilot, lambda shown=step: shown in on_screen(app))  # type: ignore[misc]
        await pilot.press(*"busy")
        await wait_until(pilot, lambda: "busy" in engine.drafts.values())
        await pilot.press("enter")
        await wait_until(pilot, lambda: "Who matters to you?" in on_screen(app))
        await wait_until(pilot, lambda: said(app) == ["busy"])
        assert app.chat.prompt.whole_text == ""
        assert "busy" not in engine.drafts.values()


@pytest.mark.parametrize(
    ("written", "name"),
    [("sam", True), ("Maria del Mar", True), ("小明", True), ("I feel sad.", False), ("hello", False),
     ("我今天很难过", False), ("what is my name", False), ("Good morning!", False)],
)  # fmt: skip
def test_a_name_is_told_from_a_message(written: str, name: bool) -> None:
    assert is_name(written) is name


async def test_a_message_ends_it_at_once(fresh: Paths) -> None:
    engine = with_model()
    async with running(engine, paths=fresh) as (app, pilot):
        await wait_until(pilot, lambda: app.welcome.is_attached and app.welcome._step is not None)
        await pilot.press(*"hello", "enter")
        await wait_until(pilot, lambda: said(app) == ["hello"] and not app.welcome.display)


async def test_who_was_here_before_is_not_asked(fresh: Paths) -> None:
    fresh.database.touch()
    async with running(with_model(), paths=fresh) as (app, pilot):
        assert not app.welcome.is_attached
        app.run_slash("/welcome")
        await wait_until(pilot, lambda: app.welcome.is_attached and app.welcome._step is not None)


async def test_the_tour_points_at_real_places_and_can_be_left() -> None:
    async with running(FakeEngine(), NARROW) as (app, pilot):
        app.run_slash("/tour")
        await wait_until(pilot, lambda: isinstance(app.screen, TourScreen) and app.screen.query("#words"))
        assert all(app.chat.query(step.place) for step in steps() if step.place)
        assert app.chat.query(".-toured")
        for _ in steps():
            await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is app.chat)
        assert not app.chat.query(".-toured")
        app.open_tour()
        await wait_until(pilot, lambda: isinstance(app.screen, TourScreen))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_jumping_goes_to_what_a_letter_is_on() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await pilot.press("f9")
        await wait_until(pilot, lambda: isinstance(app.focused, DataTable))
        await pilot.press("escape")
        expected = [widget for widget, _ in places(app.screen)]
        assert app.chat.query_one(Prompt) in expected
        await pilot.press("ctrl+g")
        await wait_until(pilot, lambda: isinstance(app.screen, JumpScreen))
        await pilot.press("a")
        await wait_until(pilot, lambda: app.screen is app.chat and app.focused is expected[0])
        await pilot.press("ctrl+g", "escape")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_a_persona_is_copied_edited_and_talked_to() -> None:
    engine = FakeEngine()
    async with running(engine, NARROW) as (app, pilot):
        app.run_slash("/personas")
        await wait_until(pilot, lambda: [table for table in app.screen.query(PersonaTable) if table.row_count == 2])
        await wait_until(pilot, lambda: "talking now" in screen_text(app))
        await pilot.press("down", "e")
        await wait_until(pilot, lambda: any("Press c" in notice for notice in notices(app)))
        await pilot.press("c")
        await wait_until(pilot, lambda: isinstance(app.screen, ValueScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, PersonaScreen))
        table = app.screen.query_one(PartTable)
        table.move_cursor(row=5)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ValueScreen))
        app.screen.query_one(Input).value = "1.2"
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.cards[-1].temperature == 1.2)
        await wait_until(pilot, lambda: isinstance(app.screen, PersonaScreen))
        table.move_cursor(row=3)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        app.screen.query_one(Prompt).clear()
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.cards[-1].boundaries == "")
        await wait_until(pilot, lambda: isinstance(app.screen, PersonaScreen))
        table.move_cursor(row=6)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, PickScreen))
        await pilot.press("up", "enter")
        await wait_until(pilot, lambda: engine.cards[-1].memory == "shared")
        await wait_until(pilot, lambda: isinstance(app.screen, PersonaScreen))
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, PersonasScreen) and "Rosa (mine)" in screen_text(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is app.chat and "Rosa (mine)" in screen_text(app))
        assert app.settings.persona == "coach-2"
