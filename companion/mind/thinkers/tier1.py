"""Tier 1: a closed choice, scored by the likelihood of its words. Nothing is written."""

from __future__ import annotations

import math

from companion.mind.thinkers.asking import Asking
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import ALONE, Tier
from companion.model.protocol import ChatModel, StopSignal
from companion.records import Surroundings

_SURE = 1e-9
"""Likelihoods nearer to 0 or 1 than this are taken for this."""


class Tier1(Tier0):
    """See `Thinker`. `cut`: the log-odds of "yes" at which the model is undecided (small models lean to one side);
    None when it was found to be no judge of what is worth keeping."""

    tier: Tier = 1

    def __init__(self, model: ChatModel, cut: float | None = 0.0) -> None:
        self._asking = Asking(model)
        self._cut = cut

    def worth(self, sentence: str, around: Surroundings = ALONE, *, stop: StopSignal) -> float | None:
        if self._cut is None:
            return None
        shown = self._asking.window(sentence, around)
        before = "".join(f"Before: {line}\n" for line in shown.lines[: shown.at])
        shares = self._asking.choose("worth", ("yes", "no"), stop, before=before, sentence=shown.lines[shown.at])
        if shares is None:
            return None
        yes, no = (min(1 - _SURE, max(_SURE, share)) for share in shares)
        return 1 / (1 + math.exp(self._cut - math.log(yes / no)))
