"""Learning from use: after each reply a lesson, at each recall the weights as they are by then; all of it in the log.

What is learned can be looked at in plain words, put back to what is shipped, and that be taken back.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Any

import numpy as np

from companion.clock import Clock
from companion.errors import InvalidInput, NothingToUndo
from companion.memory.adaptation import FEATURES_KEY, adapted, bounds, learn, within
from companion.memory.features import FEATURES
from companion.memory.rerank import Reranker, shipped
from companion.paths import asset
from companion.records import MODES, Habit, Learning, Mode
from companion.store.adaptation import RESET, RESTORED, USED
from companion.store.store import Store
from companion.strings import text

SHOWN = 20
"""Lessons that are shown."""


class Learner:
    """What this person's replies taught recall. Call from any thread."""

    def __init__(self, store: Store, clock: Clock, weights: Reranker | None = None) -> None:
        self._store = store
        self._clock = clock
        self._shipped = weights or shipped()
        self._current = (0, self._shipped)
        """The lesson that the weights were read after, and the weights."""

    def reranker(self) -> Reranker:
        """The weights recall uses now; read anew only when there was another lesson."""
        current, newest = self._current, self._store.adaptation.newest()
        if newest != current[0]:
            self._current = current = (newest, adapted(self._shipped, self._store.adaptation.deltas()))
        return current[1]

    def learn(self, reply: int) -> None:
        """Learn from which memories a reply used, once that is marked. Joins the caller's transaction; a reply is
        learned from once."""
        weighed = self._store.recalls.weighed(reply, FEATURES_KEY)
        self._store.recalls.drop_figures(reply)
        if not weighed:
            return
        mode = weighed[0].mode
        x = np.array([one.figures for one in weighed])
        used = np.array([one.used for one in weighed])
        if not np.isfinite(x).all():
            return
        weights = self._shipped.of(mode == "asked")
        deltas = self._store.adaptation.deltas().get(mode, {})
        after = learn(deltas, weights, x[used], x[~used], mode)
        self._store.adaptation.teach(self._clock.now(), USED, {mode: after}, reply)

    def reset(self) -> Learning:
        """Back to the shipped weights, exactly. Raises InvalidInput when nothing was learned."""
        with self._store.db.write():
            nothing: dict[Mode, dict[str, float]] = {mode: {} for mode in MODES}
            if self._store.adaptation.teach(self._clock.now(), RESET, nothing) is None:
                raise InvalidInput(text("engine.nothing_learned"))
        return self.learning()

    def restore(self) -> Learning:
        """Take the latest reset back: what it removed is added to what was learned since. Raises NothingToUndo."""
        store = self._store.adaptation
        with self._store.db.write():
            reset = store.standing_reset()
            if reset is None:
                raise NothingToUndo(text("engine.not_reset"), hint=text("engine.see_learning"))
            now = store.deltas()
            after: dict[Mode, dict[str, float]] = {}
            for mode in MODES:
                removed = {name: before for name, (before, _) in reset.change.get(mode, {}).items()}
                mine = now.get(mode, {})
                both = {name: mine.get(name, 0.0) + removed.get(name, 0.0) for name in {*mine, *removed}}
                after[mode] = within(both, self._shipped.of(mode == "asked"), mode)
            store.teach(self._clock.now(), RESTORED, after, undoes=reset.id)
        return self.learning()

    def learning(self) -> Learning:
        """What was learned, in words."""
        store = self._store.adaptation
        with self._store.db.snapshot():
            deltas = store.deltas()
            habits = []
            for mode in MODES:
                weights = self._shipped.of(mode == "asked")
                mine = within(deltas.get(mode, {}), weights, mode)
                for name, bound in zip(FEATURES, bounds(weights, mode), strict=True):
                    if mine.get(name):
                        shipped_weight = weights.values.get(name, 0.0)
                        habits.append(Habit(mode, name, in_words(name), shipped_weight, mine[name], float(bound)))
            habits.sort(key=lambda habit: -abs(habit.delta) / habit.bound)
            return Learning(
                tuple(habits),
                store.taught_since_reset(),
                store.lessons(SHOWN),
                store.standing_reset() is not None,
            )


def in_words(feature: str) -> str:
    """What a feature says of a memory."""
    return _words().get(feature, feature.replace("_", " "))


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    raw: dict[str, Any] = tomllib.loads(asset("recall", "features.toml").read_text(encoding="utf-8"))
    return {str(name): str(words) for name, words in raw["words"].items()}
