"""Learning from use: after each reply a lesson, at each recall the weights as they are by then; all of it in the log.

What is learned can be looked at in plain words, put back to what is shipped, and that be taken back.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from companion.chats import Verdict
from companion.clock import Clock
from companion.errors import InvalidInput, NothingToUndo
from companion.memory.adaptation import FEATURES_KEY, adapted, bounds, learn, within
from companion.memory.features import FEATURES
from companion.memory.rerank import Reranker, shipped
from companion.records import MODES, Habit, Learning, Lesson, Mode
from companion.store.adaptation import JUDGED, JUDGED_BACK, RESET, RESTORED, USED
from companion.store.judgements import Judgement
from companion.store.recalls import Weighed
from companion.store.store import Store
from companion.strings import text, texts

SHOWN = 20
"""Lessons that are shown."""
SAID_SO = 5
"""Steps that the person's own word counts for, where a use that was found out counts for one."""


class Learner:
    """What this person's replies taught recall. Call from any thread."""

    def __init__(self, store: Store, clock: Clock, weights: Reranker | None = None) -> None:
        self._store = store
        self._clock = clock
        self._shipped = weights or shipped()
        self._current = (0, self._shipped)
        """The lesson that the weights were read after, and the weights."""
        store.changes.keep_beside(self._stands)

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
        self._store.recalls.learned_from(reply)
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

    def judge(self, batch: int, reply: int, memory: int, verdict: Verdict) -> Lesson | None:
        """The person says that a memory was no help for a reply: it counts as not used, beside what was used, or else
        beside all else that the reply was given. Goes with the batch, inside its transaction: see `_stands`. None where
        there is nothing to compare, it is too long ago, or that was said of it before."""
        store = self._store
        _, used = store.recalls.was_given(reply, memory)
        told = store.judgements.standing(reply)
        lesson = None
        given = store.recalls.given(reply, FEATURES_KEY) if memory not in told else {}
        if memory in given:
            others = [one for id, one in given.items() if id != memory and id not in told]
            better = [one for one in others if one.used] or others
            lesson = self._taught(reply, given[memory], better)
        store.judgements.add(Judgement(batch, reply, memory, verdict, used, lesson))
        return None if lesson is None else store.adaptation.lesson(lesson)

    def _taught(self, reply: int, worse: Weighed, better: list[Weighed]) -> int | None:
        x, y = np.array([one.figures for one in better]), np.array([worse.figures])
        if not better or not np.isfinite(x).all() or not np.isfinite(y).all():
            return None
        weights = self._shipped.of(worse.mode == "asked")
        deltas = self._store.adaptation.deltas().get(worse.mode, {})
        for _ in range(SAID_SO):
            deltas = learn(deltas, weights, x, y, worse.mode)
        return self._store.adaptation.teach(self._clock.now(), JUDGED, {worse.mode: deltas}, reply)

    def _stands(self, batch: int, stands: bool) -> bool:
        """A batch was undone, or done again: what was learned with it is taken away, or added, within the bounds."""
        store = self._store
        judgement = store.judgements.of_batch(batch)
        if judgement is None or not store.judgements.set_standing(judgement, stands):
            return False
        lesson = None if judgement.lesson is None else store.adaptation.lesson(judgement.lesson)
        reset = store.adaptation.standing_reset()
        if lesson is None or (reset is not None and reset.id > lesson.id):
            return True  # nothing was learned, or it is gone already
        now, after = store.adaptation.deltas(), dict[Mode, dict[str, float]]()
        for mode, change in lesson.change.items():
            mine = dict(now.get(cast(Mode, mode), {}))
            for name, (before, learned) in change.items():
                step = round(learned - before, 6)
                mine[name] = round(mine.get(name, 0.0) + (step if stands else -step), 6)
            after[cast(Mode, mode)] = within(mine, self._shipped.of(mode == "asked"), cast(Mode, mode))
        if stands:
            store.adaptation.teach(self._clock.now(), JUDGED, after, lesson.reply)
        else:
            store.adaptation.teach(self._clock.now(), JUDGED_BACK, after, undoes=lesson.id)
        return True

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
    return str(texts("habit").get(feature, feature.replace("_", " ")))
