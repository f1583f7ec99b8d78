"""What the background thread does in time that nobody needs: it thinks about a past that was brought in, and learns how
the model runs best and what it can be trusted with. Any other work, or the person, ends it. A part of `Minding`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from companion import strings
from companion.errors import ModelError, ProfileError, ThinkingStopped
from companion.events import Event, MemoriesChanged
from companion.mind.looking_back import LookingBack
from companion.mind.measuring import Measuring
from companion.mind.reflect import Reflection
from companion.mind.thinking import Thinker
from companion.mind.tuning import Tuner
from companion.model.protocol import StopSignal
from companion.settings import OnBattery
from companion.store.store import Store

log = logging.getLogger(__name__)


class Idling:
    """Whoever is one gives it the parts below."""

    store: Store
    reflection: Reflection
    measuring: Measuring
    tuner: Tuner | None
    on_battery: OnBattery
    power: Callable[[], bool]
    emit: Callable[[Event], None]
    changed: Callable[[], None]
    doing: str
    _wake: threading.Condition
    _poked: bool
    _resting: bool
    _idle: bool
    _looking_back: bool

    @property
    def thinker(self) -> Thinker:
        raise NotImplementedError

    def interruptible(self) -> AbstractContextManager[StopSignal]:
        raise NotImplementedError

    def _free(self) -> bool:
        raise NotImplementedError

    @property
    def is_measuring(self) -> bool:
        """Whether a new model is being measured just now."""
        return self._idle and not self._looking_back

    def _look_back(self) -> None:
        """Think about the past that was brought in, in time that nobody needs: any work, or the person, ends it, and it
        goes on where it was at the next occasion."""
        looking, tried, changed = LookingBack(self.reflection), set[int](), False
        try:
            while (job := self.store.jobs.next_past()) is not None and job.id not in tried and self._is_idle():
                tried.add(job.id)
                done, total = self.store.jobs.past()
                self.doing = strings.text("past.thinking", done=done, total=total)
                with self.interruptible() as stop:
                    with self._wake:
                        self._idle = self._looking_back = True
                        if self._poked or self._resting:
                            stop.set()
                    self.changed()
                    try:
                        changed = bool(looking.work(job, self.thinker, stop)) or changed
                    except (ThinkingStopped, ProfileError):
                        raise
                    except Exception as error:
                        log.exception("thinking about the past failed")
                        self.store.jobs.failed(job.id, f"{type(error).__name__}: {error}")
        except ThinkingStopped:
            log.debug("thinking about the past was interrupted")
        finally:
            with self._wake:
                self._idle = self._looking_back = False
                self._wake.notify_all()
            if changed:
                self.emit(MemoriesChanged(()))
            self.doing = ""
            self.changed()

    def _is_idle(self) -> bool:
        with self._wake:
            idle = self._free() and not self._poked and not self.store.read_only
        waits = self.on_battery != "at once" and self.measuring.tier > 0 and not self.power()
        return idle and not waits

    def _measure(self) -> None:
        """Learn how the model runs best and what it can be trusted with, in time that nobody needs: any work, or the
        person, ends it."""
        for work in (self.tuner, self.measuring):
            if work is not None and work.due:
                with self.interruptible() as stop:
                    self._measure_idly(work, stop)

    def _measure_idly(self, work: Tuner | Measuring, stop: StopSignal) -> None:
        with self._wake:
            self._idle = True
            if self._poked or self._resting:
                stop.set()
        self.changed()
        try:
            work.measure(stop)
        except ThinkingStopped:
            log.debug("measuring the model was interrupted")
        except ModelError as error:  # tried again at the next occasion; it does not keep the rest from working
            log.warning("the model could not be measured: %s", type(error).__name__)
        finally:
            with self._wake:
                self._idle = False
                self._wake.notify_all()  # somebody may wait for it to be at rest
            self.changed()
