"""What a message is near to in meaning, where the rules (`distress`) found nothing, or only despair.

Kernel ridge regression over the sentence embedding and classes of words (assets/care/second_opinion.toml), fitted to
the development sets by `python -m tests.mind.fit_second_opinion`: f(x) = Σ wᵢ exp(−γ‖x − xᵢ‖²), one column of weights
for "crisis", one for "either card". It is fitted to one embedder and silent with any other, and silent for Chinese
script, which that one does not understand.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from companion.memory.embedder import Embedder
from companion.mind.distress import LONGEST, tables
from companion.paths import asset
from companion.safekeeping import HelpKind
from companion.sentences import sentences
from companion.store.vectors import Matrix
from companion.text import has_cjk, sanitise

EMBEDDER = "all-MiniLM-L6-v2"
LONGEST_PART = 300
"""Characters that are judged at once: a short message whole, as the examples are; of a longer one each sentence."""
FIRST, LAST = 2, 4
"""Sentences of a longer message that are judged: how it begins and how it ends."""
GUARDS = ("topics", "games", "past", "present", "trifles", "accidents", "fun", "idioms", "small", "own_wish", "lied")
"""Tables of the rules whose word is asked for as well."""


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """`examples`: (n, d) of embedding and classes; `weights`: (n, 2); `least`: scores from which "crisis" and "gentle"
    are said."""

    examples: Matrix
    weights: Matrix
    gamma: float
    share: float
    """Of the classes beside the embedding, whose length is 1."""
    least: tuple[float, float]

    def of(self, text: str, embedder: Embedder) -> HelpKind | None:
        """What `text`, a message of the person's, calls for; None when nothing."""
        parts = parts_of(text)
        if embedder.name != EMBEDDER or not parts:
            return None
        crisis, either = self.scores(features(parts, embedder.encode(parts), self.share)).max(axis=0)
        if crisis >= self.least[0]:
            return "crisis"
        return "gentle" if either >= self.least[1] else None

    def scores(self, features: Matrix) -> Matrix:
        """(len(features), 2): how much each is "crisis", and either; the examples were 1 and −1."""
        found: Matrix = kernel(features, self.examples, self.gamma) @ self.weights
        return found


@lru_cache(maxsize=1)
def second_opinion() -> SecondOpinion:
    """As fitted (assets/care/second_opinion.npz: embeddings as 8-bit numbers, with the largest one's size)."""
    with np.load(asset("care", "second_opinion.npz"), allow_pickle=False) as kept:
        vectors = kept["vectors"].astype(np.float32) * np.float32(kept["scale"])
        share = float(kept["share"])
        examples = np.hstack([vectors, kept["classes"].astype(np.float32) * np.float32(share)])
        crisis, gentle = (float(each) for each in kept["least"])
        return SecondOpinion(examples, kept["weights"], float(kept["gamma"]), share, (crisis, gentle))


def parts_of(text: str) -> list[str]:
    """What of a message is judged; nothing where it is play, or a story."""
    text = sanitise(text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}\n{text[-LONGEST // 2 :]}")
    table = tables("en")
    found = [text[start:end][:LONGEST_PART] for start, end in sentences(text)]
    found = [each for each in found if not has_cjk(each)]
    if any(table.says("frames", table.plain(each)) for each in found):
        return []
    if sum(len(each) + 1 for each in found) <= LONGEST_PART:
        return [" ".join(found)] if found else []
    return found if len(found) <= FIRST + LAST else [*found[:FIRST], *found[-LAST:]]


def classes(part: str) -> list[float]:
    """Which classes of words are in it, 0 or 1 each."""
    table = tables("en")
    plain = table.plain(part)
    found = [pattern.search(plain) is not None for pattern in _classes()]
    return [float(each) for each in (*found, *(table.says(guard, plain) for guard in GUARDS))]


def features(parts: list[str], vectors: Matrix, share: float) -> Matrix:
    """(len(parts), d), as the examples are."""
    beside = np.array([classes(part) for part in parts], dtype=np.float32)
    return np.hstack([vectors, beside * np.float32(share)])


def kernel(a: Matrix, b: Matrix, gamma: float) -> Matrix:
    """exp(−γ‖a − b‖²), (len(a), len(b))."""
    apart: npt.NDArray[np.float32] = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.exp(-np.float32(gamma) * np.maximum(apart, 0))


@lru_cache(maxsize=1)
def _classes() -> tuple[re.Pattern[str], ...]:
    raw: dict[str, str] = tomllib.loads(asset("care", "second_opinion.toml").read_text(encoding="utf-8"))
    return tuple(re.compile(pattern) for pattern in raw.values())
