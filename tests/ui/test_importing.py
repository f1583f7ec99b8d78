"""`/import`: what would be done is shown and asked before it is done; `/export` says that the files are readable."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from companion.errors import FileRefused
from companion.events import ExchangeProgress
from companion.transfers import Imported, ImportForm, ImportPlan
from companion.ui.commands import ENTRIES
from companion.ui.screens.ask import AskScreen
from companion.ui.screens.confirm import ConfirmScreen
from companion.ui.screens.importing import ImportScreen
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, running, say, screen_text, wait_until


class Engine(FakeEngine):
    """Imports once it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.plan = ImportPlan(
            "chatgpt", "my [bold]chats[/].zip", 2, 6, new_turns=4, first=1.6e9, last=1.7e9, notes=("Left out: a [x].",)
        )
        self.let = asyncio.Event()
        self.given: list[str] = []

    async def plan_import(self, path: str, form: ImportForm | None = None) -> ImportPlan:
        if path == "none":
            raise FileRefused("It cannot be read.", hint="Try another.")
        return self.plan

    async def import_from(self, path: str, form: ImportForm | None = None) -> Imported:
        self.given.append(path)
        await self.let.wait()
        return Imported(replace(self.plan, new_memories=3), source=7, batch=1)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_it_shows_the_plan_and_imports_when_it_is_told_to(size: tuple[int, int]) -> None:
    engine = Engine()
    async with running(engine, size) as (app, pilot):
        await say(app, pilot, "/import '~/my chats.zip'")  # as a terminal writes what is dropped
        await wait_until(pilot, lambda: "ChatGPT export" in screen_text(app))
        assert "my [bold]chats[/].zip" in screen_text(app)
        assert "4 of them new" in screen_text(app)
        assert "Left out: a [x]." in screen_text(app)
        assert engine.given == []
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.given == ["~/my chats.zip"])
        engine.emit(ExchangeProgress(2, 6))
        await wait_until(pilot, lambda: "2 of 6" in screen_text(app))
        await pilot.press("enter")  # while it goes on, and after: nothing
        engine.let.set()
        await wait_until(pilot, lambda: "3 memories wait" in screen_text(app))
        await pilot.press("enter")
        assert engine.given == ["~/my chats.zip"]
        await pilot.press("escape")
        assert not isinstance(app.screen, ImportScreen)


async def test_escape_imports_nothing() -> None:
    engine = Engine()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "/import x.zip")
        await wait_until(pilot, lambda: "ChatGPT export" in screen_text(app))
        await pilot.press("escape")
        assert engine.given == []


async def test_what_is_wrong_is_told() -> None:
    async with running(Engine()) as (app, pilot):
        await say(app, pilot, "/import none")
        await wait_until(pilot, lambda: any("cannot be read" in each for each in notices(app)))
        await wait_until(pilot, lambda: not isinstance(app.screen, ImportScreen))


async def test_without_a_path_it_asks_for_one() -> None:
    async with running(Engine()) as (app, pilot):
        next(entry for entry in ENTRIES if entry.command.slash == "import").run(app, "")
        await wait_until(pilot, lambda: isinstance(app.screen, AskScreen))
        await pilot.press("a", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ImportScreen))


async def test_export_says_who_can_read_it_and_asks() -> None:
    async with running(Engine()) as (app, pilot):
        await say(app, pilot, "/export out")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert "not encrypted" in screen_text(app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: not isinstance(app.screen, ConfirmScreen))
        assert notices(app) == []
        await say(app, pilot, "/export out")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: any("4 files to out" in each for each in notices(app)))
