"""Whatever was said or typed, the screens draw it: nothing in it acts, and nothing crashes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual import events
from textual.events import Paste

from companion.chats import Segment, WhySaid
from companion.ui.screens.why import WhyScreen
from companion.ui.widgets import transcript
from companion.ui.widgets.reply_view import CompanionTurn
from companion.ui.widgets.turn_view import PersonTurn
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, running, said, say, screen_text, wait_until

NASTY = (
    "[/]", "[@click=app.quit]x[/]", "\x1b]52;c;aGk=\x07", "\x1b[2J\x1b[31m", "\u202eabc\u202c", "a\u200bb\ufeff",
    "\x00\x07\r\t", "שלום مرحبا", "👩\u200d👩\u200d👧🇩🇪", "漢字かな", "e\u0301" * 40, "```\n[", "| a |\n|-",
    "<b>&#x202e;</b>", "\ud800", "$primary %s {0} {x}", "/" * 30, "\n" * 30, "‹ 2/3 ›",
)  # fmt: skip
mixed = st.lists(st.sampled_from(NASTY), max_size=4).map("".join)
words = st.one_of(st.sampled_from(NASTY), st.text(max_size=60), mixed)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(words.filter(str.strip), min_size=1, max_size=6), st.sampled_from([NARROW, (100, 30), (20, 5)]))
async def test_any_text_is_drawn_in_turns_lists_and_footnotes(texts: list[str], size: tuple[int, int]) -> None:
    engine = FakeEngine()
    for number, each in enumerate(texts, 1):
        person = engine.said("person", each, number)
        engine.said("companion", each, number, answers=person.id)
        engine.remember(each)
    engine.given[engine.turns[-1].turn.id] = WhySaid(
        engine.turns[-1].turn.id,
        tuple(Segment(f"turn:{n}", "history", t, 3, True) for n, t in enumerate(texts)),
        100,
        texts[0],
    )
    async with running(engine, size) as (app, pilot):
        assert len(said(app)) == len(texts)
        screen_text(app)
        app.search_everywhere(texts[0])
        await pilot.pause(0.2)
        screen_text(app)
        await pilot.press("escape")
        app.chat.action_why()
        await wait_until(pilot, lambda: isinstance(app.screen, WhyScreen))
        shown = screen_text(app)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        app.screen.dismiss(None)
        await pilot.resize_terminal(20, 5)
        await pilot.resize_terminal(100, 30)
        await wait_until(pilot, lambda: app.screen is app.chat)
        assert "\u202e" not in screen_text(app)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(words)
async def test_any_text_can_be_pasted_sent_and_answered(text: str) -> None:
    engine = FakeEngine()
    engine.enqueue(text)
    async with running(engine, NARROW) as (app, pilot):
        app.chat.prompt.post_message(Paste(text))
        await pilot.press("x", "enter")
        await wait_until(pilot, lambda: (engine.turns and engine.turns[-1].turn.role == "companion") or not engine.sent)
        screen_text(app)


async def test_a_message_of_100_kb_in_one_line_is_shown_in_part_and_kept_whole() -> None:
    engine = FakeEngine()
    line = "word" * 25_000
    engine.enqueue(line)
    async with running(engine, NARROW) as (app, pilot):
        app.chat.prompt.post_message(Paste(line))
        await wait_until(pilot, lambda: "pasted" in app.chat.prompt.text)
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.sent == [line] and app.chat.progress.answering is None)
        assert "100 KB" in screen_text(app) or app.chat.query(PersonTurn).last().words == line


async def test_mice_and_sizes_gone_wild_leave_the_conversation_where_it_is() -> None:
    engine = FakeEngine()
    for index in range(30):
        person = engine.said("person", f"message {index}")
        engine.said("companion", f"reply {index}", answers=person.id)
    async with running(engine) as (app, pilot):
        for number in range(300):
            x, y = number % 100, number % 30
            move = events.MouseMove(None, x, y, 1, 1, 0, False, False, False, x, y)
            app.post_message(move)
        for size in ((20, 5), (3, 2), (200, 60), (20, 5), (100, 30)):
            await pilot.resize_terminal(*size)
        await say(app, pilot, "still here")
        await wait_until(pilot, lambda: "still here" in screen_text(app))


async def test_going_back_through_a_long_past_keeps_a_bounded_number_of_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "MOST", 60)
    engine = FakeEngine()
    for index in range(60):
        person = engine.said("person", f"message {index}")
        engine.said("companion", f"reply {index}", answers=person.id)
    async with running(engine) as (app, pilot):
        most = 0
        while "message 3" not in said(app):
            await pilot.press("pageup")
            most = max(most, len(app.chat.transcript.views))
        assert most <= 60 + transcript.WINDOW
        await wait_until(pilot, lambda: len(app.chat.query(CompanionTurn)) + len(app.chat.query(PersonTurn)) <= 60)
        assert "reply 59" not in screen_text(app)
        while "message 59" not in said(app):  # and forward again, page by page
            await pilot.press("pagedown")
            assert len(app.chat.transcript.views) <= 60 + 2 * transcript.WINDOW
        ids = [view.turn_id for view in app.chat.transcript.views]
        assert ids == sorted(ids)
        assert len(ids) == len(set(ids))


async def test_new_text_below_is_told_and_gone_to() -> None:
    engine = FakeEngine()
    for index in range(30):
        engine.said("person", f"message {index}")
    engine.enqueue("first ", "second", hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "hi")
        await wait_until(pilot, lambda: "first second" in screen_text(app))
        await pilot.press("pageup", "pageup")
        engine.release()
        await wait_until(pilot, lambda: "new text below" in screen_text(app))
        assert "first second" not in screen_text(app)
        await pilot.press("end")
        await wait_until(pilot, lambda: "first second" in screen_text(app) and "new text below" not in screen_text(app))
