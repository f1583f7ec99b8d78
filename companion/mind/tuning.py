"""How the model in use is run here: found out once for a machine and a model, kept in the profile, and found out anew
when replies are written far slower or faster than it said."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

from companion.errors import InvalidInput, ModelError, ModelMissing
from companion.events import Event, ReplyFinished
from companion.model.machine import machine
from companion.model.probe import identity
from companion.model.protocol import ChatModel, ModelInfo, StopSignal
from companion.model.tuning import REVISION, Tunable, TuneProgress, TuneReport, Tuning
from companion.power import on_mains
from companion.store.store import Store
from companion.strings import text

log = logging.getLogger(__name__)

REPLIES = 5
"""In a row, far from what was measured: then it is measured anew."""
FAR = 2.0
"""Times as fast or as slow."""
LEAST_TOKENS = 8
"""Of a reply whose speed says something."""
AGAIN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found for the model in use, and when."""

    report: TuneReport
    at: datetime


class Tuner:
    """`model` gives the model once it is loaded; `threads` are those the person set, if any."""

    def __init__(self, store: Store, model: Callable[[], ChatModel | None], threads: int | None) -> None:
        self._store = store
        self._model = model
        self._threads = threads
        self._measuring = threading.Lock()
        self._tried: datetime | None = None
        self._speeds: deque[float] = deque(maxlen=REPLIES)

    @property
    def tuning(self) -> Tuning | None:
        """What the model is run with now; None without a model, or for one that runs elsewhere."""
        model = self._tunable()
        return model.tuning if model is not None else None

    @property
    def kept(self) -> Kept | None:
        """What was found out for the model in use."""
        model = self._tunable()
        return self._get(model.info) if model is not None else None

    def opening(self, info: ModelInfo) -> Tuning | None:
        """A model is being opened: how it runs best here, if that was found out."""
        self._tried = None
        self._speeds.clear()
        kept = self._get(info)
        return kept.report.tuning if kept is not None else None

    def heard(self, event: Event) -> None:
        """Learns how fast replies are really written."""
        if isinstance(event, ReplyFinished) and event.report.reply_tokens >= LEAST_TOKENS:
            self._speeds.append(event.report.tokens_per_second)

    @property
    def due(self) -> bool:
        """Whether it is to be found out: nobody did, the machine was busy then, or replies tell otherwise. At most once
        an hour, and not on battery, which makes a machine slower than it is."""
        now = self._store.clock.now()
        if self._store.read_only or (self._tried is not None and now - self._tried < AGAIN_AFTER):
            return False
        if self._tunable() is None or not on_mains():
            return False
        kept = self.kept
        return kept is None or not kept.report.steady or self._far_from(kept.report.tuning)

    def measure(self, stop: StopSignal, *, again: bool = True, progress: TuneProgress | None = None) -> TuneReport:
        """Find it out, keep it, and use the threads at once, the rest from the next opening on; what is known already
        is returned at once unless `again`. Raises ModelMissing, InvalidInput (it runs elsewhere), ModelFailed,
        ThinkingStopped."""
        with self._measuring:
            model = self._tunable()
            if model is None:
                if self._model() is None:
                    raise ModelMissing(text("engine.not_loaded"))
                raise InvalidInput(text("engine.nothing_to_tune"))
            kept = self.kept
            if kept is not None and not again:
                return kept.report
            try:
                report = model.tune(stop, progress)
            except ModelError:
                self._tried = self._store.clock.now()
                raise
            self._tried = now = self._store.clock.now()
            self._speeds.clear()
            if not self._store.read_only:
                self._store.tunings.put(*self._key(model.info), report.json(), now)
            if self._threads is None:
                model.use_threads(report.tuning.threads)
            log.info("tuned %s: %s", model.info.name, report.tuning)
            return report

    def _tunable(self) -> Tunable | None:
        model = self._model()
        return model if isinstance(model, Tunable) else None

    def _far_from(self, tuning: Tuning) -> bool:
        speeds = list(self._speeds)
        slow = all(speed * FAR < tuning.write_per_second for speed in speeds)
        return len(speeds) == REPLIES and (slow or all(speed > FAR * tuning.write_per_second for speed in speeds))

    def _get(self, info: ModelInfo) -> Kept | None:
        found = self._store.tunings.get(*self._key(info))
        report = TuneReport.from_json(found[0]) if found is not None else None
        return Kept(report, found[1]) if found is not None and report is not None else None

    @staticmethod
    def _key(info: ModelInfo) -> tuple[str, str, int, str]:
        try:
            library = version("llama-cpp-python")
        except PackageNotFoundError:  # put there by other means
            library = "unknown"
        return machine(), identity(info), info.context_tokens, f"{library}/{REVISION}"
