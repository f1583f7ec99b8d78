"""The tier of the model in use: set by the person, else measured once for a model and kept in the profile."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from companion.errors import ModelMissing
from companion.mind.thinkers import make_thinker
from companion.mind.thinking import Thinker
from companion.model.probe import ProbeState, Progress, identity, report_of, run_probe, version
from companion.model.protocol import ChatModel, ModelInfo, StopSignal
from companion.model.tiers import ProbeReport
from companion.store.store import Store
from companion.strings import text

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of one loaded model."""

    model: ChatModel
    info: ModelInfo
    """As it was: a server may have come back with another model."""
    name: str
    state: ProbeState
    report: ProbeReport | None


class Measuring:
    """`model` gives the model once it is loaded; `setting` is the tier that the person set, if any."""

    def __init__(self, store: Store, model: Callable[[], ChatModel | None], setting: int | None) -> None:
        self._store = store
        self._model = model
        self._setting = setting
        self._looking = threading.Lock()
        self._measuring = threading.Lock()
        self._found: _Found | None = None

    @property
    def setting(self) -> int | None:
        return self._setting

    @property
    def report(self) -> ProbeReport | None:
        """What was measured of this model; None before that, or without a model."""
        found = self._look()
        return found.report if found is not None else None

    @property
    def tier(self) -> int:
        """0 until there is a model and something is known of it."""
        if self._model() is None:
            return 0
        if self._setting is not None:
            return self._setting
        report = self.report
        return report.tier if report is not None else 0

    @property
    def thinker(self) -> Thinker:
        """For the model as it is now; to be asked for anew for each piece of work."""
        report = self.report
        return make_thinker(self.tier, self._model(), report.cut if report is not None else 0.0)

    @property
    def due(self) -> bool:
        """Whether this model is still to be measured, as far as nobody set its tier."""
        found = self._look()
        return found is not None and found.report is None and self._setting is None and not self._store.read_only

    def measure(self, stop: StopSignal, *, again: bool = False, progress: Progress | None = None) -> ProbeReport:
        """Measure the model, from where the last time was stopped; what is known already is returned at once unless
        `again`. Raises ModelMissing (not loaded), ModelFailed, ThinkingStopped."""
        with self._measuring:
            found = self._look()
            if found is None:
                raise ModelMissing(text("engine.not_loaded"))
            if found.report is not None and not again:
                return found.report
            state = ProbeState() if again else found.state
            try:
                report = run_probe(make_thinker(3, found.model), found.model, state, stop=stop, progress=progress)
            finally:
                # Minutes of work for a large model: what is done is not done again.
                if not self._store.read_only and (state.complete or not again):
                    self._store.probes.put(found.name, version(), state.json(), self._store.clock.now())
            with self._looking:
                self._found = _Found(found.model, found.info, found.name, state, report)
            log.info("measured %s: tier %d", found.model.info.name, report.tier)
            return report

    def _look(self) -> _Found | None:
        model = self._model()
        with self._looking:
            if model is None:
                return None
            info = model.info
            if self._found is None or self._found.model is not model or self._found.info != info:
                name = identity(info)
                state = ProbeState.from_json(self._store.probes.get(name, version()))
                self._found = _Found(model, info, name, state, report_of(state) if state.complete else None)
            return self._found
