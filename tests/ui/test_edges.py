"""The edges of a screen: the line of keys, notices, and what is said while nothing is there yet."""

from __future__ import annotations

import asyncio

import pytest
from rich.cells import cell_len
from textual.widgets._toast import Toast

from companion import network
from companion.errors import DiskFull
from companion.settings import Settings
from companion.ui.app import CompanionApp
from companion.ui.screens.base import tell
from companion.ui.widgets.key_line import KeyLine
from companion.ui.widgets.long_table import LongTable, fitted
from tests.ui.demo import filled
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, running, say, screen_text, wait_until

CALLS = {"f2": "list_memories", "f3": "conversations", "f7": "topics", "f8": "growth"}


def last_line(app: CompanionApp) -> str:
    return screen_text(app).splitlines()[-1].rstrip()


@pytest.mark.parametrize(("key", "columns"), [("f2", 34), ("f2", 60), ("f3", 60), ("f9", 60)])
async def test_the_way_back_and_help_are_always_in_the_line_of_keys(key: str, columns: int) -> None:
    async with running(filled(), (columns, 20)) as (app, pilot):
        await pilot.press(key)
        await wait_until(pilot, lambda: last_line(app).endswith("Esc Back F1 Help"))
        assert cell_len(last_line(app)) <= columns


async def test_with_more_room_there_are_more_keys_again() -> None:
    async with running(filled(), (34, 20)) as (app, pilot):
        await pilot.press("f2")
        await wait_until(pilot, lambda: last_line(app).endswith("Esc Back F1 Help"))
        assert "Forget" not in last_line(app)
        await pilot.resize_terminal(*WIDE)
        await wait_until(pilot, lambda: "f Forget u Undo r Restore Esc Back F1 Help" in last_line(app))
        assert app.screen.query_one(KeyLine).region.width == WIDE[0]


@pytest.mark.parametrize("columns", [30, 60])
async def test_a_notice_is_whole(columns: int) -> None:
    app = CompanionApp(FakeEngine(), Settings())
    words = " ".join(["four"] * 40)
    async with app.run_test(size=(columns, 20), notifications=True) as pilot:
        tell(app, words)
        await wait_until(pilot, lambda: app.screen.query(Toast))
        await wait_until(pilot, lambda: screen_text(app).split().count("four") == 40)


@pytest.mark.parametrize(("key", "size"), [("f2", NARROW), ("f2", WIDE), ("f3", NARROW), ("f7", NARROW)])
async def test_a_notice_covers_neither_what_is_typed_nor_the_keys(key: str, size: tuple[int, int]) -> None:
    engine = filled()
    app = CompanionApp(engine, Settings())
    async with app.run_test(size=size, notifications=True) as pilot:
        await wait_until(pilot, lambda: app.chat._loaded)
        await pilot.press(key, "slash", *"words")
        tell(app.screen, "something happened", "and there is more to say of it " * 3)
        await wait_until(pilot, lambda: "something happened" in screen_text(app))
        assert "words" in screen_text(app).splitlines()[0]
        assert "Esc Back" in last_line(app)


@pytest.mark.parametrize("key", CALLS)
async def test_what_takes_a_moment_says_that_it_is_put_together(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, go = filled(), asyncio.Event()
    call = getattr(engine, CALLS[key])

    async def slowly(*given: object) -> object:
        await go.wait()
        return await call(*given)

    monkeypatch.setattr(engine, CALLS[key], slowly)
    async with running(engine) as (app, pilot):
        await pilot.press(key)
        await wait_until(pilot, lambda: "Putting it together" in screen_text(app))
        go.set()
        await wait_until(pilot, lambda: "Putting it together" not in screen_text(app))


@pytest.mark.parametrize("call", ["backups", "quarantined", "personas"])
async def test_a_list_that_failed_does_not_say_that_there_is_nothing(
    call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*given: object) -> object:
        raise DiskFull

    engine = filled()
    monkeypatch.setattr(engine, call, failing)
    async with running(engine) as (app, pilot):
        await say(app, pilot, {"quarantined": "/waiting"}.get(call, f"/{call}"))
        await wait_until(pilot, lambda: "could not be put together" in screen_text(app))


@pytest.mark.parametrize("key", CALLS)
async def test_what_failed_is_no_blank_page(key: str) -> None:
    engine = filled()
    async with running(engine) as (app, pilot):
        engine.raises.update({CALLS[key]: DiskFull(), "mood": DiskFull()})
        await pilot.press(key)
        await wait_until(pilot, lambda: "could not be put together" in screen_text(app))


async def test_a_list_of_nothing_says_what_can_be_done() -> None:
    async with running(FakeEngine(), NARROW) as (app, pilot):
        await pilot.press("f2")
        await wait_until(pilot, lambda: "nothing here yet; a adds a memory." in screen_text(app))
        await pilot.press("slash", *"zebra")
        await wait_until(pilot, lambda: "Nothing matches: change the filter, or press s or k." in screen_text(app))


def test_a_wide_character_that_has_no_room_leaves_no_gap() -> None:
    assert fitted("他是护士", 6) == "他是… "
    assert fitted("他是护士", 7) == "他是护…"


async def test_a_long_notice_stays_long_enough_to_be_read() -> None:
    async with running(FakeEngine()) as (app, pilot):
        tell(app, "Done.", seconds=2)
        tell(app, "A title", "word " * 100, seconds=2)
        tell(app, "很长的通知" * 30, seconds=2)
        await wait_until(pilot, lambda: len(app._notifications) == 3)
        assert [round(notice.timeout) for notice in app._notifications] == [2, 22, 14]


@pytest.mark.parametrize("columns", [44, 60])
async def test_the_keys_of_what_was_learned_are_told_whole_and_with_the_way_back(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "is_sealed", lambda: True)
    engine = FakeEngine()
    engine.enqueue("Nice.", thoughts=("+ I like dogs.",))
    async with running(engine, (columns, 20)) as (app, pilot):
        await say(app, pilot, "I like dogs.")
        await wait_until(pilot, lambda: "+ I like dogs" in screen_text(app))
        await pilot.press("f4")
        await wait_until(pilot, lambda: last_line(app).lstrip().startswith("k keep  "))
        told = last_line(app)
        assert "Esc back" in told
        assert "offline" in told
        assert "…" not in told


async def test_what_was_done_last_takes_the_place_of_what_was_done_before() -> None:
    engine = filled()
    async with running(engine) as (app, pilot):
        tell(app, "The night is over.")
        await pilot.press("f2")
        await wait_until(pilot, lambda: app.screen.query_one(LongTable).row_count)
        await pilot.press("f")
        await wait_until(pilot, lambda: any("Press u to undo" in told for told in notices(app)))
        await pilot.press("u")
        await wait_until(pilot, lambda: any("Undid" in told for told in notices(app)))
        assert len(notices(app)) == 2, "and the night's is still there"
