"""A small embedder: texts that share words are near each other."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from companion.store.vectors import Matrix


class WordEmbedder:
    """Each word has a random direction of its own; a text is the sum of its words."""

    name = "words"
    revision = "1"
    dimension = 64
    runtime = "test"

    def encode(self, texts: Sequence[str]) -> Matrix:
        rows = np.stack([sum((_direction(w) for w in _words(text)), np.full(64, 1e-3)) for text in texts])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def _direction(word: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).standard_normal(64)
