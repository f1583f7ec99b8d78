"""What several test modules need: a small embedder, memories and turns made short, and a look at whole tables."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from companion.clock import Clock, stamp
from companion.errors import CompanionError
from companion.events import Event
from companion.memory.forgetting import Fsrs
from companion.memory.meaning import Meaning
from companion.memory.pool import Pool
from companion.memory.words import stems
from companion.records import Evidence, Memory, Turn
from companion.store.store import Store
from companion.store.vectors import Matrix
from companion.text import text_hash

ZONE = timezone(timedelta(hours=1))
START = datetime(2026, 3, 2, 10, 0, tzinfo=ZONE)
PATIENCE = 120.0
"""Seconds after which a wait counts as hanging. Never part of what is tested."""


UNRELATED = (0.0, 0.06)
"""Mean and spread of the cosine of texts that share no word, for FakeEmbedder with 256 dimensions: 1/√256."""


class FakeEmbedder:
    """A hashed bag of stems as a unit vector: near means that words are shared. Deterministic."""

    name = "fake"
    runtime = "test"

    def __init__(self, dimension: int = 256, revision: str = "1") -> None:
        self.dimension = dimension
        self.revision = revision
        self.encoded: list[str] = []
        self.keeps_calls = True

    def encode(self, texts: Sequence[str]) -> Matrix:
        if self.keeps_calls:
            self.encoded += texts
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            # Without any word there is still a direction.
            for stem in stems(text) or [f"?{text}"]:
                digest = hashlib.sha256(f"{self.revision} {stem}".encode()).digest()
                vectors[row, int.from_bytes(digest[:4], "big") % self.dimension] += 1.0 if digest[4] & 1 else -1.0
            if not vectors[row].any():
                vectors[row, 0] = 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class Events:
    """A listener that remembers, and that one can wait on."""

    def __init__(self) -> None:
        self.seen: list[Event] = []
        self._news = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._news:
            self.seen.append(event)
            self._news.notify_all()

    def of(self, kind: type[Any]) -> list[Any]:
        with self._news:
            return [event for event in self.seen if isinstance(event, kind)]

    def wait(self, kind: type[Any], count: int = 1) -> list[Any]:
        """Until `count` events of a kind have come."""
        with self._news:
            came = self._news.wait_for(lambda: sum(isinstance(e, kind) for e in self.seen) >= count, PATIENCE)
            assert came, f"no {count} {kind.__name__} in {PATIENCE:.0f} s; seen {self.seen[-5:]}"
            return [event for event in self.seen if isinstance(event, kind)]

    def wait_until(self, true: Callable[[list[Event]], bool]) -> None:
        with self._news:
            assert self._news.wait_for(lambda: true(self.seen), PATIENCE), f"not true: {self.seen[-5:]}"


def memory(text: str, clock: Clock, **values: Any) -> Memory:
    """A thought as reflection would make it, under no id yet."""
    at, offset = stamp(clock.now())
    made: dict[str, Any] = {
        "kind": "thought", "status": "active", "recorded_at": at, "utc_offset": offset, **values,
    }  # fmt: skip
    return Memory(0, text=text, **made)


def add(store: Store, text: str, **values: Any) -> Memory:
    """Put a memory into the store, in a batch of its own."""
    with store.changes.batch(values.pop("actor", "person"), "add") as batch:
        return batch.add(memory(text, store.clock, **values))


def change(store: Store, id: int, **values: Any) -> int:
    """Update a memory in a batch of its own; the batch."""
    with store.changes.batch("person", "edit") as batch:
        batch.update(id, **values)
    return batch.id


def say(store: Store, text: str, reply: str | None = None) -> tuple[Turn, Turn | None]:
    """An exchange on disk."""
    now = store.clock.now()
    conversation = store.turns.latest_conversation() or store.turns.open_conversation(now)
    turn = store.turns.add(conversation, "person", text, now)
    if reply is None:
        return turn, None
    return turn, store.turns.add(conversation, "companion", reply, now, answers=turn.id)


def evidence(turn: Turn, quote: str) -> Evidence:
    start = turn.text.index(quote)
    return Evidence(turn.id, start, start + len(quote), text_hash(quote))


def meaning(store: Store, embedder: FakeEmbedder | None = None) -> Meaning:
    """Search by meaning over everything that is in the store now."""
    embedder = embedder or FakeEmbedder()
    id = store.vectors.embedder(embedder.name, embedder.revision, embedder.dimension)
    found = Meaning(embedder, id, UNRELATED)
    embed_missing(store, found)
    return found


def embed_missing(store: Store, meaning: Meaning, pool: Pool | None = None) -> None:
    """Give every piece its vector and tell `pool`, as the background thread does."""
    part = store.vectors.missing(meaning.id, 100_000)
    if part:
        vectors = meaning.embedder.encode([text for _, text in part])
        store.vectors.put(meaning.id, {key: vector for (key, _), vector in zip(part, vectors, strict=True)})
        came = store.vectors.announce([key for key, _ in part])
        if pool is not None:
            pool.vectors_came(came)


TABLES = ("turns", "memories", "evidence", "links", "tombstones", "batches", "journal", "jobs", "nights", "reviews")


def dump(store: Store, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of `tables` (default: all that tell what is remembered), for comparing before and after."""
    return {t: sorted(store.db.all(f"SELECT * FROM {t}"), key=repr) for t in tables or TABLES}  # noqa: S608


def digests(folder: Path) -> dict[str, str]:
    """Every file under `folder` with the hash of its bytes."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


FSRS = Fsrs()


def problem_of(call: Callable[[], object]) -> CompanionError | None:
    """The error a call ends with, None when it ends well."""
    try:
        call()
    except CompanionError as error:
        return error
    return None
