"""Recall, first cut: vectors and words fused, judged against a calibrated floor, without a model call.

Candidates come from the index (or exact search) and from full text; SQLite has the last word on each (status, text).
Ranks are fused by Σ 1/(60 + rank) (Cormack et al. 2009). What is neither near enough nor shares enough telling words
with the cue is not recalled: "I don't remember that" beats a wrong memory.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from companion.memory.embedder import Embedder
from companion.memory.exact import ExactSearch
from companion.memory.index import VectorIndex
from companion.memory.words import coverage, idf, stems
from companion.records import RECALLABLE, Memory, RecalledMemory
from companion.store.store import Store
from companion.store.vectors import Matrix, as_matrix
from companion.text import normalised

CANDIDATES = 50
FUSION = 60
ENOUGH_WORDS = 0.5
"""A memory far from the cue in meaning still counts when it holds this share of the cue's telling words."""
LONGEST_CUE = 4_000
"""Characters of a message that are looked at, half at each end: what a person asks stands before or after a paste."""


@dataclass(frozen=True)
class Cue:
    """What recall is asked for: the person's message, what it leans on, and what the reply has before it anyway."""

    text: str
    context: str = ""
    """The exchange before, for messages that say "it" and "she" and little else."""
    present_turns: frozenset[int] = frozenset()
    """Turns that are in the prompt already: memories that rest on nothing else are not recalled again."""


@dataclass(frozen=True)
class Recalled:
    memories: tuple[RecalledMemory, ...]
    ms: float


@dataclass
class Meaning:
    """Search by meaning: an embedder, where its vectors are looked up, and how near is near."""

    embedder: Embedder
    id: int
    floor: float
    exact: ExactSearch
    index: VectorIndex | None = None

    def nearest(self, vector: Matrix, limit: int) -> list[int]:
        found = self.index.search(vector, limit) if self.index is not None else None
        return found if found is not None else self.exact.search(vector, limit)


@dataclass
class Recall:
    """`meaning` may come later than the first recall, or never: then words alone decide."""

    store: Store
    meaning: Meaning | None = None

    def __call__(self, cue: Cue, limit: int) -> Recalled:
        """At most `limit` memories, best first; empty for small talk and for what was never told."""
        started = time.perf_counter()
        found = self._find(cue, limit) if limit > 0 else []
        return Recalled(tuple(found), (time.perf_counter() - started) * 1000)

    def _find(self, cue: Cue, limit: int) -> list[RecalledMemory]:
        asked, context = _ends(cue.text), _ends(cue.context)
        words = stems(asked)
        if not words:
            return []  # greetings and small talk: nothing in it that a memory could be about
        if len(words) < 2 and context:
            asked = f"{context}\n{asked}"
            words = list(dict.fromkeys([*words, *stems(context)]))
        by_words = self._by_words(asked, words)
        similarity = self._similarities(asked, [id for id, _ in by_words])
        memories = self.store.memories.many(sorted({*similarity, *(id for id, _ in by_words)}))
        memories = {id: m for id, m in memories.items() if m.status in RECALLABLE and not _present(m, cue)}
        weights = self._weights(words)
        covered = {id: coverage(weights, stems(memory.text)) for id, memory in memories.items()}
        floor = self.meaning.floor if self.meaning else 1.0
        good = [id for id in memories if similarity.get(id, 0.0) >= floor or covered[id] >= ENOUGH_WORDS]
        score = _fuse(
            _order({id: similarity[id] for id in good if id in similarity}),
            _order({id: bm25 for id, bm25 in by_words if id in good}),
            _order({id: covered[id] for id in good if covered[id] > 0}),
        )
        ranked = sorted(score, key=lambda id: (-score[id], -memories[id].recorded_at))
        chosen = _without_echoes([memories[id] for id in ranked])[:limit]
        best = 3 / (FUSION + 1)
        return [
            RecalledMemory(
                memory,
                score=round(score[memory.id] / best, 4),
                rank=rank,
                similarity=round(similarity[memory.id], 4) if memory.id in similarity else None,
                coverage=round(covered[memory.id], 4),
            )
            for rank, memory in enumerate(chosen, 1)
        ]

    def _by_words(self, text: str, words: list[str]) -> list[tuple[int, float]]:
        found = dict(self.store.search.by_words(words, CANDIDATES, RECALLABLE))
        for id, score in self.store.search.by_cjk(text, CANDIDATES, RECALLABLE):
            found[id] = found.get(id, 0.0) + score
        return sorted(found.items(), key=lambda item: -item[1])

    def _similarities(self, text: str, also: Iterable[int]) -> dict[int, float]:
        """Cosine of the cue with the nearest memories and with those of `also`, from SQLite's vectors."""
        meaning = self.meaning
        if meaning is None:
            return {}
        vector = meaning.embedder.encode([text])[0]
        ids = sorted({*meaning.nearest(vector, CANDIDATES), *also})
        rows = self.store.vectors.recallable(meaning.id, ids) if ids else []
        if not rows:
            return {}
        cosines = as_matrix([row[2] for row in rows], meaning.embedder.dimension) @ vector
        return {row[0]: float(cosine) for row, cosine in zip(rows, np.asarray(cosines), strict=True)}

    def _weights(self, words: list[str]) -> dict[str, float]:
        total = self.store.memories.count()
        frequency = self.store.search.document_frequency(words)
        return {word: idf(frequency[word], total) for word in words}


def _ends(text: str) -> str:
    half = LONGEST_CUE // 2
    return text if len(text) <= LONGEST_CUE else f"{text[:half]}\n{text[-half:]}"


def _present(memory: Memory, cue: Cue) -> bool:
    return bool(memory.evidence) and all(e.turn in cue.present_turns for e in memory.evidence)


def _order(scores: dict[int, float]) -> list[int]:
    return sorted(scores, key=lambda id: (-scores[id], -id))


def _fuse(*orders: list[int]) -> dict[int, float]:
    score: dict[int, float] = {}
    for order in orders:
        for rank, id in enumerate(order, 1):
            score[id] = score.get(id, 0.0) + 1 / (FUSION + rank)
    return score


def _without_echoes(memories: list[Memory]) -> list[Memory]:
    """Leave out what another memory in the list says already: a moment beside the thought taken from it."""
    kept: list[Memory] = []
    for memory in memories:
        words = normalised(memory.text)
        echo = next((i for i, other in enumerate(kept) if _same_words(words, normalised(other.text))), None)
        if echo is None:
            kept.append(memory)
        elif kept[echo].kind == "moment" and memory.kind != "moment":
            kept[echo] = replace(memory)
    return kept


def _same_words(a: str, b: str) -> bool:
    shorter, longer = sorted((a, b), key=len)
    return shorter in longer and len(shorter) >= 0.6 * len(longer)
