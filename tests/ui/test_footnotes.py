"""The memories under a reply, why it says what it says, and what fills the context."""

from __future__ import annotations

from dataclasses import replace

from companion.events import CheckedIn
from companion.records import RecalledMemory, TranscriptItem
from companion.ui.screens.memory import MemoryScreen
from companion.ui.screens.why import WhyScreen
from companion.ui.widgets.recalled import Footnote
from companion.ui.widgets.turn_base import TurnView
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, notices, on_screen, replies, running, said, screen_text, wait_until


def answered(used: bool | None = None) -> FakeEngine:
    """A reply that was given two memories; the first rests on what was said in an earlier conversation."""
    engine = FakeEngine()
    source = engine.said("person", "By the way, I have a dog named Biscuit.", 1)
    engine.said("companion", "A fine name.", 1, answers=source.id)
    dog, cat = engine.remember("I have a dog named Biscuit."), engine.remember("I like cats.")
    engine.rests_on(dog, source, 12, 39)
    dog = engine.memories[dog.id]
    person = engine.said("person", "What is my dog called?", 2)
    reply = engine.said("companion", "Biscuit.", 2, answers=person.id)
    given = (RecalledMemory(dog, 1.0, 1, used=used), RecalledMemory(cat, 0.5, 2, used=None if used is None else False))
    engine.turns[-1] = TranscriptItem(reply, given)
    return engine


async def test_a_footnote_leads_to_the_memory_and_to_where_it_was_said() -> None:
    engine = answered()
    async with running(engine) as (app, pilot):
        await pilot.press("up", "enter", "down")
        await wait_until(pilot, lambda: isinstance(app.focused, Footnote))
        assert "¹" in screen_text(app)
        assert "s where said" in screen_text(app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)
        await pilot.press("s")
        await wait_until(
            pilot,
            lambda: isinstance(app.focused, TurnView) and app.focused.words.startswith("By the way, I have a dog"),
        )
        assert engine.open == 1


async def test_which_were_really_used_is_marked_once_it_is_known() -> None:
    engine = answered()
    async with running(engine, NARROW) as (app, pilot):
        await wait_until(pilot, lambda: "· 2 memories" in screen_text(app))
        assert "used" not in screen_text(app)
        item = engine.turns[-1]
        engine.turns[-1] = replace(item, recalled=tuple(replace(r, used=r.rank == 1) for r in item.recalled))
        engine.set_status(engine.status_now)  # thinking is over
        await wait_until(pilot, lambda: "· 2 memories, used ¹" in screen_text(app))


async def test_a_verdict_teaches_and_can_be_taken_back() -> None:
    engine = answered()
    async with running(engine) as (app, pilot):
        app.chat.action_footnotes()
        await wait_until(pilot, lambda: len(app.chat.query(Footnote)) == 2)
        line = app.chat.query(Footnote).last()
        line.focus()
        await pilot.press("n")
        reply = engine.turns[-1].turn.id
        await wait_until(pilot, lambda: engine.judged == [(reply, line.memory, "not relevant")])
        await wait_until(pilot, lambda: any("Press u" in notice for notice in notices(app)))
        await pilot.press("n")  # once is enough
        await pilot.press("u")
        await wait_until(pilot, lambda: any(call[0] == "undo" for call in engine.calls))
        assert len(engine.judged) == 1


async def test_letters_without_a_command_go_to_the_prompt_from_a_footnote() -> None:
    engine = answered()
    async with running(engine) as (app, pilot):
        app.chat.action_footnotes()
        await wait_until(pilot, lambda: len(app.chat.query(Footnote)) == 2)
        app.chat.query(Footnote).first().focus()
        await pilot.press(*"hns")
        await wait_until(pilot, lambda: app.chat.prompt.text == "hns")
        assert engine.judged == []


async def test_part_of_what_a_reply_was_written_from_is_left_out_of_another_one() -> None:
    engine = answered()
    engine.enqueue("I do not know.")
    async with running(engine, NARROW) as (app, pilot):
        await pilot.press("up", "w")
        await wait_until(pilot, lambda: isinstance(app.screen, WhyScreen))
        await wait_until(pilot, lambda: "I have a dog" in screen_text(app))
        assert "persona" in screen_text(app)
        await pilot.press("space")  # who it is cannot be left out
        await pilot.press("down", "down", "space")
        await wait_until(pilot, lambda: "✗ I have a dog" in screen_text(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: replies(app)[-1] == "I do not know.")
        (call,) = [call for call in engine.calls if call[0] == "regenerate"]
        assert call[2] == (f"memory:{next(iter(engine.memories))}",)
        await wait_until(pilot, lambda: "‹ 2/2 ›" in screen_text(app))
        assert said(app)[-1] == "What is my dog called?"


async def test_leaving_why_changes_nothing() -> None:
    engine = answered()
    async with running(engine) as (app, pilot):
        await pilot.press("up", "w")
        await wait_until(pilot, lambda: isinstance(app.screen, WhyScreen))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)
        assert not any(call[0] == "regenerate" for call in engine.calls)


async def test_what_fills_the_context_is_told_after_a_start_too() -> None:
    engine = answered()
    async with running(engine, NARROW) as (app, pilot):
        await wait_until(pilot, lambda: any(call[0] == "why" for call in engine.calls))
        await pilot.press("ctrl+f")
        await wait_until(pilot, lambda: "portrait" in on_screen(app) and "free" in on_screen(app))
        await pilot.press("ctrl+f")
        await wait_until(pilot, lambda: "portrait" not in on_screen(app))


async def test_what_it_brings_up_by_itself_says_why_and_can_be_made_rarer() -> None:
    engine = answered()
    memory = next(iter(engine.memories))
    async with running(engine, NARROW) as (app, pilot):
        turn = engine.said("companion", "How was the interview?", 2)
        engine.emit(CheckedIn(turn, memory, "after", turn.text, "You said on Monday: I have an interview."))
        await wait_until(pilot, lambda: "How was the interview?" in screen_text(app))
        assert "By itself, because of the day that you told of." in screen_text(app)
        await pilot.press("up")
        await wait_until(pilot, lambda: "l less like this" in screen_text(app))
        await pilot.press("l")
        await wait_until(pilot, lambda: ("less_like", "after") in engine.calls)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen))
