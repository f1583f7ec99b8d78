"""Tier 2: one sentence, put into words as a bounded JSON object."""

from __future__ import annotations

from dataclasses import replace

from companion.mind.thinkers.asking import numbered
from companion.mind.thinkers.tier1 import Tier1
from companion.mind.thinking import ALONE, Context, Tier
from companion.model.grammars import PHRASE_TOKENS, Proposal, phrase_grammar, read_phrase
from companion.model.protocol import StopSignal


class Tier2(Tier1):
    """See `Thinker`."""

    tier: Tier = 2

    def phrase(self, sentence: str, context: Context = ALONE, *, stop: StopSignal) -> Proposal | None:
        around = self._asking.window(sentence, context)
        count = len(around.lines)
        found = self._asking.write(
            "phrase",
            phrase_grammar(count),
            PHRASE_TOKENS,
            lambda answer: read_phrase(answer, count),
            stop,
            lines=numbered(around.lines),
            sentence=around.lines[around.at],
        )
        if found is None:
            return None
        at = found.evidence if found.about != "nothing" else around.at
        return replace(found, evidence=at + around.skipped)
