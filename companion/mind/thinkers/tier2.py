"""Tier 2: one sentence, put into words as a bounded JSON object."""

from __future__ import annotations

from dataclasses import replace

from companion.mind.thinkers.asking import numbered
from companion.mind.thinkers.tier1 import Tier1
from companion.mind.thinking import ALONE, Tier
from companion.model.grammars import PHRASE_TOKENS, Proposal, phrase_grammar, read_phrase
from companion.model.protocol import StopSignal
from companion.records import Surroundings


class Tier2(Tier1):
    """See `Thinker`."""

    tier: Tier = 2

    def phrase(self, sentence: str, around: Surroundings = ALONE, *, stop: StopSignal) -> Proposal | None:
        shown = self._asking.window(sentence, around)
        count = len(shown.lines)
        found = self._asking.write(
            "phrase",
            phrase_grammar(count),
            PHRASE_TOKENS,
            lambda answer: read_phrase(answer, count),
            stop,
            lines=numbered(shown.lines),
            sentence=shown.lines[shown.at],
        )
        if found is None:
            return None
        at = found.evidence if found.about != "nothing" else shown.at
        return replace(found, evidence=at + shown.skipped)
