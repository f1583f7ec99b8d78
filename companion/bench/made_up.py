"""Conversations that nobody had: as many as wanted, varied, and always the same for the same seed.

Each is about one topic, in which a sentence names people, places, pastimes and days; `Space` has a vector near its
topic's centre for every text, so that meaning is as clustered as in life and no embedder has to run.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from companion.bench.made_up_words import (
    NAMES,
    PASTIMES,
    PLACES,
    QUESTIONS,
    REPLIES,
    STORIES,
    THINGS,
    TITLES,
    TOPICS,
)
from companion.store.vectors import Matrix

TURNS = 20
"""Turns of a conversation, about."""
LASTS = 0.4
"""Share of the person's turns that a thought is taken from."""
DATED = 0.15
"""Share that names a day."""
DIMENSION = 384
NEARNESS = 0.6
"""Length of the topic's share in a vector, against 0.8 of its own direction."""


class Said(NamedTuple):
    """A turn. `fact` is the span that lasts, `happened` the day that the text names."""

    by_person: bool
    text: str
    topic: int
    fact: tuple[int, int] | None = None
    happened: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    begins: datetime
    turns: tuple[Said, ...]


class Asking(NamedTuple):
    """A message that asks memory for something, with what was said before it."""

    text: str
    topic: int
    context: tuple[str, ...]


def conversations(begin: datetime, every: timedelta, seed: int = 0) -> Iterator[Conversation]:
    """Without end, one after each `every`."""
    draw = _Draw(seed)
    at = begin
    while True:
        topic = draw.random.randrange(len(TOPICS))
        turns: list[Said] = []
        for _ in range(draw.random.randint(TURNS // 2 - 3, TURNS // 2 + 3)):
            turns += [_told(draw, topic, at), Said(False, draw.fill(draw.random.choice(REPLIES), topic), topic)]
        yield Conversation(at, tuple(turns))
        at += every


def askings(count: int, seed: int = 1) -> list[Asking]:
    """Questions and remarks; every second one in the middle of a conversation."""
    draw = _Draw(seed)
    found = []
    for number in range(count):
        topic = draw.random.randrange(len(TOPICS))
        text = draw.fill(QUESTIONS[number % len(QUESTIONS)], topic)
        context = [draw.fill(draw.random.choice(STORIES), topic), draw.fill(draw.random.choice(REPLIES), topic)]
        found.append(Asking(text, topic, tuple(context) if number % 2 else ()))
    return found


class Space:
    """Unit vectors about a random centre for each topic. The cosine of two texts is about 0.36 within a topic, 0
    between topics."""

    def __init__(self, seed: int = 2, dimension: int = DIMENSION) -> None:
        self.dimension = dimension
        self._random = np.random.default_rng(seed)
        self._centres = _unit(self._random.standard_normal((len(TOPICS), dimension), dtype=np.float32))

    def near(self, topics: Sequence[int]) -> Matrix:
        """(len(topics), dimension): a new vector for each text, by its topic."""
        own = _unit(self._random.standard_normal((len(topics), self.dimension), dtype=np.float32))
        return _unit(NEARNESS * self._centres[list(topics)] + (1 - NEARNESS**2) ** 0.5 * own)

    def background(self) -> tuple[float, float]:
        """Mean and standard deviation of the cosine of texts of different topics."""
        vectors = self.near(range(len(TOPICS)))
        cosines = (vectors @ vectors.T)[~np.eye(len(TOPICS), dtype=bool)]
        return float(cosines.mean()), float(cosines.std())


def _unit(vectors: Matrix) -> Matrix:
    found: Matrix = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return found


def _told(draw: _Draw, topic: int, at: datetime) -> Said:
    """A turn of the person: a sentence or three, one of which may last, one of which may name a day."""
    parts = [draw.fill(draw.random.choice(STORIES), topic) for _ in range(draw.random.randint(0, 2))]
    fact, happened = "", None
    if draw.random.random() < LASTS or not parts:
        fact = draw.fill(draw.random.choice(TOPICS[topic].facts), topic)
        parts.insert(draw.random.randint(0, len(parts)), fact)
    if draw.random.random() < DATED:
        happened = at - timedelta(days=draw.random.randint(0, 60))
        parts.append(f"That was on {happened.day} {happened:%B}.")
    text = " ".join(parts)
    start = text.index(fact) if fact else 0
    return Said(True, text, topic, (start, start + len(fact)) if fact else None, happened)


class _Draw:
    """Words by chance, some far more often than others, as people and places are spoken of."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._often = {len(words): _zipf(len(words)) for words in (NAMES, PLACES, PASTIMES, THINGS, TITLES)}

    def fill(self, template: str, topic: int) -> str:
        return template.format(
            name=self._one(NAMES),
            other=self._one(NAMES),
            place=self._one(PLACES),
            pastime=self._one(PASTIMES),
            thing=self._one(THINGS),
            title=self._one(TITLES),
            subject=self.random.choice(TOPICS[topic].subjects),
            number=self.random.randint(2, 40),
            month=f"{datetime(2024, self.random.randint(1, 12), 1):%B}",
        )

    def _one(self, words: Sequence[str]) -> str:
        return self.random.choices(words, cum_weights=self._often[len(words)])[0]


def _zipf(count: int) -> list[float]:
    """Cumulative weights by rank, the first word the most frequent: w(r) ∝ 1/(r + 3)."""
    return list(accumulate(1 / (rank + 3) for rank in range(count)))
