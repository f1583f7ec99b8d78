"""The clockwork of a running engine: the night, and a look every minute. The only importer of apscheduler."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

LOOK = 60.0
"""Seconds after which the wall clock is looked at again."""


class _Watchful(BackgroundScheduler):  # type: ignore[misc]
    """Does not trust one long wait: a timer stands still while the laptop sleeps, and knows nothing of a clock that is
    set. So the night comes within a minute of waking up, and is not lost after a clock was ahead."""

    def _process_jobs(self) -> float:
        for job in self.get_jobs():
            coming = job.trigger.get_next_fire_time(None, datetime.now(self.timezone))
            if job.next_run_time is not None and job.next_run_time > coming:  # the clock was set back
                job.modify(next_run_time=coming)
        wait: float | None = super()._process_jobs()
        return LOOK if wait is None else min(wait, LOOK)


class Schedule:
    """Calls `night` every day at the local time `at`, and `minute` every minute, from threads of its own."""

    def __init__(self, at: time, night: Callable[[], object], minute: Callable[[], object] | None = None) -> None:
        self._scheduler = _Watchful(daemon=True)
        # A laptop that slept through 03:30 runs the night when it wakes, however late, once for all it missed.
        self._scheduler.add_job(
            night,
            CronTrigger(hour=at.hour, minute=at.minute),
            id="night",
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        if minute is not None:
            self._scheduler.add_job(
                minute, CronTrigger(second=0), id="minute", misfire_grace_time=None, coalesce=True, max_instances=1
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
