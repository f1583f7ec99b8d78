"""The mood over days: by the person's own calendar, from their own turns, nothing stored."""

from __future__ import annotations

from datetime import date, timedelta, timezone

import pytest

from companion.clock import SetClock
from companion.errors import InvalidInput
from companion.mind.mood import latest_mood, mood
from companion.store.store import Store
from tests.support import START, say

TODAY = START.date()


def test_a_day_has_its_mean_spread_and_emotions(store: Store, clock: SetClock) -> None:
    say(store, "I'm so happy, we had a wonderful day!", "I hate everything, I am furious.")
    say(store, "The train was late.")
    clock.advance(days=1)
    say(store, "I'm exhausted and sad, my dog died.")
    say(store, "It's terrible, I keep crying.")
    say(store, "我很难过。")
    first, second = mood(store.turns.latest(50))
    assert (first.day, first.turns, first.emotions) == (TODAY, 2, (("joy", 1),))
    assert first.valence == pytest.approx(first.spread), "one turn that is level halves it"
    assert first.valence > 0.3
    assert (second.day, second.turns) == (TODAY + timedelta(days=1), 3)
    assert second.valence < -0.3
    assert second.emotions[0] == ("sadness", 2) or second.emotions[0] == ("sadness", 3)


def test_days_are_those_of_the_zone_the_person_was_in(store: Store, clock: SetClock) -> None:
    clock.at = START.replace(hour=23, minute=30)
    say(store, "I am glad.")
    clock.at = (clock.at + timedelta(minutes=10)).astimezone(timezone(timedelta(hours=3)))
    say(store, "I am sad.")
    days = mood(store.turns.latest(50))
    assert [(each.day, each.turns) for each in days] == [(TODAY, 1), (TODAY + timedelta(days=1), 1)]


def test_travelling_back_over_midnight_makes_no_day_twice(store: Store, clock: SetClock) -> None:
    clock.at = START.replace(hour=0, minute=10) + timedelta(days=1)
    say(store, "One.")
    clock.at = (clock.at + timedelta(minutes=10)).astimezone(timezone(timedelta(hours=-5)))
    say(store, "Two.")
    clock.at = (clock.at + timedelta(minutes=10)).astimezone(START.tzinfo)
    say(store, "Three.")
    assert [(each.day, each.turns) for each in mood(store.turns.latest(50))] == [
        (TODAY, 1),
        (TODAY + timedelta(days=1), 2),
    ]


def test_only_the_days_asked_for_are_read(store: Store, clock: SetClock) -> None:
    for _ in range(5):
        say(store, "I am glad.", "I am sad.")
        clock.advance(days=1)
    today = TODAY + timedelta(days=4)
    assert [each.day for each in latest_mood(store, today, 2)] == [today - timedelta(days=1), today]
    assert len(latest_mood(store, today, 30)) == len(latest_mood(store, today, 10**9)) == 5
    assert latest_mood(store, today + timedelta(days=40), 30) == ()
    assert latest_mood(store, date(1, 1, 1) + timedelta(days=36_600), 10**9) != ()
    with pytest.raises(InvalidInput):
        latest_mood(store, today, 0)


def test_blank_turns_and_no_turns_make_no_day(store: Store) -> None:
    say(store, " \n")
    assert mood(store.turns.latest(50)) == ()
    assert mood([]) == ()
