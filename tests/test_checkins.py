"""Check-ins: what was told with a date comes up once when it is time, cited, and never when it should not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from companion.chats import ChatMode
from companion.cli.lines import TypedLines
from companion.cli.plain import PlainChat
from companion.clock import SetClock
from companion.companion import Companion
from companion.errors import InvalidInput
from companion.events import CheckedIn
from companion.mind.dated import dated
from companion.notifying import notify
from companion.paths import Paths
from companion.records import PLAY, MemoryFilter
from companion.settings import CareSettings, CheckInSettings, Settings
from companion.strings import use_language
from tests.fakes import FakeModel
from tests.house import House
from tests.support import PATIENCE, START

MONDAY = START


class Calendar:
    """A house whose companion may bring things up, and a clock to travel with."""

    def __init__(self, house: House, clock: SetClock) -> None:
        self.house, self.clock, self.care = house, clock, CareSettings()
        self.set()

    def set(self, **values: object) -> Calendar:
        checkins = CheckInSettings.model_validate({"enabled": True, **values})
        self.house.settings = Settings(checkins=checkins, care=self.care)
        return self

    def open(self) -> Companion:
        for companion in self.house.opened:
            companion.close()
        return self.house.open(chat=True, model=FakeModel())

    def told(self, *texts: str) -> Companion:
        companion = self.open()
        for text in texts:
            companion.ask(text)
        companion.settle()
        return companion

    def at(self, companion: Companion, moment: datetime) -> list[CheckedIn]:
        """What comes up at a moment."""
        self.clock.at = moment
        before = len(self.house.events.of(CheckedIn))
        companion.bring_up()
        return self.house.events.of(CheckedIn)[before:]

    def through(self, companion: Companion, until: datetime) -> list[CheckedIn]:
        """What comes up until then, looked at every half hour."""
        before = len(self.house.events.of(CheckedIn))
        while self.clock.at < until:
            self.clock.advance(minutes=30)
            companion.bring_up()
        return self.house.events.of(CheckedIn)[before:]


@pytest.fixture
def calendar(house: House, clock: SetClock) -> Calendar:
    return Calendar(house, clock)


def day(count: float, hour: int = 10, minute: int = 0) -> datetime:
    return (MONDAY + timedelta(days=count)).replace(hour=hour, minute=minute)


def test_an_interview_told_on_monday_is_asked_about_on_thursday_evening(calendar: Calendar) -> None:
    companion = calendar.told("I have a job interview on Thursday.")
    assert calendar.through(companion, day(3, 17, 30)) == []
    (found,) = calendar.through(companion, day(9))
    assert found.kind == "after"
    assert found.turn.at == day(3, 18).timestamp()
    assert found.text == (
        "You told me on 2 March: “I have a job interview on Thursday.” That was today. How did it go?"
    )
    assert found.reason == "You said on 2 March 2026: “I have a job interview on Thursday.”"
    assert companion.memory(found.memory).memory.text == "I have a job interview on Thursday."
    last = companion.transcript()[-1]
    assert (last.turn, last.turn.role, last.turn.answers) == (found.turn, "companion", None)
    assert [(item.memory.id, item.reasons) for item in last.recalled] == [(found.memory, (found.reason,))]


def test_nothing_comes_up_unasked_for(calendar: Calendar) -> None:
    companion = calendar.set(enabled=False).told("I have a job interview on Thursday.")
    assert calendar.through(companion, day(9)) == []


def test_what_would_come_is_told_with_its_reason_also_while_it_is_off(calendar: Calendar) -> None:
    companion = calendar.set(enabled=False).told(
        "I have a job interview on Thursday.", "Remind me to call the dentist on Friday.", "My birthday is on 3 May."
    )
    found = companion.checkins()
    assert [each.kind for each in found] == ["after", "reminder", "anniversary"]
    assert [each.due_at for each in found] == [
        moment.timestamp() for moment in (day(3, 18), day(4, 9), datetime(2026, 5, 3, 9, tzinfo=MONDAY.tzinfo))
    ]
    assert all(each.text and "You said on 2 March 2026" in each.reason for each in found)
    assert companion.checkins(1) == found[:1]


def test_a_plan_with_an_hour_late_in_the_evening_waits_for_the_morning(calendar: Calendar) -> None:
    companion = calendar.told("I am going to a concert on Thursday at 8 pm.")
    (found,) = calendar.through(companion, day(9))
    assert found.turn.at == day(4, 9).timestamp()
    assert "That was yesterday." in found.text


def test_the_quiet_hours_may_lie_within_a_day(calendar: Calendar) -> None:
    companion = calendar.set(quiet_from=time(17), quiet_until=time(20)).told("I have a job interview on Thursday.")
    (found,) = calendar.through(companion, day(9))
    assert found.turn.at == day(3, 20).timestamp()


def test_no_more_than_was_set_a_day_but_reminders_always(calendar: Calendar) -> None:
    companion = calendar.told(
        "I have a job interview on Thursday.",
        "My sister Lena has her exam on Thursday.",
        "Remind me to buy bread on Thursday.",
        "Please remind me on Thursday at 22:15 to call Marta.",
    )
    found = calendar.through(companion, day(3, 23, 30))
    assert sorted(each.kind for each in found) == ["after", "reminder", "reminder"]
    at = [each.turn.at for each in found if "Marta" in each.text]
    assert at == [day(3, 22, 30).timestamp()]  # the half hour after the one that was named
    rest = calendar.through(companion, day(5))
    assert [each.kind for each in rest] == ["after"]
    assert len({each.memory for each in found + rest}) == 4


def test_what_is_told_twice_is_asked_about_once(calendar: Calendar) -> None:
    companion = calendar.told("I have a job interview on Thursday.")
    calendar.clock.advance(days=1)
    companion.ask("My job interview is on Thursday, I am so nervous.")
    companion.settle()
    assert len(calendar.set(a_day=5).through(companion, day(9))) == 1


def test_a_reminder_missed_for_a_day_says_so_and_an_old_one_is_left(calendar: Calendar) -> None:
    companion = calendar.told("Remind me to call the dentist on Thursday.")
    companion.close()
    (found,) = calendar.at(calendar.open(), day(4, 12))
    assert "you asked me for a reminder on 5 March" in found.text
    calendar.clock.at = day(5)
    companion = calendar.told("Remind me to call Marta on Sunday.")
    assert calendar.at(companion, day(12)) == []
    assert companion.checkins() == ()


def test_a_birthday_comes_every_year_on_its_day(calendar: Calendar) -> None:
    companion = calendar.told("My birthday is on 29 February.", "My sister Lena's birthday is on 12 June.")
    june = datetime(2026, 6, 12, 9, tzinfo=MONDAY.tzinfo)
    assert [each.kind for each in calendar.at(companion, june.replace(hour=8))] == []
    (lena,) = calendar.at(companion, june)
    assert "My sister Lena's birthday is on 12 June." in lena.text
    assert calendar.at(companion, june.replace(hour=15)) == []
    for year, number in ((2027, 28), (2028, 29)):
        (found,) = calendar.at(companion, datetime(year, 2, number, 10, tzinfo=MONDAY.tzinfo))
        assert found.text.startswith("Happy birthday!")
    assert calendar.at(companion, datetime(2029, 3, 1, 10, tzinfo=MONDAY.tzinfo)) == []


@pytest.mark.parametrize("how", ["forget", "edit", "undo"])
def test_what_does_not_hold_any_more_is_not_brought_up(calendar: Calendar, how: str) -> None:
    companion = calendar.told("I have a job interview on Thursday.")
    (row,) = companion.list_memories(MemoryFilter(kinds=("thought",)))
    if how == "forget":
        companion.forget_memory(row.memory.id)
    elif how == "undo":
        companion.undo(companion.history(row.memory.id)[0].batch)
    else:
        companion.edit_memory(row.memory.id, "The job interview was cancelled.")
    assert calendar.through(companion, day(9)) == []


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("My job interview was moved to Friday.", [day(4, 18)]),
        ("They cancelled the interview.", []),
        ("The interview is postponed.", []),
    ],
)
def test_what_was_moved_or_called_off_is_not_asked_about_on_its_day(
    calendar: Calendar, said: str, asked: list[datetime]
) -> None:
    companion = calendar.told("I have a job interview on Thursday.")
    calendar.clock.advance(days=1)
    companion.ask(said)
    companion.settle()
    assert [each.turn.at for each in calendar.through(companion, day(9))] == [moment.timestamp() for moment in asked]


def test_what_is_forgotten_between_two_looks_is_not_brought_up(calendar: Calendar) -> None:
    companion = calendar.told("I have a job interview on Thursday.")
    assert calendar.at(companion, day(3, 17, 59)) == []
    (row,) = companion.list_memories(MemoryFilter(kinds=("thought",)))
    companion.forget_memory(row.memory.id)
    assert calendar.at(companion, day(3, 18)) == []


@pytest.mark.parametrize("values", [{"scope": "confidant"}, {"scope": PLAY}, {"sensitivity": 2}])
def test_what_is_not_everybodys_or_sensitive_is_not_brought_up(calendar: Calendar, values: dict[str, object]) -> None:
    companion = calendar.told(
        "I have a job interview on Thursday.", "Remind me to buy bread on Thursday.", "My birthday is on 5 March."
    )
    store = companion._opened
    with store.changes.batch("person", "edit") as batch:
        for row in companion.list_memories(MemoryFilter(statuses=())):
            batch.update(row.memory.id, **values)
    assert calendar.through(companion, day(9)) == []


@pytest.mark.parametrize(
    "text",
    [
        "I swim on Thursdays.",
        "I am going to Crete in June.",
        "I had an interview on Monday last week.",
        "If it rains on Thursday I will stay at home.",
        "I want to go to Rome on Thursday.",
        "I will not go to the party on Thursday.",
        "Can you remind me what I did on Thursday?",
        "My colleague got married on Saturday.",
    ],
)
def test_what_is_no_plan_for_a_day_is_not_asked_about(calendar: Calendar, text: str) -> None:
    companion = calendar.told(text)
    assert companion.checkins() == ()


def test_what_is_heavy_is_not_brought_up_but_a_reminder_that_was_asked_for(calendar: Calendar) -> None:
    companion = calendar.told(
        "The funeral of my grandmother is on Thursday.", "Remind me to order flowers for the funeral on Wednesday."
    )
    assert [each.kind for each in calendar.through(companion, day(9))] == ["reminder"]


def test_a_sad_day_is_asked_about_gently_where_that_is_wanted(calendar: Calendar) -> None:
    calendar.care = CareSettings(bring_up_heavy=True)
    companion = calendar.set().told("The funeral of my grandmother is on Thursday.")
    (found,) = calendar.through(companion, day(4))
    assert found.text.endswith("That was today. How are you?")


def test_in_chinese_it_is_said_in_chinese(calendar: Calendar, chinese: None) -> None:
    companion = calendar.told("我星期四有一个面试。", "提醒我明天下午三点给牙医打电话。", "我妹妹的生日是6月12日。")
    found = calendar.through(companion, day(4))
    assert [each.text for each in found] == [
        "你在3月2日让我提醒你：“提醒我明天下午三点给牙医打电话。”",
        "你在3月2日告诉我：“我星期四有一个面试。”就是今天。怎么样？",
    ]
    assert [each.kind for each in companion.checkins()] == ["anniversary"]


@pytest.fixture
def chinese() -> Iterator[None]:
    use_language("zh")
    yield
    use_language("en")


def test_less_like_this_halves_then_makes_rare_then_stops(calendar: Calendar) -> None:
    companion = calendar.told("I have a job interview on Thursday.")
    count = 0

    def weeks(number: int) -> int:
        nonlocal count
        told = 0
        for _ in range(number):
            count += 1
            companion.ask(f"I have an appointment about matter{count} tomorrow.")
            companion.settle()
            told += len(calendar.through(companion, calendar.clock.at + timedelta(days=7)))
        return told

    assert weeks(4) == 5
    companion.less_like("after")
    assert weeks(4) == 2
    companion.less_like("after")
    assert weeks(5) <= 2
    companion.less_like("after")
    assert weeks(3) == 0
    assert companion.checkins() == ()
    with pytest.raises(InvalidInput):
        companion.less_like("everything")  # type: ignore[arg-type]


def test_after_a_restart_nothing_comes_twice_and_nothing_is_lost(calendar: Calendar) -> None:
    companion = calendar.told("I have a job interview on Thursday.", "Remind me to buy bread on Friday.")
    assert len(calendar.at(companion, day(3, 18))) == 1
    companion = calendar.open()
    assert [item.brought_up for item in companion.transcript() if item.turn.answers is None][-1] == "after"
    assert calendar.at(companion, day(3, 19)) == []
    assert [each.kind for each in calendar.at(companion, day(4, 9))] == ["reminder"]
    assert calendar.at(calendar.open(), day(4, 12)) == []


def test_never_while_the_person_is_typing_or_being_answered(calendar: Calendar, house: House) -> None:
    companion = calendar.told("I have a job interview on Thursday.")
    calendar.clock.at = day(3, 18)
    companion.typing("I was just")
    companion.bring_up()
    assert house.events.of(CheckedIn) == []


def test_only_a_chat_that_is_open_is_spoken_in(calendar: Calendar, house: House) -> None:
    calendar.told("I have a job interview on Thursday.").close()
    calendar.clock.at = day(3, 18)
    house.open(model=FakeModel()).bring_up()
    assert house.events.of(CheckedIn) == []


@pytest.mark.parametrize(("mode", "persona"), [("play", ""), ("incognito", ""), ("usual", "storyteller")])
@pytest.mark.parametrize("begun", [False, True])
def test_a_play_what_is_incognito_and_a_persona_with_its_own_memory_are_not_interrupted(
    calendar: Calendar, mode: ChatMode, persona: str, begun: bool
) -> None:
    companion = calendar.told("I have a job interview on Thursday.")
    companion.begin_conversation(mode, persona)
    calendar.clock.at = day(3, 18)
    if begun:
        companion.ask("Good evening to you.")
    companion.bring_up()
    assert calendar.house.events.of(CheckedIn) == []
    companion.begin_conversation()
    companion.bring_up()
    assert len(calendar.house.events.of(CheckedIn)) == 1


def test_long_silence_is_met_once_with_what_mattered(calendar: Calendar) -> None:
    companion = calendar.told("I adopted a dog named Biscuit.")
    assert calendar.through(companion, day(13)) == []
    (found,) = calendar.through(companion, day(40))
    assert found.kind == "absence"
    assert "I adopted a dog named Biscuit." in found.text
    assert found.turn.at >= day(14, 9).timestamp()


@pytest.mark.parametrize(("told", "change"), [(datetime(2026, 3, 27, 10), 29), (datetime(2026, 10, 23, 10), 25)])
def test_on_the_day_the_clocks_change_it_comes_at_the_hour_of_the_wall_clock(
    paths: Paths, told: datetime, change: int
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    clock = SetClock(told.replace(tzinfo=berlin))
    calendar = Calendar(House(paths, clock), clock)
    companion = calendar.told("Remind me on Sunday at 3 pm to call Marta.", "I have a job interview on Sunday.")
    due = [datetime.fromtimestamp(each.due_at, berlin).replace(tzinfo=None) for each in companion.checkins()]
    assert due == [datetime(told.year, told.month, change, hour) for hour in (15, 18)]
    sunday = datetime(told.year, told.month, change, 9, tzinfo=berlin)
    for hour, count in ((14, 0), (15, 1), (17, 0), (18, 1), (20, 0)):
        assert len(calendar.at(companion, sunday.replace(hour=hour))) == count
    calendar.house.close()


def test_what_is_found_depends_on_nothing_but_memory_and_time(calendar: Calendar) -> None:
    companion = calendar.told("I have a job interview on Thursday.", "Remind me to buy bread on Friday.")
    now = calendar.clock.now()
    assert dated(companion._opened, now, time(9)) == dated(companion._opened, now, time(9)) != []


def test_a_desktop_that_cannot_show_it_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'nothing'}")
    thread = notify("Companion", "I have something for you.")
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_notification_does_not_say_what_it_is_about(calendar: Calendar, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, str]] = []
    monkeypatch.setattr("companion.caring.notify", lambda *said: shown.append(said))
    companion = calendar.told("I have a job interview on Thursday.")
    calendar.at(companion, day(3, 18))
    assert shown == []
    companion = calendar.set(notify=True).open()
    calendar.clock.at = day(3, 19)
    companion.ask("Remind me to buy bread on Friday.")
    companion.settle()
    calendar.at(companion, day(4, 9))
    assert shown == [("Companion", "I have something for you.")]


class Typed(TypedLines):
    """Lines as a person would type them."""

    def __init__(self, *lines: str) -> None:
        self._waiting = list(lines)

    def read(self) -> str:
        return f"{self._waiting.pop(0)}\n" if self._waiting else ""


def test_in_the_plain_chat_it_comes_before_the_person_is_asked_for_words(
    calendar: Calendar, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    companion = calendar.told("I have a job interview on Thursday.")
    calendar.clock.at = day(3, 18)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    PlainChat(companion, Typed("/quit"), calendar.house.settings).run()
    said = capsys.readouterr().out
    assert "That was today. How did it go?" in said
    assert said.count("I have a job interview") == 1
    assert said.index("How did it go?") < said.rindex("You:")
