"""Reading aloud and dictation in the app: when it is heard, what silences it, and where dictated words go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from companion.events import CareShown
from companion.help_lines import care_card
from companion.paths import Paths
from companion.settings import Settings, VoiceSettings
from companion.speech.messages import Full, Gone, Heard, Quiet, Recording, Trouble
from companion.ui.app import CompanionApp
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.voice import REST
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.turn_view import PersonTurn
from tests.ui.fake_engine import FakeEngine
from tests.ui.fake_speech import FakeSpeech
from tests.ui.helpers import NARROW, WIDE, notices, replies, running, say, screen_text, wait_until

pytestmark = pytest.mark.asyncio
ALOUD = Settings(voice=VoiceSettings(speak=True))


@asynccontextmanager
async def speaking(
    engine: FakeEngine, size: tuple[int, int] = WIDE, settings: Settings | None = None
) -> AsyncIterator[tuple[CompanionApp, Pilot[Any], FakeSpeech]]:
    async with running(engine, size, settings=settings) as (app, pilot):
        speech = FakeSpeech(app.speech_spoke)
        app.speech = speech
        del app.voice  # that was over the real one
        yield app, pilot, speech


def tells(app: CompanionApp, words: str) -> bool:
    return any(words in notice for notice in notices(app))


async def test_nothing_is_read_before_it_is_turned_on_and_no_process_is_begun() -> None:
    engine = FakeEngine()
    engine.enqueue("I am here. Always.")
    async with speaking(engine) as (app, pilot, speech):
        await say(app, pilot, "Hello")
        await wait_until(pilot, lambda: replies(app) == ["I am here. Always."] and app.chat.progress.answering is None)
        assert speech.said == []
        assert not speech.alive


async def test_a_reply_is_read_sentence_by_sentence_while_it_is_written() -> None:
    engine = FakeEngine()
    engine.enqueue("I remember **Lena**. She", " bakes.", hold=True)
    async with speaking(engine) as (app, pilot, speech):
        await say(app, pilot, "/aloud")
        await wait_until(pilot, lambda: tells(app, "read aloud") and "aloud" in screen_text(app))
        await say(app, pilot, "Who bakes?")
        await wait_until(pilot, lambda: speech.said == ["I remember Lena."])
        engine.release()
        await wait_until(pilot, lambda: speech.said == ["I remember Lena.", "She bakes."])
        await say(app, pilot, "/aloud")
        await wait_until(pilot, lambda: tells(app, "not read aloud any more"))
        assert not speech.alive
        assert app.chat.progress.aloud == ""


@pytest.mark.parametrize("key", ["escape", "enter"])
async def test_a_key_silences_it_at_once_and_the_rest_of_the_reply_is_not_said(key: str) -> None:
    engine = FakeEngine()
    engine.enqueue("One. Two. Three", hold=True)
    async with speaking(engine, settings=ALOUD) as (app, pilot, speech):
        await say(app, pilot, "Count")
        await wait_until(pilot, lambda: speech.said == ["One.", "Two."])
        before = speech.round
        await pilot.press(key)
        assert speech.round > before
        engine.release()
        await wait_until(pilot, lambda: app.chat.progress.answering is None)
        assert speech.said == ["One.", "Two."]
        assert app.voice.reads  # the next one is read again


async def test_a_new_message_and_another_conversation_silence_it() -> None:
    engine = FakeEngine()
    engine.enqueue("One. Two.")
    engine.enqueue("Three. Four.")
    async with speaking(engine, settings=ALOUD) as (app, pilot, speech):
        await say(app, pilot, "Count")
        await wait_until(pilot, lambda: speech.said == ["One.", "Two."])
        before = speech.round
        app.chat.submitted("More")
        await wait_until(pilot, lambda: speech.said[2:] == ["Three.", "Four."])
        assert speech.round > before
        before = speech.round
        await say(app, pilot, "/new")
        await wait_until(pilot, lambda: speech.round > before + 1)


async def test_incognito_is_never_read_unless_it_is_turned_on_there_and_only_there() -> None:
    engine = FakeEngine()
    for words in ("Secret. Yes.", "Aloud. Now.", "Hidden. Again."):
        engine.enqueue(words)
    async with speaking(engine, settings=ALOUD) as (app, pilot, speech):
        await say(app, pilot, "/incognito")
        await wait_until(pilot, lambda: app.chat.place is not None and app.chat.place.mode == "incognito")
        await say(app, pilot, "Hush")
        await wait_until(pilot, lambda: "Secret. Yes." in replies(app) and app.chat.progress.answering is None)
        assert speech.said == []
        await say(app, pilot, "/aloud")
        await wait_until(pilot, lambda: tells(app, "in this conversation"))
        await say(app, pilot, "Speak")
        await wait_until(pilot, lambda: speech.said == ["Aloud.", "Now."])
        app.voice.moved()  # another incognito conversation begins as the first did
        await say(app, pilot, "Hush again")
        await wait_until(pilot, lambda: "Hidden. Again." in replies(app) and app.chat.progress.answering is None)
        assert speech.said == ["Aloud.", "Now."]


async def test_nothing_is_said_over_a_card_with_help_lines() -> None:
    engine = FakeEngine()
    engine.enqueue("I am so sorry. Stay", " with me.", hold=True)
    engine.enqueue("Good. I am glad.")
    async with speaking(engine, settings=ALOUD) as (app, pilot, speech):
        await say(app, pilot, "I want to die")
        await wait_until(pilot, lambda: app.chat.query(PersonTurn) and speech.said == ["I am so sorry."])
        before = speech.round
        engine.emit(CareShown(app.chat.query(PersonTurn).last().turn_id, care_card("crisis", "self", "GB")))
        await wait_until(pilot, lambda: speech.round > before)
        engine.release()
        await wait_until(pilot, lambda: app.chat.progress.answering is None)
        assert speech.said == ["I am so sorry."]
        await say(app, pilot, "I called them")
        await wait_until(pilot, lambda: speech.said[1:] == ["Good.", "I am glad."])


async def test_dictated_words_are_put_where_one_writes_and_are_not_sent() -> None:
    engine = FakeEngine()
    async with speaking(engine, NARROW) as (app, pilot, speech):
        await pilot.press("H", "i")
        await pilot.press("f12")
        await wait_until(pilot, lambda: speech.microphone)
        app.speech_spoke(Recording(1))
        await wait_until(pilot, lambda: "● recording 0:0" in screen_text(app))
        await pilot.press("f12")
        await wait_until(pilot, lambda: not speech.microphone)
        assert speech.calls[-1] == ("finish", 1, True)
        app.speech_spoke(Heard(1, "my sister\x1b[31m bakes bread"))
        prompt = app.chat.query_one(Prompt)
        await wait_until(pilot, lambda: prompt.text == "Hi my sister bakes bread")
        assert engine.sent == []
        assert "recording" not in screen_text(app)


async def test_esc_forgets_what_was_being_said_into_the_microphone() -> None:
    async with speaking(FakeEngine()) as (app, pilot, speech):
        await pilot.press("f12")
        app.speech_spoke(Recording(1))
        await wait_until(pilot, lambda: app.voice.is_recording)
        await pilot.press("escape")
        assert speech.calls[-1] == ("finish", 1, False)
        app.speech_spoke(Heard(1, "never mind"))
        await pilot.pause()
        assert app.chat.query_one(Prompt).text == ""
        assert app.chat.progress.recording == ""


async def test_the_microphone_is_not_left_open_where_nobody_sees_that_it_is() -> None:
    async with speaking(FakeEngine()) as (app, pilot, speech):
        await pilot.press("f12")
        await wait_until(pilot, lambda: speech.microphone)
        await pilot.press("f2")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen) and not speech.microphone)
        app.speech_spoke(Heard(1, "half a sentence"))
        await wait_until(pilot, lambda: app.chat.query_one(Prompt).text == "half a sentence")
        app.dictate()
        await wait_until(pilot, lambda: tells(app, "go back to the chat"))
        assert not speech.microphone


async def test_what_was_recorded_at_most_is_written_down_and_silence_is_told() -> None:
    async with speaking(FakeEngine()) as (app, pilot, speech):
        await pilot.press("f12")
        await wait_until(pilot, lambda: speech.microphone)
        app.speech_spoke(Full(1))
        await wait_until(pilot, lambda: tells(app, "Two minutes") and "writing down" in screen_text(app))
        app.speech_spoke(Heard(1, ""))
        await wait_until(pilot, lambda: tells(app, "Nothing was understood"))


async def test_the_process_is_given_up_some_time_after_a_dictation() -> None:
    async with speaking(FakeEngine()) as (app, pilot, speech):
        moment = [0.0]
        app.voice._now = lambda: moment[0]
        await pilot.press("f12")
        app.speech_spoke(Heard(1, "done"))
        await wait_until(pilot, lambda: app.chat.query_one(Prompt).text == "done")
        moment[0] = REST - 1
        app.voice.tick()
        assert speech.alive
        moment[0] = REST + 1
        app.voice.tick()
        assert not speech.alive


async def test_locking_and_leaving_end_both_at_once() -> None:
    engine = FakeEngine()
    engine.enqueue("One. Two.")
    async with speaking(engine, settings=ALOUD) as (app, pilot, speech):
        await say(app, pilot, "Count")
        await wait_until(pilot, lambda: speech.said == ["One.", "Two."])
        await pilot.press("f12")
        await wait_until(pilot, lambda: speech.microphone)
        app.lock()
        assert not speech.microphone
        assert not speech.alive
        app.speech_spoke(Heard(1, "said before it was locked"))
        await pilot.pause()
        assert app.chat.prompt.text == ""
        before = speech.calls.count(("close",))
        app.leave()
        await wait_until(pilot, lambda: speech.calls.count(("close",)) > before)


async def test_what_is_missing_is_said_in_a_sentence_and_everything_else_works() -> None:
    engine = FakeEngine()
    engine.enqueue("Hello.")
    async with speaking(engine) as (app, pilot, speech):
        speech.missing = {"speak", "listen"}
        await say(app, pilot, "/aloud")
        await wait_until(pilot, lambda: tells(app, "no speak put one there"))
        await pilot.press("f12")
        await wait_until(pilot, lambda: tells(app, "no listen put one there"))
        assert not speech.alive
        await say(app, pilot, "Hi")
        await wait_until(pilot, lambda: replies(app) == ["Hello."])


async def test_without_the_extra_or_a_model_the_real_client_says_so_and_begins_no_process(tmp_path: Path) -> None:
    async with running(FakeEngine(), settings=ALOUD, paths=Paths(tmp_path, tmp_path)) as (app, pilot):
        await pilot.press("f12")
        await wait_until(pilot, lambda: tells(app, "dictation") or tells(app, "Dictation"))
        assert app.speech.pid is None  # type: ignore[attr-defined]
        assert app.chat.progress.aloud == "aloud"


async def test_trouble_turns_reading_off_and_is_told_once() -> None:
    engine = FakeEngine()
    engine.enqueue("One. Two. Three.")
    async with speaking(engine, settings=ALOUD) as (app, pilot, speech):
        await say(app, pilot, "Count")
        await wait_until(pilot, lambda: speech.said)
        for _ in range(2):
            app.speech_spoke(Trouble("speak", "There is no loudspeaker", "Connect one."))
        await wait_until(pilot, lambda: tells(app, "There is no loudspeaker"))
        await pilot.pause()
        assert sum("There is no loudspeaker" in each for each in notices(app)) == 1
        assert not app.voice.reads


async def test_when_the_process_ends_by_itself_the_app_goes_on_and_says_so() -> None:
    engine = FakeEngine()
    engine.enqueue("Still here.")
    async with speaking(engine, settings=ALOUD) as (app, pilot, speech):
        await pilot.press("f12")
        await wait_until(pilot, lambda: speech.microphone)
        app.speech_spoke(Gone())
        await wait_until(pilot, lambda: tells(app, "Speech stopped") and app.chat.progress.aloud == "")
        await say(app, pilot, "Hi")
        await wait_until(pilot, lambda: replies(app) == ["Still here."])
        assert speech.said == []
        app.speech_spoke(Quiet(0))
