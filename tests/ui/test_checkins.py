"""What the companion brings up by itself appears in the conversation, with why, and can be wanted less."""

from __future__ import annotations

import pytest

from companion.chats import CheckInKind
from companion.events import CheckedIn
from companion.records import Memory, RecalledMemory, TranscriptItem
from companion.ui.widgets.turn_view import CompanionTurn
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import running, say, wait_until

pytestmark = pytest.mark.asyncio
ASKED = "You told me on 2 March: “I have a job interview.” That was today. How did it go?"


class Caring(FakeEngine):
    async def less_like(self, kind: CheckInKind) -> None:
        self.calls.append(("less_like", kind))

    def bring_up(self) -> None:
        turn = self.said("companion", ASKED, speaker="Companion")
        memory = Memory(7, "thought", "I have a job interview.", "active", 1_772_442_000.0, 3600)
        self.turns[-1] = TranscriptItem(turn, (RecalledMemory(memory, 1.0, 1),))
        self.emit(CheckedIn(turn, 7, "after", ASKED, "You said on 2 March 2026: “I have a job interview.”"))


def brought(engine: Caring, turns: list[CompanionTurn]) -> list[CompanionTurn]:
    return [view for view in turns if view.words == ASKED]


async def test_it_stands_at_the_end_once_with_its_memory() -> None:
    engine = Caring()
    async with running(engine) as (app, pilot):
        engine.bring_up()
        await wait_until(pilot, lambda: brought(engine, list(app.chat.query(CompanionTurn))))
        (view,) = app.chat.query(CompanionTurn)
        assert view.recalled.display
        engine.emit(CheckedIn(engine.turns[-1].turn, 7, "after", ASKED, ""))
        engine.enqueue("Well done!")
        await say(app, pilot, "It went well.")
        await wait_until(pilot, lambda: any(each.words == "Well done!" for each in app.chat.query(CompanionTurn)))
        assert len(brought(engine, list(app.chat.query(CompanionTurn)))) == 1


async def test_less_of_it_can_be_wanted() -> None:
    engine = Caring()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "/less")
        await pilot.pause()
        assert not any(call[0] == "less_like" for call in engine.calls)
        engine.bring_up()
        await wait_until(pilot, lambda: brought(engine, list(app.chat.query(CompanionTurn))))
        await say(app, pilot, "/less")
        await wait_until(pilot, lambda: ("less_like", "after") in engine.calls)
