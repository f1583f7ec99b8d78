"""The curve of a memory: in words first, drawn where there is room, and its help one key away."""

from __future__ import annotations

import os
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.records import Memory, RetentionCurve
from companion.ui.curve_text import curve_drawing, curve_words
from companion.ui.help_text import page
from companion.ui.screens.curve import CurveScreen
from companion.ui.screens.help import HelpScreen
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.screens.memory import MemoryScreen
from tests.ui.helpers import NARROW, WIDE, plain, running, screen_text, wait_until
from tests.ui.test_memories import engine_with, panel

DAY = 86_400.0
NOW = 1_790_000_000.0


def kept(**values: object) -> Memory:
    made: dict[str, object] = {"recorded_at": NOW - 20 * DAY, "utc_offset": 0, **values}
    return Memory(1, "thought", "I have a dog", "active", **made)  # type: ignore[arg-type]


def falling(fades: float | None = NOW + 30 * DAY) -> RetentionCurve:
    points = tuple((NOW + day * DAY, 0.9 - 0.01 * day) for day in range(-20, 40))
    return RetentionCurve(points, (NOW - 10 * DAY,), NOW, 0.6, fades)


def test_the_words_say_what_the_drawing_shows() -> None:
    words = curve_words(kept(used_count=2, last_used_at=NOW - 10 * DAY), 0.9, falling())
    assert words == (
        "Remembered 1 September 2026. Used 2 times, last 11 September 2026. Now it is kept to 90%. "
        "If it is not used it falls below 60%, and fades, around 21 October 2026."
    )
    assert "around 20 October 2026." in curve_words(kept(), 0.9, falling(), date(2026, 10, 20))
    assert "faded from mind, around 16 September" in curve_words(kept(), 0.5, falling(NOW - 5 * DAY))
    assert "not fall below 60% within ten years" in curve_words(kept(), 0.9, falling(None))
    assert "pinned and does not fade" in curve_words(kept(pinned=True), 1.0, falling(None))
    forgotten = Memory(1, "thought", "x", "forgotten", NOW, 0)
    assert curve_words(forgotten, 0.9, falling()).endswith("It is forgotten, and is not recalled.")


@given(st.integers(1, 110), st.integers(1, 40))
def test_the_drawing_keeps_to_its_space(width: int, height: int) -> None:
    drawn = curve_drawing(kept(), falling(), width, height)
    if drawn is None:
        assert width < 30 or height < 10
        return
    lines = drawn.plain.splitlines()
    assert len(lines) <= height
    assert max(len(line) for line in lines) <= width


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_c_draws_the_memory_under_the_cursor_and_f1_explains_it(size: tuple[int, int]) -> None:
    engine = engine_with("I have a dog")
    async with running(engine, size) as (app, pilot):
        await panel(app, pilot, 1)
        await pilot.press("c")
        await wait_until(pilot, lambda: isinstance(app.screen, CurveScreen))
        await wait_until(pilot, lambda: "60%┤" in screen_text(app))
        shown = screen_text(app)
        for part in ("I have a dog", "Now it is kept to", "100%┤", "now", "fades", "• kept", "Esc Back"):
            assert part in shown
        assert app.screen.query_one("VerticalScroll").max_scroll_y == 0, "all of it is on the screen"
        await pilot.press("f1")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen) and "Forgetting" in screen_text(app))
        await pilot.press("escape", "escape")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))


async def test_the_words_come_before_the_drawing_and_stay_where_there_is_no_room_for_it() -> None:
    engine = engine_with("I have a dog")
    async with running(engine, (40, 10)) as (app, pilot):
        await panel(app, pilot, 1)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen) and app.screen.current() is not None)
        await pilot.press("c")
        await wait_until(pilot, lambda: isinstance(app.screen, CurveScreen))
        await wait_until(pilot, lambda: "Now it is kept to" in plain(app.screen.query_one("#words")))
        assert not app.screen.query_one("#drawing").display
        await pilot.resize_terminal(100, 30)
        await wait_until(pilot, lambda: "60%┤" in screen_text(app))


async def test_a_pin_that_is_set_meanwhile_shows() -> None:
    engine = engine_with("I have a dog")
    async with running(engine) as (app, pilot):
        await panel(app, pilot, 1)
        await pilot.press("c")
        await wait_until(pilot, lambda: "Now it is kept" in screen_text(app))
        await engine.pin_memory(next(iter(engine.memories)))
        await wait_until(pilot, lambda: "does not fade" in screen_text(app))


async def test_without_colours_the_panel_and_the_curve_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    engine = engine_with("I have a dog")
    async with running(engine, NARROW) as (app, pilot):
        await panel(app, pilot, 1)
        await pilot.press("c")
        await wait_until(pilot, lambda: "60%┤" in screen_text(app))
        colours = {
            style.color.triplet
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if (style := segment.style) is not None and style.color is not None and style.color.triplet is not None
        }
        assert all(red == green == blue for red, green, blue in colours)
    os.environ.pop("NO_COLOR", None)


def test_forgetting_is_explained() -> None:
    text = page("forgetting")
    for word in ("Strength", "once a day", "spacing", "first week", "pin", "`fsrs`", "`exponential`", "a quarter"):
        assert word in text
