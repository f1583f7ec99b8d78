"""The models part of `CompanionApi`: one download at a time in a thread of its own, told as events."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from companion.errors import CompanionError, PullRunning, PullStopped
from companion.events import Event, ModelPullFinished, ModelPullProgress
from companion.kernel_seal import start_free
from companion.model.pull_stop import PullStop
from companion.model.shelf import Shelf
from companion.offers import ModelChoice, ModelList, PullPlan, Removal
from companion.strings import text

log = logging.getLogger(__name__)

EVERY = 0.25
"""Seconds between two events of one download."""


class Shelving:
    """Whoever is one gives it a shelf, `_emit` and, at its end, calls `end_pull`."""

    _shelf: Shelf
    _emit: Callable[[Event], None]
    _pull: Pull | None = None
    _pull_changing = threading.Lock()

    def models(self) -> ModelList:
        return self._shelf.all()

    def plan_pull(self, key: str) -> PullPlan:
        return self._shelf.plan(key)

    def pull_model(self, key: str) -> None:
        plan = self._shelf.plan(key)
        with self._pull_changing:
            if self._pull is not None and self._pull.running:
                raise PullRunning(self._pull.plan.name, hint=text("engine.one_at_a_time"))
            self._pull = Pull(self._shelf, plan, self._emit)

    def stop_pull(self) -> bool:
        pull = self._pull
        if pull is None or not pull.running:
            return False
        pull.stop()
        return True

    def use_model(self, key: str) -> ModelChoice:
        path, notice = self._shelf.use(key)
        return ModelChoice("" if path is None else str(path), notice)

    def plan_removal(self, key: str) -> Removal:
        return self._shelf.removal(key)

    def remove_model(self, key: str) -> Removal:
        return self._shelf.remove(key)

    def end_pull(self, patience: float = 0.5) -> None:
        """Nothing is fetched any more; what has come is kept."""
        if self._pull is not None:
            self._pull.stop(patience)


class Pull:
    """A download that runs from the moment it is made."""

    def __init__(self, shelf: Shelf, plan: PullPlan, emit: Callable[[Event], None]) -> None:
        self.plan = plan
        self._shelf = shelf
        self._emit = emit
        self._stop = PullStop()
        self._told = ("", 0.0)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pull", daemon=True)
        start_free(self._thread)

    @property
    def running(self) -> bool:
        return not self._done.is_set()

    def stop(self, patience: float = 0.0) -> None:
        self._stop.set()
        self._thread.join(patience)

    def _progress(self, done: int, total: int, what: str) -> None:
        before, at = self._told
        now = time.monotonic()
        if what != before or now - at >= EVERY or done == total:
            self._told = (what, now)
            self._emit(ModelPullProgress(self.plan.key, self.plan.name, done, total, what))

    def _run(self) -> None:
        key, name = self.plan.key, self.plan.name
        try:
            offer = self._shelf.pull(key, on_progress=self._progress, stop=self._stop)
            finished = ModelPullFinished(key, name, offer.path)
        except PullStopped:
            finished = ModelPullFinished(key, name, stopped=True)
        except CompanionError as error:
            finished = ModelPullFinished(key, name, title=str(error), hint=error.hint)
        except Exception as error:  # whatever it is, the chat goes on
            log.exception("a model could not be fetched")
            title = text("engine.not_fetched", name=name, name_2=type(error).__name__)
            finished = ModelPullFinished(key, name, title=title, hint=text("engine.in_log"))
        self._done.set()  # first: who hears of the end may begin the next at once
        self._emit(finished)
