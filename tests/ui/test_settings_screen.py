"""Everything that can be set, on the screen: shown, explained, checked, written, and never over the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Input

from companion.errors import InvalidInput
from companion.paths import Paths
from companion.settings import Settings, load_settings
from companion.strings import LANGUAGES, Strings
from companion.ui.app import CompanionApp
from companion.ui.preferences import Preferences
from companion.ui.screens.keys import KeysScreen, KeyTable, PressScreen
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.screens.pick import PickScreen
from companion.ui.screens.settings import SettingsScreen
from companion.ui.screens.value import ValueScreen
from companion.ui.setting_fields import all_settings, shown
from companion.ui.widgets.setting_table import SettingTable
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, running, screen_text, wait_until

FILE = '# mine\n[ui]\ntheme = "companion"  # dark\n'


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths(tmp_path, tmp_path)
    found.database.touch()
    found.settings.write_text(FILE)
    return found


async def open_at(app: CompanionApp, pilot: Pilot[Any], key: str) -> SettingTable:
    await pilot.press("f9")
    await wait_until(pilot, lambda: [table for table in app.screen.query(SettingTable) if table.row_count])
    table = app.screen.query_one(SettingTable)
    for row in range(table.row_count):
        table.move_cursor(row=row)
        if table.current is not None and table.current.key == key:
            return table
    raise AssertionError(key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_has_a_name_and_an_explanation(language: str) -> None:
    words = Strings(language).section("settings")
    for setting in all_settings():
        assert words[setting.key]
        assert words[f"{setting.key}_about"]
        assert words[f"section_{setting.section or 'you'}"]


def test_every_setting_of_the_model_is_on_the_screen() -> None:
    settings = Settings()
    for setting in all_settings():
        assert shown(setting, Preferences(settings).value(setting.section, setting.name))
    named = {(setting.section, setting.name) for setting in all_settings()}
    assert {("", "name"), ("model", "context"), ("ui", "keys"), ("checkins", "quiet_from")} <= named


def test_a_secret_is_never_shown() -> None:
    settings = Settings(model={"api_key": "sk-very-secret"})  # type: ignore[arg-type]
    secret = next(each for each in all_settings() if each.kind == "secret")
    assert "very" not in shown(secret, settings.model.api_key)


@given(st.sampled_from(all_settings()), st.text(max_size=12))
def test_nothing_is_held_that_the_model_would_refuse(setting: Any, typed: str) -> None:
    preferences = Preferences(Settings())
    try:
        preferences.write(setting.section, setting.name, typed)
    except InvalidInput:
        refused = True
    else:
        refused = False
    if refused:
        assert preferences.current == Settings()
    else:
        part = getattr(preferences.current, setting.section) if setting.section else None
        if part is not None:
            type(part).model_validate({name: getattr(part, name) for name in type(part).model_fields})


async def test_end_and_home_go_to_the_last_setting_and_the_first(paths: Paths) -> None:
    async with running(FakeEngine(), paths=paths) as (app, pilot):
        await open_at(app, pilot, "ui_theme")
        table = app.screen.query_one(SettingTable)
        await pilot.press("end")
        await wait_until(pilot, lambda: table.current is not None and table.current.key == "ui_keys")
        await pilot.press("home")
        await wait_until(pilot, lambda: table.cursor_row <= 1)  # a heading stands above the first


async def test_a_switch_is_written_and_comments_stay(paths: Paths) -> None:
    async with running(FakeEngine(), paths=paths) as (app, pilot):
        await open_at(app, pilot, "ui_reduced_motion")
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.settings.ui.reduced_motion)
        assert app.animation_level == "none"
    assert load_settings(paths.settings).ui.reduced_motion
    assert "# mine" in paths.settings.read_text()
    assert "# dark" in paths.settings.read_text()


async def test_a_number_out_of_bounds_is_refused_where_it_is_typed(paths: Paths) -> None:
    engine = FakeEngine()
    async with running(engine, NARROW, paths=paths) as (app, pilot):
        await open_at(app, pilot, "model_context")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ValueScreen))
        field = app.screen.query_one(Input)
        field.value = "12"
        await pilot.press("enter")
        await wait_until(pilot, lambda: "512" in screen_text(app))
        assert isinstance(app.screen, ValueScreen)
        field.value = "8192"
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        assert load_settings(paths.settings).model.context == 8192
        await wait_until(pilot, lambda: "Press r" in screen_text(app))
        await pilot.press("r")
        await wait_until(pilot, lambda: ("renew",) in engine.calls)
        await wait_until(pilot, lambda: app.chat._loaded)


async def test_a_choice_is_picked_from_a_list_and_can_be_made_as_it_comes(paths: Paths) -> None:
    async with running(FakeEngine(), paths=paths) as (app, pilot):
        await open_at(app, pilot, "memory_curve")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, PickScreen))
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: app.settings.memory.curve == "exponential")
        await wait_until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await pilot.press("x")
        await wait_until(pilot, lambda: app.settings.memory.curve == "fsrs")
    assert "curve" not in paths.settings.read_text()


async def test_what_the_environment_decides_is_shown_and_not_changed(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPANION_UI__ASCII", "false")
    async with running(FakeEngine(), paths=paths) as (app, pilot):
        await open_at(app, pilot, "ui_ascii")
        await wait_until(pilot, lambda: "COMPANION_UI__ASCII" in screen_text(app))
        await pilot.press("enter", "x")
        assert not app.settings.ui.ascii
    assert paths.settings.read_text() == FILE


async def test_themes_are_seen_while_choosing_and_escape_brings_the_old_one_back(paths: Paths) -> None:
    async with running(FakeEngine(), paths=paths) as (app, pilot):
        app.choose_theme()
        await wait_until(pilot, lambda: isinstance(app.screen, PickScreen))
        await pilot.press("down")
        await wait_until(pilot, lambda: app.theme == "companion-light")
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.theme == "companion")
        assert paths.settings.read_text() == FILE
        app.choose_theme("contrast-dark")
        await wait_until(pilot, lambda: app.theme == "contrast-dark")
    assert load_settings(paths.settings).ui.theme == "contrast-dark"


async def test_a_key_is_changed_by_pressing_it(paths: Paths) -> None:
    async with running(FakeEngine(), paths=paths) as (app, pilot):
        app.open_keys()
        await wait_until(pilot, lambda: [table for table in app.screen.query(KeyTable) if table.row_count])
        table = app.screen.query_one(KeyTable)
        table.move_cursor(row=table._ids.index("memory.panel"))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, PressScreen))
        await pilot.press("f6")  # is for the models
        await wait_until(pilot, lambda: "F6" in screen_text(app))
        assert isinstance(app.screen, PressScreen)
        await pilot.press("f14")
        await wait_until(pilot, lambda: app.settings.ui.keys == {"memory.panel": "f14"})
        assert load_settings(paths.settings).ui.keys == {"memory.panel": "f14"}
        await wait_until(pilot, lambda: isinstance(app.screen, KeysScreen))
        await pilot.press("escape", "f14")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))
