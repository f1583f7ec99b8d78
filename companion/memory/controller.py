"""The controller: does this moment call for memory at all?

Greetings, small talk and questions of general knowledge should bring nothing to mind, however well some memory shares
a word with them. A logistic regression over what is known of the cue and of the best that was found says how likely
it is that a memory belongs here; below the floor nothing is recalled. Learned with the reranker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from companion.memory.features import FEATURES, Evidence, Matrix64

Floats = npt.NDArray[np.float64]
SIGNS = (
    "near",          # the nearest meaning
    "words",         # the cue's words in the best
    "information",   # how telling the words are that the best holds
    "personal",      # the cue is about the person, about somebody who spoke or is spoken of by name, or a name alone
    "you",           # the cue is about what the companion said
    "advice",        # it reminds of something said
    "named",         # somebody or something is named of whom the person told something
    "window",        # a time is named, another than now, and something was said or happened then
)  # fmt: skip


WHOLLY = 0.999
"""Share of a cue's names, and of all its words, from which it is nothing but names that were told of."""


@dataclass(frozen=True)
class Controller:
    """One for messages that ask and one for those that go on."""

    values: Mapping[str, float]
    bias: float
    floor: float
    """Probability above which memory is called for."""

    def probability(self, signs: Floats) -> float:
        vector = np.array([self.values.get(name, 0.0) for name in SIGNS])
        return float(1.0 / (1.0 + np.exp(-(signs @ vector + self.bias))))


FACTS = ("me", "you", "advice", "window", "weight")
"""What of the SIGNS the cue alone tells; `weight` is Σ idf of its words over the log of how much is remembered."""


def facts(found: Evidence) -> Floats:
    """The FACTS of a cue."""
    reading = found.reading
    now = reading.now
    return np.array(
        [
            float("me" in reading.asks),
            float("you" in reading.asks),
            float("advice" in reading.asks),
            float(any(not begins <= now < ends for begins, ends in reading.windows)),
            found.words.total / max(1.0, float(np.log1p(found.rows.total_pieces))),
        ]
    )


def signs(x: Matrix64, scores: Floats, cue: Floats) -> Floats:
    """The SIGNS of a cue with the FACTS `cue`, from features and scores of the memories that may be recalled."""
    best = int(np.argmax(scores))
    column = {name: x[:, at] for at, name in enumerate(FEATURES)}
    of_cue = dict(zip(FACTS, cue.tolist(), strict=True))
    told_of = (column["named"] > 0) & (column["question"] == 0) & (column["companion"] == 0)
    # "Who is Judith?" asks for nothing but what the person told of her.
    only_named = bool((told_of & (column["named"] >= WHOLLY) & (column["words"] >= WHOLLY)).any())
    values = {
        "near": float(column["near"].max()),
        "words": float(column["words"][best]),
        "information": float(column["words_whole"][best]) * of_cue["weight"],
        "personal": max(of_cue["me"], float(column["speaker"].max() > 0), float(only_named)),
        "named": float(told_of.any()),
        **{name: value for name, value in of_cue.items() if name in SIGNS},
        "window": of_cue["window"] * float(column["in_window"].max() >= 1.0),
    }
    return np.array([values[name] for name in SIGNS])
