"""Tier 0: no model is asked."""

from __future__ import annotations

from collections.abc import Sequence

from companion.mind.thinking import ALONE, Relation, Tier
from companion.model.grammars import Insight, Proposal
from companion.model.protocol import StopSignal
from companion.records import Surroundings


class Tier0:
    """See `Thinker`. Every answer is None."""

    tier: Tier = 0

    def worth(self, sentence: str, around: Surroundings = ALONE, *, stop: StopSignal) -> float | None:
        return None

    def phrase(self, sentence: str, around: Surroundings = ALONE, *, stop: StopSignal) -> Proposal | None:
        return None

    def summarise(self, lines: Sequence[str], *, stop: StopSignal) -> str | None:
        return None

    def relation(self, older: str, newer: str, *, stop: StopSignal) -> Relation | None:
        return None

    def insight(self, lines: Sequence[str], *, stop: StopSignal) -> Insight | None:
        return None
