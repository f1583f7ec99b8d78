"""The care card: under the message before any reply, with the numbers first, and never in the way."""

from __future__ import annotations

import pytest
from textual.widget import Widget

from companion.events import CareShown, ProgramSaid
from companion.help_lines import care_card
from companion.records import TranscriptItem
from companion.safekeeping import CareCard
from companion.ui.screens.reader import ReaderScreen
from companion.ui.widgets.care_card import CareCardView
from companion.ui.widgets.heading import Heading
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.turn_view import PersonTurn
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, running, say, screen_text, wait_until

pytestmark = pytest.mark.asyncio
CARD = care_card("crisis", "self", "GB")


def cards(app: Widget | object) -> list[CareCardView]:
    return list(app.chat.query(CareCardView))  # type: ignore[attr-defined]


async def test_it_stands_under_the_message_before_the_reply_and_typing_goes_on() -> None:
    engine = FakeEngine()
    engine.enqueue("I am here.", hold=True)
    async with running(engine, NARROW) as (app, pilot):
        await say(app, pilot, "I want to die")
        await wait_until(pilot, lambda: app.chat.query(PersonTurn))
        person = app.chat.query(PersonTurn).last()
        engine.emit(CareShown(person.turn_id, CARD))
        await wait_until(pilot, lambda: cards(app))
        assert cards(app)[0].parent is person
        await pilot.press("h", "e", "y", "f")
        assert app.chat.query_one(Prompt).text == "heyf"
        assert app.focused is app.chat.query_one(Prompt)
        await wait_until(pilot, lambda: "116 123" in screen_text(app) and "999" in screen_text(app))
        engine.release()


async def test_an_event_that_is_quicker_than_the_answer_is_not_lost() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, _):
        app.chat.transcript.show_care(4711, CARD)
        app.chat.transcript.show_program(4711)
        app.chat.show_said(4711, "I want to die", 1)
        await app.chat.query(PersonTurn).last().mount()  # children are composed
        assert cards(app) or app.chat.query(PersonTurn).last()._care is CARD


async def test_all_numbers_folding_and_back_to_writing() -> None:
    engine = FakeEngine()
    turn = engine.said("person", "I want to die")
    engine.turns[-1] = TranscriptItem(turn, care=CARD)
    async with running(engine) as (app, pilot):
        await wait_until(pilot, lambda: "116 123" in screen_text(app))
        assert "85258" not in screen_text(app)
        await pilot.press("f10")
        await wait_until(pilot, lambda: "85258" in screen_text(app) and isinstance(app.focused, Heading))
        await pilot.press("f")
        await wait_until(
            pilot, lambda: "85258" not in screen_text(app) and "Help is there: 116 123" in screen_text(app)
        )
        await pilot.press("enter")
        await wait_until(pilot, lambda: "Emergency" in screen_text(app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.focused is app.chat.query_one(Prompt))
        assert len(cards(app)) == 1, "it is folded, never gone"


async def test_where_it_could_not_be_sent_the_card_is_there_all_the_same() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        engine.emit(CareShown(0, CARD))
        await wait_until(pilot, lambda: "116 123" in screen_text(app))
        engine.enqueue("Yes.")
        await say(app, pilot, "hello")
        await wait_until(pilot, lambda: app.chat.query(PersonTurn))
        await wait_until(pilot, lambda: not cards(app))


async def test_without_a_card_the_key_and_the_command_show_the_numbers() -> None:
    async with running(FakeEngine()) as (app, pilot):
        await pilot.press("f10")
        await wait_until(
            pilot, lambda: isinstance(app.screen, ReaderScreen) and "findahelpline.com" in screen_text(app)
        )
        await pilot.press("escape")
        await say(app, pilot, "/care")
        await wait_until(pilot, lambda: isinstance(app.screen, ReaderScreen))


async def test_what_it_is_stands_under_the_message() -> None:
    engine = FakeEngine()
    turn = engine.said("person", "Are you real?")
    engine.turns[-1] = TranscriptItem(turn, is_program=True)
    other = engine.said("person", "And now?")
    async with running(engine) as (app, pilot):
        await wait_until(pilot, lambda: screen_text(app).count("is a computer program") == 1)
        engine.emit(ProgramSaid(other.id))
        await wait_until(pilot, lambda: screen_text(app).count("is a computer program") == 2)


@pytest.mark.parametrize("about", ["self", "other", "danger"])
@pytest.mark.parametrize("kind", ["crisis", "gentle"])
async def test_it_fits_a_small_window(kind: str, about: str) -> None:
    engine = FakeEngine()
    turn = engine.said("person", "…")
    card = care_card(kind, about, "DE")  # type: ignore[arg-type]
    engine.turns[-1] = TranscriptItem(turn, care=card)
    async with running(engine, NARROW) as (app, pilot):
        await wait_until(pilot, lambda: card.lines[0].contact in screen_text(app))
        assert cards(app)[0].outer_size.height <= 12
        assert isinstance(cards(app)[0].card, CareCard)
