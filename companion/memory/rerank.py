"""The linear reranker: score = w·x + bias; 0 is the score of recalling nothing.

A message that asks and one that only goes on call for memory in different ways: the one wants the fact, wherever it
was said, the other what belongs to it, lately. Each has weights of its own. They are learned (`companion bench train`)
and stand in assets/recall/weights.json, each beside its name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from companion.memory.controller import Controller
from companion.memory.features import FEATURES, Matrix64
from companion.paths import asset

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Weights:
    """`values` by feature; `bias` is added to every score."""

    values: Mapping[str, float]
    bias: float
    controller: Controller
    depth: float
    """How far below the best another memory may score and still be recalled."""
    least: float
    """Score that a memory must reach itself, whatever the best has."""
    spread: float
    """What a memory loses for each better one of the same conversation: eight lines of one talk say less than a few
    lines of several."""

    def vector(self) -> Floats:
        return np.array([self.values.get(name, 0.0) for name in FEATURES])

    def scores(self, x: Matrix64) -> Floats:
        found: Floats = x @ self.vector() + self.bias
        return found


@dataclass(frozen=True)
class Reranker:
    asked: Weights
    talking: Weights

    def of(self, asked: bool) -> Weights:
        return self.asked if asked else self.talking


@lru_cache(maxsize=1)
def shipped() -> Reranker:
    """The weights that come with the program."""
    raw = json.loads(asset("recall", "weights.json").read_text(encoding="utf-8"))
    return Reranker(_weights(raw["asked"]), _weights(raw["talking"]))


def prior(mode: str) -> Floats:
    """The hand weights of a mode, by feature."""
    raw: Mapping[str, float] = json.loads(asset("recall", "prior.json").read_text(encoding="utf-8"))[mode]
    unknown = set(raw) - set(FEATURES)
    if unknown:
        raise ValueError(f"prior.json names features that do not exist: {', '.join(sorted(unknown))}")
    return np.array([raw.get(name, 0.0) for name in FEATURES])


def _weights(raw: Mapping[str, Any]) -> Weights:
    unknown = set(raw["weights"]) - set(FEATURES)
    if unknown:
        raise ValueError(f"weights.json names features that do not exist: {', '.join(sorted(unknown))}")
    gate = raw["controller"]
    controller = Controller(gate["weights"], float(gate["bias"]), float(gate["floor"]))
    figures = [float(raw[name]) for name in ("depth", "least", "spread")]
    return Weights(raw["weights"], float(raw["bias"]), controller, *figures)


def in_order(
    scores: Floats, fit: Floats, sessions: Ints, weights: Weights, limit: int, also: Flags | None = None
) -> Ints:
    """Rows in the order they come to mind, more than `limit` of them: the best by `scores`, without those whose `fit`
    is too far below the best or too low (save where `also`), each conversation's turns spread out. Rows with an
    infinite score are left out."""
    order = np.argsort(-scores, kind="stable")[: 4 * limit + 50]
    enough = fit >= max(float(fit.max()) - weights.depth, weights.least)
    if also is not None:
        enough |= also
    order = order[np.isfinite(scores[order]) & enough[order]]
    return spread_out(order, scores, sessions, weights.spread)


def spread_out(order: Ints, scores: Floats, session: Ints, penalty: float) -> Ints:
    """`order` (rows, best first), each losing `penalty` for every row of its conversation chosen before it."""
    if penalty <= 0 or len(order) < 2:
        return order
    left = scores[order].astype(np.float64)
    sessions = session[order]
    chosen = []
    for _ in range(len(order)):
        at = int(np.argmax(left))
        chosen.append(at)
        left[at] = -np.inf
        left[sessions == sessions[at]] -= penalty
    found: Ints = order[chosen]
    return found
