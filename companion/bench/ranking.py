"""What recall would give for an example: the steps after scoring, on the figures an example keeps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from companion.bench.examples import Example
from companion.memory.controller import FACTS, signs
from companion.memory.features import FEATURES
from companion.memory.recall import ASKS_COMPANION, OWN_WORDS
from companion.memory.rerank import Weights, in_order

Ints = npt.NDArray[np.int64]
_OWN = FEATURES.index("companion")
_ASKS = [FACTS.index(name) for name in sorted(ASKS_COMPANION)]


def chosen(example: Example, weights: Weights, limit: int, *, plain: Weights | None = None) -> Ints:
    """The rows that recall would give, best first, each turn once. `plain` weights say what fits well enough, where
    they are others than those that order. Whether memory is called for at all is not asked (see `called_for`), nor is
    the newer of two that say the same put first."""
    x = example.x.astype(np.float64)
    scores, fit = weights.scores(x), (plain or weights).scores(x)
    if not example.facts[_ASKS].any():
        own = OWN_WORDS[example.asked] * x[:, _OWN]
        scores, fit = scores - own, fit - own
    order = in_order(scores, fit, example.sessions, weights, limit)
    _, first = np.unique(example.turns[order], return_index=True)
    rows: Ints = order[np.sort(first)][:limit]
    return rows


def called_for(example: Example, weights: Weights) -> bool:
    """Whether the controller finds that the moment calls for memory."""
    x = example.x.astype(np.float64)
    seen = signs(x, weights.scores(x), example.facts)
    return weights.controller.probability(seen) > weights.controller.floor


def share_met(example: Example, rows: Ints, ks: Sequence[int]) -> list[float]:
    """For each of `ks` the share of needed things that the first k of `rows` hold."""
    turns = example.turns[rows]
    things = len(example.groups) + example.missed
    return [sum(bool(np.isin(example.turns[g], turns[:k]).any()) for g in example.groups) / things for k in ks]
