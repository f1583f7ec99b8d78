"""Writing a thought down: new, more of an older one, instead of it, or nothing new.

Everything happens in the batch of one reflection, so that the person can take it back whole. Nothing is lost: what a
new thought replaces keeps its words, with the time until which it was true, and points to what took its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from companion.clock import Clock, moment
from companion.days import day_of_year
from companion.events import Line
from companion.memory.credit import reinforce
from companion.memory.forgetting import GOOD, Curve
from companion.mind.candidates import candidates, claim_of, closeness, core_of, told_claim
from companion.mind.changing import is_event
from companion.mind.heavy import is_heavy
from companion.mind.matters import enters_unnamed, matters, matters_of_change
from companion.mind.namesakes import Namesake, Namesakes
from companion.mind.placing import ONE_VALUE, Claim, Relation, relate
from companion.mind.tagging import Tagger
from companion.mind.wording import wording
from companion.question import Question
from companion.records import Memory
from companion.store.changes import Batch
from companion.store.store import Store
from companion.strings import text
from companion.voices import COMPANION, bare

DAY = 86_400.0
SAME_TOPIC = 2
"""Telling words that two thoughts of one person share when they are about one thing."""
MOST_LINKS = 4
_OVER = ("forgotten", "merged", "quarantined")


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a thought: its id, None when nothing new was written, and a line for the person."""

    id: int | None
    line: Line | None = None
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """A new thought as it is compared, and what the rules say of it and each older one near it."""

    claim: Claim
    found: tuple[tuple[Memory, Relation], ...] = ()
    namesake: Namesake | None = None
    """People of one name, where it may be about any of them."""


NOTHING = Kept(None)


@dataclass
class Keeper:
    store: Store
    clock: Clock
    curve: Curve

    def __post_init__(self) -> None:
        self.tagger = Tagger(self.store)
        self.namesakes = Namesakes(self.store, self.tagger)

    def beside(self, thought: Memory, taken: Mapping[int, Relation] | None = None) -> Beside:
        """What is near `thought`, which must rest on evidence in one turn. `taken`: by the older memory, a relation
        that takes the place of what the rules leave as "both" or "ask"."""
        claim = told_claim(self.store, thought)
        namesake = self.namesakes.of(thought)
        near = candidates(self.store, thought, claim)
        if namesake is not None:
            near = [older for older in near if not namesake.parts(thought, older)]
        found = tuple((older, self._relation(older, thought, claim, taken or {})) for older in near)
        return Beside(claim, found, namesake)

    def keep(self, batch: Batch, thought: Memory, taken: Mapping[int, Relation] | None = None) -> Kept:
        """Place `thought` among what is known; `taken` as for `beside`."""
        if self._said_before(batch, thought, told_claim(self.store, thought)):
            return NOTHING
        beside = self.beside(thought, taken)
        kept = self._decide(batch, thought, beside)
        if kept.id is not None:
            texts = (thought.text, *(older.text for older, each in beside.found if each != "both"))
            self.tagger.refresh(batch, texts, thought.scope)
        return kept

    def _decide(self, batch: Batch, thought: Memory, beside: Beside) -> Kept:
        claim, found, near = beside.claim, beside.found, [older for older, _ in beside.found]
        for relation in ("outdated", "duplicate", "correct", "supersede", "merge", "ask"):
            those = [memory for memory, each in found if each == relation]
            if those:
                nearest = max(those, key=lambda memory: closeness(memory, claim))
                as_well = [each for each in those if each is not nearest and _ends_as_well(each, thought, claim)]
                return self._placed(batch, thought, nearest, relation, near, as_well)
        id = self._new(batch, thought, near)
        return Kept(id, Line(thought.text), self._which(thought, id, beside.namesake))

    def _relation(self, older: Memory, thought: Memory, claim: Claim, taken: Mapping[int, Relation]) -> Relation:
        if said_before(thought, older):
            return _from_before(older, thought, claim)
        relation = relate(claim_of(older), claim, _days_between(older, thought))
        if relation in ("both", "ask"):
            relation = taken.get(older.id, relation)
        ahead = older.event_start is not None and older.event_start > thought.recorded_at
        told = older.event_start is not None and not (ahead and thought.event_start is None)  # a plan that is off now
        if relation == "supersede" and told and since(thought) < since(older):
            return "both"  # told later, but of an earlier time
        if relation in ("supersede", "correct", "merge") and older.pinned:
            return "ask" if relation != "merge" else "both"  # what is pinned stays until the person says so
        return relation

    def _said_before(self, batch: Batch, thought: Memory, claim: Claim) -> bool:
        """Whether the same words are known: then they gain evidence, and strength when they were said anew."""
        for known in self.store.memories.same_statement(thought.text):
            if known.kind != "thought" or known.status in _OVER or known.scope != thought.scope:
                continue
            if relate(claim_of(known), claim, _days_between(known, thought)) == "both":
                continue  # "yesterday" of another day
            self._again(batch, known, thought)
            return True
        return False

    def _again(self, batch: Batch, known: Memory, thought: Memory) -> None:
        batch.update(known.id, evidence=tuple(dict.fromkeys((*known.evidence, *thought.evidence))))
        turn = thought.evidence[0].turn
        if turn in {evidence.turn for evidence in known.evidence} or known.status == "superseded":
            return  # the same breath, or this exchange thought about once more
        if said_before(thought, known):
            return  # it was no new saying
        batch.update(known.id, status="active")
        reinforce(self.store, batch, known, self.curve, self.clock.now(), GOOD, "said again", turn)

    def _placed(
        self,
        batch: Batch,
        thought: Memory,
        older: Memory,
        relation: Relation,
        near: list[Memory],
        as_well: Sequence[Memory] = (),
    ) -> Kept:
        """`as_well`: others that what takes the place of `older` leaves no room for."""
        if relation == "duplicate" or (relation == "merge" and len(thought.text) <= len(older.text)):
            self._again(batch, older, thought)
            return NOTHING
        if relation == "outdated":
            over = replace(thought, status="superseded", replaced_by=older.id, valid_to=since(older))
            id = batch.add(replace(over, valid_from=since(thought))).id
            batch.link(older.id, id, "refines")
            return Kept(id)
        if relation == "correct" and thought.subject == "person" and not _OWN.search(thought.text):
            thought = replace(thought, subject=older.subject)  # "I meant Bergen" is of whom the older is
        id = self._new(batch, thought, near)
        if relation == "merge":
            batch.update(id, evidence=tuple(dict.fromkeys((*thought.evidence, *older.evidence))))
            batch.update(older.id, status="merged", replaced_by=id)
            batch.link(id, older.id, "refines")
            return Kept(id, Line(thought.text, older.text))
        if relation == "ask":
            batch.link(id, older.id, "contradicts")
            return Kept(id, Line(thought.text), self._which_holds(thought, id, older))
        for each in (older, *(as_well if relation == "supersede" else ())):
            # What is put right was never true; what was said only lately held at least then.
            until = max(since(thought), since(each)) if relation == "supersede" else since(each)
            batch.update(each.id, status="superseded", replaced_by=id, valid_to=until)
            batch.link(id, each.id, "refines")
        return Kept(id, Line(thought.text, older.text))

    def _new(self, batch: Batch, thought: Memory, near: list[Memory]) -> int:
        """Write a thought and its links to those near it; its id."""
        id = batch.add(replace(thought, valid_from=since(thought), tags=self.tagger.of(thought))).id
        mine = wording(bare(thought.text)).telling
        linked = 0
        for older in near:
            if linked >= MOST_LINKS:
                break
            same = older.subject == thought.subject and older.subject not in ("person", COMPANION)
            shared = mine & wording(bare(older.text)).telling
            if same:
                batch.link(id, older.id, "same-person")
            elif len(shared) >= SAME_TOPIC:
                batch.link(id, older.id, "same-topic", weight=min(1.0, len(shared) / 4))
            linked += same or len(shared) >= SAME_TOPIC
        return id

    def _which_holds(self, thought: Memory, id: int, older: Memory) -> Question | None:
        said = moment(older.recorded_at, older.utc_offset)
        asked = text("question.which_holds", day=day_of_year(said), older=older.text, newer=thought.text)
        return self._ask(Question(0, asked, thought.evidence[0].turn, older.id, id))

    def _which(self, thought: Memory, id: int, namesake: Namesake | None) -> Question | None:
        if namesake is None or namesake.whose(thought):
            return None
        first, options = next(iter(namesake.relations.values())), tuple(namesake.relations)
        return self._ask(Question(0, namesake.question, thought.evidence[0].turn, first.id, id, options))

    def _ask(self, question: Question) -> Question | None:
        """One gentle question a day; None when one was asked today, and none about what is heavy."""
        if any(is_heavy(each) for each in self.store.memories.many((question.older, question.newer)).values()):
            return None
        now = self.clock.now()
        return self.store.questions.ask(now, question) if self.store.questions.may_ask(now) else None


def _ends_as_well(older: Memory, thought: Memory, claim: Claim) -> bool:
    """Whether a change that took the place of another memory ends this one too: a value of the same matter ("I live in
    Bristol", when "I'm moving to Bath next month" came true), what was planned in it, or how it was. An event stays
    what happened."""
    told = core_of(older)
    if older.subject != thought.subject or not matters(told) & matters(claim.text):
        return False
    if older.slot in ONE_VALUE or enters_unnamed(told):
        return True
    planned = older.modality == "plan" or (older.event_start or 0.0) > thought.recorded_at
    named = bool(matters(told) & matters_of_change(claim.text))  # "finally" may be said of anything, "divorced" may not
    if planned:
        return named or bool(wording(told).telling & wording(claim.text).telling)
    return named and older.event_start is None and not is_event(told)


_OWN = re.compile(r"\b(?:i|i'm|i've|my|we|our)\b|我", re.IGNORECASE)


def said_before(thought: Memory, known: Memory) -> bool:
    """Whether a new thought was said long before one that is known: it comes from a past that was brought in."""
    return known.recorded_at - thought.recorded_at > DAY


def _from_before(known: Memory, thought: Memory, claim: Claim) -> Relation:
    """The relation of a thought from before `known` to it: what took its place since, does so still. Nothing is asked
    about a past that is over."""
    relation = relate(claim, claim_of(known), _days_between(thought, known))
    if relation in ("supersede", "correct"):
        told = thought.event_start is not None and since(known) < since(thought)
        return "both" if told else "outdated"
    if relation == "merge" and len(thought.text) <= len(known.text):
        return "duplicate"
    return "duplicate" if relation == "duplicate" else "both"


def _days_between(older: Memory, newer: Memory) -> float:
    return (newer.recorded_at - older.recorded_at) / DAY


def since(memory: Memory) -> float:
    """When what a memory says began to be true, as far as it says."""
    return memory.event_start if memory.event_start is not None else memory.recorded_at
