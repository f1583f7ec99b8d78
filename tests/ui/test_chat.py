"""Talking: sending, streaming, stopping, waiting; nothing typed is ever lost."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual import events
from textual.events import Paste

from companion.errors import Busy, DiskFull, ModelFailed
from companion.records import RecalledMemory
from companion.status import EngineStatus
from companion.ui.screens.memory import MemoryScreen
from companion.ui.screens.reader import ReaderScreen
from companion.ui.widgets import transcript
from companion.ui.widgets.problem import Problem
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.reply_text import ReplyText
from companion.ui.widgets.reply_view import CompanionTurn
from companion.ui.widgets.status_line import StatusLine
from companion.ui.widgets.transcript import FIRST
from companion.ui.widgets.turn_view import Divider, WholeText
from companion.ui.widgets.waiting import Waiting
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, WIDE, notices, plain, replies, running, said, say, screen_text, wait_until


async def test_a_message_is_answered_and_the_reply_streams() -> None:
    engine = FakeEngine()
    engine.enqueue("Hello ", "**there**", ".", hold=True)
    async with running(engine) as (app, pilot):
        await pilot.press(*"hi")
        await pilot.press("enter")
        await wait_until(pilot, lambda: replies(app) == ["Hello **there**."])
        assert said(app) == ["hi"]
        assert app.chat.progress.doing == "writing"
        await wait_until(pilot, lambda: "Hello there." in screen_text(app))
        engine.release()
        await wait_until(pilot, lambda: app.chat.progress.answering is None)
        assert "21 tok/s" in app.chat.progress.facts()


async def test_escape_stops_the_reply_and_keeps_what_was_written() -> None:
    engine = FakeEngine()
    engine.enqueue("Once upon", " a time", hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "tell me a story")
        await wait_until(pilot, lambda: replies(app) == ["Once upon a time"])
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.chat.progress.answering is None)
        await wait_until(pilot, lambda: "(stopped)" in screen_text(app))
        assert replies(app) == ["Once upon a time"]


async def test_escape_while_idle_keeps_the_draft() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await pilot.press(*"draft", "escape", "escape")
        assert app.chat.query_one(Prompt).text == "draft"
        assert ("stop",) not in engine.calls


async def test_an_empty_message_is_not_sent() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await pilot.press("enter")
        await wait_until(pilot, lambda: "Type a message first." in screen_text(app))
        await pilot.press("space", "enter")
        assert engine.sent == []
        assert len(app.chat.outbox) == 0


async def test_new_lines_are_written_without_sending() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await pilot.press("a", "ctrl+j", "b", "alt+enter", "c", "shift+enter", "d")
        assert app.chat.query_one(Prompt).text == "a\nb\nc\nd"
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.sent == ["a\nb\nc\nd"])


async def test_what_is_typed_before_the_engine_is_up_waits_and_is_sent() -> None:
    engine = FakeEngine()
    engine.hold_start = True
    async with running(engine, loaded=False) as (app, pilot):
        await say(app, pilot, "first")
        await say(app, pilot, "second")
        assert "waiting  first" in plain(app.chat.query_one(Waiting))
        assert engine.sent == []
        engine.come_up()
        await wait_until(pilot, lambda: engine.sent == ["first", "second"])
        await wait_until(pilot, lambda: said(app) == ["first", "second"])
        assert not app.chat.query_one(Waiting).display


async def test_a_message_typed_while_a_reply_streams_waits_for_its_end() -> None:
    engine = FakeEngine()
    engine.enqueue("one", hold=True)
    engine.enqueue("two")
    async with running(engine) as (app, pilot):
        await say(app, pilot, "a")
        await wait_until(pilot, lambda: replies(app) == ["one"])
        await say(app, pilot, "b")
        assert "waiting  b" in screen_text(app)
        assert engine.sent == ["a"]
        engine.release()
        await wait_until(pilot, lambda: replies(app) == ["one", "two"])
        assert said(app) == ["a", "b"]


async def test_up_in_an_empty_prompt_takes_a_waiting_message_back() -> None:
    engine = FakeEngine()
    engine.enqueue("one", hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "a")
        await wait_until(pilot, lambda: replies(app) == ["one"])
        await say(app, pilot, "b")
        await pilot.press("up")
        await wait_until(pilot, lambda: app.chat.query_one(Prompt).text == "b")
        assert len(app.chat.outbox) == 0


async def test_when_sending_fails_the_text_is_back_in_the_prompt() -> None:
    engine = FakeEngine()
    engine.raises["send"] = DiskFull()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "precious words")
        await wait_until(pilot, lambda: app.chat.query_one(Prompt).text == "precious words")
        assert said(app) == []
        assert any("The disk is full" in notice for notice in notices(app))


async def test_busy_keeps_the_message_waiting() -> None:
    engine = FakeEngine()
    engine.raises["send"] = Busy()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "later")
        await wait_until(pilot, lambda: engine.sent == ["later"])
        assert app.chat.outbox.texts == ("later",)
        engine.set_status(engine.status_now)
        await wait_until(pilot, lambda: said(app) == ["later"])


async def test_a_reply_that_fails_says_so_under_the_message() -> None:
    engine = FakeEngine()
    engine.enqueue(fail=ModelFailed())
    async with running(engine) as (app, pilot):
        await say(app, pilot, "hello")
        await wait_until(pilot, lambda: "No reply. The model stopped" in screen_text(app))
        assert said(app) == ["hello"]
        await say(app, pilot, "again")
        await wait_until(pilot, lambda: replies(app) == ["I hear you."])


async def test_recalled_memories_open_as_a_list_and_lead_to_the_memory() -> None:
    engine = FakeEngine()
    dog = engine.remember("I have a dog named [/] Biscuit.")
    engine.enqueue("Hello Biscuit.", recalled=(RecalledMemory(dog, 1.0, 1),), thoughts=("+ I like dogs.",))
    async with running(engine) as (app, pilot):
        await say(app, pilot, "hi")
        await wait_until(pilot, lambda: "· 1 memory" in screen_text(app) and "+ I like dogs" in screen_text(app))
        await pilot.press("ctrl+o")
        await wait_until(pilot, lambda: "I have a dog named [/] Biscuit." in screen_text(app))
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_earlier_turns_are_fetched_when_scrolling_up_and_the_place_is_kept() -> None:
    engine = FakeEngine()
    for index in range(60):
        person = engine.said("person", f"message {index}", conversation=1 + index // 40)
        engine.said("companion", f"reply {index}", conversation=1 + index // 40, answers=person.id)
    async with running(engine) as (app, pilot):
        assert len(said(app)) == FIRST // 2
        assert "message 59" in screen_text(app)
        await wait_until(pilot, lambda: app.chat.transcript.max_scroll_y > 0)
        while "message 40" not in screen_text(app):
            await pilot.press("pageup")
        await wait_until(pilot, lambda: len(said(app)) > FIRST // 2)
        await pilot.pause()
        assert "message 40" in screen_text(app)
        while "today" not in screen_text(app) or len(said(app)) < 60:
            await pilot.press("pageup")
        await wait_until(pilot, lambda: len(said(app)) == 60)
        assert len(app.chat.query(Divider)) == 2
        await pilot.press("ctrl+end")
        await wait_until(pilot, lambda: "message 59" in screen_text(app))


async def test_a_long_session_does_not_keep_every_turn_mounted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "WINDOW", 6)
    monkeypatch.setattr(transcript, "MOST", 12)
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        for index in range(10):
            await say(app, pilot, f"m{index}")
            await wait_until(pilot, lambda n=index: len(engine.sent) == n + 1 and app.chat.progress.answering is None)  # type: ignore[misc]
        await wait_until(pilot, lambda: len(app.chat.query(CompanionTurn)) < 7)
        assert said(app)[-1] == "m9"


async def test_a_huge_paste_is_folded_but_sent_whole() -> None:
    engine = FakeEngine()
    text = "\n".join(f"line {index} " + "x" * 50 for index in range(3_120))
    async with running(engine) as (app, pilot):
        prompt = app.chat.query_one(Prompt)
        await pilot.press(*"see: ")
        prompt.post_message(Paste(text))
        await wait_until(pilot, lambda: "3,120 lines" in prompt.text)
        assert prompt.text.startswith("see: [pasted 1")
        assert len(prompt.text) < 60  # what would freeze the prompt is not in it
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.sent == ["see: " + text])
        await wait_until(pilot, lambda: app.chat.query(WholeText))
        app.chat.query_one(WholeText).focus()
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ReaderScreen))


async def test_one_backspace_removes_a_folded_paste() -> None:
    async with running(FakeEngine()) as (app, pilot):
        prompt = app.chat.query_one(Prompt)
        prompt.post_message(Paste("word " * 1_000))
        await wait_until(pilot, lambda: "pasted" in prompt.text)
        await pilot.press("backspace")
        assert prompt.text == ""


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_everything_is_on_the_screen_at_both_sizes(size: tuple[int, int]) -> None:
    engine = FakeEngine()
    engine.status_now = EngineStatus("no-model", problem_title="No model", problem_hint="Install one. " * 8)
    async with running(engine, size) as (app, pilot):
        prompt = app.chat.query_one(Prompt)
        for _ in range(12):
            await pilot.press("ctrl+j")
        for kind in (Prompt, StatusLine, Problem):
            region = app.chat.query_one(kind).region
            assert region.height > 0
            assert app.screen.region.contains_region(region), kind
        assert prompt.region.height <= 10
        assert app.chat.transcript.region.height > 0


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_profile_that_cannot_be_written_is_told_above_the_prompt(size: tuple[int, int]) -> None:
    engine = FakeEngine()
    engine.status_now = EngineStatus("ready", "smollm2", 4096, read_only=True)
    async with running(engine, size) as (app, pilot):
        banner = app.chat.query_one(Problem)
        await wait_until(pilot, lambda: bool(banner.display))
        assert "Your data is read-only" in str(banner.render())
        assert app.screen.region.contains_region(banner.region)


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("activity", ["", "learning the sense of memories, all of them and more"])
async def test_where_words_go_is_on_the_screen_at_both_sizes(size: tuple[int, int], activity: str) -> None:
    engine = FakeEngine()
    host = "a-rather-long-name.local:8080"
    engine.status_now = EngineStatus("ready", "smollm2", 4096, activity=activity, tier=3, model_host=host)
    async with running(engine, size) as (app, pilot):
        line = app.chat.query_one(StatusLine)
        await wait_until(pilot, lambda: "→" in str(line.render()))
        shown = str(line.render())
        assert "→ a-rather-long-name.local" in shown
        assert cell_len(shown) <= size[0]
        assert shown.startswith("learning" if activity else "F1 help")


async def test_a_finished_reply_looks_as_if_it_had_come_at_once() -> None:
    text = "# Title\n\n- a\n- b\n\n```python\nx = 1\n```\n\nend `code` **bold**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    engine = FakeEngine()
    engine.enqueue(*text, hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "x")
        await wait_until(pilot, lambda: replies(app) == [text])
        engine.release()
        await wait_until(pilot, lambda: app.chat.progress.answering is None)
        streamed = app.chat.query_one(ReplyText)
        whole = ReplyText(text)
        await app.chat.transcript.mount(whole)
        shape = lambda view: [type(child).__name__ for child in view._markdown.walk_children()]  # noqa: E731
        await wait_until(pilot, lambda: shape(streamed) == shape(whole))


async def test_keys_typed_faster_than_they_are_handled_act_in_their_order() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        prompt = app.chat.query_one(Prompt)
        keys = [*"abx", "backspace", *"cd", "left", "left", *"X", "end", "enter", *"next", "home", *"Z"]
        for key in keys:  # all at once, as from a terminal that was not read for a while
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await wait_until(pilot, lambda: said(app) == ["abXcd"])
        await wait_until(pilot, lambda: prompt.text == "Znext")


async def test_words_typed_fast_while_on_a_message_keep_their_spaces_and_are_sent() -> None:
    engine = FakeEngine()
    engine.said("person", "Earlier words")
    async with running(engine) as (app, pilot):
        await pilot.press("up")
        await wait_until(pilot, lambda: app.chat.walked is not None)
        for key in ("I", "space", *"saw", "space", "a", "x", "backspace", "space", *"whale", "enter", *"no"):
            app.post_message(events.Key(key, " " if key == "space" else key if len(key) == 1 else None))
        await wait_until(pilot, lambda: said(app) == ["Earlier words", "I saw a whale"])
        await wait_until(pilot, lambda: app.chat.query_one(Prompt).text == "no")


async def test_the_engine_hears_what_is_typed_so_far() -> None:
    engine = FakeEngine()
    async with running(engine) as (_app, pilot):
        await pilot.press(*"hello")
        await wait_until(pilot, lambda: "hello" in engine.typed)
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.typed[-1] == "")
        assert len(engine.typed) <= 7


async def test_typing_goes_on_being_heard_after_a_restart_of_the_engine() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await pilot.press(*"hello")
        await wait_until(pilot, lambda: engine.typed == ["hello"] or engine.typed[-1:] == ["hello"])
        engine.typed.clear()
        engine.die()
        await wait_until(pilot, lambda: engine.typed == ["hello"])
        assert app.chat.prompt.text == "hello"
