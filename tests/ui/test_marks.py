"""What is not from memory is named in one quiet line under the reply, live and when the conversation is read back."""

from __future__ import annotations

from dataclasses import replace

from companion.events import ReplyFinished
from companion.records import ReplyReport, Span, TranscriptItem
from companion.ui.format import not_from_memory
from companion.ui.widgets.reply_view import CompanionTurn
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, plain, running, screen_text, wait_until

TEXT = "You moved to Porto on 12 May."
MARKS = (Span(13, 18, "Porto"), Span(22, 28, "12 May"))


def spans(*texts: str) -> tuple[Span, ...]:
    return tuple(Span(0, len(text), text) for text in texts)


def line(view: CompanionTurn) -> str:
    return plain(view.query_one(".unsupported"))


async def test_it_comes_with_the_reply() -> None:
    engine = FakeEngine()
    async with running(engine, NARROW) as (app, pilot):
        turn = replace(engine.said("companion", TEXT), answers=1)
        report = ReplyReport(turn, (), 1, 1, 1, 1, 1, 1, 1.0, 4096, unsupported=MARKS)
        engine.emit(ReplyFinished(turn.id, report))
        await wait_until(pilot, lambda: "not from memory: Porto, 12 May" in screen_text(app))


async def test_it_is_there_when_the_conversation_is_read_back() -> None:
    engine = FakeEngine()
    engine.turns = [
        TranscriptItem(engine.said("companion", TEXT, answers=1), unsupported=MARKS),
        TranscriptItem(engine.said("companion", "I see.", answers=1)),
    ]
    async with running(engine) as (app, _):
        first, second = app.chat.query(CompanionTurn)
        assert line(first) == "not from memory: Porto, 12 May"
        assert not second.query_one(".unsupported").display


async def test_a_long_line_wraps_in_a_narrow_terminal() -> None:
    engine = FakeEngine()
    marks = spans("Bartholomew Featherstone", "14 September 2019", "Saint Petersburg", "[/] $3,500", "17")
    engine.turns = [TranscriptItem(engine.said("companion", TEXT), unsupported=marks)]
    async with running(engine, NARROW) as (app, _):
        shown = " ".join(screen_text(app).split())
        assert all(span.text in shown for span in marks)
        assert max(len(row.rstrip()) for row in screen_text(app).splitlines()) <= 60


def test_the_line_names_each_once_and_not_too_many() -> None:
    assert not_from_memory(()) == ""
    assert not_from_memory(spans("Porto", "porto", "12 May")) == "not from memory: Porto, 12 May"
    assert not_from_memory(spans(*"ABCDEFGH")) == "not from memory: A, B, C, D, E, F …"
