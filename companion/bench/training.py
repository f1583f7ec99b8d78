"""`companion bench train`: the reranker's weights from histories, the same from the same files.

Each needed thing should outrank everything that is not needed, and recalling nothing should outrank everything when
nothing is: minimise −log softmax over the memories a cue saw and a null of score 0, each set weighing alike, pulled
toward hand weights (assets/recall/prior.json) by a ridge in standardised features. Convex; solved by L-BFGS from the
prior. The controller is a logistic regression on the same cues, scored by the new weights.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from companion.bench.examples import Example, by_conversation, shortened
from companion.memory.controller import SIGNS, Controller, signs
from companion.memory.features import FEATURES
from companion.memory.rerank import Weights, prior

Floats = npt.NDArray[np.float64]
MODES = ("asked", "talking")
RIDGE = {"asked": 1.0, "talking": 0.3}
"""Pull toward the prior. Chosen by leaving histories out (docs/recall.md)."""
HARD = 30
"""Memories a question learns from: its best by the hand weights, and the needed. What is far from the cue teaches only
that it is far: with 200 of them LoCoMo, which is not trained on, loses 1.5 points, with 300 2.7."""
CONVERSATIONS = 60
"""Conversations that talk learns from, each by its best memory by the hand weights: that is how they compete where
SPREAD lets each be heard once before any is heard twice."""
SPREAD = {"asked": 0.0, "talking": 6.0}
"""RealMem's histories, each left out in turn: 67 % found with a spread of 1, 72 with 3, 73 with 6 and more."""
ENOUGH = 50
"""Questions from which a set counts whole."""
SHARE = {"madial": 4.0}
"""Sets that weigh more than one: what is felt calls for memory in a way of its own, which only this one shows."""
UNRELATED = 0.3
"""Weight of all unrelated cues of a set against its questions."""
CONTROLLER_RIDGE = 0.003
"""Pull of the controller's weights toward CONTROLLER_PRIOR, standardised."""
CONTROLLER_PRIOR = {"window": 4.0, "named": 3.0}
"""Signs the sets show too seldom to be learned from them alone: few of their questions name a time and nobody, or
somebody and not the person ("What is Biscuit afraid of?"). The others are pulled toward 0."""
FALSE_INJECTION = {"asked": 0.03, "talking": 0.04}
"""Share of unrelated cues that may bring anything. Few of those that do not ask have a word to look up at all."""
LOST = {"depth": 0.03, "least": 0.015}
"""Share of needed things that depth and least score may each cut off: what is far below the best mostly distracts."""


@dataclass(frozen=True)
class Fitted:
    """Weights of one mode, as they stand in weights.json."""

    weights: dict[str, float]
    bias: float
    controller: Controller
    depth: float
    least: float
    spread: float
    examples: int

    def weights_of_recall(self) -> Weights:
        return Weights(self.weights, self.bias, self.controller, self.depth, self.least, self.spread)

    def json(self) -> dict[str, object]:
        return {
            "bias": round(self.bias, 3),
            "depth": round(self.depth, 2),
            "least": round(self.least, 2),
            "spread": self.spread,
            "examples": self.examples,
            "weights": {name: round(value, 3) for name, value in self.weights.items()},
            "controller": {
                "bias": round(self.controller.bias, 3),
                "floor": round(self.controller.floor, 4),
                "weights": {name: round(value, 3) for name, value in self.controller.values.items()},
            },
        }


def fit(examples: Sequence[Example], mode: str, without: Sequence[str] = (), ridge: float | None = None) -> Fitted:
    """Weights of one mode from its examples; features named in `without` keep the weight 0, and `ridge` stands for the
    mode's own (both for ablations)."""
    mine = [e for e in examples if _teaches(e, mode) and (e.groups or e.kind == UNRELATED_KIND)]
    if not any(e.groups for e in mine):
        raise ValueError(f"no example for {mode}")
    hard = [shortened(e, HARD) if mode == "asked" else by_conversation(e, CONVERSATIONS) for e in mine]
    kept = np.array([name not in without for name in FEATURES])
    scale = np.concatenate([e.x for e in hard]).astype(np.float64).std(axis=0) + 1e-6
    start = prior(mode) * kept
    weights = example_weights(mine)
    data = [(e.x.astype(np.float64) * kept / scale, e.groups, w) for e, w in zip(hard, weights, strict=True)]
    goal = start * scale
    pull = RIDGE[mode] if ridge is None else ridge

    def loss(p: Floats) -> tuple[float, Floats]:
        value, slope = 0.0, np.zeros(len(p))
        for x, groups, weight in data:
            part, by_score = _loss_of(x @ p[:-1] + p[-1], groups)
            value += weight * part
            slope[:-1] += weight * (by_score @ x)
            slope[-1] += weight * float(by_score.sum())
        away = p[:-1] - goal
        slope[:-1] += 2 * pull * away
        return value + pull * float(away @ away), slope

    found = minimize(loss, np.append(goal, -5.0), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    vector, bias = found[:-1] / scale, float(found[-1])
    controller = fit_controller(mine, vector, bias, FALSE_INJECTION[mode])
    named = dict(zip(FEATURES, vector.tolist(), strict=True))
    depth, least = _limits(mine, vector, bias)
    return Fitted(named, bias, controller, depth, least, SPREAD[mode], len(mine))


UNRELATED_KIND = "unrelated"


def _teaches(example: Example, mode: str) -> bool:
    """A question that goes on is ranked as talk, but what it needs says something of questions as well."""
    return example.asked or example.question if mode == "asked" else not example.asked


def example_weights(examples: Sequence[Example]) -> Floats:
    """Each set's questions weigh 1 together, fewer than ENOUGH of them less, and its unrelated cues UNRELATED of that;
    scaled to sum to 1."""
    counts = Counter((e.set, e.kind == UNRELATED_KIND) for e in examples)
    whole = {name: SHARE.get(name, 1.0) * min(1.0, counts[name, False] / ENOUGH) for name, _ in counts}
    weights = np.array(
        [
            whole[e.set] * (UNRELATED if e.kind == UNRELATED_KIND else 1.0) / counts[e.set, e.kind == UNRELATED_KIND]
            for e in examples
        ]
    )
    scaled: Floats = weights / weights.sum()
    return scaled


def _loss_of(scores: Floats, groups: Sequence[npt.NDArray[np.int64]]) -> tuple[float, Floats]:
    """(loss, its slope by score) of one cue."""
    top = max(float(scores.max()), 0.0)
    e = np.exp(scores - top)
    null = float(np.exp(-top))
    if not groups:
        whole = float(e.sum()) + null
        return float(np.log(whole)) + top, e / whole
    needed = np.zeros(len(scores), dtype=np.bool_)
    needed[np.concatenate(groups)] = True
    others = float(e[~needed].sum()) + null
    value, slope = 0.0, np.zeros(len(scores))
    for group in groups:
        mine = float(e[group].sum()) + 1e-300
        whole = others + mine
        value -= (float(np.log(mine)) - float(np.log(whole))) / len(groups)
        slope[~needed] += e[~needed] / whole / len(groups)
        slope[group] += (e[group] / whole - e[group] / mine) / len(groups)
    return value, slope


def fit_controller(examples: Sequence[Example], weights: Floats, bias: float, passing: float) -> Controller:
    """Tell cues with a needed memory from unrelated ones by their SIGNS: logistic regression with weights that are not
    negative. The floor lets a share `passing` of the unrelated through."""
    x = np.stack([signs(e.x.astype(np.float64), e.x @ weights + bias, e.facts) for e in examples])
    needed = np.array([bool(e.groups) for e in examples])
    if needed.all():
        return Controller({}, 0.0, 0.0)
    # Each set's questions weigh alike, and all questions together as much as all unrelated cues.
    sizes = Counter((e.set, bool(e.groups)) for e in examples)
    share = np.array([1.0 / sizes[e.set, bool(e.groups)] for e in examples])
    share[needed] /= share[needed].sum()
    share[~needed] /= share[~needed].sum()
    scale = x.std(axis=0) + 1e-6
    z, side = x / scale, np.where(needed, 1.0, -1.0)
    goal = np.array([CONTROLLER_PRIOR.get(name, 0.0) for name in SIGNS]) * scale

    def loss(p: Floats) -> tuple[float, Floats]:
        away = side * (z @ p[:-1] + p[-1])
        slope = -share * side / (1.0 + np.exp(np.clip(away, -60, 60)))
        off = p[:-1] - goal
        value = float(share @ np.logaddexp(0.0, -away)) + CONTROLLER_RIDGE * float(off @ off)
        return value, np.append(slope @ z + 2 * CONTROLLER_RIDGE * off, slope.sum())

    # No sign may speak against memory: that a question is short or a match whole happens in tests more than in life.
    bounds = [*[(0.0, None)] * len(SIGNS), (None, None)]
    found = minimize(loss, np.zeros(len(SIGNS) + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    values = dict(zip(SIGNS, (found[:-1] / scale).tolist(), strict=True))
    controller = Controller(values, float(found[-1]), 0.0)
    unrelated = [controller.probability(row) for row in x[~needed]]
    return replace(controller, floor=float(np.quantile(unrelated, 1 - passing)))


def _limits(examples: Sequence[Example], weights: Floats, bias: float) -> tuple[float, float]:
    """(depth, least): how far below the best the needed may lie, and what it must reach itself. No set may lose more
    than LOST by either."""
    below: dict[str, list[float]] = defaultdict(list)
    reached: dict[str, list[float]] = defaultdict(list)
    for e in examples:
        scores = e.x @ weights + bias
        for group in e.groups:
            below[e.set].append(float(scores.max() - scores[group].max()))
            reached[e.set].append(float(scores[group].max()))
    depth = max(float(np.quantile(found, 1 - LOST["depth"])) for found in below.values())
    least = min(float(np.quantile(found, LOST["least"])) for found in reached.values())
    return depth, least
