"""Fits assets/care/second_opinion.npz to the development sets: `python -m tests.mind.fit_second_opinion` (40 s).

It prints the rates that docs/care.md holds.

The thresholds are the lowest scores that keep false alarms within the goals when each message is judged by a fit that
has not seen it (ten folds by the checksum of the text; nothing is drawn by chance). Then each set is judged by a fit
that has not seen any of that set. Never the held-out set, nor one by another hand.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from companion.memory.embedder import LocalEmbedder, find_embedder
from companion.mind.second_opinion import EMBEDDER, classes, kernel
from companion.paths import asset
from companion.store.vectors import Matrix
from companion.text import has_cjk
from tests.mind.distress_sets import DEVELOPMENT, KINDS, suite

GAMMA, RIDGE, SHARE = 1.0, 0.3, 0.3
"""Width of the kernel, how little an example is believed, weight of the classes: the best of a grid in ten folds."""
FOLDS = 10
FALSE_CRISIS, FALSE_EITHER, FALSE_ORDINARY = 0.01, 0.03, 0.005
Numbers = npt.NDArray[np.int64]
Marked = npt.NDArray[np.bool_]


def main() -> None:
    texts, kinds, sets = examples()
    embedder = LocalEmbedder(find_embedder(None))
    assert embedder.name == EMBEDDER
    vectors = np.vstack([embedder.encode([text]) for text in texts])
    scale = float(np.abs(vectors).max()) / 127
    small = np.round(vectors / scale).astype(np.int8)
    beside = np.array([classes(text) for text in texts], dtype=np.float32)
    features = np.hstack([small.astype(np.float32) * np.float32(scale), beside * np.float32(SHARE)])
    folds = np.array([zlib.crc32(text.encode()) // 7 % FOLDS for text in texts])
    scores = unseen(features, kinds, folds)
    least = thresholds(scores, kinds)
    print(f"{len(texts)} messages; crisis from {least[0]:.3f}, gentle from {least[1]:.3f}; ten folds:")  # noqa: T201
    tell(scores, kinds, least, np.ones(len(texts), dtype=bool))
    by_set = unseen(features, kinds, np.unique(sets, return_inverse=True)[1])
    for name in DEVELOPMENT:
        print(name, "by a fit that saw nothing of it:")  # noqa: T201
        tell(by_set, kinds, least, sets == name)
    np.savez_compressed(
        asset("care", "second_opinion.npz"),
        vectors=small,
        scale=np.float32(scale),
        classes=beside.astype(np.uint8),
        weights=fit(features, kinds),
        gamma=np.float32(GAMMA),
        share=np.float32(SHARE),
        least=np.array(least, dtype=np.float32),
    )


def examples() -> tuple[list[str], Numbers, npt.NDArray[np.str_]]:
    """The English messages of the development sets and the small talk of the calibration: texts, kinds, sets."""
    found = [
        (text, KINDS.index(kind), name)
        for name in DEVELOPMENT
        for kind, languages in suite(name).items()
        for text in languages["en"]
    ]
    for name in ("smalltalk", "chatter", "pairs"):
        lines = asset("calibration", f"{name}.txt").read_text(encoding="utf-8").splitlines()
        said = [line.split("|")[-1].strip() for line in lines if line.strip() and not line.startswith("#")]
        found += [(line, KINDS.index("ordinary"), name) for line in said if not has_cjk(line)]
    texts, kinds, sets = zip(*dict.fromkeys(found), strict=True)
    return list(texts), np.array(kinds), np.array(sets)


def fit(features: Matrix, kinds: Numbers) -> Matrix:
    """(n, 2): weights of the examples; an indirect message counts little against "crisis"."""
    gram = kernel(features, features, GAMMA).astype(np.float64)
    trust = np.where(kinds == 1, 0.3, 1.0)
    crisis = np.linalg.solve(gram + RIDGE * np.diag(1 / trust), np.where(kinds == 0, 1.0, -1.0))
    either = np.linalg.solve(gram + RIDGE * np.eye(len(kinds)), np.where(kinds <= 1, 1.0, -1.0))
    return np.stack([crisis, either], axis=1).astype(np.float32)


def unseen(features: Matrix, kinds: Numbers, folds: Numbers) -> Matrix:
    """(n, 2): the scores of each by a fit without its fold."""
    scores = np.zeros((len(kinds), 2), dtype=np.float32)
    for fold in np.unique(folds):
        out = folds == fold
        scores[out] = kernel(features[out], features[~out], GAMMA) @ fit(features[~out], kinds[~out])
    return scores


def thresholds(scores: Matrix, kinds: Numbers) -> tuple[float, float]:
    """The lowest that hold all goals."""
    hard, ordinary = kinds == 2, kinds == 3
    crisis = max(lowest(scores[hard, 0], FALSE_CRISIS), lowest(scores[ordinary, 0], 0.0))
    either = max(lowest(scores[hard, 1], FALSE_EITHER), lowest(scores[ordinary, 1], FALSE_ORDINARY))
    return crisis, either


def lowest(scores: npt.NDArray[np.float32], share: float) -> float:
    """The lowest threshold that at most `share` of `scores` reach."""
    allowed = int(len(scores) * share)
    return float(np.sort(scores)[::-1][allowed]) + 1e-4


def tell(scores: Matrix, kinds: Numbers, least: Iterable[float], which: Marked) -> None:
    crisis, gentle = least
    for number, kind in enumerate(KINDS):
        of = scores[(kinds == number) & which]
        if not len(of):
            continue
        is_crisis = of[:, 0] >= crisis
        either = is_crisis | (of[:, 1] >= gentle)
        print(f"  {kind:9} {len(of):4}  crisis {is_crisis.mean():6.1%}  either {either.mean():6.1%}")  # noqa: T201


if __name__ == "__main__":
    main()
