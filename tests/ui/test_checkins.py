"""What the companion brings up by itself is in the conversation once, and /less wants less of it."""

from __future__ import annotations

import pytest

from companion.chats import CheckIn
from companion.events import CheckedIn
from companion.records import RecalledMemory, TranscriptItem, Turn
from companion.settings import CheckInSettings, Settings
from companion.ui.widgets.reply_view import CompanionTurn
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import on_screen, running, say, screen_text, wait_until

pytestmark = pytest.mark.asyncio
ASKED = "You told me on 2 March: “I have a job interview.” That was today. How did it go?"


class Caring(FakeEngine):
    def bring_up(self) -> Turn:
        turn = self.said("companion", ASKED, speaker="Companion")
        self.emit(CheckedIn(turn, 7, "after", ASKED, "You said on 2 March 2026: “I have a job interview.”"))
        return turn


def brought(turns: list[CompanionTurn]) -> list[CompanionTurn]:
    return [view for view in turns if view.words == ASKED]


async def test_it_stands_in_the_conversation_once() -> None:
    engine = Caring()
    async with running(engine) as (app, pilot):
        turn = engine.bring_up()
        await wait_until(pilot, lambda: brought(list(app.chat.query(CompanionTurn))))
        engine.emit(CheckedIn(turn, 7, "after", ASKED, "You said so."))
        engine.enqueue("Well done!")
        await say(app, pilot, "It went well.")
        await wait_until(pilot, lambda: any(each.words == "Well done!" for each in app.chat.query(CompanionTurn)))
        assert len(brought(list(app.chat.query(CompanionTurn)))) == 1


async def test_less_of_it_can_be_wanted() -> None:
    engine = Caring()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "/less")
        await pilot.pause()
        assert not any(call[0] == "less_like" for call in engine.calls)
        engine.bring_up()
        await wait_until(pilot, lambda: brought(list(app.chat.query(CompanionTurn))))
        await say(app, pilot, "/less")
        await wait_until(pilot, lambda: ("less_like", "after") in engine.calls)


async def test_it_says_why_after_a_restart_too_and_does_not_say_it_twice() -> None:
    engine = Caring()
    memory = engine.remember("I have a job interview.")
    turn = engine.said("companion", ASKED, speaker="Companion")
    engine.turns[-1] = TranscriptItem(turn, (RecalledMemory(memory, 1.0, 1),), brought_up="after")
    async with running(engine) as (app, pilot):
        assert "By itself, because of the day that you told of." in screen_text(app)
        assert screen_text(app).count("job interview") == 1
        await say(app, pilot, "/less")
        await wait_until(pilot, lambda: ("less_like", "after") in engine.calls)


async def test_an_answer_to_a_first_question_is_owed_no_reply_but_one_to_a_check_in_is() -> None:
    engine = Caring()
    asked = engine.said("companion", "Who matters to you?")
    engine.said("person", "Anna", asked.conversation, after=asked.id)
    async with running(engine) as (app, _):
        assert "Anna" in screen_text(app)
        assert "(no reply)" not in screen_text(app)
    engine = Caring()
    asked = engine.said("companion", ASKED)
    engine.turns[-1] = TranscriptItem(asked, brought_up="after")
    engine.said("person", "It went well", asked.conversation, after=asked.id)
    async with running(engine) as (app, _):
        assert "(no reply)" in screen_text(app)


async def test_what_would_come_up_can_be_looked_at_and_says_whether_it_will() -> None:
    engine = Caring()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "/checkins")
        await wait_until(pilot, lambda: "I bring nothing up by myself" in on_screen(app))
        assert "There is nothing now." in on_screen(app)
    engine = Caring()
    engine.upcoming = [CheckIn(1, "after", 7, ASKED, "You said so.", 1_700_000_000.0, 0)]
    settings = Settings(checkins=CheckInSettings(enabled=True))
    async with running(engine, settings=settings) as (app, pilot):
        await say(app, pilot, "/checkins")
        await wait_until(pilot, lambda: "What I would bring up by myself" in on_screen(app))
        assert f"14 November 2023 {ASKED}" in on_screen(app)
