"""What the person says of a memory that a reply was given: "not relevant" teaches recall, "wrong" sets it aside too."""

from __future__ import annotations

from dataclasses import dataclass

from companion.chats import Verdict
from companion.clock import stamp
from companion.editing import Editing, said
from companion.errors import InvalidInput, NotFound
from companion.memory.forgetting import AGAIN, DAY
from companion.memory.learner import Learner, in_words
from companion.mind.tagging import Tagger
from companion.records import Change, Lesson, Memory
from companion.store.changes import Batch
from companion.strings import text as words

_ALIVE = ("active", "dormant", "archived", "candidate")


@dataclass
class Judging:
    editing: Editing
    learner: Learner

    def judge(self, reply: int, memory: int, verdict: Verdict) -> Change:
        """One batch of the journal, whose undoing takes back what was learned as well. Raises NotFound, InvalidInput
        when the person said so already."""
        store = self.editing.store
        if not store.recalls.was_given(reply, memory)[0]:
            raise NotFound(words("judging.not_given", memory=memory, reply=reply))
        judged = store.memories.get(memory)
        if verdict not in ("not relevant", "wrong"):
            raise InvalidInput(words("judging.no_verdict", verdict=str(verdict)))
        if store.judgements.standing(reply).get(memory) in (verdict, "wrong"):
            raise InvalidInput(words("judging.said_already"))
        touched: tuple[int, ...] = ()
        with store.changes.batch("person", verdict, words("judging.reason", reply=reply)) as batch:
            if verdict == "wrong":
                touched = self._set_aside(batch, judged)
            lesson = self.learner.judge(batch.id, reply, memory, verdict)
        return self.editing.change(batch.id, _summary(judged, verdict, lesson), touched or (memory,))

    def _set_aside(self, batch: Batch, memory: Memory) -> tuple[int, ...]:
        """With the verbatim moments that say it, or else it would come back through them; thoughts of the same words
        are left: they may say something else."""
        store, curve = self.editing.store, self.editing.curve
        now = self.editing.clock.now()
        since = memory.recorded_at if memory.last_used_at is None else memory.last_used_at
        days = max(0.0, stamp(now)[0] - since) / DAY
        strength, difficulty = curve.review(memory.strength, memory.difficulty, days, AGAIN)
        batch.update(memory.id, status="quarantined", strength=strength, difficulty=difficulty)
        store.recalls.review(memory.id, now, AGAIN, "called wrong", None)
        for other in self.editing.on_the_same_words(memory) if memory.kind in ("moment", "thought") else ():
            if other.kind != "thought" and other.status in _ALIVE:
                batch.update(other.id, status="quarantined")
        Tagger(store).refresh(batch, (memory.text,), memory.scope)
        return batch.touched


def _summary(memory: Memory, verdict: Verdict, lesson: Lesson | None) -> str:
    text = said(memory.text)
    done = words("judging.wrong", text=text) if verdict == "wrong" else words("judging.not_relevant", text=text)
    learned = _learned(lesson)
    return f"{done} {learned}" if learned or verdict == "wrong" else f"{done} {words('judging.nothing_learned')}"


def _learned(lesson: Lesson | None) -> str:
    """What moved most."""
    steps = [
        (name, after - before)
        for change in (lesson.change if lesson else {}).values()
        for name, (before, after) in change.items()
    ]
    if not steps:
        return ""
    name, step = max(steps, key=lambda each: abs(each[1]))
    what = in_words(name)
    return words("judging.counts_more", what=what) if step > 0 else words("judging.counts_less", what=what)
