"""The card under a reply: one quiet line that says what was learned, to keep, edit or take back; never in the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.pilot import Pilot

from companion.errors import NothingToUndo
from companion.events import Line, MemoriesChanged, ThoughtsFormed
from companion.question import Question
from companion.records import Learned, TranscriptItem
from companion.ui.app import CompanionApp
from companion.ui.keys import each_of
from companion.ui.learned_text import ROWS, WIDTH, Entry, brief, entries_of, summary
from companion.ui.screens.edit import EditScreen
from companion.ui.screens.memory import MemoryScreen
from companion.ui.widgets.heading import Heading
from companion.ui.widgets.learned_card import LearnedCard
from companion.ui.widgets.memory_line import MemoryLine
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.status_line import StatusLine
from companion.ui.widgets.turn_view import PersonTurn
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, plain, replies, running, say, screen_text, wait_until
from tests.ui.lines import line_of

BABY = "+ Lena had a baby in Porto."
MOVED = "~ I live in Leeds. → I live in Bristol now."
LONG = "+ I adopted a dog named Biscuit from the shelter near the old harbour, where my sister Anna works on Sundays."


@asynccontextmanager
async def learned(
    *lines: str, size: tuple[int, int] = WIDE, question: str = ""
) -> AsyncIterator[tuple[FakeEngine, CompanionApp, Pilot[Any], LearnedCard]]:
    """The chat after one exchange from which `lines` were learned."""
    engine = FakeEngine()
    engine.enqueue("I see.", thoughts=lines, question=question)
    async with running(engine, size) as (app, pilot):
        await say(app, pilot, "hi")
        await wait_until(pilot, lambda: app.chat.query(LearnedCard))
        card = app.chat.query_one(LearnedCard)
        await wait_until(pilot, lambda: card.region.height)
        yield engine, app, pilot, card


def heading(card: LearnedCard) -> str:
    return plain(card.query_one(Heading))


def lines(card: LearnedCard) -> list[str]:
    return [plain(line) for line in card.query(".entry")]


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("formed", [(BABY,), (BABY, MOVED), (LONG, MOVED, LONG, BABY, LONG)])
async def test_one_exchange_has_one_line_of_at_most_two_rows(size: tuple[int, int], formed: tuple[str, ...]) -> None:
    async with learned(*formed, size=size) as (_, app, _, card):
        assert len(app.chat.query(LearnedCard)) == 1
        assert 1 <= card.region.height <= 2
        assert app.screen.region.contains_region(card.region)
        shown = " ".join(screen_text(app).split())
        assert heading(card) in shown
        assert isinstance(app.focused, Prompt)
    if formed == (BABY, MOVED):
        assert "+ Lena had a baby in Porto · ~ I live in Leeds → Bristol now" in shown


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_it_opens_into_a_line_per_memory_that_leads_to_the_memory(size: tuple[int, int]) -> None:
    async with learned(BABY, MOVED, LONG, size=size) as (engine, app, pilot, card):
        await pilot.press("f4", "enter")
        await wait_until(pilot, lambda: lines(card) == [BABY, MOVED, LONG])
        await wait_until(pilot, lambda: "works on Sundays." in " ".join(screen_text(app).split()))
        await pilot.press("down", "down", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen))
        await wait_until(pilot, lambda: ("memory", card.memories[1]) in engine.calls)
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)
        await pilot.press("up", "up", "space")
        await wait_until(pilot, lambda: not lines(card))


async def test_a_click_opens_it() -> None:
    async with learned(BABY) as (_, _, pilot, card):
        await pilot.click(card.query_one(Heading))
        await wait_until(pilot, lambda: lines(card) == [BABY])


async def test_keeping_closes_it_and_changes_nothing() -> None:
    async with learned(BABY, MOVED) as (engine, app, pilot, card):
        before = dict(engine.memories)
        await pilot.press("f4", "enter")
        await wait_until(pilot, lambda: lines(card))
        calls = len(engine.calls)
        await pilot.press("k")
        await wait_until(pilot, lambda: isinstance(app.focused, Prompt) and not lines(card))
        assert heading(card).startswith(BABY.removesuffix("."))
        assert engine.memories == before
        assert len(engine.calls) == calls
        assert app.chat.prompt.text == ""


async def test_editing_changes_the_chosen_memory_and_the_line() -> None:
    async with learned(BABY, MOVED) as (engine, app, pilot, card):
        await pilot.press("ctrl+t", "e")
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        app.screen.query_one(Prompt).load_text("Lena had twins in Porto.")
        await pilot.press("enter")
        await wait_until(pilot, lambda: heading(card).startswith("+ Lena had twins in Porto ·"))
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(lines(card)) == 2)
        await pilot.press("down", "down", "e")
        await wait_until(pilot, lambda: isinstance(app.screen, EditScreen))
        assert app.screen.query_one(Prompt).text == "I live in Bristol now."
        app.screen.query_one(Prompt).load_text("I live in Bath.")
        await pilot.press("enter")
        await wait_until(pilot, lambda: lines(card)[1] == "~ I live in Leeds. → I live in Bath.")
        assert engine.memories[card.memories[1]].text == "I live in Bath."
        await wait_until(pilot, lambda: isinstance(app.focused, MemoryLine))


async def test_undo_takes_all_of_it_back_and_u_again_brings_it_back() -> None:
    async with learned(BABY, MOVED) as (engine, app, pilot, card):
        (batch,) = engine._formed
        made = dict(engine.memories)
        await pilot.press("f4")
        await wait_until(pilot, lambda: app.chat.query_one(StatusLine).keys == each_of(LearnedCard.KEYS))
        await pilot.press("u")
        await wait_until(pilot, lambda: heading(card).startswith("taken back: + Lena"))
        assert engine.calls[-1] == ("undo", batch)
        assert engine.memories == {}
        assert app.chat.query_one(StatusLine).keys == each_of(LearnedCard.KEYS_TAKEN_BACK)
        await pilot.press("e", "enter")  # what is not there cannot be changed or opened
        await wait_until(pilot, lambda: lines(card) == [BABY, MOVED])
        assert not card.query(MemoryLine)
        assert heading(card) == "▾ taken back"
        await pilot.press("u")
        await wait_until(pilot, lambda: heading(card) == "▾ remembered" and card.query(MemoryLine))
        assert engine.memories == made
        await pilot.press("u")
        await wait_until(pilot, lambda: heading(card) == "▾ taken back")
        assert engine.memories == {}


async def test_when_undo_is_refused_the_line_stays_as_it_is() -> None:
    async with learned(BABY) as (engine, app, pilot, card):
        engine.raises["undo"] = NothingToUndo("everything was changed again later")
        await pilot.press("f4", "u")
        await wait_until(pilot, lambda: any("changed again later" in notice for notice in notices(app)))
        assert heading(card) == "+ Lena had a baby in Porto"
        await pilot.press("u")
        await wait_until(pilot, lambda: heading(card).startswith("taken back"))


async def test_typing_goes_on_undisturbed_while_cards_arrive() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "hi")
        await wait_until(pilot, lambda: replies(app) == ["I hear you."] and app.chat.progress.answering is None)
        turn = app.chat.query_one(PersonTurn).turn
        for letter in "keep euk undo":
            await pilot.press("space" if letter == " " else letter)
            engine.form(turn, f"+ I like the letter {letter}.", question="Which holds?")
        await wait_until(pilot, lambda: len(app.chat.query(LearnedCard)) == 13)
        assert app.focused is app.chat.prompt
        assert app.chat.prompt.text == "keep euk undo"
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.sent == ["hi", "keep euk undo"])
        assert not [call for call in engine.calls if call[0] in ("undo", "edit_memory")]


async def test_any_other_letter_goes_to_the_prompt_with_all_that_follow_it() -> None:
    async with learned(BABY) as (_, app, pilot, card):
        await pilot.press("f4")
        await wait_until(pilot, lambda: isinstance(app.focused, Heading))
        for letter in "hkeu":  # all at once, before the focus has moved
            app.post_message(events.Key(letter, letter))
        await wait_until(pilot, lambda: app.chat.prompt.text == "hkeu")
        assert app.focused is app.chat.prompt
        assert app.screen is app.chat
        assert not card.taken_back


async def test_escape_goes_back_to_the_prompt_and_stops_nothing() -> None:
    async with learned(BABY) as (engine, app, pilot, _):
        await pilot.press("f4", "escape")
        await wait_until(pilot, lambda: app.focused is app.chat.prompt)
        assert ("stop",) not in engine.calls
        await pilot.press("k", "e", "u")
        assert app.chat.prompt.text == "keu"


async def test_the_status_line_tells_the_key_while_the_card_is_new() -> None:
    async with learned(BABY, size=NARROW) as (_, app, pilot, _):
        await wait_until(pilot, lambda: "F4 keep, edit, undo" in screen_text(app))
        await pilot.press("f4")
        await wait_until(pilot, lambda: LearnedCard.KEYS in screen_text(app))
        await pilot.press("k")
        await wait_until(pilot, lambda: LearnedCard.KEYS not in screen_text(app))
        assert "F4" not in screen_text(app)


async def test_without_a_card_the_key_says_so() -> None:
    async with running(FakeEngine()) as (app, pilot):
        await pilot.press("f4")
        await wait_until(pilot, lambda: any("Nothing was learned" in notice for notice in notices(app)))
        assert app.focused is app.chat.prompt


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_question_stands_under_the_card_and_is_answered_by_writing(size: tuple[int, int]) -> None:
    asked = "On 3 May you said “I have three nephews.” Now: “I have four nephews.” Which [/] holds?\x1b[2J"
    async with learned("+ I have four nephews.", question=asked, size=size) as (engine, app, pilot, card):
        question = app.chat.query_one(".question")
        assert plain(question) == asked.removesuffix("\x1b[2J")
        await wait_until(pilot, lambda: "Which [/] holds?" in " ".join(screen_text(app).split()))
        assert question.region.y == card.region.bottom
        assert not question.can_focus
        await say(app, pilot, "four")
        await wait_until(pilot, lambda: engine.sent == ["hi", "four"])


async def test_keeping_what_was_learned_dismisses_the_question() -> None:
    async with learned("+ I live in York.", question="Which holds?") as (engine, app, pilot, _):
        question = app.chat.query_one(".question")
        await pilot.press("f4", "k")
        await wait_until(pilot, lambda: len(engine.dismissed) == 1)
        assert not question.display


async def test_an_open_question_comes_back_with_the_conversation() -> None:
    engine = FakeEngine()
    said = engine.said("person", "I live in York.")
    reply = engine.said("companion", "I see.", answers=said.id)
    memory = engine.remember("I live in York.")
    question = Question(7, "On 3 May you said “I live in Leeds.” Which holds?", said.id, 3, memory.id)
    engine.turns = [TranscriptItem(said), TranscriptItem(reply, learned=(Learned(memory, 1),), question=question)]
    async with running(engine) as (app, pilot):
        await wait_until(pilot, lambda: bool(app.chat.query(".question")))
        assert plain(app.chat.query_one(".question")) == question.text
        await pilot.press("f4", "k")
        await wait_until(pilot, lambda: engine.dismissed == [7])


async def test_a_question_that_a_message_answered_goes_away() -> None:
    async with learned("+ Lena moved to Oslo.", question="Which Lena?") as (engine, app, pilot, _):
        question = app.chat.query_one(".question")
        engine.emit(MemoriesChanged(()))
        await pilot.pause()
        assert question.display
        engine.turns = [replace(item, question=None) for item in engine.turns]
        engine.emit(MemoriesChanged(()))
        await wait_until(pilot, lambda: not question.display)


async def test_no_memory_is_markup_or_terminal_control() -> None:
    nasty = "+ [/] [@click=app.quit]x[/] \x1b]52;c;AAAA\x07\x9b31m\u202ered\u202c [bold]b[/bold]"
    clean = "+ [/] [@click=app.quit]x[/] red [bold]b[/bold]"
    async with learned(nasty, f"~ {nasty[2:]} → {nasty[2:]} \nagain") as (_, app, pilot, card):
        assert clean in heading(card)
        await pilot.press("f4", "enter")
        await wait_until(pilot, lambda: lines(card) == [clean, f"~ {clean[2:]} → {clean[2:]} again"])
        await wait_until(pilot, lambda: clean in screen_text(app))
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(screen_text(app))
        await pilot.press("u")
        await wait_until(pilot, lambda: heading(card) == "▾ taken back")


async def test_a_line_without_a_memory_is_still_shown() -> None:
    async with learned(BABY) as (engine, app, pilot, _):
        engine.emit(ThoughtsFormed(app.chat.query_one(PersonTurn).turn.id, 99, (), (Line("something"),)))
        await wait_until(pilot, lambda: "+ something" in screen_text(app))
        await pilot.press("f4", "e", "enter")
        card = app.chat.query(LearnedCard).last()
        await wait_until(pilot, lambda: lines(card) == ["+ something"])
        assert not card.query(MemoryLine)


async def test_what_is_forgotten_elsewhere_leaves_the_card_and_comes_back_to_it() -> None:
    async with learned(BABY, MOVED) as (engine, _, pilot, card):
        change = await engine.forget_memory(card.memories[0])
        await wait_until(pilot, lambda: heading(card) == "~ I live in Leeds → Bristol now")
        await engine.restore_memory(change.memories[0].id)
        await wait_until(pilot, lambda: heading(card).startswith("+ Lena"))
        await engine.forget_memory(card.memories[0])
        await engine.forget_memory(card.memories[1])
        await wait_until(pilot, lambda: not card.display)


async def test_a_memory_that_cannot_be_read_leaves_the_card_as_it_is() -> None:
    async with learned(BABY) as (engine, app, pilot, card):
        del engine.memories[card.memories[0]]
        engine.emit(MemoriesChanged(card.memories))
        await wait_until(pilot, lambda: engine.calls[-1] == ("memory", card.memories[0]))
        assert heading(card) == "+ Lena had a baby in Porto"
        assert not notices(app)


async def test_cards_are_there_again_after_a_restart() -> None:
    engine = FakeEngine()
    asked = engine.said("person", "I adopted a dog. I moved.")
    reply = engine.said("companion", "Lovely!", answers=asked.id)
    dog, bristol, beach = (engine.remember(text) for text in ("A dog.", "I live in Bristol now.", "I like the beach."))
    engine._formed[7] = (dog, bristol)
    engine.turns[-1] = TranscriptItem(
        reply, learned=(Learned(dog, 7), Learned(bristol, 7, "I live in Leeds."), Learned(beach))
    )
    async with running(engine) as (app, pilot):
        await wait_until(pilot, lambda: len(app.chat.query(LearnedCard)) == 2)
        first, second = app.chat.query(LearnedCard)
        assert heading(first) == "+ A dog · ~ I live in Leeds → Bristol now"
        first.focus_heading()
        await pilot.press("u")
        await wait_until(pilot, lambda: heading(first).startswith("taken back"))
        assert list(engine.memories.values()) == [beach]
        second.focus_heading()
        await pilot.press("u")
        await wait_until(pilot, lambda: any("not learned from what was said" in notice for notice in notices(app)))
        assert engine.calls[-1] == ("undo", 7)


# The words


@pytest.mark.parametrize(
    ("line", "short"),
    [
        ("+ I like dogs.", "+ I like dogs"),
        ("+ Wait for it...", "+ Wait for it..."),
        ("~ I live in Leeds. → I live in Bristol now.", "~ I live in Leeds → Bristol now"),
        ("~ I am a nurse. → My job changed.", "~ I am a nurse → My job changed"),
        ("~ I run. → I swim.", "~ I run → I swim"),
        ("~ I have a dog. → I have a dog named Rex.", "~ I have a dog → dog named Rex"),
    ],
)
def test_a_part_says_what_is_new(line: str, short: str) -> None:
    assert brief(entries_of((1,), (line_of(line),))[0], 60) == short


def test_a_long_change_is_cut_on_both_sides() -> None:
    long = Entry(1, "I work as a nurse in Paris since last week.", "I work as a nurse in Lyon near the two rivers.")
    assert brief(long, 60) == "~ … Lyon near the two rivers → Paris since last week"
    assert brief(long, 36) == "~ … Lyon near… → Paris since…"


TEXTS = st.text(st.sampled_from("ab .,→·~+[]日本é\n\x1b"), min_size=1, max_size=160) | st.text(min_size=1, max_size=80)
ENTRIES = st.builds(Entry, st.integers(1, 9), TEXTS, st.just("") | TEXTS)


@given(st.lists(ENTRIES, min_size=1, max_size=12), st.sampled_from(["", "taken back: "]))
def test_whatever_was_learned_it_always_fits(entries: list[Entry], before: str) -> None:
    text = summary(entries, before)
    assert text.startswith(before)
    assert "\n" not in text
    assert len(Content(text).wrap(WIDTH)) <= ROWS


@given(ENTRIES, st.integers(24, 104))
def test_a_part_is_never_wider_than_it_may_be(entry: Entry, cells: int) -> None:
    assert cell_len(brief(entry, cells)) <= cells


@given(st.lists(ENTRIES, max_size=4))
def test_what_was_learned_is_shown_as_it_was_said_whatever_arrows_are_in_it(entries: list[Entry]) -> None:
    formed = tuple(Line(entry.text, entry.older) for entry in entries)
    assert entries_of([entry.memory or 0 for entry in entries], formed) == tuple(entries)
    assert len(entries_of((), formed)) == len(entries)
