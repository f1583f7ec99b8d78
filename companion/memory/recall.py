"""Recall: what the moment calls for, in milliseconds and without a model call.

Everything that may be remembered is compared with the cue by meaning and by words, at several granularities, with who
speaks, when, and how it felt (`features`); associations are followed from what fits (`associations`); a linear
reranker puts it in order and says whether any of it is worth more than silence (`rerank`). SQLite has the last word on
each memory (state, text).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from companion.memory.associations import associated
from companion.memory.cue import Cue, Reading, read
from companion.memory.features import FEATURES, Evidence, Matrix64, features
from companion.memory.meaning import Meaning
from companion.memory.nearness import Nearness, nearness
from companion.memory.pool import Flags, Floats, Ints, Pool, Rows
from companion.memory.reasons import reasons
from companion.memory.rerank import Weights, shipped
from companion.memory.updates import newer_first
from companion.memory.vector_table import VectorTable
from companion.memory.wording import Terms, Wording
from companion.records import RECALLABLE, Memory, RecalledMemory
from companion.store.store import Store
from companion.store.vectors import Matrix

__all__ = ["Cue", "Examined", "Recall", "Recalled"]
SEEDS = 30
"""Memories from which associations are followed."""
_ASSOCIATED = FEATURES.index("associated")


@dataclass(frozen=True)
class Recalled:
    memories: tuple[RecalledMemory, ...]
    ms: float


@dataclass(frozen=True)
class Examined:
    """A cue against the pool: features and scores of every row."""

    evidence: Evidence
    features: Matrix64
    scores: Floats
    allowed: Flags
    """Whether a row may be recalled: it rests on something that is not before the model anyway."""


class Recall:
    """`meaning` may come later than the first recall, or never: then words alone decide."""

    def __init__(self, store: Store, meaning: Meaning | None = None, weights: Weights | None = None) -> None:
        self.store = store
        self.pool = Pool(store, None)
        self.weights = weights or shipped()
        self._terms = Terms(store)
        self._meaning: Meaning | None = None
        self.meaning = meaning

    @property
    def meaning(self) -> Meaning | None:
        return self._meaning

    @meaning.setter
    def meaning(self, meaning: Meaning | None) -> None:
        self._meaning = meaning
        table = VectorTable(self.store, meaning.id, meaning.embedder.dimension) if meaning is not None else None
        self.pool.use(table)

    def __call__(self, cue: Cue, limit: int) -> Recalled:
        """At most `limit` memories, best first; empty for small talk and for what was never told."""
        started = time.perf_counter()
        found = self._find(cue, limit) if limit > 0 else []
        return Recalled(tuple(found), (time.perf_counter() - started) * 1000)

    def examine(self, cue: Cue) -> Examined | None:
        """Features and scores of everything for a cue; None when it asks for nothing or nothing is remembered."""
        reading = read(cue)
        if not reading.words and not reading.windows:
            if not reading.context_words:
                return None  # greetings and small talk: nothing in it that a memory could be about
        rows = self.pool.refresh()
        if not len(rows):
            return None
        near, context = self._nearness(reading, rows)
        name_words = [stem for name in sorted(reading.names) for stem in _stems(name)]
        evidence = Evidence(
            rows,
            reading,
            near,
            context,
            Wording(self._terms, reading.words, rows),
            Wording(self._terms, reading.context_words, rows),
            Wording(self._terms, name_words, rows),
        )
        x = features(evidence, np.zeros(len(rows)))
        allowed = _allowed(rows, cue)
        first = np.where(allowed, self.weights.scores(x), -np.inf)
        seeds = np.argsort(-first, kind="stable")[:SEEDS]
        seeds = seeds[np.isfinite(first[seeds])]
        if len(seeds):
            reached, rank = associated(rows, seeds, np.exp(first[seeds] - first[seeds].max()), self._links(rows, seeds))
            associations = np.zeros(len(rows))
            associations[reached] = rank
            # A seed's own share is only its own score once more.
            associations[seeds] = np.maximum(
                0.0,
                associations[seeds]
                - 0.5 * np.exp(first[seeds] - first[seeds].max()) / np.exp(first[seeds] - first[seeds].max()).sum(),
            )
            x[:, _ASSOCIATED] = np.log1p(200.0 * associations)
        return Examined(evidence, x, self.weights.scores(x), allowed)

    def _find(self, cue: Cue, limit: int) -> list[RecalledMemory]:
        examined = self.examine(cue)
        if examined is None:
            return []
        rows = examined.evidence.rows
        scores = np.where(examined.allowed, examined.scores, -np.inf)
        best = float(scores.max())
        if best < self.weights.gate:
            return []
        order = np.argsort(-scores, kind="stable")[: 4 * limit + 50]
        order = order[scores[order] >= best - self.weights.depth]
        order = newer_first(order, scores, examined, self._vectors(rows, order))
        return self._chosen(order, examined, limit)

    def _chosen(self, order: Ints, examined: Examined, limit: int) -> list[RecalledMemory]:
        """The memories themselves, as SQLite has them now, each turn once."""
        rows = examined.evidence.rows
        memories = self.store.memories.many([int(id) for id in rows.ids[order]])
        chosen: list[tuple[int, Memory]] = []
        taken: dict[int, int] = {}
        for row in order:
            memory = memories.get(int(rows.ids[row]))
            if memory is None or memory.status not in RECALLABLE:
                continue
            turn = int(rows.turn[row])
            if turn and turn in taken:
                at = taken[turn]
                if chosen[at][1].kind == "moment" and memory.kind != "moment" and _says_most(memory, chosen[at][1]):
                    chosen[at] = (int(row), memory)
                continue
            if turn:
                taken[turn] = len(chosen)
            chosen.append((int(row), memory))
        return [self._recalled(row, memory, rank, examined) for rank, (row, memory) in enumerate(chosen[:limit], 1)]

    def _recalled(self, row: int, memory: Memory, rank: int, examined: Examined) -> RecalledMemory:
        near = examined.evidence.near
        words = examined.features[row, FEATURES.index("words")]
        return RecalledMemory(
            memory,
            score=round(float(1 / (1 + np.exp(-examined.scores[row]))), 4),
            rank=rank,
            similarity=round(float(near.cosine[row]), 4) if near is not None and near.known[row] else None,
            coverage=round(float(words), 4),
            reasons=reasons(row, memory, examined.evidence, examined.features[row], self.weights),
        )

    def _nearness(self, reading: Reading, rows: Rows) -> tuple[Nearness | None, Nearness | None]:
        meaning, table = self._meaning, self.pool.vectors
        if meaning is None or table is None or not len(table.matrix):
            return None, None
        texts = [reading.text, *([f"{reading.context}\n{reading.text}"] if reading.context else [])]
        vectors = meaning.embedder.encode(texts)
        found = [nearness(rows, table.matrix, vector, meaning.background) for vector in vectors]
        return found[0], found[1] if len(found) > 1 else None

    def _links(self, rows: Rows, seeds: Ints) -> list[tuple[int, int, float]]:
        return self.store.working_set.links([int(id) for id in rows.ids[seeds]])

    def _vectors(self, rows: Rows, order: Ints) -> Matrix | None:
        """Unit vectors of the first pieces of some rows, zeros where there is none."""
        table = self.pool.vectors
        if table is None or not len(table.matrix):
            return None
        slots = rows.piece_slot[rows.first_piece[order]]
        return np.where(slots[:, None] >= 0, table.matrix[np.maximum(slots, 0)], np.float32(0))


def _allowed(rows: Rows, cue: Cue) -> Flags:
    return ~np.isin(rows.turn, sorted(cue.present_turns))


def _stems(name: str) -> Sequence[str]:
    from companion.memory.words import stems

    return stems(name)


def _says_most(thought: Memory, moment: Memory) -> bool:
    """Whether a thought holds most of what its moment says, so that it can stand for it."""
    return len(thought.text) >= 0.6 * len(moment.text)
