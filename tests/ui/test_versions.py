"""Versions of messages: every one stays, and the conversation is the one that was chosen."""

from __future__ import annotations

import pytest

from companion.errors import Busy, ModelFailed
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.turn_base import TurnView
from companion.ui.widgets.versions import Versions
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, notices, replies, running, said, say, screen_text, wait_until


def idle(app: object) -> bool:
    return app.chat.progress.answering is None and not len(app.chat.outbox)  # type: ignore[attr-defined, no-any-return]


async def talked(engine: FakeEngine, app: object, pilot: object, text: str = "hi") -> None:
    before = len(engine.turns)
    await say(app, pilot, text)  # type: ignore[arg-type]
    await wait_until(pilot, lambda: len(engine.turns) == before + 2 and idle(app))  # type: ignore[arg-type]


async def test_another_reply_stands_beside_the_first_and_one_steps_between_them() -> None:
    engine = FakeEngine()
    engine.enqueue("One.")
    engine.enqueue("Two.")
    async with running(engine) as (app, pilot):
        await talked(engine, app, pilot)
        await pilot.press("up", "r")
        await wait_until(pilot, lambda: replies(app) == ["Two."] and idle(app))
        await wait_until(pilot, lambda: "‹ 2/2 ›" in screen_text(app))
        await pilot.press("up", "left")
        await wait_until(pilot, lambda: replies(app) == ["One."])
        assert "‹ 1/2 ›" in screen_text(app)
        await wait_until(pilot, lambda: isinstance(app.focused, TurnView))  # one can go on stepping
        await pilot.press("right")
        await wait_until(pilot, lambda: replies(app) == ["Two."] and said(app) == ["hi"])
        assert [item.turn.text for item in engine.turns] == ["hi", "One.", "Two."]


async def test_a_click_on_the_mark_steps_too() -> None:
    engine = FakeEngine()
    engine.enqueue("One.")
    engine.enqueue("Two.")
    async with running(engine) as (app, pilot):
        await talked(engine, app, pilot)
        app.chat.action_again()
        await wait_until(pilot, lambda: replies(app) == ["Two."] and idle(app))
        await wait_until(pilot, lambda: app.chat.query(Versions).last().region.height == 1)
        await pilot.click(app.chat.query(Versions).last(), offset=(0, 0))
        await wait_until(pilot, lambda: replies(app) == ["One."])


async def test_what_followed_another_version_is_there_again_when_that_is_chosen() -> None:
    engine = FakeEngine()
    for words in ("One.", "Three.", "Two."):
        engine.enqueue(words)
    async with running(engine) as (app, pilot):
        await talked(engine, app, pilot, "a")
        await talked(engine, app, pilot, "b")
        await pilot.press("up", "up", "up", "r")  # the reply to a
        await wait_until(pilot, lambda: replies(app) == ["Two."] and idle(app))
        assert said(app) == ["a"]
        await pilot.press("up", "left")
        await wait_until(pilot, lambda: replies(app) == ["One.", "Three."])
        assert said(app) == ["a", "b"]


async def test_an_edited_message_is_sent_beside_the_old_one() -> None:
    engine = FakeEngine()
    engine.enqueue("To the first.")
    engine.enqueue("To the second.")
    async with running(engine) as (app, pilot):
        await talked(engine, app, pilot, "I have a cat")
        app.chat.prompt.insert("something else")
        app.chat.action_edit_turn()
        await wait_until(pilot, lambda: app.chat.prompt.text == "I have a cat")
        assert "Esc gives it up" in screen_text(app)
        await pilot.press(*"s", "enter")
        await wait_until(pilot, lambda: said(app) == ["I have a cats"] and idle(app))
        await wait_until(pilot, lambda: replies(app) == ["To the second."])
        assert app.chat.prompt.text == "something else"  # what was being written is still there
        await wait_until(pilot, lambda: "‹ 2/2 ›" in screen_text(app))
        app.chat.prompt.clear()
        await pilot.press("up", "up", "left")
        await wait_until(pilot, lambda: said(app) == ["I have a cat"])
        assert replies(app) == ["To the first."]


async def test_escape_gives_an_edit_up_and_brings_the_draft_back() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await talked(engine, app, pilot, "hello")
        app.chat.prompt.insert("draft")
        app.chat.action_edit_turn()
        await wait_until(pilot, lambda: app.chat.prompt.text == "hello")
        await pilot.press("x", "escape")
        await wait_until(pilot, lambda: app.chat.prompt.text == "draft")
        assert not any(call[0] == "resend" for call in engine.calls)


async def test_an_edit_that_cannot_be_sent_is_in_the_prompt_again() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await talked(engine, app, pilot, "hello")
        engine.raises["resend"] = Busy()
        await pilot.press("up", "up", "e")
        await wait_until(pilot, lambda: app.chat.prompt.text == "hello")
        await pilot.press(*"!", "enter")
        await wait_until(pilot, lambda: app.chat.prompt.text == "hello!")
        assert app.chat.editing is not None
        assert said(app) == ["hello"]


async def test_a_stopped_reply_is_gone_on_with_beside_it() -> None:
    engine = FakeEngine()
    engine.enqueue("Once upon", hold=True)
    engine.enqueue(" a time.")
    async with running(engine) as (app, pilot):
        await say(app, pilot, "a story")
        await wait_until(pilot, lambda: replies(app) == ["Once upon"])
        await pilot.press("escape")
        await wait_until(pilot, lambda: idle(app))
        await pilot.press("up")
        await wait_until(pilot, lambda: "o go on" in screen_text(app))
        await pilot.press("o")
        await wait_until(pilot, lambda: replies(app) == ["Once upon a time."] and idle(app))
        assert [item.turn.text for item in engine.turns][-2:] == ["Once upon", "Once upon a time."]


async def test_when_another_reply_fails_the_first_is_still_there() -> None:
    engine = FakeEngine()
    engine.enqueue("One.")
    engine.enqueue(fail=ModelFailed())
    async with running(engine) as (app, pilot):
        await talked(engine, app, pilot)
        app.chat.action_again()
        await wait_until(pilot, lambda: any("model stopped" in notice for notice in notices(app)))
        await wait_until(pilot, lambda: replies(app) == ["One."] and said(app) == ["hi"])


async def test_nothing_is_done_to_the_conversation_while_a_reply_is_written() -> None:
    engine = FakeEngine()
    engine.enqueue("One.")
    engine.enqueue("Two", hold=True)
    async with running(engine) as (app, pilot):
        await talked(engine, app, pilot)
        await say(app, pilot, "more")
        await wait_until(pilot, lambda: replies(app) == ["One.", "Two"])
        app.chat.action_again()
        app.chat.action_edit_turn()
        await wait_until(pilot, lambda: any("still being written" in notice for notice in notices(app)))
        assert not any(call[0] in ("regenerate", "resend", "choose") for call in engine.calls)
        engine.release()
        await wait_until(pilot, lambda: idle(app))


@pytest.mark.parametrize("size", [NARROW, (100, 30)])
async def test_one_walks_through_the_messages_and_types_on(size: tuple[int, int]) -> None:
    engine = FakeEngine()
    async with running(engine, size) as (app, pilot):
        await talked(engine, app, pilot, "first")
        await talked(engine, app, pilot, "second")
        await pilot.press("up")
        await wait_until(pilot, lambda: app.chat.walked is not None and app.chat.walked.words == "I hear you.")
        assert "c copy" in screen_text(app)
        assert "Esc back" in screen_text(app)
        await pilot.press("up")
        await wait_until(pilot, lambda: app.chat.walked is not None and app.chat.walked.words == "second")
        await pilot.press("down", "down")
        await wait_until(pilot, lambda: app.focused is app.chat.prompt)
        await pilot.press("up", *"hello", "c")  # c after other letters is a letter
        await wait_until(pilot, lambda: app.chat.prompt.text == "helloc")
        assert app.focused is app.chat.prompt


async def test_a_message_longer_than_the_screen_is_read_to_its_beginning_before_one_walks_on() -> None:
    engine = FakeEngine()
    engine.enqueue("\n\n".join(f"paragraph {n}" for n in range(40)))
    async with running(engine, NARROW) as (app, pilot):
        await talked(engine, app, pilot, "long")
        await wait_until(pilot, lambda: "paragraph 39" in screen_text(app))
        await pilot.press("up")
        await wait_until(pilot, lambda: isinstance(app.focused, TurnView))
        view = app.chat.walked
        for _ in range(12):
            if "paragraph 0" in screen_text(app):
                break
            await pilot.press("up")
            await pilot.pause()
            assert app.chat.walked is view
        assert "paragraph 0" in screen_text(app)


async def test_the_same_prompt_takes_a_message_back_before_one_walks() -> None:
    engine = FakeEngine()
    engine.enqueue("one", hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "a")
        await wait_until(pilot, lambda: replies(app) == ["one"])
        await say(app, pilot, "b")
        await pilot.press("up")
        await wait_until(pilot, lambda: app.chat.query_one(Prompt).text == "b")
        assert app.chat.walked is None


async def test_when_the_engine_dies_in_the_middle_of_another_reply_what_is_on_record_is_shown() -> None:
    engine = FakeEngine()
    engine.enqueue("One.")
    engine.enqueue("Tw", hold=True)
    async with running(engine) as (app, pilot):
        await talked(engine, app, pilot)
        app.chat.action_again()
        await wait_until(pilot, lambda: replies(app) == ["Tw"])
        engine.die()
        await wait_until(pilot, lambda: engine.started == 2 and replies(app) == ["One."] and idle(app))
        await talked(engine, app, pilot, "more")
        assert said(app) == ["hi", "more"]


async def test_an_edit_outlives_the_engine() -> None:
    engine = FakeEngine()
    async with running(engine) as (app, pilot):
        await talked(engine, app, pilot, "hello")
        app.chat.action_edit_turn()
        await wait_until(pilot, lambda: app.chat.prompt.text == "hello")
        engine.die()
        await wait_until(pilot, lambda: engine.started == 2 and app.chat._loaded)
        await pilot.press("!", "enter")
        await wait_until(pilot, lambda: said(app) == ["hello!"] and idle(app))
