"""Nothing is brought up that the person has since said is off, over, or about somebody who is gone."""

from __future__ import annotations

import pytest

from companion.clock import SetClock
from tests.house import House
from tests.test_checkins import Calendar, day


@pytest.fixture
def calendar(house: House, clock: SetClock) -> Calendar:
    return Calendar(house, clock)


INTERVIEW = "I have a job interview on Thursday."
DENTIST = "Remind me to call the dentist on Thursday."


@pytest.mark.parametrize(
    ("told", "later"),
    [
        (INTERVIEW, ["I cancelled the interview."]),
        (INTERVIEW, ["I'm not going to the interview after all."]),
        (INTERVIEW, ["I won’t go to the job interview."]),
        (INTERVIEW, ["The interview is off."]),
        (INTERVIEW, ["The job interview on Thursday is not happening."]),
        (INTERVIEW, ["I decided not to go to the interview."]),
        (INTERVIEW, ["I withdrew from the interview."]),
        (INTERVIEW, ["I had the interview already."]),
        (INTERVIEW, ["My job interview was moved to Friday.", "They cancelled the interview."]),
        ("I am visiting my grandmother on Thursday.", ["My grandmother died yesterday."]),
        (DENTIST, ["Never mind the dentist reminder."]),
        (DENTIST, ["I cancelled the dentist."]),
        (DENTIST, ["You don't need to remind me to call the dentist any more."]),
        (DENTIST, ["I called the dentist already."]),
        ("My sister Lena's birthday is on 5 March.", ["My sister Lena died."]),
        ("We got married on 5 March 2015.", ["We are getting divorced."]),
        ("我星期四有一个面试。", ["面试取消了。"]),
        ("我星期四有一个面试。", ["我不去面试了。"]),
    ],
)
def test_what_is_off_or_over_or_about_who_is_gone_is_not_brought_up(
    calendar: Calendar, told: str, later: list[str]
) -> None:
    companion = calendar.told(told)
    assert companion.checkins()
    for text in later:
        companion.ask(text)
        companion.settle()
    assert calendar.through(companion, day(5)) == []


def test_what_was_moved_twice_is_asked_about_once(calendar: Calendar) -> None:
    companion = calendar.told(
        INTERVIEW, "My job interview was moved to Friday.", "The interview was moved to Saturday."
    )
    assert [found.turn.at for found in calendar.through(companion, day(9))] == [day(5, 18).timestamp()]


def test_how_it_went_is_not_asked_of_who_has_told_it(calendar: Calendar) -> None:
    companion = calendar.told(INTERVIEW)
    calendar.clock.at = day(3, 12)
    companion.ask("The interview went really well!")
    companion.settle()
    assert calendar.through(companion, day(9)) == []


@pytest.mark.parametrize(
    "later",
    [
        "I am so nervous about the interview.",
        "I bought a suit for the interview.",
        "My friend Paul cancelled his gym membership.",
        "Should I not go to the interview?",
        "My neighbour died yesterday.",
    ],
)
def test_what_stands_is_still_asked_about(calendar: Calendar, later: str) -> None:
    companion = calendar.told(INTERVIEW)
    calendar.clock.advance(days=1)
    companion.ask(later)
    companion.settle()
    assert [each.kind for each in calendar.through(companion, day(5))] == ["after"]
