"""What is brought up keeps to the quiet hours and to the number a day, whatever is planned and however they are set."""

from __future__ import annotations

import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.mind.checking_in import CheckingIn
from companion.paths import Paths
from companion.settings import CheckInSettings
from companion.store.store import Store
from tests.support import START, add, evidence, say

DAYS = ("Tuesday", "Wednesday", "Thursday")
THINGS = ("dentist", "lawyer", "concert", "exam", "tailor", "marathon")
HOURS = st.integers(0, 23).map(time)


def plan(store: Store, text: str, moment: bool) -> None:
    turn = say(store, text)[0]
    starts = turn.at + 86_400
    add(
        store, text, kind="moment" if moment else "thought", modality="fact" if moment else "plan",
        event_start=starts, event_end=starts + 1, evidence=(evidence(turn, text),),
    )  # fmt: skip


def is_quiet(at: time, begins: time, ends: time) -> bool:
    hours = [(begins.hour + n) % 24 for n in range((ends.hour - begins.hour) % 24)]
    return at.hour in hours


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(THINGS), st.sampled_from(DAYS)), max_size=5, unique=True),
    st.lists(st.tuples(st.sampled_from(DAYS), st.integers(1, 11)), max_size=3, unique=True),
    HOURS,
    HOURS,
    st.integers(1, 3),
)
def test_never_in_the_quiet_hours_and_never_more_than_was_set(
    plans: list[tuple[str, str]], reminders: list[tuple[str, int]], begins: time, ends: time, most: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = SetClock(START)
        store = Store.open(Paths(Path(folder), Path(folder)), clock)
        try:
            for thing, day in plans:
                plan(store, f"I have to see about the {thing} on {day}.", moment=False)
            for day, hour in reminders:
                plan(store, f"Remind me to call Marta on {day} at {hour} pm.", moment=True)
            checking = CheckingIn(
                store, clock, CheckInSettings(enabled=True, a_day=most, quiet_from=begins, quiet_until=ends)
            )
            told: list[tuple[datetime, str, bool]] = []
            while clock.now() < START + timedelta(days=8):
                clock.advance(minutes=30)
                found = checking.next()
                if found is not None:
                    planned, what = found
                    with store.db.write():
                        store.checkins.tell(planned.id, 1, clock.now().timestamp())
                    told.append((clock.now(), what.key, what.kind == "reminder"))
        finally:
            store.close()
    keys = [key for _, key, _ in told]
    assert len(keys) == len(set(keys))
    asked = [at for at, _, reminder in told if not reminder]
    assert not any(is_quiet(at.time(), begins, ends) for at in asked)
    assert all(sum(other.date() == at.date() for other in asked) <= most for at in asked)
    assert sum(reminder for _, _, reminder in told) == len(reminders)
