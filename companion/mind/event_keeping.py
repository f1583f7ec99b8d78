"""Events of a conversation, kept as it flows: an exchange is heard, and what ended with it becomes a memory.

In two steps, so that nothing is written, and no transaction is open, while a model or the embedder works:

    heard = keeper.hear(turn, moments, vectors)      before the batch; reads only
    keeper.keep(batch, heard)                        in the batch, after the exchange's own moments were added

An event ends where the next begins (`events.hear`), when another conversation goes on, and in the night. It is told
once (`telling_events`), from the turns whose moments stand; whoever undoes it has it undone for good.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from companion.memory.affect import valence
from companion.memory.forgetting import first_strength
from companion.memory.meaning import Meaning, piece_vectors
from companion.memory.words import idf, stems
from companion.mind import events
from companion.mind.central import LARGE
from companion.mind.events import Heard, Stretch
from companion.mind.setting_apart import SettingApart
from companion.mind.telling_events import Sentence, Telling, tell, tell_by_model, tellable
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Thinker
from companion.model.protocol import StopSignal
from companion.pieces import pieces
from companion.records import PLAY, Evidence, Memory, Status, Turn
from companion.store.changes import Batch
from companion.store.images import content_key
from companion.store.store import Store
from companion.store.vectors import Matrix
from companion.text import text_hash

LEAST_TELLING = 3
"""Turns of the person that tell something, from which a stretch is an event and not small talk."""
PART_OF = 0.2
"""Weight of the link from what was said to the event it is part of: an event is no bridge between all its parts."""
NEXT = 0.5
STANDING: tuple[Status, ...] = ("active", "dormant", "archived")
"""States of a moment whose words may be told again."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An event to be kept, and the memories that are part of it."""

    event: Memory
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What an exchange, or silence, makes of events; nothing of it is written yet."""

    before: dict[int, str | None]
    """By conversation, the state it was told from, and, in `after`, the one it leaves."""
    after: dict[int, Stretch]
    ended: tuple[Ended, ...] = ()
    vectors: dict[bytes, Matrix] | None = None


NOTHING = Hearing({}, {})


class EventKeeper:
    """`meaning` gives the embedder when there is one: without it pauses alone end events, and vectors come later."""

    def __init__(self, store: Store, meaning: Callable[[], Meaning | None] = lambda: None) -> None:
        self._store = store
        self._meaning = meaning
        self._apart = SettingApart(store)

    def hear(
        self,
        turn: Turn,
        moments: Sequence[Memory] | None = None,
        vectors: Mapping[bytes, Matrix] | None = None,
        *,
        thinker: Thinker | None = None,
        stop: StopSignal | None = None,
    ) -> Hearing:
        """The exchange that `turn` began. `moments`: its own, kept or not yet (default: those in the store); `vectors`:
        of their pieces, by content key, where they are not stored yet. Nothing when it was heard before. Raises
        ThinkingStopped, and ModelError."""
        exchange = [turn.id, *(reply.id for reply in self._store.turns.replies_to(turn.id))]
        moments = self._moments(exchange) if moments is None else moments
        stored = self._store.stretches.get(turn.conversation)
        stretch = Stretch.from_json(stored) if stored is not None else None
        likeness = self._likeness(turn.conversation, stretch, moments, vectors or {})
        heard = Heard(turn.id, max(exchange), turn.at, likeness, self._store.stretches.surprise(turn.id))
        after, boundary = events.hear(stretch, heard)
        if after == stretch:
            return NOTHING
        others = {
            id: state
            for id, state in self._store.stretches.open().items()
            if id != turn.conversation and Stretch.from_json(state).last < turn.id
        }
        ended = dict(others)
        if boundary is not None and stored is not None:
            ended[turn.conversation] = stored
        found = self._end(ended, thinker, stop)
        return replace(
            found, before=found.before | {turn.conversation: stored}, after=found.after | {turn.conversation: after}
        )

    def close(
        self,
        until: float | None = None,
        *,
        conversation: int | None = None,
        thinker: Thinker | None = None,
        stop: StopSignal | None = None,
    ) -> Hearing:
        """End the open events: of `conversation` (default: of all), as far as nothing was said in them after `until`
        (seconds; default: whenever that was). Raises ThinkingStopped, and ModelError."""
        ended = {
            id: state
            for id, state in self._store.stretches.open().items()
            if conversation in (None, id) and (until is None or Stretch.from_json(state).until <= until)
        }
        return self._end(ended, thinker, stop)

    def keep(
        self, batch: Batch, hearing: Hearing, status: Callable[[Memory], Status] = lambda memory: memory.status
    ) -> tuple[Memory, ...]:
        """Write what `hear` or `close` found: the events, what is part of them, and which came before. `status`: the
        state an event begins in. What was changed since, so that an event is not what was said any more, is left out.
        Returns the events."""
        if not self.note(hearing):
            return ()
        meaning = self._meaning()
        if hearing.vectors and meaning is not None:
            self._store.vectors.put(meaning.id, hearing.vectors)
        kept = []
        for ended in hearing.ended:
            if not self._stands(ended):
                continue
            before = self._store.stretches.event_before(ended.event.recorded_at, STANDING, ended.event.scope)
            event = batch.add(replace(ended.event, status=status(ended.event)))
            for part in self._store.memories.many(ended.parts):
                batch.link(part, event.id, "part-of", PART_OF)
            if before is not None:
                batch.link(before, event.id, "next", NEXT)
            kept.append(event)
        return tuple(kept)

    def note(self, hearing: Hearing) -> bool:
        """Write only how far the conversations were heard; False when somebody else did meanwhile. Inside a
        transaction."""
        if any(self._store.stretches.get(id) != state for id, state in hearing.before.items()):
            return False
        for id, stretch in hearing.after.items():
            self._store.stretches.put(id, stretch.json(), open=stretch.exchanges > 0)
        return True

    def _end(self, states: Mapping[int, str | None], thinker: Thinker | None, stop: StopSignal | None) -> Hearing:
        before, after, ended = dict(states), {}, []
        for conversation, state in states.items():
            stretch = Stretch.from_json(state or "")
            after[conversation] = stretch.closed()
            found = self._tell(conversation, stretch, thinker or Tier0(), stop or StopSignal())
            if found is not None:
                ended.append(found)
        ended.sort(key=lambda each: each.event.recorded_at)
        return Hearing(before, after, tuple(ended), piece_vectors(self._meaning(), [each.event.text for each in ended]))

    def _tell(self, conversation: int, stretch: Stretch, thinker: Thinker, stop: StopSignal) -> Ended | None:
        """The event of a stretch; None when it was small talk, or is not to be told."""
        # What was pasted is never told as what the person said.
        turns = {
            t.id: self._apart.typed(t) for t in self._store.turns.between(conversation, stretch.first, stretch.last)
        }
        if not turns:
            return None
        parts = [m for m in self._resting_on(list(turns)) if m.kind in ("moment", "thought") and m.status in STANDING]
        # A persona whose memory became its own, or shared, meanwhile: an event is of one scope, the latest.
        parts = [m for m in parts if m.scope == parts[-1].scope] if parts else []
        told = [turns[e.turn] for m in parts if m.kind == "moment" for e in m.evidence if e.turn in turns]
        telling = [turn for turn in dict.fromkeys(told) if turn.role == "person"]
        if len(telling) < LEAST_TELLING:
            return None
        sentences = [sentence for turn in sorted(telling, key=lambda turn: turn.id) for sentence in tellable(turn)]
        buried = self._store.memories.is_buried
        sentences = [sentence for sentence in sentences if not buried(sentence.text)]
        weights = self._weights(sentences)
        found = tell_by_model(sentences, weights, thinker, stop) or tell(sentences, weights)
        if found is None or buried(found.text):
            return None
        return Ended(_event(found, list(turns.values()), parts), tuple(m.id for m in parts))

    def _weights(self, sentences: Sequence[Sentence]) -> dict[str, float]:
        """idf of the stems of `sentences` among all that is remembered."""
        held = self._store.search.document_frequency(stem for sentence in sentences for stem in stems(sentence.text))
        total = max(LARGE, self._store.search.count())
        return {stem: idf(times, max(total, times)) for stem, times in held.items()}

    def _likeness(
        self, conversation: int, stretch: Stretch | None, moments: Sequence[Memory], vectors: Mapping[bytes, Matrix]
    ) -> float | None:
        """Cosine of an exchange to the mean of those before it in the open event."""
        if stretch is None or not stretch.recent:
            return None
        recent = self._store.turns.between(conversation, stretch.recent[0], stretch.last)
        earlier = self._vector(self._moments([turn.id for turn in recent]), {})
        now = self._vector(moments, vectors)
        return None if earlier is None or now is None else float(earlier @ now)

    def _vector(self, moments: Sequence[Memory], vectors: Mapping[bytes, Matrix]) -> Matrix | None:
        """The mean direction of what moments say; None where no vector of theirs is known."""
        meaning = self._meaning()
        keys = [content_key(m.text[start:end]) for m in moments for start, end in pieces(m.text)]
        missing = [key for key in keys if key not in vectors]
        if meaning is None or not keys:
            return None
        held = self._store.vectors.get(meaning.id, missing) if missing else {}
        found = [vectors.get(key, held.get(key)) for key in keys]
        known = [vector for vector in found if vector is not None]
        if not known:
            return None
        mean = np.mean(known, axis=0)
        length = float(np.linalg.norm(mean))
        return np.asarray(mean / length, dtype=np.float32) if length else None

    def _moments(self, turns: Sequence[int]) -> list[Memory]:
        return [m for m in self._resting_on(turns) if m.kind == "moment"]

    def _resting_on(self, turns: Sequence[int]) -> list[Memory]:
        return self._store.memories.resting_on(turns) if turns else []

    def _stands(self, ended: Ended) -> bool:
        """Whether all that an event quotes may still be told."""
        quoted = {e.turn for e in ended.event.evidence}
        moments = self._moments(sorted(quoted))
        standing = {e.turn for m in moments if m.status in STANDING for e in m.evidence}
        return quoted <= standing


def _event(told: Telling, turns: Sequence[Turn], parts: Sequence[Memory]) -> Memory:
    """As important as what was learned in it, though never so much that it would outlive that; dated by its beginning,
    when it happened."""
    first, last, scope = turns[0], turns[-1], parts[-1].scope
    importance = min(4, max((m.importance for m in parts if m.kind == "thought"), default=2))
    return Memory(
        0,
        "event",
        told.text,
        "active",
        first.at,
        first.utc_offset,
        modality="hypothetical" if scope == PLAY else "fact",
        importance=importance,
        valence=valence(told.text),
        sensitivity=max((m.sensitivity for m in parts), default=0),
        strength=first_strength("event", "fact", importance, None),
        event_start=first.at,
        event_end=last.at,
        scope=scope,
        evidence=tuple(Evidence(s.turn.id, s.start, s.end, text_hash(s.text)) for s in told.sentences),
    )
