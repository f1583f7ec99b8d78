"""Exchanges in a profile of some size, each step timed: a change, the pool brought in step, recall, write, reflect."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from companion.bench.made_up import Said, Space, askings, conversations
from companion.clock import SetClock
from companion.memory.cue import Cue
from companion.memory.embedder import Embedder
from companion.memory.forgetting import curve
from companion.memory.recall import Recall
from companion.mind.reflect import Reflection
from companion.settings import Settings
from companion.store.store import Store
from companion.store.vectors import Matrix

WARM_UP = 3
"""Exchanges ahead that are not counted: the first time of everything."""
_IN_CONVERSATION = 10


@dataclass
class Samples:
    """Milliseconds, one entry an exchange."""

    recall: list[float] = field(default_factory=list)
    embedding: list[float] = field(default_factory=list)
    """The part of `recall` that the embedder took."""
    refresh: list[float] = field(default_factory=list)
    """Reading one changed memory again."""
    write: list[float] = field(default_factory=list)
    reflect: list[float] = field(default_factory=list)


class StandIn:
    """An embedder that takes the real one's time, if there is one, and answers with made-up vectors of `topic`."""

    name, revision, runtime = "made-up", "1", "none"

    def __init__(self, space: Space, inner: Embedder | None) -> None:
        self._space = space
        self._inner = inner
        self.dimension = space.dimension
        self.topic = 0
        self.ms = 0.0
        """Milliseconds the real one took so far."""

    def encode(self, texts: Sequence[str]) -> Matrix:
        if self._inner is not None:
            started = time.perf_counter()
            self._inner.encode(texts)
            self.ms += (time.perf_counter() - started) * 1000
        return self._space.near([self.topic] * len(texts))


def live(
    store: Store,
    clock: SetClock,
    recall: Recall,
    embedder: StandIn,
    settings: Settings,
    count: int,
    progress: Callable[[int], None],
) -> Samples:
    """Live through `count` exchanges that follow what the profile holds. Raises CompanionError."""
    samples = Samples()
    reflection = Reflection(store, clock, curve(settings.memory.curve), lambda: recall.meaning)
    told = _exchanges(clock)
    newest = int(store.db.value("SELECT max(id) FROM memories"))
    conversation = 0
    for number, asking in enumerate(askings(WARM_UP + count)):
        if number == WARM_UP:
            samples = Samples()
        if not number % _IN_CONVERSATION:
            conversation = store.turns.open_conversation(clock.now())
        clock.advance(minutes=2)
        embedder.topic = asking.topic
        present = frozenset(turn.id for turn in store.turns.conversation(conversation))
        # What was said last has changed what is remembered: recall never finds everything as it left it.
        with store.changes.batch("person", "pin") as batch:
            batch.update(1 + 7919 * number % newest, pinned=bool(number % 2 == 0))
        with _timed(samples.refresh):
            recall.pool.refresh()
        before = embedder.ms
        with _timed(samples.recall):
            found = recall(Cue(asking.text, asking.context, present, clock.now()), settings.memory.recall_limit)
        samples.embedding.append(embedder.ms - before)
        said, answer = next(told)
        embedder.topic = said.topic
        with _timed(samples.write):
            turn = store.turns.add(conversation, "person", said.text, clock.now(), speaker="You")
        reply = store.turns.add(conversation, "companion", answer.text, clock.now(), answers=turn.id)
        store.recalls.record(reply.id, found.memories)
        reflection.queue(turn.id)
        while (job := store.jobs.next()) is not None:
            with _timed(samples.reflect):
                reflection.run(job.id, int(job.key))
        if recall.meaning is not None and recall.meaning.index is not None:
            recall.meaning.index.catch_up()
        recall.pool.refresh()
        progress(max(0, number + 1 - WARM_UP))
    return samples


def _exchanges(clock: SetClock) -> Generator[tuple[Said, Said]]:
    for conversation in conversations(clock.now(), timedelta(hours=1), seed=3):
        said = iter(conversation.turns)
        yield from zip(said, said, strict=True)


@contextmanager
def _timed(into: list[float]) -> Generator[None]:
    started = time.perf_counter()
    yield
    into.append((time.perf_counter() - started) * 1000)
