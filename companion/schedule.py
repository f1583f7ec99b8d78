"""The clockwork of a running engine: the night. The only importer of apscheduler."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger


class Schedule:
    """Calls `night` every day at the local time `at`, from a thread of its own."""

    def __init__(self, at: time, night: Callable[[], object]) -> None:
        self._scheduler = BackgroundScheduler(daemon=True)
        # A laptop that slept through 03:30 runs the night when it wakes, however late, once for all it missed.
        self._scheduler.add_job(
            night,
            CronTrigger(hour=at.hour, minute=at.minute),
            id="night",
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
