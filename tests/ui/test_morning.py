"""The morning report in the chat: there by itself once, out of the way of typing, with keys to keep and to close."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from companion.reports import FadingSoon, MorningReport, Replaced
from companion.settings import Settings
from companion.ui.app import CompanionApp
from companion.ui.format import now
from companion.ui.widgets.memory_line import MemoryLine
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import notices, on_screen, running, say, wait_until


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    dog, leeds, bristol, cello = map(
        engine.remember, ("I adopted a dog.", "I live in Leeds.", "I live in Bristol now.", "I play the cello [/].")
    )
    today = now().date()
    engine.morning_report = MorningReport(
        today.isoformat(),
        0.0,
        learned=(dog,),
        learned_total=4,
        changed=(Replaced(leeds, bristol),),
        fading=(FadingSoon(cello, 0.61, today + timedelta(days=1)),),
        questions=("You said: “I have an interview.” How did it go?",),
        due=True,
    )
    return engine


async def test_it_comes_by_itself_and_typing_goes_to_the_prompt(engine: FakeEngine) -> None:
    async with running(engine) as (app, pilot):
        await wait_until(pilot, lambda: app.chat.morning_card.display)
        told = on_screen(app)
        assert "+ I adopted a dog." in told
        assert "3 more" in told
        assert "~ I live in Leeds. → I live in Bristol now." in told
        assert "fades tomorrow: I play the cello [/]." in told
        assert "How did it go?" in told
        await pilot.press("h", "i")
        assert app.chat.prompt.text == "hi"
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.sent == ["hi"])
        assert not app.chat.morning_card.display
        assert ("morning_seen",) in engine.calls


async def test_k_keeps_what_is_about_to_fade_and_esc_closes(engine: FakeEngine) -> None:
    cello = engine.morning_report.fading[0].memory.id
    async with running(engine) as (app, pilot):
        await wait_until(pilot, lambda: app.chat.morning_card.display)
        await pilot.press("f5")
        await wait_until(pilot, lambda: isinstance(app.focused, MemoryLine))
        assert app.focused.memory == cello  # type: ignore[union-attr]
        await pilot.press("k")
        await wait_until(pilot, lambda: "kept: I play the cello [/]." in on_screen(app))
        assert engine.memories[cello].pinned
        await pilot.press("escape")
        await wait_until(pilot, lambda: not app.chat.morning_card.display)
        assert app.focused is app.chat.prompt


async def test_when_it_is_not_due_it_comes_only_when_asked_for(engine: FakeEngine) -> None:
    engine.morning_report = replace(engine.morning_report, due=False)
    async with running(engine) as (app, pilot):
        await wait_until(pilot, lambda: ("morning",) in engine.calls)
        assert not app.chat.morning_card.display
        await pilot.press("f5")
        await wait_until(pilot, lambda: app.chat.morning_card.display)


async def test_with_nothing_to_tell_it_says_so(engine: FakeEngine) -> None:
    engine.morning_report = MorningReport("2026-03-03", 0.0)
    async with running(engine) as (app, pilot):
        await pilot.press("f5")
        await wait_until(pilot, lambda: any("Nothing new" in told for told in notices(app)))
        assert not app.chat.morning_card.display


async def test_it_can_be_turned_off(engine: FakeEngine) -> None:
    settings = Settings(sleep={"morning_report": False})  # type: ignore[arg-type]
    app = CompanionApp(engine, settings)
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_until(pilot, lambda: ("morning",) in engine.calls)
        await pilot.pause()
        assert not app.chat.morning_card.display
        assert ("morning_seen",) not in engine.calls


async def test_the_letter_about_the_week_can_be_read(engine: FakeEngine) -> None:
    async with running(engine) as (app, pilot):
        await say(app, pilot, "/letter 2026-W09")
        await wait_until(pilot, lambda: "I like rye bread." in on_screen(app))
        assert ("letter", "2026-W09", True) in engine.calls
        assert "---" not in on_screen(app)
        assert "companion letter" not in on_screen(app)


async def test_the_card_tells_that_there_is_a_letter(engine: FakeEngine) -> None:
    engine.morning_report = replace(
        engine.morning_report, letter="There is a letter [/] about your week: /x/2026-W09.md"
    )
    async with running(engine) as (app, pilot):
        await wait_until(pilot, lambda: "There is a letter [/] about your week" in on_screen(app))
