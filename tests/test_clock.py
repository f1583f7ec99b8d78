"""The machine's own clock and zone: every moment with the offset that held then, on every day of the year."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as daytime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.clock import LOCAL, SystemClock, iso, local, moment, stamp
from companion.memory.forgetting import Fsrs
from companion.mind.sleep import Sleep, moment_of
from companion.store.store import Store
from tests.support import say

pytestmark = pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot change a process's zone")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "UTC")


@contextmanager
def living_in(zone: str) -> Iterator[ZoneInfo]:
    """This process's local zone is `zone`."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield ZoneInfo(zone)
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


@given(st.sampled_from(ZONES), st.integers(1_000_000_000, 1_900_000_000))
def test_every_moment_has_the_offset_that_held_then(zone: str, seconds: int) -> None:
    with living_in(zone) as rules:
        now = SystemClock(lambda: float(seconds)).now()
        right = datetime.fromtimestamp(seconds, rules)
        assert (now.timestamp(), now.utcoffset(), now.replace(tzinfo=None)) == (
            float(seconds), right.utcoffset(), right.replace(tzinfo=None),
        )  # fmt: skip
        assert stamp(now) == stamp(right)
        assert local(*stamp(now)) == right.replace(tzinfo=None)
        assert moment(*stamp(now)).timestamp() == seconds
        assert datetime.fromisoformat(iso(*stamp(now))).timestamp() == seconds


@given(st.sampled_from(ZONES), st.datetimes(datetime(2001, 9, 10), datetime(2030, 1, 1)), st.integers(0, 1))
def test_another_days_wall_time_is_read_by_the_rules_of_the_zone(zone: str, wall: datetime, fold: int) -> None:
    with living_in(zone) as rules:
        wall = wall.replace(fold=fold)
        assert wall.replace(tzinfo=LOCAL).timestamp() == wall.replace(tzinfo=rules).timestamp()


def test_a_moment_in_the_local_zone_goes_through_the_pipe() -> None:
    with living_in("Europe/Berlin"):
        now = SystemClock().now()
        assert pickle.loads(pickle.dumps(now)) == now  # noqa: S301
        assert now.tzname() in ("CET", "CEST")
        assert now.dst() is None
        assert LOCAL.utcoffset(None) is None
        assert LOCAL.tzname(None) is None


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Berlin", datetime(2026, 3, 29)), ("Europe/Berlin", datetime(2026, 10, 25)),
     ("America/New_York", datetime(2026, 3, 8)), ("America/New_York", datetime(2026, 11, 1))],
)  # fmt: skip
def test_the_app_sleeps_once_where_half_past_two_comes_twice_or_not_at_all(
    store: Store, zone: str, day: datetime
) -> None:
    hour = daytime(2, 30)
    with living_in(zone) as rules:
        begin = (day - timedelta(days=1)).replace(hour=12, tzinfo=rules).timestamp()
        seconds = [begin]
        clock = SystemClock(lambda: seconds[0])
        store.clock = store.changes._clock = clock
        turn, _ = say(store, "hello")
        assert turn.utc_offset == datetime.fromtimestamp(begin, rules).utcoffset().total_seconds()  # type: ignore[union-attr]
        ran: list[str] = []
        for minute in range(0, 24 * 60, 5):
            seconds[0] = begin + minute * 60
            ran += Sleep(store, clock, Fsrs(), hour).run().nights
        assert ran == [day.date().isoformat()]
        rows = store.db.all("SELECT night, ran_at FROM nights")
        assert [night for night, _ in rows] == ran
        # The night's own moment is the same seen from before and after the change.
        seen = (datetime.fromtimestamp(at, LOCAL) for at in (rows[0][1], begin + 86_400.0, begin + 90 * 86_400.0))
        assert len({moment_of(day.date(), hour, at).timestamp() for at in seen}) == 1
        assert moment_of(day.date(), hour, clock.now()).timestamp() <= rows[0][1]
        said, _ = say(store, "and the next day")
        assert said.utc_offset == datetime.fromtimestamp(seconds[0], rules).utcoffset().total_seconds()  # type: ignore[union-attr]
        assert datetime.fromtimestamp(said.at, UTC) > datetime.fromtimestamp(turn.at, UTC)
