"""Moves Companion's clock by COMPANION_TEST_DAYS in every process that finds this on its path."""

import os
from datetime import datetime, timedelta

import companion.clock as clock

_now = clock.SystemClock.now


def _then(self: clock.SystemClock) -> datetime:
    return _now(self) + timedelta(days=float(os.environ.get("COMPANION_TEST_DAYS", "0")))


clock.SystemClock.now = _then  # type: ignore[method-assign]
