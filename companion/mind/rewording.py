"""A theme or the story in a model's words, where there is a model that can be asked and says only what was said."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from companion.clock import moment
from companion.errors import ModelError
from companion.mind.drafts import LINE, Draft
from companion.mind.ground import Proposed, refusal
from companion.mind.story import KEY as STORY
from companion.mind.story import LONGEST, SUMMARY
from companion.mind.telling_events import says_only
from companion.mind.thinkers.tier0 import Tier0
from companion.mind.thinking import Thinker
from companion.model.grammars import MOST_LINES
from companion.model.protocol import StopSignal
from companion.text import one_line

log = logging.getLogger(__name__)


@dataclass
class Rewording:
    """`known`: what was found, by what the rules say; each is asked for once. Without a thinker of tier 3 there is
    nothing else."""

    thinker: Thinker = field(default_factory=Tier0)
    stop: StopSignal | None = None
    known: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, draft: Draft) -> str:
        """The draft's text, in other words where there are any. Raises ThinkingStopped."""
        place = (draft.key, draft.memory.text)
        if place in self.known:
            return self.known[place]
        if not draft.is_theme or self.thinker.tier < 3:
            return draft.memory.text
        try:
            found = self._story(draft) if draft.key == STORY else self._theme(draft)
        except ModelError as error:  # the night comes all the same
            log.warning("the portrait is drawn without the model: %s", error.title)
            self.thinker = Tier0()
            found = None
        self.known[place] = found or draft.memory.text
        return self.known[place]

    def _theme(self, draft: Draft) -> str | None:
        insight = self.thinker.insight(draft.about, stop=self.stop or StopSignal())
        if insight is None:
            return None
        memory = draft.memory
        evidence = "\n".join(draft.about[at] for at in insight.cites)
        why = refusal(Proposed(insight.text, evidence, moment(memory.recorded_at, memory.utc_offset)))
        if why:
            log.info("a theme stays in the person's words: %s", why)
            return None
        return one_line(insight.text, LINE)

    def _story(self, draft: Draft) -> str | None:
        lines = draft.about[-MOST_LINES:]
        written = self.thinker.summarise(lines, stop=self.stop or StopSignal())
        told = one_line((written or "").partition("\n")[2], SUMMARY)
        if not told or told.endswith("…") or not says_only(told, lines):
            return None
        kept = list(draft.about)
        while len(told) + sum(map(len, kept)) + len(kept) > LONGEST:
            kept.pop(0)  # the oldest are summed up
        return "\n".join([told, *kept])
