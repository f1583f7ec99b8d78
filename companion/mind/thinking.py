"""What reflection may ask of a model, whatever its size: one protocol, an implementation for each tier.

    tier 0   nothing: rules and the embedder decide alone
    tier 1   whether a sentence is worth keeping, where rules are in doubt
    tier 2   also: one sentence put into words, as a bounded JSON object
    tier 3   also: how two statements stand to each other, what many come to, what follows from them

What comes back is only ever a proposal; checks against the evidence decide. None means that there is no answer: the
tier does not do this, the model wrote something useless, or what it was asked does not fit into its context. A call
that fails raises and is to be made again later; it never looks as if there were nothing to remember.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from companion.model.grammars import Insight, Proposal
from companion.model.protocol import StopSignal
from companion.records import Surroundings

Tier = Literal[0, 1, 2, 3]
Relation = Literal["same", "update", "contradiction", "different"]
"""How a newer statement stands to an older one about the same person."""


ALONE = Surroundings()


class Thinker(Protocol):
    """One thread at a time; on the model's lane for thinking. Every call ends at once when `stop` is set and raises
    ThinkingStopped then; else ModelFailed when the model fails."""

    @property
    def tier(self) -> Tier: ...

    def worth(self, sentence: str, around: Surroundings = ALONE, *, stop: StopSignal) -> float | None:
        """How likely the sentence is worth keeping, 0–1, with 0.5 where the probe's own cases part. Only to decide what
        rules leave open: a small model ranks worse than they do."""

    def phrase(self, sentence: str, around: Surroundings = ALONE, *, stop: StopSignal) -> Proposal | None:
        """The sentence as one statement that can be understood alone. `about` "nothing": nothing worth keeping.
        `evidence` counts the lines of `around.lines(sentence)`."""

    def summarise(self, lines: Sequence[str], *, stop: StopSignal) -> str | None:
        """A title and two sentences, in two lines of text."""

    def relation(self, older: str, newer: str, *, stop: StopSignal) -> Relation | None:
        """How `newer` stands to `older`; asked in both orders, None unless both give the same."""

    def insight(self, lines: Sequence[str], *, stop: StopSignal) -> Insight | None:
        """Something that several lines show together and none of them says, with the indexes of those."""
