"""Starting, losing the engine, quitting, help, commands."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest
from rich.console import Console
from textual.command import CommandPalette
from textual.visual import RichVisual
from textual.widgets import Static

from companion.errors import ProfileLocked
from companion.events import Notice, ReplyStarted, SleepFinished
from companion.paths import asset
from companion.reports import SleepReport
from companion.ui.app import CompanionApp
from companion.ui.commands import ENTRIES, commands
from companion.ui.keymap import declared
from companion.ui.screens.help import HelpScreen
from companion.ui.screens.reader import ReaderScreen
from companion.ui.screens.sleep import SleepScreen
from companion.ui.supervision import MOST, RestartBudget
from companion.ui.widgets.prompt import Prompt
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, notices, replies, running, said, say, screen_text, wait_until

HEAVY = ("llama_cpp", "torch", "sentence_transformers", "chromadb", "apsw", "apscheduler", "numpy")
ENGINE = ("companion.store", "companion.memory", "companion.mind", "companion.model", "companion.companion")


def help_told(app: CompanionApp) -> str:
    """All that the help page says, as wide as it takes."""
    console = Console(width=200)
    with console.capture() as capture:
        for part in app.screen.query(Static):
            if isinstance(part.visual, RichVisual):
                console.print(part.visual._renderable)
    return capture.get()


def test_importing_the_app_loads_no_part_of_the_engine() -> None:
    code = f"import sys, companion.ui.app; print([m for m in {HEAVY + ENGINE!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


async def test_the_engine_process_is_started_with_the_real_streams() -> None:
    class Watching(FakeEngine):
        def start(self) -> None:
            assert sys.stderr is sys.__stderr__, "multiprocessing passes its file number on"
            super().start()

    engine = Watching()
    async with running(engine) as (_, pilot):
        engine.die()
        await wait_until(pilot, lambda: engine.started == 2)


async def test_the_engine_is_started_again_and_nothing_is_lost() -> None:
    engine = FakeEngine()
    engine.enqueue("half a", hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "question")
        await wait_until(pilot, lambda: replies(app) == ["half a"])
        await say(app, pilot, "next")
        await pilot.press(*"draft")
        engine.die()
        await wait_until(pilot, lambda: engine.started == 2)
        assert any("The engine stopped" in notice for notice in notices(app))
        await wait_until(pilot, lambda: engine.sent == ["question", "next"])
        await wait_until(pilot, lambda: said(app) == ["question", "next"])
        assert app.chat.query_one(Prompt).text == "draft"


async def test_a_message_saved_just_before_the_engine_died_is_not_sent_twice() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "zero")
        await wait_until(pilot, lambda: replies(app) == ["I hear you."])
        engine._up.clear()
        await say(app, pilot, "once")
        assert app.chat.outbox.sending == "once"
        engine.said("person", "once")
        engine.die()
        await wait_until(pilot, lambda: said(app) == ["zero", "once"])
        await wait_until(pilot, lambda: len(app.chat.outbox) == 0)


async def test_a_message_without_a_reply_says_so_until_it_gets_one() -> None:
    engine = FakeEngine()
    turn = engine.said("person", "are you there?")
    async with running(engine, NARROW) as (app, pilot):
        await wait_until(pilot, lambda: "(no reply)" in screen_text(app))
        engine.emit(ReplyStarted(turn.id, turn.id + 1))
        await wait_until(pilot, lambda: "(no reply)" not in screen_text(app))


async def test_an_engine_that_keeps_dying_is_left_alone() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        for times in range(MOST):
            engine.die()
            await wait_until(pilot, lambda n=times: engine.started == n + 2)  # type: ignore[misc]
        engine.die()
        await wait_until(pilot, lambda: "The engine keeps stopping" in screen_text(app))
        assert engine.started == MOST + 1


def test_restarts_are_counted_over_a_minute_only() -> None:
    moment = 0.0
    budget = RestartBudget(lambda: moment)
    assert [budget.spend() for _ in range(4)] == [True, True, True, False]
    moment = 61.0
    assert budget.spend()


async def test_a_profile_in_use_is_explained_where_the_person_looks() -> None:
    engine = FakeEngine()
    engine.raises["status"] = ProfileLocked()
    async with running(engine, NARROW, loaded=False) as (app, pilot):
        await wait_until(pilot, lambda: "Companion is already running" in screen_text(app))


async def test_quitting_does_not_wait_for_a_reply_or_a_slow_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.ui.leaving.TWICE", 60)  # however slow this machine is
    engine = FakeEngine()
    engine.close_takes = 3600  # far beyond the patience of wait_until
    engine.enqueue("never ending", hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "hi")
        await wait_until(pilot, lambda: replies(app) == ["never ending"])
        await pilot.press("ctrl+c")
        assert any("again to quit" in notice for notice in notices(app))
        await pilot.press("ctrl+c")
        await wait_until(pilot, lambda: app._exit)


async def test_ctrl_d_quits_from_an_empty_prompt_only() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await pilot.press("a", "b", "home", "ctrl+d")
        assert app.chat.query_one(Prompt).text == "b"
        assert not app._exit
        await pilot.press("ctrl+d", "ctrl+d")
        await wait_until(pilot, lambda: app._exit)
        assert engine.closed


async def test_f1_explains_the_screen_it_was_pressed_on() -> None:
    async with running(FakeEngine()) as (app, pilot):
        await pilot.press("f1")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen) and "The chat" in screen_text(app))
        await pilot.press("escape", "f2", "f1")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen) and "Memories" in screen_text(app))


def test_every_screen_with_a_topic_has_its_page_in_every_language() -> None:
    topics = {each.owner.__dict__["HELP_TOPIC"] for each in declared() if "HELP_TOPIC" in each.owner.__dict__}
    assert len(topics) > 5
    for topic in topics:
        assert asset("help", f"{topic}.md").read_text("utf-8").startswith("## ")
        assert asset("help", "zh", f"{topic}.md").read_text("utf-8").startswith("## ")


async def test_help_tells_the_keys_that_hold_and_every_command() -> None:
    async with running(FakeEngine(), NARROW) as (app, pilot):
        app.preferences.write_key("chat.newest", "f14")
        app.look.set_keys()
        await pilot.press("f1")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen))
        told = help_told(app)
        assert "F14" in told
        assert all(f"/{entry.command.slash}" in told for entry in ENTRIES if entry.command.slash)
        assert all(entry.command.about in told for entry in ENTRIES)


async def test_commands_are_named_noun_verb_and_can_be_run() -> None:
    async with running(FakeEngine()) as (app, pilot):
        names = [command.title for command in commands(app)]
        assert all(": " in name for name in names)
        assert {"Memory: Add", "Chat: Stop", "Sleep: Run now", "App: Quit", "Theme: Companion, dark"} <= set(names)
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press("escape")


async def test_sleeping_by_hand_shows_what_the_night_did() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        app.sleep()
        await wait_until(pilot, lambda: isinstance(app.screen, SleepScreen) and "3 faded" in screen_text(app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_a_night_run_by_itself_is_told_once() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        engine.emit(SleepFinished(SleepReport(("2026-07-01",), changes=("2 memories faded [/]",))))
        await wait_until(pilot, lambda: any("2 memories faded [/]" in notice for notice in notices(app)))


async def test_notices_and_checks_are_shown() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        engine.emit(Notice("warning", "The index [/] is behind", "It will catch up."))
        await wait_until(pilot, lambda: any("It will catch up." in notice for notice in notices(app)))
        app.check_engine()
        await wait_until(pilot, lambda: isinstance(app.screen, ReaderScreen) and "index: behind" in screen_text(app))


async def test_quitting_warns_once_of_messages_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("companion.ui.leaving.TWICE", 60)
    engine = FakeEngine()
    engine.enqueue("never ending", hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "first")
        await wait_until(pilot, lambda: replies(app) == ["never ending"])
        await say(app, pilot, "second")
        await wait_until(pilot, lambda: app.chat.outbox.texts == ("second",))
        await pilot.press("ctrl+d")
        await wait_until(pilot, lambda: any("1 waiting message" in notice for notice in notices(app)))
        assert not app._exit
        await pilot.press("ctrl+d")
        await wait_until(pilot, lambda: app._exit)


async def test_garbage_is_collected_from_the_first_frame_on() -> None:
    gc.disable()  # as the program does while it starts
    try:
        async with running(FakeEngine()):
            assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
