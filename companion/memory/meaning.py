"""Search by meaning: an embedder, the space its vectors live in, and how near unrelated texts are in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from companion.memory.embedder import Embedder
from companion.memory.feed import FedIndex
from companion.paths import asset
from companion.pieces import pieces
from companion.store.images import content_key
from companion.store.store import Store
from companion.store.vectors import Matrix
from companion.text import has_cjk


@dataclass
class Meaning:
    """`background`: mean and standard deviation of the cosine between unrelated texts; `cjk_trust`: how well CJK script
    is understood, 1 as well as English, 0 not at all; `index` may come later."""

    embedder: Embedder
    id: int
    background: tuple[float, float]
    cjk_trust: float = 1.0
    index: FedIndex | None = None


def piece_vectors(meaning: Meaning | None, texts: Iterable[str]) -> dict[bytes, Matrix]:
    """The vectors of the pieces of `texts` by content key; none without an embedder."""
    parts = [text[start:end] for text in texts for start, end in pieces(text)]
    wanted = {content_key(part): part for part in parts}
    if meaning is None or not wanted:
        return {}
    return dict(zip(wanted, meaning.embedder.encode(list(wanted.values())), strict=True))


def open_meaning(store: Store, embedder: Embedder) -> Meaning:
    """The embedder's space in this store; measured the first time and kept with the embedder's identity."""
    id = store.vectors.embedder(embedder.name, embedder.revision, embedder.dimension)
    calibration = store.vectors.calibration(id)
    if calibration is None:
        calibration = calibrate(embedder)
        if not store.read_only:
            store.vectors.set_calibration(id, *calibration)
    mean, spread, cjk_trust = calibration
    return Meaning(embedder, id, (mean, spread), cjk_trust)


def calibrate(embedder: Embedder) -> tuple[float, float, float]:
    """(mean, standard deviation, trust): of the cosines of unrelated question–statement pairs, and how far the answers
    to Chinese questions stand out from unrelated statements against how far those to English ones do.

    assets/calibration/pairs.txt holds questions with the statement that answers each; every question against
    every other statement of its language is an unrelated pair.
    """
    lines = asset("calibration", "pairs.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("|") for line in lines if "|" in line and not line.startswith("#")]
    english = _apart(embedder, [pair for pair in pairs if not has_cjk(pair[0])])
    chinese = _apart(embedder, [pair for pair in pairs if has_cjk(pair[0])])
    trust = chinese[2] / english[2] if english[2] > 0 else 1.0
    return english[0], english[1], min(1.0, max(0.0, trust))


def _apart(embedder: Embedder, pairs: list[list[str]]) -> tuple[float, float, float]:
    """Mean and standard deviation of unrelated cosines, and how many of the latter the answers stand above the mean."""
    questions = embedder.encode([question.strip() for question, _ in pairs])
    statements = embedder.encode([statement.strip() for _, statement in pairs])
    cosines = questions @ statements.T
    unrelated = cosines[~np.eye(len(pairs), dtype=bool)]
    mean, spread = float(unrelated.mean()), max(1e-3, float(unrelated.std()))
    return mean, spread, (float(np.diag(cosines).mean()) - mean) / spread
