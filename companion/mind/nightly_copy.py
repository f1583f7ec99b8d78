"""The copy of everything that each night leaves: one a calendar night, caught up like the night itself.

A disk that is full or unplugged is no failed night: it is noted, told in the morning and by doctor, and tried again.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from companion.clock import Clock, stamp
from companion.errors import ProfileError, ThinkingStopped
from companion.mind.sleep import moment_of
from companion.model.protocol import StopSignal
from companion.safekeeping import Backup
from companion.store.backups import Backups
from companion.store.rotation import AHEAD
from companion.store.store import Store

log = logging.getLogger(__name__)
AGAIN = 3600.0
"""Seconds after which a copy that failed is tried again."""


@dataclass
class NightlyCopy:
    store: Store
    backups: Backups
    clock: Clock
    at: time
    enabled: bool = True
    _tried: datetime | None = None
    _running: threading.Lock = field(default_factory=threading.Lock)

    def due(self) -> bool:
        """Whether a night has come since the latest copy of one, and there was something to copy then."""
        if not self.enabled or self.store.read_only:
            return False
        now = self.clock.now()
        if self._tried is not None and timedelta(0) <= now - self._tried < timedelta(seconds=AGAIN):
            return False
        night = self._latest_night(now)
        if not self.store.mornings.lived(night):
            return False
        latest = stamp(now)[0] + AHEAD
        return not any(each.reason == "night" and night <= each.at <= latest for each in self.backups.all())

    def run(self, stop: StopSignal) -> Backup | None:
        """Make the copy that is due. Raises ThinkingStopped when `stop` is set meanwhile: it is due still."""

        def look() -> None:
            if stop.is_set():
                raise ThinkingStopped

        with self._running:
            if not self.due():
                return None
            try:
                made = self.backups.make(self.store.db, "night", look)
            except ProfileError as error:
                self._failed(error)
                return None
            self._tried = None
            if self.store.backup_notes.problem() is not None:
                with self.store.db.write():
                    self.store.backup_notes.made()
            return made

    def _failed(self, error: ProfileError) -> None:
        log.warning("no backup: %s", error.title)
        now = self.clock.now()
        self._tried = now
        try:
            with self.store.db.write():
                self.store.backup_notes.failed(stamp(now)[0], error)
        except ProfileError as worse:  # the disk that is full may be the profile's own
            log.warning("not even noted: %s", worse.title)

    def _latest_night(self, now: datetime) -> float:
        day = now.date() if now.time() >= self.at else now.date() - timedelta(days=1)
        return stamp(moment_of(day, self.at, now))[0]
