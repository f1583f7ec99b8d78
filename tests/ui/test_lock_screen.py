"""The lock on the screen: nothing is shown before the passphrase, and nothing is left when it is locked."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input

from companion.errors import ProfileDamaged, WrongPassphrase
from companion.events import Notice, StatusChanged
from companion.settings import Settings
from companion.ui.app import CompanionApp
from companion.ui.glyphs import plain as in_ascii
from companion.ui.idle import IdleClock
from companion.ui.locking import WARN
from companion.ui.progress import LOCK, Progress
from companion.ui.screens.confirm import ConfirmScreen
from companion.ui.screens.memories import MemoriesScreen
from companion.ui.screens.passphrase import PassphraseScreen
from companion.ui.screens.protection import ProtectionScreen
from companion.ui.screens.recovery_code import RecoveryCodeScreen
from companion.ui.screens.unlock import UnlockScreen
from companion.ui.strength import in_capitals, strength
from companion.ui.widgets.memory_table import MemoryTable
from companion.ui.widgets.prompt import Prompt
from companion.ui.widgets.turn_base import TurnView
from companion.ui.widgets.turn_view import PersonTurn
from tests.ui.fake_engine import FakeEngine
from tests.ui.fake_safekeeping import CODES
from tests.ui.helpers import NARROW, WIDE, notices, on_screen, replies, running, said, say, wait_until

TOLD = "my sister Anna is ill"
PASSPHRASE = "five words nobody would guess"  # noqa: S105 - of a profile in memory
ANOTHER = "another five words for me"


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    person = made.said("person", TOLD, 1)
    made.said("companion", "I am so sorry to hear it.", 1, answers=person.id)
    made.remember(TOLD)
    return made


def line(app: CompanionApp) -> Input:
    return app.screen.query_one(Input)


class Clocks:
    """A wall clock and a monotonic one, moved by hand."""

    def __init__(self, app: CompanionApp) -> None:
        self.wall, self.steady = 1_000_000.0, 500.0
        app._idle = IdleClock(lambda: self.wall, lambda: self.steady)

    def go(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


# Before anything is shown


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_sealed_profile_shows_nothing_before_the_passphrase(engine: FakeEngine, size: tuple[int, int]) -> None:
    engine.have_passphrase(PASSPHRASE)
    app = CompanionApp(engine, Settings())
    async with app.run_test(size=size) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, UnlockScreen))
        assert [type(screen) for screen in app.screen_stack] == [UnlockScreen]
        assert not engine.started
        assert "Companion is locked" in on_screen(app)
        assert TOLD not in on_screen(app)
        await pilot.press("f1", "f2", "f3", "f6", "f7", "f8", "f9", "ctrl+p", "ctrl+g", "ctrl+l", "ctrl+r")
        assert [type(screen) for screen in app.screen_stack] == [UnlockScreen]
        await pilot.press(*"wrong", "enter")
        await wait_until(pilot, lambda: "That is not the passphrase" in on_screen(app))
        assert line(app).value == ""
        line(app).value = PASSPHRASE
        assert PASSPHRASE not in on_screen(app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.chat._loaded)
        assert app.screen is app.chat
        assert TOLD in said(app)[0]
        assert app.focused is app.chat.prompt
        await say(app, pilot, "Good morning")
        await wait_until(pilot, lambda: engine.sent == ["Good morning"])


async def test_the_recovery_code_opens_it_too_and_paste_works(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE)
    app = CompanionApp(engine, Settings())
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        from textual.events import Paste

        app.post_message(Paste(f"{CODES[0]}\nand more"))
        await wait_until(pilot, lambda: line(app).value == CODES[0])
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_it_says_what_is_being_done_and_tries_once_at_a_time(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE)
    engine.unlock_waits = asyncio.Event()
    app = CompanionApp(engine, Settings())
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        line(app).value = PASSPHRASE
        await pilot.press("enter")
        await wait_until(pilot, lambda: "Opening" in on_screen(app))
        line(app).value = "another"
        await pilot.press("enter")
        assert line(app).value == "another"
        engine.unlock_waits.set()
        await wait_until(pilot, lambda: app.screen is app.chat)
        assert engine.started == 1
        assert app.chat.prompt.text == ""


async def test_what_is_given_while_another_is_tried_is_tried_next(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE)
    engine.unlock_waits = asyncio.Event()
    app = CompanionApp(engine, Settings())
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        line(app).value = "mistyped"
        await pilot.press("enter")
        await wait_until(pilot, lambda: "Opening" in on_screen(app))
        line(app).value = PASSPHRASE
        await pilot.pause()
        await pilot.press("enter")
        engine.unlock_waits.set()
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_a_typing_mistake_in_the_code_is_called_one(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE)

    async def unlock(_: str) -> None:
        raise WrongPassphrase("a mistake in the code", hint="group by group")

    engine.unlock = unlock  # type: ignore[method-assign]
    app = CompanionApp(engine, Settings())
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        line(app).value = "MFRG"
        await pilot.press("enter")
        await wait_until(pilot, lambda: "a mistake in the code group by group" in on_screen(app))


async def test_other_trouble_than_a_wrong_passphrase_is_told(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE)

    async def unlock(_: str) -> None:
        raise ProfileDamaged

    engine.unlock = unlock  # type: ignore[method-assign]
    app = CompanionApp(engine, Settings())
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        line(app).value = PASSPHRASE
        await pilot.press("enter")
        await wait_until(pilot, lambda: str(ProfileDamaged()) in on_screen(app))
        assert isinstance(app.screen, UnlockScreen)


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_one_key_leaves_without_opening_it(engine: FakeEngine, key: str) -> None:
    engine.have_passphrase(PASSPHRASE)
    app = CompanionApp(engine, Settings())
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        await pilot.press(*"half", key)
        await wait_until(pilot, lambda: not app.is_running)
    assert app.return_code == 0
    assert not engine.started


async def test_what_was_typed_before_the_first_frame_is_a_passphrase_not_a_message(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE)
    app = CompanionApp(engine, Settings(), typed=f"{PASSPHRASE}\nhello")
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: app.chat._loaded)
        assert engine.sent == []
        assert app.chat.prompt.text == ""
        assert PASSPHRASE not in on_screen(app)


async def test_a_passphrase_cannot_be_copied_off_the_line(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE)
    app = CompanionApp(engine, Settings())
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        line(app).value = PASSPHRASE
        line(app).select_all()
        await pilot.press("super+c", "ctrl+x")
        assert app.clipboard == ""


async def test_capitals_alone_are_asked_about(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE)
    app = CompanionApp(engine, Settings())
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        await pilot.press("F", "I", "V", "E")
        await wait_until(pilot, lambda: "Caps Lock" in on_screen(app))
        await pilot.press("e")
        await wait_until(pilot, lambda: "Caps Lock" not in on_screen(app))


# Locking


@pytest.mark.parametrize("how", ["key", "slash"])
async def test_locking_leaves_nothing_and_gives_all_back(engine: FakeEngine, how: str) -> None:
    engine.have_passphrase(PASSPHRASE, sealed=False)
    async with running(engine) as (app, pilot):
        await wait_until(pilot, lambda: app.chat.progress.status.encrypted)
        app._clipboard = TOLD
        if how == "key":
            app.chat.prompt.insert("a sentence not")
            await pilot.press("f2")
            await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))
            await pilot.press("ctrl+l")
        else:
            await say(app, pilot, "/lock")
        await wait_until(pilot, lambda: engine.is_sealed)
        assert [type(screen) for screen in app.screen_stack] == [UnlockScreen]
        await pilot.pause()
        assert TOLD not in on_screen(app)
        assert app.clipboard == ""
        assert not app.chat.transcript.views
        if how == "key":
            names = [call[0] for call in engine.calls]
            assert ("keep_draft", "a sentence not") in engine.calls
            assert names.index("stop") < names.index("keep_draft")
        await wait_until(pilot, lambda: "Locking" not in on_screen(app))
        await pilot.press(*PASSPHRASE.replace(" ", "_"))
        line(app).value = PASSPHRASE
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.chat._loaded)
        assert TOLD in said(app)[0]
        if how == "key":
            await wait_until(pilot, lambda: app.chat.prompt.text == "a sentence not")


async def test_nothing_of_what_was_shown_is_held_by_the_program(engine: FakeEngine) -> None:
    """Not the screens that were thrown away, nor any of their widgets."""
    engine.have_passphrase(PASSPHRASE, sealed=False)
    async with running(engine) as (app, pilot):
        app.chat.prompt.insert("unsent")
        await pilot.press("f2")
        await wait_until(pilot, lambda: isinstance(app.screen, MemoriesScreen))

        def held() -> list[object]:
            gc.collect()
            widgets = [each for each in gc.get_objects() if isinstance(each, Widget)]
            return [
                each
                for each in widgets
                if isinstance(each, TurnView | MemoryTable | MemoriesScreen) or (isinstance(each, Prompt) and each.text)
            ]

        kinds = {type(each) for each in held()}
        assert {PersonTurn, MemoryTable, MemoriesScreen, Prompt} <= kinds, "the control"
        await pilot.press("ctrl+l")
        await wait_until(pilot, lambda: engine.is_sealed and isinstance(app.screen, UnlockScreen))
        await wait_until(pilot, lambda: not held())


async def test_a_reply_that_is_being_written_is_stopped_and_kept(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE, sealed=False)
    engine.enqueue("Half a ", hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "Tell me")
        await wait_until(pilot, lambda: replies(app)[-1:] == ["Half a "])
        await pilot.press("ctrl+l")
        await wait_until(pilot, lambda: engine.is_sealed)
        line(app).value = PASSPHRASE
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.chat._loaded)
        assert replies(app)[-1] == "Half a "
        assert engine.turns[-1].turn.state == "stopped"


async def test_messages_that_wait_are_there_again(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE, sealed=False)
    engine.enqueue("Half a ", hold=True)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "first")
        await wait_until(pilot, lambda: replies(app)[-1:] == ["Half a "])
        await say(app, pilot, "second")
        await pilot.press("ctrl+l")
        await wait_until(pilot, lambda: engine.is_sealed)
        line(app).value = PASSPHRASE
        await pilot.press("enter")
        await wait_until(pilot, lambda: "second" in app.chat.prompt.text)


async def test_the_engine_s_late_news_is_not_shown_on_the_lock(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE, sealed=False)
    async with running(engine) as (app, pilot):
        app.lock()
        await asyncio.to_thread(engine.emit, Notice(TOLD, TOLD))
        await wait_until(pilot, lambda: engine.is_sealed)
        await pilot.pause()
        assert notices(app) == []
        assert TOLD not in on_screen(app)


async def test_incognito_is_told_to_be_gone_before_it_is_locked(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE, sealed=False)
    async with running(engine) as (app, pilot):
        await say(app, pilot, "/incognito")
        await wait_until(pilot, lambda: app.chat.place is not None and app.chat.place.mode == "incognito")
        await say(app, pilot, "between us")
        await wait_until(pilot, lambda: app.chat.would_forget)
        await pilot.press("ctrl+l")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)
        assert not engine.is_sealed
        await pilot.press("ctrl+l")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.is_sealed)
        assert not any(call[0] == "keep_draft" for call in engine.calls)


async def test_an_engine_that_dies_is_started_again_without_asking(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE, sealed=False)
    async with running(engine) as (app, pilot):
        app.chat.prompt.insert("not lost")
        await asyncio.to_thread(engine.die)
        await wait_until(pilot, lambda: engine.started == 2 and app.chat._loaded)
        assert app.screen is app.chat
        assert app.chat.prompt.text == "not lost"


async def test_an_engine_that_dies_and_needs_the_passphrase_asks_for_it(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE, sealed=False)
    async with running(engine) as (app, pilot):
        app.chat.prompt.insert("not lost")
        engine.sealed = True
        await asyncio.to_thread(engine.die)
        await wait_until(pilot, lambda: isinstance(app.focused, Input))
        line(app).value = PASSPHRASE
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.chat._loaded and app.chat.prompt.text == "not lost")


# Nobody there


@pytest.fixture
def protected(engine: FakeEngine) -> FakeEngine:
    engine.have_passphrase(PASSPHRASE, sealed=False)
    return engine


async def test_it_locks_when_nobody_is_there_and_says_so_before(protected: FakeEngine) -> None:
    async with running(protected, settings=Settings(lock={"idle_minutes": 5})) as (app, pilot):  # type: ignore[arg-type]
        clocks = Clocks(app)
        app._look_for_person()
        clocks.go(5 * 60 - WARN - 1)
        app._look_for_person()
        await pilot.pause()
        assert notices(app) == []
        clocks.go(2)
        app._look_for_person()
        await wait_until(pilot, lambda: any("Locking in" in notice for notice in notices(app)))
        await pilot.press("a")
        assert notices(app) == []
        clocks.go(5 * 60 - 1)
        app._look_for_person()
        assert not app.is_locked
        clocks.go(1)
        app._look_for_person()
        assert app.is_locked
        await wait_until(pilot, lambda: protected.is_sealed)


async def test_it_never_locks_by_itself_at_zero_minutes_or_without_a_passphrase(engine: FakeEngine) -> None:
    async with running(engine) as (app, _):
        clocks = Clocks(app)
        clocks.go(1e6)
        app._look_for_person()
        assert not app.is_locked
    engine.have_passphrase(PASSPHRASE, sealed=False)
    async with running(engine, settings=Settings(lock={"idle_minutes": 0})) as (app, _):  # type: ignore[arg-type]
        clocks = Clocks(app)
        clocks.go(1e6)
        app._look_for_person()
        assert not app.is_locked


async def test_a_reply_that_is_being_written_counts_as_somebody(protected: FakeEngine) -> None:
    protected.enqueue("Half a ", hold=True)
    async with running(protected) as (app, pilot):
        clocks = Clocks(app)
        await say(app, pilot, "Tell me")
        await wait_until(pilot, lambda: replies(app)[-1:] == ["Half a "])
        for _ in range(30):
            clocks.go(60)
            app._look_for_person()
        assert not app.is_locked
        protected.release()
        await wait_until(pilot, lambda: not app.busy)
        clocks.go(15 * 60 - 1)
        app._look_for_person()
        assert not app.is_locked
        clocks.go(1)
        app._look_for_person()
        assert app.is_locked


async def test_after_the_computer_slept_the_first_key_finds_it_locked(protected: FakeEngine) -> None:
    """The monotonic clock stood still, and the key comes before anybody looked."""
    async with running(protected) as (app, pilot):
        clocks = Clocks(app)
        app._look_for_person()
        clocks.wall += 8 * 3_600
        await app.on_event(Key("a", "a"))
        assert app.is_locked
        await wait_until(pilot, lambda: protected.is_sealed)
        assert "a" not in app.chat.prompt.text


async def test_a_sleep_while_a_reply_is_written_locks_as_well(protected: FakeEngine) -> None:
    protected.enqueue("Half a ", hold=True)
    async with running(protected) as (app, pilot):
        clocks = Clocks(app)
        await say(app, pilot, "Tell me")
        await wait_until(pilot, lambda: app.busy)
        clocks.wall += 8 * 3_600
        app._look_for_person()
        assert app.is_locked


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e6)), max_size=20))
def test_a_clock_that_is_set_back_never_keeps_it_open(steps: list[tuple[float, float]]) -> None:
    wall, steady = 0.0, 0.0
    idle = IdleClock(lambda: wall, lambda: steady)
    for set_by, passed in steps:
        wall, steady = wall + set_by + passed, steady + passed
    assert idle.seconds >= steady


# Setting it up


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_without_a_passphrase_lock_leads_to_one(engine: FakeEngine, size: tuple[int, int]) -> None:
    async with running(engine, size) as (app, pilot):
        await pilot.press("ctrl+l")
        await wait_until(pilot, lambda: isinstance(app.screen, PassphraseScreen))
        lines = list(app.screen.query(Input))
        await pilot.press(*"abc")
        await wait_until(pilot, lambda: "Too short" in on_screen(app))
        lines[0].value = "password"
        await wait_until(pilot, lambda: "Very weak" in on_screen(app))
        lines[0].value = PASSPHRASE
        await wait_until(pilot, lambda: "Strong" in on_screen(app))
        await pilot.press("enter")
        assert app.focused is lines[1]
        await pilot.press(*"another", "enter")
        await wait_until(pilot, lambda: "not the same" in on_screen(app))
        assert not engine.passphrase
        lines[1].value = PASSPHRASE
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, RecoveryCodeScreen))
        assert engine.passphrase == PASSPHRASE
        assert "M F R G G Z D F" in on_screen(app)
        assert "write it down" in on_screen(app)
        await pilot.press(*"MFRG", "enter")
        await wait_until(pilot, lambda: "not its last letters" in on_screen(app))
        line(app).value = "q2lk"
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is app.chat)
        await pilot.press("ctrl+l")
        await wait_until(pilot, lambda: isinstance(app.screen, UnlockScreen) and engine.is_sealed)


async def test_leaving_the_code_unwritten_takes_a_second_esc(engine: FakeEngine) -> None:
    async with running(engine) as (app, pilot):
        screen = RecoveryCodeScreen(CODES[0])
        await app.push_screen(screen)
        await pilot.press("escape")
        await wait_until(pilot, lambda: "everything is lost" in on_screen(app))
        assert app.screen is screen
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.chat)


async def test_the_passphrase_can_be_changed_and_removed(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE, sealed=False)
    async with running(engine) as (app, pilot):
        app.change_passphrase()
        await wait_until(pilot, lambda: isinstance(app.screen, PassphraseScreen))
        present, new, again = app.screen.query(Input)
        present.value, new.value, again.value = "wrong", ANOTHER, ANOTHER
        await pilot.press("enter")
        await wait_until(pilot, lambda: "not the passphrase" in on_screen(app))
        assert app.focused is present
        present.value = PASSPHRASE
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.passphrase == ANOTHER)
        await wait_until(pilot, lambda: app.screen is app.chat)

        app.renew_recovery_code()
        await wait_until(pilot, lambda: isinstance(app.screen, PassphraseScreen))
        line(app).value = engine.passphrase
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, RecoveryCodeScreen))
        line(app).value = CODES[1]
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is app.chat)

        app.remove_lock()
        await wait_until(pilot, lambda: isinstance(app.screen, PassphraseScreen))
        line(app).value = engine.passphrase
        await pilot.press("enter")
        await wait_until(pilot, lambda: not engine.passphrase)
        await wait_until(pilot, lambda: app.screen is app.chat)
        assert not app.is_protected


async def test_everything_can_be_encrypted_anew(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE, sealed=False)
    async with running(engine) as (app, pilot):
        app.encrypt_anew()
        await wait_until(pilot, lambda: isinstance(app.screen, PassphraseScreen))
        line(app).value = PASSPHRASE
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, RecoveryCodeScreen))
        assert "N N W G" in on_screen(app)


async def test_the_settings_lead_to_the_protection(engine: FakeEngine) -> None:
    engine.have_passphrase(PASSPHRASE, sealed=False)
    async with running(engine) as (app, pilot):
        await pilot.press("f9", "p")
        await wait_until(pilot, lambda: isinstance(app.screen, ProtectionScreen))
        assert "locks after 15 minutes" in on_screen(app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: engine.is_sealed)


def test_the_status_line_has_a_sign_of_it() -> None:
    progress = Progress()
    assert LOCK not in progress.facts()
    progress.note(StatusChanged(replace(progress.status, encrypted=True)))
    assert LOCK in progress.facts()
    assert in_ascii(LOCK).isascii()


@pytest.mark.parametrize(
    ("passphrase", "begins", "enough"),
    [
        ("abc", "Too short", False),
        ("password1", "Very weak", False),
        ("lena12345", "Very weak", False),
        ("correct horse battery staple", "Strong", True),
        ("山下有一棵很老很老的银杏树", "Good", True),
    ],
)
def test_the_strength_is_told_in_words(passphrase: str, begins: str, enough: bool) -> None:
    told, good = strength(passphrase, ("Lena",))
    assert told.startswith(begins)
    assert good is enough


@given(st.text(max_size=200))
def test_any_passphrase_can_be_judged(passphrase: str) -> None:
    strength(passphrase)
    in_capitals(passphrase)
