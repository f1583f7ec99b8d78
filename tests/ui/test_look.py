"""Colours that can be read, plain characters, no motion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.theme import Theme

from companion.settings import Settings, UiSettings
from companion.ui import glyphs, theme
from companion.ui.widgets.prompt import Prompt
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import running, screen_text, wait_until

TEXTS = (
    "foreground", "text", "text-muted", "primary", "secondary", "accent", "warning", "error", "success",
    "text-primary", "text-secondary", "text-accent", "text-warning", "text-error", "text-success",
)  # fmt: skip
MEASURED = [each for each in theme.THEMES if each is not theme.TERMINAL]


def luminance(color: Color) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(text: str, under: str) -> float:
    """Contrast ratio, WCAG 2.2, of a colour as Textual writes it on another."""
    ground = Color.parse(under)
    if text.startswith("auto"):
        share = float(text.split()[1].rstrip("%")) / 100
        over = ground.blend(ground.get_contrast_text(1.0), share, alpha=1)
    else:
        parsed = Color.parse(text)
        over = ground.blend(parsed.with_alpha(1.0), parsed.a, alpha=1)
    light, dark = sorted((luminance(over), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("own", MEASURED, ids=lambda own: own.name)
def test_text_can_be_read(own: Theme) -> None:
    colours = own.to_color_system().generate()
    least = 7.0 if own.name.startswith("contrast") else 4.5
    for ground in ("background", "surface"):
        for name in TEXTS:
            assert contrast(colours[name], colours[ground]) >= least, f"{name} on {ground}"


def test_a_terminal_of_sixteen_colours_gets_its_own_palette_unless_another_was_chosen() -> None:
    there = {each.name: each for each in theme.THEMES}
    assert theme.of_choice("companion", "standard", there) == "terminal"
    assert theme.of_choice("companion", "256", there) == "companion"
    assert theme.of_choice("contrast-dark", "standard", there) == "contrast-dark"
    assert theme.of_choice("purple", "truecolor", there) == ""


@pytest.mark.parametrize("name", theme.NAMES)
async def test_the_program_runs_in_every_theme(name: str) -> None:
    engine = FakeEngine()
    engine.said("person", "hello")
    async with running(engine, settings=Settings(ui=UiSettings(theme=name))) as (app, pilot):
        await wait_until(pilot, lambda: "hello" in screen_text(app))
        assert app.theme == name
        await pilot.press("f2", "escape", "f1")
        await wait_until(pilot, lambda: app.screen is not app.chat)


@pytest.mark.parametrize("name", ["companion", "terminal"])
async def test_without_colour_every_screen_is_drawn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    engine = FakeEngine()
    engine.remember("I live in Leeds")
    async with running(engine, settings=Settings(ui=UiSettings(theme=name))) as (app, pilot):
        for key in ("f2", "escape", "f9", "escape", "f1"):
            await pilot.press(key)
        await wait_until(pilot, lambda: app.screen is not app.chat)
        colours = {
            color.get_truecolor().normalized
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None
            for color in (segment.style.color, segment.style.bgcolor)
            if color is not None and not color.is_default
        }
        assert all(max(each) - min(each) < 0.02 for each in colours)


@given(st.text(max_size=40))
def test_plain_characters_take_as_many_cells(text: str) -> None:
    assert cell_len(glyphs.plain(text)) == cell_len(text)


@given(st.text(alphabet="".join(map(chr, glyphs._TABLE)), max_size=40))
def test_no_sign_of_the_table_is_left(text: str) -> None:
    assert glyphs.plain(text).isascii()
    (segment,) = glyphs.PlainGlyphs().apply([Segment(text)], Color(0, 0, 0))
    assert segment.text.isascii()


async def test_only_plain_characters_where_that_is_set_and_at_once_when_it_changes() -> None:
    engine = FakeEngine()
    engine.said("person", "hello")
    async with running(engine, settings=Settings(ui=UiSettings(ascii=True))) as (app, pilot):
        await wait_until(pilot, lambda: "hello" in screen_text(app))
        assert screen_text(app).isascii()
        app.set_setting("ui", "ascii", False)
        await wait_until(pilot, lambda: "╭" in screen_text(app))
        app.set_setting("ui", "ascii", True)
        await wait_until(pilot, lambda: screen_text(app).isascii())
        await pilot.press("f9")
        await wait_until(pilot, lambda: app.screen is not app.chat and screen_text(app).isascii())


async def test_reduced_motion_stops_the_cursor_from_blinking() -> None:
    async with running(FakeEngine(), settings=Settings(ui=UiSettings(reduced_motion=True))) as (app, pilot):
        prompt = app.chat.query_one(Prompt)
        await wait_until(pilot, lambda: not prompt.cursor_blink)
        assert app.animation_level == "none"
        app.set_setting("ui", "reduced_motion", False)
        assert prompt.cursor_blink
