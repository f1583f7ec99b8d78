"""Plain recall to compare with: exact cosine, BM25, or both fused by rank, over whole turns with their
speakers' names. No floor, no context.

BM25 with k1 = 1.5, b = 0.75 and idf = ln(1 + (N − n + 0.5) / (n + 0.5)) over the stems recall itself uses; ranks are
fused by Σ 1/(60 + rank) (Cormack et al. 2009).
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Literal

import numpy as np
import numpy.typing as npt

from companion.memory.embedder import Embedder
from companion.memory.recall import Cue, Recalled
from companion.memory.words import content_words, idf, stems
from companion.records import Evidence, Memory, RecalledMemory, Turn
from companion.store.vectors import Matrix
from companion.text import text_hash

Baseline = Literal["dense", "bm25", "rrf"]
BASELINES: tuple[Baseline, ...] = ("dense", "bm25", "rrf")
K1, B, FUSION = 1.5, 0.75, 60
_ROLES = {"user", "assistant", "person", "companion", "you"}
_Scores = npt.NDArray[np.float64]


class PlainRecall:
    """Remembers every turn as it is, and finds by one of BASELINES."""

    def __init__(self, how: Baseline, embedder: Embedder) -> None:
        self._how = how
        self._embedder = embedder
        self._turns: list[Turn] = []
        self._vectors: list[Matrix] = []
        self._lengths: list[int] = []
        self._holders: dict[str, dict[int, int]] = {}
        """Stem → turn (by its place) → how often."""

    def hear(self, turn: Turn) -> None:
        at = len(self._turns)
        self._turns.append(turn)
        if self._how != "bm25":
            self._vectors.append(self._embedder.encode([told(turn)])[0])
        if self._how != "dense":
            words = Counter(stem for word in content_words(told(turn)) for stem in stems(word))
            self._lengths.append(sum(words.values()))
            for stem, count in words.items():
                self._holders.setdefault(stem, {})[at] = count

    def think(self) -> None:
        """Nothing is left to do."""

    def recall(self, cue: Cue, limit: int) -> Recalled:
        started = time.perf_counter()
        orders = []
        if self._turns and self._how != "bm25":
            scores = np.stack(self._vectors) @ self._embedder.encode([cue.text])[0]
            orders.append(self._order(scores.astype(np.float64), cue, floor=-np.inf))
        if self._turns and self._how != "dense":
            orders.append(self._order(self._bm25(cue.text), cue, floor=0.0))
        score: Counter[int] = Counter()
        for order in orders:
            for rank, at in enumerate(order, 1):
                score[at] += 1 / (FUSION + rank)  # type: ignore[assignment]  # a Counter adds floats as well
        best = sorted(score, key=lambda at: (-score[at], at))[:limit]
        found = tuple(as_memory(self._turns[at], score[at], rank) for rank, at in enumerate(best, 1))
        return Recalled(found, (time.perf_counter() - started) * 1000)

    def _order(self, scores: _Scores, cue: Cue, floor: float) -> list[int]:
        order = np.argsort(-scores, kind="stable").tolist()
        return [at for at in order if scores[at] > floor and self._turns[at].id not in cue.present_turns]

    def _bm25(self, text: str) -> _Scores:
        total = len(self._turns)
        scores = np.zeros(total)
        mean = sum(self._lengths) / total or 1.0
        for stem in stems(text):
            holders = self._holders.get(stem, {})
            weight = idf(len(holders), total)
            for at, count in holders.items():
                scores[at] += weight * count * (K1 + 1) / (count + K1 * (1 - B + B * self._lengths[at] / mean))
        return scores


def told(turn: Turn) -> str:
    """The words with who said them, where that is a name: questions about several people's talk name the speaker."""
    return turn.text if turn.speaker.casefold() in _ROLES else f"{turn.speaker}: {turn.text}"


def as_memory(turn: Turn, score: float, rank: int) -> RecalledMemory:
    """A turn as a memory that came to mind."""
    evidence = (Evidence(turn.id, 0, len(turn.text), text_hash(turn.text)),)
    memory = Memory(turn.id, "moment", turn.text, "active", turn.at, turn.utc_offset, evidence=evidence)
    return RecalledMemory(memory, score=score, rank=rank)
