"""Mood, growth and forgetting: in words first, drawn where there is room."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.memory_pages import Growth, GrowthDay
from companion.reports import DayMood
from companion.ui.plots_text import Plot, forecast_plot, growth_plot, mood_plot, retention_plot
from companion.ui.screens.plots import PlotsScreen
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, on_screen, running, screen_text, wait_until

FIRST = date(2026, 5, 1)


def felt(*valences: float) -> tuple[DayMood, ...]:
    return tuple(
        DayMood(FIRST + timedelta(days=at), 2, valence, 0.1, (("joy" if valence > 0 else "fear", 1),))
        for at, valence in enumerate(valences)
    )


def grown(*active: int, fading: tuple[int, ...] = (0, 2, 1)) -> Growth:
    days = tuple(GrowthDay(FIRST + timedelta(days=at), count, 3, 1, 0) for at, count in enumerate(active))
    shares = (1, 0, 0, 0, 0, 0, 0, 0, 4, 5)
    return Growth(days, shares, tuple((FIRST + timedelta(days=at), count) for at, count in enumerate(fading)))


def test_the_words_say_what_the_drawings_show() -> None:
    mood = mood_plot(felt(-0.8, -0.5, 0.4, 0.9), 80, 12)
    assert mood.words == (
        "You talked on 4 days between 1 May 2026 and 4 May 2026. You spoke most of: fear, joy. The gladdest day was "
        "4 May 2026, the lowest 1 May 2026. The later days were brighter than the earlier ones."
    )
    assert growth_plot(grown(1, 5, 9), 80, 12).words == (
        "9 memories are active. 3 have faded. 3 were added since 1 May 2026."
    )
    assert retention_plot(grown(1), 80).words == ("9 of 10 are kept to 80% or more. 1 is kept to less than half.")
    assert forecast_plot(grown(1), 80, 12).words == ("If nothing is used, 3 fade within a week. By 3 May 2026 it is 3.")


def test_where_there_is_nothing_the_words_say_so_and_nothing_is_drawn() -> None:
    nothing = Growth()
    for plot in (
        mood_plot((), 80, 12),
        growth_plot(nothing, 80, 12),
        retention_plot(nothing, 80),
        forecast_plot(nothing, 80, 12),
    ):
        assert plot.words
        assert not plot.drawing


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=40),
    st.lists(st.integers(0, 20_000), min_size=1, max_size=40),
    st.integers(1, 110),
    st.integers(1, 30),
)
def test_every_drawing_keeps_to_its_space(valences: list[float], active: list[int], width: int, height: int) -> None:
    growth = grown(*active, fading=tuple(active))
    plots: list[Plot] = [
        mood_plot(felt(*valences), width, height),
        growth_plot(growth, width, height),
        forecast_plot(growth, width, height),
    ]
    for plot in plots:
        assert len(plot.drawing) <= height
        assert max((len(line) for line in plot.drawing), default=0) <= width
    assert max((len(line) for line in retention_plot(growth, width).drawing), default=0) <= width


@pytest.mark.parametrize("size", [(20, 5), NARROW, WIDE])
async def test_f8_shows_them_and_d_looks_further_back(size: tuple[int, int]) -> None:
    engine = FakeEngine()
    engine.remember("I have a dog")
    engine.moods = list(felt(-0.5, 0.5, 0.1))
    async with running(engine, size) as (app, pilot):
        await pilot.press("f8")
        await wait_until(pilot, lambda: isinstance(app.screen, PlotsScreen) and "You talked" in on_screen(app))
        if size == WIDE:
            assert "glad┤" in screen_text(app)
        assert ("mood", 30) in engine.calls
        await pilot.press("d")
        await wait_until(pilot, lambda: ("mood", 90) in engine.calls and ("growth", 90) in engine.calls)
        await pilot.press("end")
        await wait_until(pilot, lambda: "fade" in on_screen(app) or size == (20, 5))
        await pilot.press("f8")
        await wait_until(pilot, lambda: app.screen is app.chat)
