"""What each tier of model may be asked: a module for each (see companion.mind.thinking)."""

from __future__ import annotations

from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinkers.tier1 import Tier1
from companion.mind.thinkers.tier2 import Tier2
from companion.mind.thinkers.tier3 import Tier3
from companion.mind.thinking import Thinker
from companion.model.protocol import ChatModel

__all__ = ["make_thinker"]


def make_thinker(tier: int, model: ChatModel | None, cut: float | None = 0.0) -> Thinker:
    """The thinker of a tier; without a model there is only tier 0. `cut` as for `Tier1`."""
    if model is None or tier <= 0:
        return Tier0()
    return (Tier1, Tier2, Tier3)[min(tier, 3) - 1](model, cut)
