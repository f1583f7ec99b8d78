"""Online adaptation: the reranker's weights move toward what this person's replies use, a little and within bounds.

The idea is that of Reflective Memory Management (Tan et al. 2025): a memory that was given and used is rewarded, one
that was given and not used is not. Here on a linear reranker and by pairs (RankNet, Burges et al. 2005): for a used
memory u and an unused one v of the same recall, with x their features and s their scores, the step of a weight is

    rate · mean over pairs of ∂/∂s_u log(ε + (1 − 2ε) σ(s_u − s_v)) · (x_u − x_v) / scale²

in standardised features, taken back to each one's own scale. ε is the share of uses that say nothing (a word in common,
a model's whim; the mislabelling of Opper & Winther 2000): a use that the weights hold for very unlikely then teaches
little, where ε = 0 would let it teach most. What is learned is a delta for each weight; bias, controller, depth and
spread stay what they are. Pure functions; the constants were chosen with `companion bench adapt`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from companion.memory.features import FEATURES
from companion.memory.rerank import Reranker, Weights
from companion.paths import asset
from companion.records import MODES, Mode

Floats = npt.NDArray[np.float64]
Deltas = Mapping[str, float]
"""What is added to each feature's weight; a feature that is not there has 0."""

FEATURES_KEY = hashlib.sha256(",".join(FEATURES).encode()).hexdigest()[:8]
"""Names the list of features, so that figures of another list are not taken for figures of this one."""
RATE = 5e-3
"""Step in standardised units: of a score, for a feature one scale away."""
DECAY = 5e-3
"""Share of each delta that fades with every lesson: half of what a habit taught is gone 140 lessons after it ended. As
large as RATE: then each delta (standardised) tends to the mean slope of late, and only what uses agree on remains."""
CHANCE = 0.1
"""ε: share of pairs in which use is by chance."""
SHARE = 0.25
"""A weight moves by at most this share of what is shipped …"""
LEAST = 0.1
"""… or by this in standardised units, for weights near 0."""
FIXED = frozenset(("short", "long", "words_dense"))
"""How long a memory is decides how many of its words a reply must hold to count as having used it: about length, use
says nothing."""
_GRAIN = 1e6
"""Deltas are kept to the sixth decimal."""

_TYPICAL = {
    **dict.fromkeys(("near", "near_whole", "near_window", "near_neighbour", "near_session"), 1.5),
    **dict.fromkeys(("near_day", "near_routed", "near_context", "near_lines"), 1.5),
    **dict.fromkeys(("words", "words_whole"), 0.1),
    **dict.fromkeys(("words_window", "words_session"), 0.15),
    "words_context": 0.05,
    "both": 0.4,
    "associated": 0.5,
    "important": 0.2,
    "recent": 0.3,
    "mood": 0.3,
}
"""Standard deviation of each feature over the best 200 memories of a cue; where nothing is said, FLAG: that of
something that is so for one memory in seven."""
FLAG = 0.35
_NARROW = 0.01
"""A smaller scale comes from histories in which the feature did not vary."""


def learn(deltas: Deltas, weights: Weights, used: Floats, unused: Floats, mode: Mode) -> dict[str, float]:
    """The deltas after one recall; `weights` are the shipped ones. `used` and `unused`: (memories, FEATURES) of what
    was given. Without one of either, nothing is learned and nothing fades."""
    if not len(used) or not len(unused):
        return dict(deltas)
    before, limit, scale = vector(deltas), bounds(weights, mode), scales(mode)
    now = weights.vector() + np.clip(before, -limit, limit)
    margin = (used @ now)[:, None] - (unused @ now)[None, :]
    fits = 1.0 / (1.0 + np.exp(np.clip(-margin, -50.0, 50.0)))
    pull = (1.0 - 2.0 * CHANCE) * fits * (1.0 - fits) / (CHANCE + (1.0 - 2.0 * CHANCE) * fits)
    towards = pull.sum(axis=1) @ used - pull.sum(axis=0) @ unused
    step = RATE * towards / pull.size / scale**2
    after = np.clip(before * (1.0 - DECAY) + step, -limit, limit)
    # Toward 0, so that no rounding leads past a bound.
    after = np.trunc(after * _GRAIN) / _GRAIN
    return {name: float(value) for name, value in zip(FEATURES, after, strict=True) if value}


def adapted(reranker: Reranker, deltas: Mapping[Mode, Deltas]) -> Reranker:
    """The weights that recall uses. `deltas` by mode; beyond their bounds (they were learned on other weights) they
    are cut to them."""
    asked, talking = (_moved(reranker.of(mode == "asked"), deltas.get(mode, {}), mode) for mode in MODES)
    return Reranker(asked, talking)


def within(deltas: Deltas, weights: Weights, mode: Mode) -> dict[str, float]:
    """Deltas cut to their bounds; features that are no longer there are left out."""
    limit = bounds(weights, mode)
    return {
        name: float(np.clip(deltas[name], -bound, bound))
        for name, bound in zip(FEATURES, limit, strict=True)
        if deltas.get(name)
    }


def bounds(weights: Weights, mode: Mode) -> Floats:
    """How far each weight may move, by feature."""
    limit: Floats = np.maximum(SHARE * np.abs(weights.vector()), LEAST / scales(mode))
    limit[[name in FIXED for name in FEATURES]] = 0.0
    return limit


def vector(deltas: Deltas) -> Floats:
    """By feature, in the order of FEATURES."""
    return np.array([deltas.get(name, 0.0) for name in FEATURES])


@lru_cache(maxsize=2)
def scales(mode: Mode) -> Floats:
    """How much each feature varies, as the training found it (weights.json, "scale"), else as is typical."""
    raw = json.loads(asset("recall", "weights.json").read_text(encoding="utf-8"))
    found = {name: float(value) for name, value in raw[mode].get("scale", {}).items() if value >= _NARROW}
    return np.array([found.get(name, _TYPICAL.get(name, FLAG)) for name in FEATURES])


def _moved(weights: Weights, deltas: Deltas, mode: Mode) -> Weights:
    cut = within(deltas, weights, mode)
    if not cut:
        return weights
    return replace(weights, values={**weights.values, **{n: weights.values.get(n, 0.0) + d for n, d in cut.items()}})
