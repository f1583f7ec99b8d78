"""The night's clockwork: called at its hour, and once when the hour was slept through."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest

from companion.schedule import LOOK, Schedule
from tests.support import PATIENCE


class Night:
    def __init__(self) -> None:
        self.calls = 0
        self.called = threading.Event()

    def __call__(self) -> None:
        self.calls += 1
        self.called.set()


@pytest.fixture
def night() -> Night:
    return Night()


@pytest.fixture
def schedule(night: Night) -> Iterator[Schedule]:
    schedule = Schedule(time(3, 30), night)
    schedule.start()
    yield schedule
    schedule.stop()
    schedule.stop()


def test_the_night_is_due_at_its_hour_on_the_persons_clock(schedule: Schedule) -> None:
    due = schedule._scheduler.get_job("night").next_run_time
    now = datetime.now().astimezone()
    assert (due.hour, due.minute) == (3, 30)
    assert now < due <= now + timedelta(days=1, hours=2)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=5), timedelta(hours=9), timedelta(days=12)])
def test_a_laptop_that_slept_through_it_runs_it_once_however_late(
    schedule: Schedule, night: Night, late: timedelta
) -> None:
    schedule._scheduler.modify_job("night", next_run_time=datetime.now().astimezone() - late)
    assert night.called.wait(PATIENCE)
    schedule.stop()
    assert night.calls == 1
    assert schedule._scheduler.running is False


def note(schedule: Schedule, due: datetime) -> None:
    """Put down when the night is due, waking nobody, as when time goes by while the machine sleeps."""
    job = schedule._scheduler.get_job("night")
    job._modify(next_run_time=due)
    schedule._scheduler._jobstores["default"].update_job(job)


def test_it_looks_at_the_wall_clock_every_minute(schedule: Schedule) -> None:
    """A timer stands still while the laptop sleeps: one set in the evening for the night would end at noon."""
    assert 0 <= schedule._scheduler._process_jobs() <= LOOK


@pytest.mark.parametrize("late", [timedelta(seconds=1), timedelta(hours=9), timedelta(days=400)])
def test_waking_up_is_enough_nobody_has_to_touch_the_schedule(
    schedule: Schedule, night: Night, late: timedelta
) -> None:
    note(schedule, datetime.now().astimezone() - late)
    assert night.calls == 0
    schedule._scheduler._process_jobs()
    assert night.called.wait(PATIENCE)


def test_a_clock_set_back_by_years_does_not_put_the_night_off_for_years(schedule: Schedule, night: Night) -> None:
    note(schedule, datetime.now().astimezone() + timedelta(days=3650))
    schedule._scheduler._process_jobs()
    due = schedule._scheduler.get_job("night").next_run_time
    assert due <= datetime.now().astimezone() + timedelta(days=1, hours=2)
    assert night.calls == 0


def test_what_is_looked_at_every_minute_is_called_within_one(night: Night) -> None:
    look = Night()
    schedule = Schedule(time(3, 30), night, look)
    schedule.start()
    due = schedule._scheduler.get_job("minute").next_run_time
    assert timedelta(0) <= due - datetime.now().astimezone() + timedelta(seconds=1) <= timedelta(minutes=1, seconds=1)
    schedule._scheduler.modify_job("minute", next_run_time=datetime.now().astimezone() - timedelta(hours=9))
    assert look.called.wait(PATIENCE)
    schedule.stop()
    assert (look.calls, night.calls) == (1, 0)
