"""What of an exchange is set apart: what was pasted into the person's turn, and what a reply may have made of it.

It is remembered as "quarantined" (`store.sources`): shown, but neither recalled nor told again, nor placed among what
is known, until the person has confirmed it. Whoever wrote a pasted page must not write into the person's memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from companion.pasted import Span, masked, repeats, typed
from companion.records import Memory, Turn
from companion.store.changes import Batch
from companion.store.sources import Source
from companion.store.store import Store


@dataclass(frozen=True, slots=True)
class Apart:
    """`turn` is the person's with blanks where something was pasted, `typed` the stretches that are left of it."""

    whole: Turn
    turn: Turn
    typed: tuple[Span, ...]
    open: tuple[Source, ...] = ()
    """What was pasted into it and was not decided yet."""
    taints: Source | None = None
    """What the reply may have its words from."""


class SettingApart:
    def __init__(self, store: Store) -> None:
        self._store = store

    def look(self, turn: Turn, reply: Turn | None) -> Apart:
        sources = self._store.sources.of_turn(turn.id)
        pasted = [(source.start, source.end) for source in sources]
        rest = typed(turn.text, pasted) if pasted else ((0, len(turn.text)),)
        own = replace(turn, text=masked(turn.text, pasted)) if pasted else turn
        return Apart(
            turn,
            own,
            rest,
            tuple(source for source in sources if not source.decided),
            self._taints(turn, reply, sources),
        )

    def typed(self, turn: Turn) -> Turn:
        """With blanks where something was pasted."""
        return self.look(turn, None).turn

    def keep(self, batch: Batch, apart: Apart, memories: Sequence[Memory]) -> int:
        """Add what waits, each under the source of its words; how many there were. What a reply made of a source that
        was removed is not kept."""
        kept = 0
        for memory in memories:
            source = next((each for each in apart.open if _rests_in(memory, each)), apart.taints)
            if source is None or source.decided or self._is_known(memory):
                continue
            self._store.sources.keep(batch, source.id, memory)
            kept += 1
        return kept

    def _taints(self, turn: Turn, reply: Turn | None, sources: Sequence[Source]) -> Source | None:
        direct = next((source for source in sources if not source.confirmed), None)
        if direct is not None or reply is None:
            return direct
        earlier = self._store.sources.in_conversation(turn.conversation)
        return next((source for source, text in reversed(earlier) if repeats(reply.text, text)), None)

    def _is_known(self, memory: Memory) -> bool:
        """Whether it was kept before: the exchange is thought about once more."""
        if memory.kind == "moment":
            return holds_moment(self._store, memory)
        spans = {(e.turn, e.start, e.end) for e in memory.evidence}
        others = self._store.memories.resting_on([e.turn for e in memory.evidence])
        return any(
            other.kind == memory.kind and spans <= {(e.turn, e.start, e.end) for e in other.evidence}
            for other in others
        )


def holds_moment(store: Store, moment: Memory) -> bool:
    """Whether there is a moment of any of the same words."""
    mine = moment.evidence[0]
    return any(
        other.kind == "moment"
        and any(e.turn == mine.turn and e.start < mine.end and mine.start < e.end for e in other.evidence)
        for other in store.memories.resting_on([mine.turn])
    )


def _rests_in(memory: Memory, source: Source) -> bool:
    return all(e.turn == source.turn and source.start <= e.start and e.end <= source.end for e in memory.evidence)
