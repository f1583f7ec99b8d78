"""Slash commands: completed over the prompt, run by Enter, never sent by mistake."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.ui.commands import ENTRIES
from companion.ui.commands.slash import completions, entry_named, message_of, nearest, written
from companion.ui.screens.help import HelpScreen
from companion.ui.screens.models import ModelsScreen
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.slash_list import SlashList
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, notices, replies, running, said, screen_text, wait_until


@given(st.text(max_size=60))
def test_every_text_is_either_a_command_or_sent_as_it_is_meant(typed: str) -> None:
    if written(typed) is None:
        meant = message_of(typed)
        assert meant == (typed[1:] if typed.startswith("//") else typed)
    else:
        assert typed.startswith("/")
        assert not typed.startswith("//")
    for each in completions(typed, ENTRIES):
        assert written(each.inserts) is not None


def test_a_path_is_a_message() -> None:
    assert written("/usr/bin/env is not found") is None
    assert written("/home") == ("home", "")


def test_every_command_can_be_completed_and_found() -> None:
    for entry in ENTRIES:
        if entry.command.slash:
            assert any(each.inserts.strip() == f"/{entry.command.slash}" for each in completions("/", ENTRIES))
            assert entry_named(entry.command.slash, ENTRIES) is entry


def test_two_commands_never_share_a_slash_or_an_id() -> None:
    named = [entry.command.slash for entry in ENTRIES if entry.command.slash]
    assert len(named) == len(set(named))
    ids = [entry.command.id for entry in ENTRIES]
    assert len(ids) == len(set(ids))


def test_the_nearest_command_is_offered() -> None:
    assert nearest("memroies", ENTRIES) == "memories"
    assert nearest("xyzzy", ENTRIES) == ""


async def test_typing_a_slash_lists_what_there_is_and_tab_completes() -> None:
    engine = FakeEngine()
    async with running(engine, NARROW) as (app, pilot):
        await pilot.press("slash")
        shown = app.chat.query_one(SlashList)
        first = completions("/", ENTRIES)[0].label
        await wait_until(pilot, lambda: shown.display and first in screen_text(app))
        await pilot.press(*"mo")
        await wait_until(pilot, lambda: "/models" in screen_text(app) and first not in screen_text(app))
        await pilot.press("tab")
        assert app.chat.query_one(Prompt).text == "/models"
        assert app.focused is app.chat.query_one(Prompt)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen))
        assert engine.sent == []
        assert app.chat.query_one(Prompt).text == ""


async def test_enter_right_after_the_letters_runs_what_is_chosen() -> None:
    async with running(FakeEngine()) as (app, pilot):
        await pilot.press(*"/hel", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen))


async def test_up_and_down_choose_and_escape_closes_the_list_only() -> None:
    async with running(FakeEngine()) as (app, pilot):
        await pilot.press("slash")
        shown = app.chat.query_one(SlashList)
        await wait_until(pilot, lambda: shown.display)
        first = shown.chosen
        await pilot.press("down")
        assert shown.chosen != first
        await pilot.press("up")
        assert shown.chosen == first
        await pilot.press("escape")
        assert not shown.display
        assert app.chat.query_one(Prompt).text == "/"


async def test_an_unknown_command_is_put_back_with_a_hint_and_not_sent() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        app.chat.query_one(Prompt).insert("/memroies")
        await pilot.press("enter")
        await wait_until(pilot, lambda: any("/memories" in notice for notice in notices(app)))
        assert app.chat.query_one(Prompt).text == "/memroies"
        assert engine.sent == []


async def test_two_slashes_send_one() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        app.chat.query_one(Prompt).insert("//me waves")
        await pilot.press("enter")
        await wait_until(pilot, lambda: replies(app) == ["I hear you."])
        assert engine.sent == ["/me waves"]
        assert said(app) == ["/me waves"]


async def test_a_choice_is_completed_and_a_wrong_one_explained() -> None:
    async with running(FakeEngine()) as (app, pilot):
        app.chat.query_one(Prompt).insert("/theme contrast-l")
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.theme == "contrast-light")
        app.chat.query_one(Prompt).insert("/theme purple")
        await pilot.press("enter")
        await wait_until(pilot, lambda: any("companion-light" in notice for notice in notices(app)))
        assert app.theme == "contrast-light"


async def test_the_palette_says_in_our_words_that_nothing_is_called_so() -> None:
    async with running(FakeEngine()) as (app, pilot):
        await pilot.press("ctrl+p", *"zzqq")
        await wait_until(pilot, lambda: "No command has such a name." in screen_text(app))
