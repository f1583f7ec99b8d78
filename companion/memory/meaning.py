"""Search by meaning: an embedder, the space its vectors live in, and how near unrelated texts are in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from companion.memory.embedder import Embedder
from companion.memory.index import VectorIndex
from companion.paths import asset
from companion.store.store import Store


@dataclass
class Meaning:
    """`background`: mean and standard deviation of the cosine between unrelated texts; `index` may come later."""

    embedder: Embedder
    id: int
    background: tuple[float, float]
    index: VectorIndex | None = None


def open_meaning(store: Store, embedder: Embedder) -> Meaning:
    """The embedder's space in this store; measured the first time and kept with the embedder's identity."""
    id = store.vectors.embedder(embedder.name, embedder.revision, embedder.dimension)
    background = store.vectors.background(id)
    if background is None:
        background = calibrate(embedder)
        if not store.read_only:
            store.vectors.set_background(id, *background)
    return Meaning(embedder, id, background)


def calibrate(embedder: Embedder) -> tuple[float, float]:
    """Mean and standard deviation of the cosines of unrelated question–statement pairs.

    assets/calibration/pairs.txt holds questions with the statement that answers each; every question against
    every other statement is an unrelated pair.
    """
    lines = asset("calibration", "pairs.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("|") for line in lines if "|" in line and not line.startswith("#")]
    questions = embedder.encode([question.strip() for question, _ in pairs])
    statements = embedder.encode([statement.strip() for _, statement in pairs])
    unrelated = (questions @ statements.T)[~np.eye(len(pairs), dtype=bool)]
    return float(unrelated.mean()), max(1e-3, float(unrelated.std()))
