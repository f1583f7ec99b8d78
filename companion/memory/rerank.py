"""The linear reranker: score = w·x, above the floor or not worth recalling.

Weights are learned (`companion bench train`) and stand in assets/recall/weights.json, each beside its name; 0 is the
score of recalling nothing, so that a memory below it is worth less than silence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from companion.memory.features import FEATURES, Matrix64
from companion.paths import asset


@dataclass(frozen=True)
class Weights:
    """`values` by feature; `bias` is added to every score."""

    values: Mapping[str, float]
    bias: float
    gate: float
    """Score that the best memory must reach for anything to be recalled."""
    depth: float
    """How far below the best another memory may score and still be recalled."""

    def vector(self) -> npt.NDArray[np.float64]:
        return np.array([self.values.get(name, 0.0) for name in FEATURES])

    def scores(self, x: Matrix64) -> npt.NDArray[np.float64]:
        found: npt.NDArray[np.float64] = x @ self.vector() + self.bias
        return found


@lru_cache(maxsize=1)
def shipped() -> Weights:
    """The weights that come with the program."""
    raw = json.loads(asset("recall", "weights.json").read_text(encoding="utf-8"))
    unknown = set(raw["weights"]) - set(FEATURES)
    if unknown:
        raise ValueError(f"weights.json names features that do not exist: {', '.join(sorted(unknown))}")
    return Weights(raw["weights"], float(raw["bias"]), float(raw["gate"]), float(raw["depth"]))
