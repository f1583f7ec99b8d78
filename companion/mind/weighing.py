"""What a model of tier 3 says of statements that the rules leave side by side, and how much of it is taken.

Rules decide by explicit words; what is said without them ("I cook for forty these days" after "I'm between jobs") a
model may see. It is asked about few pairs, before anything is written, and its word counts only where code finds that
the two can be about one matter. Two become one only by the rule for that, and a contradiction only leads to a question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from companion.mind import thinking
from companion.mind.candidates import claim_of, closeness
from companion.mind.changing import shared_things
from companion.mind.joining import one_in_the_other
from companion.mind.keeping import Beside, Keeper
from companion.mind.matters import matters
from companion.mind.placing import Claim, Relation, same_life
from companion.mind.thinking import Thinker
from companion.mind.wording import says, wording
from companion.model.protocol import StopSignal
from companion.records import Memory

MOST = 3
"""Pairs of one turn that are put to the model, the nearest first."""
TELLING = 2
"""Telling words that two statements share at least, where neither slot nor matter is the same."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """`taken`: by the place of a thought among those of its turn, the relations that take the place of the rules', by
    the older memory. `notes`: what the model said and what became of it, for the journal."""

    taken: Mapping[int, Mapping[int, Relation]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def weigh(keeper: Keeper, thoughts: Sequence[Memory], thinker: Thinker, stop: StopSignal) -> Weighed:
    """Nothing below tier 3. Raises ThinkingStopped, ModelFailed."""
    if thinker.tier < 3:
        return Weighed()
    asked = [
        (closeness(older, beside.claim), at, older, beside, relation)
        for at, thought in enumerate(thoughts)
        for beside in [keeper.beside(thought)]
        if not any(relation not in ("both", "ask") for _, relation in beside.found)  # what rules know needs no model
        for older, relation in beside.found
        if _in_doubt(older, thought, beside, relation)
    ]
    taken: dict[int, dict[int, Relation]] = {}
    notes = []
    for _, at, older, beside, relation in sorted(asked, key=lambda each: -each[0])[:MOST]:
        word = thinker.relation(older.text, thoughts[at].text, stop=stop)
        if word is None:
            continue
        found, reason = decide(word, relation, claim_of(older), beside.claim)
        if found != relation:
            taken.setdefault(at, {})[older.id] = found
        if found != relation or reason:
            notes.append(
                f"beside memory {older.id} the model says “{word}”" + (f", not taken: {reason}" if reason else "")
            )
    return Weighed(taken, tuple(notes))


def _in_doubt(older: Memory, thought: Memory, beside: Beside, relation: Relation) -> bool:
    """Whether the rules leave the two as they are, though they may be about one matter."""
    if relation not in ("both", "ask") or older.pinned:
        return False
    a, b = claim_of(older), beside.claim
    return relation == "ask" or (_one_life(a, b) and _bound(a, b, TELLING))


def decide(word: thinking.Relation, rules: Relation, older: Claim, newer: Claim) -> tuple[Relation, str]:
    """(what becomes of the two, why the model's word is not taken; "" where it is, or says what the rules say)."""
    if not _one_life(older, newer):
        return rules, "they are not of one person"
    if not _bound(older, newer, 1):
        return rules, "they share neither slot, matter, name nor telling word"
    if word == "different":
        return "both", ""
    if word == "contradiction":
        return "ask", ""
    if word == "update":
        if any(says(table, newer.text) for table in ("unreal", "past", "passing")):
            return rules, "the newer does not tell how things are now"
        return "supersede", ""
    if not one_in_the_other(older.text, newer.text) or older.polarity != newer.polarity:
        return rules, "neither says all that the other says"
    return "merge", ""


def _one_life(older: Claim, newer: Claim) -> bool:
    return same_life(older, newer, wording(older.text), wording(newer.text))


def _bound(older: Claim, newer: Claim, least: int) -> bool:
    """Whether a slot, a matter, a name or a number, or at least so many telling words are in both."""
    a, b = wording(older.text), wording(newer.text)
    slot = older.slot is not None and older.slot == newer.slot
    matter = bool(matters(older.text) & matters(newer.text))
    return slot or matter or bool(a.hard & b.hard) or len(shared_things(older, a, b)) >= least
