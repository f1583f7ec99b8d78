"""What the companion brings up by itself is in the conversation once, and /less wants less of it."""

from __future__ import annotations

import pytest

from companion.events import CheckedIn
from companion.records import Turn
from companion.ui.widgets.reply_view import CompanionTurn
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import running, say, wait_until

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
