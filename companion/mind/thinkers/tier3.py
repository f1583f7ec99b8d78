"""Tier 3: comparing statements, summing up, drawing conclusions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from companion.mind.thinkers.asking import Asking, numbered
from companion.mind.thinkers.tier2 import Tier2
from companion.mind.thinking import Relation, Tier
from companion.model.grammars import (
    INSIGHT_TOKENS,
    MOST_LINES,
    SUMMARY_TOKENS,
    Insight,
    insight_grammar,
    read_insight,
    read_summary,
    summary_grammar,
)
from companion.model.protocol import StopSignal

RELATIONS: tuple[Relation, ...] = get_args(Relation)


class Tier3(Tier2):
    """See `Thinker`."""

    tier: Tier = 3

    def relation(self, older: str, newer: str, *, stop: StopSignal) -> Relation | None:
        earlier, later = f"Earlier: {Asking.line(older)}", f"Later: {Asking.line(newer)}"
        first = self._compare(f"{earlier}\n{later}", stop)
        return first if first is not None and first == self._compare(f"{later}\n{earlier}", stop) else None

    def summarise(self, lines: Sequence[str], *, stop: StopSignal) -> str | None:
        if not 0 < len(lines) <= MOST_LINES:
            return None
        shown = numbered([Asking.line(line) for line in lines])
        found = self._asking.write("summary", summary_grammar(), SUMMARY_TOKENS, read_summary, stop, lines=shown)
        return None if found is None else f"{found[0]}\n{found[1]}"

    def insight(self, lines: Sequence[str], *, stop: StopSignal) -> Insight | None:
        count = len(lines)
        if not 1 < count <= MOST_LINES:
            return None
        return self._asking.write(
            "insight",
            insight_grammar(count),
            INSIGHT_TOKENS,
            lambda answer: read_insight(answer, count),
            stop,
            lines=numbered([Asking.line(line) for line in lines]),
        )

    def _compare(self, lines: str, stop: StopSignal) -> Relation | None:
        shares = self._asking.choose("relation", RELATIONS, stop, lines=lines)
        return None if shares is None else RELATIONS[max(range(len(shares)), key=shares.__getitem__)]
