"""Keys that come all at once, as over a slow line, act in their order."""

from __future__ import annotations

import pytest
from textual.events import Key
from textual.keys import _character_to_key
from textual.widgets import Input

from companion.ui import key_order
from companion.ui.app import CompanionApp
from companion.ui.screens.date import DateScreen
from companion.ui.screens.edit import EditScreen
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.widgets.prompt import Prompt
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import running, wait_until


def burst(app: CompanionApp, *keys: str) -> None:
    """All of them before the app has looked at the first."""
    for key in keys:
        one = len(key) == 1
        app.post_message(Key(_character_to_key(key) if one else key, key if one else None))


async def test_letters_right_after_the_key_that_leads_to_a_line_are_its_own() -> None:
    engine = FakeEngine()
    engine.remember("My sister Lena lives in Porto.")
    async with running(engine) as (app, pilot):
        await pilot.press("f2")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen) and app.screen._list.total == 1)
        burst(app, "/", *"kind:thought", "space", "ctrl+u", *"lena")
        await wait_until(pilot, lambda: app.screen.query_one(Input).value == "lena")


async def test_what_is_typed_before_a_screen_is_there_goes_to_it() -> None:
    engine = FakeEngine()
    engine.remember("I sing.")
    async with running(engine) as (app, pilot):
        await pilot.press("f2")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen) and app.screen._list.total == 1)
        burst(app, "e", *"Loud", "backspace", "y")
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        await wait_until(pilot, lambda: app.screen.query_one(Prompt).text == "I sing.Louy")


async def test_a_key_whose_widget_is_gone_holds_up_no_other() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        app._on_its_way, app._passed = 99, 99  # one that was sent and never comes
        burst(app, *"still here")
        await wait_until(pilot, lambda: app.chat.prompt.text.replace(" ", "") == "stillhere")


async def test_a_slow_machine_lets_no_key_overtake_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """However soon a key might count as lost: the one it was sent to is still there."""
    monkeypatch.setattr(key_order, "LOST", 0.0)
    engine = FakeEngine()
    engine.remember("My sister Lena lives in Porto.")
    async with running(engine) as (app, pilot):
        await pilot.press("f2")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen) and app.screen._list.total == 1)
        burst(app, *"/", *"lena", "enter", "t", *"2026-11-25")
        await wait_until(pilot, lambda: isinstance(app.screen, DateScreen) and app.screen.query(Input))
        await wait_until(pilot, lambda: app.screen.query_one(Input).value.endswith("2026-11-25"))
        assert app.screen_stack[-2].query_one(Input).value == "lena"


TYPED = "ab<c<<de<<<<<xyz<<q<<w<e<rtyu<i"


async def test_letters_and_backspaces_come_to_what_they_should() -> None:
    engine = FakeEngine()
    left: list[str] = []
    for letter in TYPED:
        if letter == "<":
            del left[-1:]
        else:
            left.append(letter)
    async with running(engine) as (app, pilot):
        burst(app, *("backspace" if letter == "<" else letter for letter in TYPED))
        await wait_until(pilot, lambda: app.chat.prompt.text == "".join(left))
