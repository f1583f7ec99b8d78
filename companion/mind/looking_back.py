"""Thinking about a past that was brought in and confirmed: the thoughts of its exchanges, in the order of their times.

Its moments are there already. Each exchange gives what it would have given then: thoughts with the dates of their
turns, placed among what is known by when they were said, so that nothing from before takes the place of what was said
since (`keeping`). They fade from now on. Nothing is asked, credited or told of it, and of play there are no thoughts,
as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from companion.errors import ThinkingStopped
from companion.memory.forgetting import brought_back
from companion.memory.meaning import piece_vectors
from companion.mind.admit import wants_private
from companion.mind.keeping import Keeper
from companion.mind.phrasing import phrase
from companion.mind.placing import Relation
from companion.mind.reflect import Reflection
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Thinker
from companion.mind.weighing import weigh
from companion.model.protocol import StopSignal
from companion.question import Question
from companion.records import PLAY, Memory, Turn
from companion.store.jobs import Job


class _QuietKeeper(Keeper):
    """Asks nothing: what was unclear years ago is no question for today."""

    def _ask(self, question: Question) -> Question | None:
        return None


@dataclass
class LookingBack:
    """`reflection` thinks; this gives it one exchange after the other."""

    reflection: Reflection

    def __post_init__(self) -> None:
        self._keeper = _QuietKeeper(self.reflection.store, self.reflection.clock, self.reflection.curve)

    def work(self, job: Job, thinker: Thinker | None = None, stop: StopSignal | None = None) -> tuple[int, ...]:
        """Do a job of the queue (`store.jobs.PAST`); the memories that were changed. Nothing is written before all is
        thought. Raises ThinkingStopped when `stop` is set, or the source was taken back meanwhile."""
        store = self.reflection.store
        source, _, turn_id = job.key.partition("/")
        turn = store.turns.get(int(turn_id))
        stop = stop or StopSignal()
        thoughts, taken = self._think(turn, thinker or Tier0(), stop)
        if stop.is_set():
            raise ThinkingStopped
        meaning = self.reflection.meaning()
        vectors = piece_vectors(meaning, [thought.text for thought in thoughts])
        with store.db.write():
            if not store.sources.get(int(source)).confirmed or store.looked_back.is_going(int(source)):
                raise ThinkingStopped
            if not thoughts:
                store.jobs.done(job.id)
                return ()
            with store.changes.batch("reflection", "remember", f"from what was said in turn {turn.id}") as batch:
                if vectors and meaning is not None:
                    store.vectors.put(meaning.id, vectors)
                    store.vectors.announce(list(vectors))
                for at, thought in enumerate(thoughts):
                    self._keeper.keep(batch, thought, taken.get(at))
                store.looked_back.note(batch.id, int(source), job.key)
                store.jobs.done(job.id)
        return batch.touched

    def _think(
        self, turn: Turn, thinker: Thinker, stop: StopSignal
    ) -> tuple[list[Memory], Mapping[int, Mapping[int, Relation]]]:
        reflection = self.reflection
        scope = reflection.store.scopes.of(turn.conversation)
        if turn.role != "person" or scope == PLAY or wants_private(turn.text):
            return [], {}
        if reflection.store.branches.off([turn.id]):
            return [], {}
        admitted = reflection.not_kept(turn, reflection.admitted(turn, ((0, len(turn.text)),), scope))
        now = reflection.clock.now()
        thoughts = [
            brought_back(reflection.thought(turn, each, scope), reflection.curve, now)
            for each in phrase(turn, admitted, thinker, stop)
        ]
        thoughts = [each for each in thoughts if not reflection.says_what_is_buried(each.text)]
        return thoughts, weigh(self._keeper, thoughts, thinker, stop).taken
