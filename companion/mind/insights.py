"""What several thoughts show together and none of them says: formed by a model of tier 3, at most once a reflection.

It is a candidate only: it is not recalled until the person says the same. It rests on the evidence of all the thoughts
it cites, and may hold no name or number that they do not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from companion.clock import Clock, local_date, stamp
from companion.memory.affect import emotion, valence
from companion.memory.forgetting import first_strength
from companion.mind.candidates import STATUSES, is_insight
from companion.mind.changing import people
from companion.mind.ground import unfounded
from companion.mind.rules import language_of
from companion.mind.thinking import Thinker
from companion.mind.wording import GENERIC, wording
from companion.model.protocol import StopSignal
from companion.records import Memory
from companion.store.changes import Batch
from companion.store.store import Store

LEAST, DAYS = 3, 2
"""Thoughts about one thing, and local days on which they were told, that an insight needs at least."""
MOST = 12
"""Thoughts that are shown."""
IMPORTANCE = 2


@dataclass(frozen=True, slots=True)
class Found:
    memory: Memory
    sources: tuple[int, ...]
    """Memories it rests on; those of the turn itself are not written yet and left out."""


class Insights:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def find(self, thoughts: Sequence[Memory], thinker: Thinker, stop: StopSignal) -> tuple[Found | None, str]:
        """(an insight to which one of the new `thoughts` leads, why the model's words are not used). Nothing below
        tier 3. Asked when the third thought about one thing comes, and again whenever their number has doubled, so that
        the model is not asked the same again and again. Raises ThinkingStopped, ModelFailed."""
        if thinker.tier < 3:
            return None, ""
        for thought in thoughts:
            shown = self._about_one_thing(thought)
            if shown:
                return self._ask(shown, thinker, stop)
        return None, ""

    def keep(self, batch: Batch, found: Found) -> int:
        """Write it and its links; its id."""
        id = batch.add(found.memory).id
        for source in found.sources:
            batch.link(id, source, "same-topic")
        return id

    def _about_one_thing(self, thought: Memory) -> list[Memory]:
        """The new thought with the older ones of its subject that share a telling word, oldest first; [] when they are
        too few, or of one day, or were shown before."""
        words = wording(thought.text).telling - people(language_of(thought.text)) - GENERIC
        frequency = self._store.search.document_frequency(words)
        for word in sorted(words, key=lambda word: -frequency[word]):
            ids = [id for id, _ in self._store.search.holding([word], 2 * MOST, STATUSES, "thought", thought.scope)]
            others = [m for m in self._store.memories.many(ids).values() if self._fits(m, thought)]
            told = [*sorted(others, key=lambda m: m.recorded_at), thought]
            days = {local_date(memory.recorded_at, memory.utc_offset) for memory in told}
            if len(told) >= LEAST and len(days) >= DAYS and _a_new_number(len(told)):
                return told[-MOST:]
        return []

    def _fits(self, memory: Memory, thought: Memory) -> bool:
        own = {e.turn for e in thought.evidence} & {e.turn for e in memory.evidence}
        return memory.subject == thought.subject and not own and not is_insight(memory)

    def _ask(self, shown: Sequence[Memory], thinker: Thinker, stop: StopSignal) -> tuple[Found | None, str]:
        insight = thinker.insight([memory.text for memory in shown], stop=stop)
        if insight is None:
            return None, ""
        cited = [shown[at] for at in insight.cites]
        reason = unfounded(insight.text, [memory.text for memory in cited])
        scope = shown[-1].scope
        known = any(memory.scope == scope for memory in self._store.memories.same_statement(insight.text))
        known = known or self._store.memories.is_buried(insight.text)
        if reason or known:
            return None, reason or "it is known, or was forgotten"
        at, offset = stamp(self._clock.now())
        subject = Counter(memory.subject for memory in cited).most_common(1)[0][0]
        memory = Memory(
            0,
            "thought",
            insight.text,
            "candidate",
            at,
            offset,
            subject=subject,
            importance=IMPORTANCE,
            strength=first_strength("thought", "fact", IMPORTANCE, None),
            valence=valence(insight.text),
            emotion=emotion(insight.text),
            valid_from=at,
            scope=scope,
            evidence=tuple(dict.fromkeys(e for memory in cited for e in memory.evidence)),
        )
        return Found(memory, tuple(memory.id for memory in cited if memory.id)), ""


def _a_new_number(count: int) -> bool:
    """3, 6, 12 …"""
    while count > LEAST and count % 2 == 0:
        count //= 2
    return count == LEAST
