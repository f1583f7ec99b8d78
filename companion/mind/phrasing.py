"""Statements put into words by a model that can, and what the gates say of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from companion.clock import moment
from companion.mind.admit import Statement
from companion.mind.ground import Proposed, refusal
from companion.mind.thinking import Thinker
from companion.model.protocol import StopSignal
from companion.records import Surroundings, Turn
from companion.sentences import sentences

AROUND = 3
"""Sentences on each side of a statement that a model is shown."""
NOTHING = "nothing to remember, says the model"


@dataclass(frozen=True, slots=True)
class Phrased:
    statement: Statement
    """In the model's words where they passed the gates; else as the person said it."""
    wording: str = ""
    refused: str = ""
    """Why the model's words are not used; "" when they are, or there were none."""


def phrase(turn: Turn, statements: Sequence[Statement], thinker: Thinker, stop: StopSignal) -> list[Phrased]:
    """Each statement as `thinker` would put it; unchanged below tier 2. What fills a slot keeps the person's words: it
    was read out of them. Raises ThinkingStopped, ModelFailed."""
    if thinker.tier < 2:
        return [Phrased(statement) for statement in statements]
    return [_one(turn, statement, thinker, stop) for statement in statements]


def _one(turn: Turn, statement: Statement, thinker: Thinker, stop: StopSignal) -> Phrased:
    if statement.slot is not None or statement.requested:
        return Phrased(statement)
    start, end = statement.core or (statement.start, statement.end)
    spans = sentences(turn.text)
    before = [turn.text[a:b] for a, b in spans if b <= start][-AROUND:]
    after = [turn.text[a:b] for a, b in spans if a >= end][:AROUND]
    proposal = thinker.phrase(turn.text[start:end], Surroundings(tuple(before), tuple(after)), stop=stop)
    if proposal is None:
        return Phrased(statement)
    if proposal.about == "nothing":
        return Phrased(statement, refused=NOTHING)
    said = moment(turn.at, turn.utc_offset)
    reason = refusal(Proposed(proposal.statement, statement.text, said))
    if reason:
        return Phrased(statement, refused=reason)
    return Phrased(statement, wording=proposal.statement)
