"""Which of several sentences are the most central: degree centrality over the telling words they share.

Erkan & Radev 2004 (LexRank): a sentence is the more central the more alike it is to all the others; alike is the cosine
of their words weighted by idf.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from companion.memory.words import idf

Floats = npt.NDArray[np.float64]
LARGE = 2_000
"""Texts there are taken to be, at least, when it is asked how telling a word is: in a few texts about one thing the
words that matter are in most of them."""


@dataclass(frozen=True)
class Central:
    """`alike`: cosines of all pairs, (n, n), 1 on the diagonal but for sentences without words; `degree`: of each
    sentence its mean likeness (0–1) to the others."""

    alike: Floats
    degree: Floats


def central(bags: Sequence[Sequence[str]], weights: Mapping[str, float] | None = None) -> Central:
    """`bags`: the stems of each sentence; `weights`: idf of stems, by default as if these were some of LARGE."""
    count = len(bags)
    held = Counter(stem for bag in bags for stem in set(bag))
    telling = weights if weights is not None else {stem: idf(times, max(LARGE, count)) for stem, times in held.items()}
    place = {stem: at for at, stem in enumerate(held)}
    words = np.zeros((count, len(place)))
    for row, bag in enumerate(bags):
        for stem in set(bag):
            words[row, place[stem]] = telling.get(stem, 0.0)
    length = np.linalg.norm(words, axis=1, keepdims=True)
    words /= np.where(length > 0, length, 1.0)
    alike = words @ words.T
    others = alike.sum(axis=1) - alike.diagonal()
    return Central(alike, others / max(1, count - 1))


def without_repeats(order: Sequence[int], alike: Floats, most: int, limit: float) -> list[int]:
    """The first `most` of `order` of which none is more alike to one before it than `limit`."""
    chosen: list[int] = []
    for at in order:
        if len(chosen) == most:
            break
        if all(alike[at, other] <= limit for other in chosen):
            chosen.append(at)
    return chosen
