"""Many conversations: found, opened, named; one search over all that was said and is remembered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companion.ui.conversation_text import marked, spans_of
from companion.ui.screens.ask import AskScreen
from companion.ui.screens.conversations import ConversationsScreen
from companion.ui.screens.memory import MemoryScreen
from companion.ui.widgets.turn_base import TurnView
from tests.ui.fake_engine import FakeEngine
from tests.ui.helpers import NARROW, notices, on_screen, replies, running, said, say, screen_text, wait_until


def filled() -> FakeEngine:
    """Three conversations; the last is open."""
    engine = FakeEngine()
    for number, words in enumerate(("The trip to Lisbon", "A recipe for bread", "My sister Anna"), 1):
        person = engine.said("person", words, number, at=1_700_000_000 + number * 86_400)
        engine.said("companion", f"About {words.split()[-1]}.", number, answers=person.id)
    engine.remember("I baked bread with Anna.")
    return engine


async def test_a_conversation_is_opened_from_the_list_and_gone_on_with() -> None:
    engine = filled()
    async with running(engine) as (app, pilot):
        await pilot.press("f3")
        await wait_until(pilot, lambda: "A recipe for bread" in screen_text(app))
        assert screen_text(app).index("My sister Anna") < screen_text(app).index("The trip to Lisbon")
        await pilot.press("down", "down", "enter")
        await wait_until(pilot, lambda: app.screen is app.chat and said(app) == ["The trip to Lisbon"])
        await say(app, pilot, "and back")
        await wait_until(pilot, lambda: engine.turns[-1].turn.text == "I hear you.")
        assert engine.turns[-1].turn.conversation == 1


async def test_one_search_finds_what_was_said_and_what_is_remembered() -> None:
    engine = filled()
    async with running(engine, NARROW) as (app, pilot):
        await pilot.press("f3")
        await wait_until(pilot, lambda: isinstance(app.screen, ConversationsScreen))
        await pilot.press("slash", *"bread")
        await wait_until(pilot, lambda: "I baked bread" in screen_text(app))
        assert "A recipe for bread" in screen_text(app)
        assert "About bread." in screen_text(app)
        assert "Lisbon" not in screen_text(app)
        await pilot.press("enter")
        for _ in range(4):
            await pilot.press("down")
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoryScreen))


async def test_a_hit_leads_to_the_message_in_its_conversation() -> None:
    engine = FakeEngine()
    for number in range(1, 4):
        for index in range(60):
            engine.said("person", f"message {number}.{index}", number)
    async with running(engine) as (app, pilot):
        app.search_everywhere("1.17")
        await wait_until(pilot, lambda: "message 1.17" in screen_text(app))
        await pilot.press("down", "enter")  # past the heads: the conversation, then what was said
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: app.screen is app.chat)
        await wait_until(pilot, lambda: isinstance(app.focused, TurnView) and app.focused.words == "message 1.17")
        await wait_until(pilot, lambda: "message 1.17" in screen_text(app))
        while "message 1.59" not in said(app):  # what came after it comes as one scrolls down
            await pilot.press("pagedown")
        await pilot.press("escape")
        await say(app, pilot, "more")
        await wait_until(pilot, lambda: said(app)[-1] == "more")
        assert engine.turns[-2].turn.conversation == 1


async def test_a_version_that_was_not_chosen_can_be_gone_to() -> None:
    engine = filled()
    person = engine.said("person", "say it", 3)
    engine.said("companion", "The pelican.", 3, answers=person.id)
    engine.said("companion", "The heron.", 3, answers=person.id)
    async with running(engine) as (app, pilot):
        app.search_everywhere("pelican")
        await wait_until(pilot, lambda: "other version" in screen_text(app))
        while "The pelican" not in str(getattr(app.screen._table.current, "excerpt", "")):  # type: ignore[attr-defined]
            await pilot.press("down")
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is app.chat and "The pelican." in screen_text(app))
        assert "‹ 1/2 ›" in screen_text(app)


async def test_incognito_says_so_all_the_time_and_is_in_no_list() -> None:
    engine = filled()
    async with running(engine, NARROW) as (app, pilot):
        await pilot.press("f3", "i")
        await wait_until(pilot, lambda: app.screen is app.chat and "incognito: not remembered" in screen_text(app))
        assert "My sister Anna" not in screen_text(app)
        await say(app, pilot, "a secret")
        await wait_until(pilot, lambda: engine.turns[-1].turn.text == "I hear you.")
        assert "incognito: not remembered" in screen_text(app)
        await pilot.press(*"draft")
        await app.chat.leaving()
        assert "draft" not in engine.drafts.values()
        await pilot.press("f3")
        await wait_until(pilot, lambda: "The trip" in screen_text(app))
        assert "a secret" not in screen_text(app)


async def test_play_and_the_persona_are_told() -> None:
    engine = filled()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "/play nora")
        await wait_until(pilot, lambda: "play: remembered as play · with Nora" in screen_text(app))
        assert ("begin_conversation", "play", "nora") in engine.calls


async def test_a_conversation_is_named_and_loses_its_name_again() -> None:
    engine = filled()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "/title Family matters")
        await wait_until(pilot, lambda: engine.chats[3].title == "Family matters")
        await wait_until(pilot, lambda: "Family matters" in screen_text(app))
        await pilot.press("f3", "r")
        await wait_until(pilot, lambda: isinstance(app.screen, AskScreen))
        await pilot.press("ctrl+u", "enter")
        await wait_until(pilot, lambda: engine.chats[3].title == "My sister Anna")


async def test_a_draft_stays_in_its_conversation_and_over_a_restart() -> None:
    engine = filled()
    async with running(engine) as (app, pilot):
        await pilot.press(*"half a thou")
        app.chat.open_conversation(1)
        await wait_until(pilot, lambda: said(app) == ["The trip to Lisbon"] and app.chat.prompt.text == "")
        app.chat.open_conversation(3)
        await wait_until(pilot, lambda: app.chat.prompt.text == "half a thou")
        await pilot.press(*"ght")
        app.leave()
        await wait_until(pilot, lambda: engine.closed)
    assert engine.drafts[3] == "half a thought"
    engine.closed = False
    async with running(engine) as (app, pilot):
        await wait_until(pilot, lambda: app.chat.prompt.text == "half a thought")


async def test_what_waits_to_be_sent_is_in_the_draft_of_who_leaves() -> None:
    engine = FakeEngine()
    engine.enqueue("one", hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "a")
        await wait_until(pilot, lambda: engine.sent == ["a"])
        await say(app, pilot, "b")
        await pilot.press(*"c")
        await app.chat.leaving()
        assert engine.drafts[1] == "b\nc"


async def test_a_new_conversation_begins_under_the_old_one() -> None:
    engine = filled()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "/new")
        await wait_until(pilot, lambda: "new conversation" in on_screen(app))
        await say(app, pilot, "fresh start")
        await wait_until(pilot, lambda: engine.turns[-1].turn.text == "I hear you.")
        assert engine.turns[-1].turn.conversation == 4
        assert "new conversation" not in on_screen(app)


@given(st.text(max_size=80), st.text(max_size=12))
def test_marks_never_change_the_words(words: str, sought: str) -> None:
    spans = spans_of(words, sought)
    assert all(words[span.start : span.end].casefold() == span.text.casefold() for span in spans)
    line = marked(words, spans)
    assert "\n" not in line.plain
    assert len(line.plain) <= 2 * len(words) + 2


async def test_an_incognito_chat_is_not_forgotten_without_asking() -> None:
    engine = filled()
    async with running(engine) as (app, pilot):
        await say(app, pilot, "/incognito")
        await wait_until(pilot, lambda: "nothing of this is remembered" in screen_text(app))
        await say(app, pilot, "/new")
        await wait_until(pilot, lambda: "nothing of this is remembered" not in screen_text(app))
        await say(app, pilot, "/incognito")
        await wait_until(pilot, lambda: "nothing of this is remembered" in screen_text(app))
        await say(app, pilot, "a secret")
        await wait_until(pilot, lambda: replies(app)[-1:] == ["I hear you."] and app.chat.progress.answering is None)
        begun = len([call for call in engine.calls if call[0] == "begin_conversation"])
        await say(app, pilot, "/new")
        await wait_until(pilot, lambda: "Forget this incognito conversation?" in on_screen(app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat and "a secret" in said(app))
        assert len([call for call in engine.calls if call[0] == "begin_conversation"]) == begun
        await pilot.press("ctrl+d")
        await wait_until(
            pilot, lambda: any("This incognito conversation is forgotten." in each for each in notices(app))
        )
        await say(app, pilot, "/new")
        await wait_until(pilot, lambda: "Forget this incognito conversation?" in on_screen(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: "a secret" not in said(app))


async def test_what_is_typed_and_sent_while_another_conversation_opens_is_said_there() -> None:
    engine = filled()
    async with running(engine) as (app, pilot):
        engine._up.clear()
        await say(app, pilot, "/new")
        await say(app, pilot, "first words")
        await pilot.press(*"more")
        engine.come_up()
        await wait_until(pilot, lambda: replies(app)[-1:] == ["I hear you."] and app.chat.progress.answering is None)
        assert said(app)[-1] == "first words"
        assert [item.turn.conversation for item in engine.turns if item.turn.text == "first words"] == [4]
        assert app.chat.prompt.text == "more"


async def test_a_message_that_was_being_written_anew_is_not_said_to_somebody_else() -> None:
    engine = filled()
    async with running(engine) as (app, pilot):
        await pilot.press("up", "up", "e")
        await wait_until(pilot, lambda: app.chat.editing is not None)
        await app.chat.talk_to("coach")
        await wait_until(pilot, lambda: app.chat.editing is None)
        assert app.chat.prompt.text == ""
