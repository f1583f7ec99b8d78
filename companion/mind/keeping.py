"""Writing a thought down: new, more of an older one, instead of it, or nothing new.

Everything happens in the batch of one reflection, so that the person can take it back whole. Nothing is lost: what a
new thought replaces keeps its words, with the time until which it was true, and points to what took its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from companion.clock import Clock, moment
from companion.memory.credit import reinforce
from companion.memory.forgetting import GOOD, Curve
from companion.mind.candidates import candidates, claim_of
from companion.mind.placing import Claim, Relation, relate
from companion.mind.wording import wording
from companion.records import Memory
from companion.store.changes import Batch
from companion.store.store import Store
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
    line: str = ""
    question: str = ""


NOTHING = Kept(None)


@dataclass
class Keeper:
    store: Store
    clock: Clock
    curve: Curve

    def keep(self, batch: Batch, thought: Memory) -> Kept:
        """Place `thought` among what is known. It must rest on evidence in one turn."""
        claim = claim_of(thought)
        if self._said_before(batch, thought, claim):
            return NOTHING
        near = candidates(self.store, thought, claim)
        found = [(older, self._relation(older, thought, claim)) for older in near]
        for relation in ("duplicate", "correct", "supersede", "merge", "ask"):
            older = next((memory for memory, each in found if each == relation), None)
            if older is not None:
                return self._placed(batch, thought, older, relation, near)
        return Kept(self._new(batch, thought, near), f"+ {thought.text}")

    def _relation(self, older: Memory, thought: Memory, claim: Claim) -> Relation:
        relation = relate(claim_of(older), claim, _days_between(older, thought))
        if relation == "supersede" and older.event_start is not None and since(thought) < older.event_start:
            return "both"  # told later, but of an earlier time
        if relation in ("supersede", "correct", "merge") and older.pinned:
            return "ask" if relation != "merge" else "both"  # what is pinned stays until the person says so
        return relation

    def _said_before(self, batch: Batch, thought: Memory, claim: Claim) -> bool:
        """Whether the same words are known: then they gain evidence, and strength when they were said anew."""
        for known in self.store.memories.same_statement(thought.text):
            if known.kind != "thought" or known.status in _OVER:
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
        batch.update(known.id, status="active")
        reinforce(self.store, batch, known, self.curve, self.clock.now(), GOOD, "said again", turn)

    def _placed(self, batch: Batch, thought: Memory, older: Memory, relation: Relation, near: list[Memory]) -> Kept:
        if relation == "duplicate" or (relation == "merge" and len(thought.text) <= len(older.text)):
            self._again(batch, older, thought)
            return NOTHING
        id = self._new(batch, thought, near)
        if relation == "merge":
            batch.update(id, evidence=tuple(dict.fromkeys((*thought.evidence, *older.evidence))))
            batch.update(older.id, status="merged", replaced_by=id)
            batch.link(id, older.id, "refines")
            return Kept(id, f"~ {older.text} → {thought.text}")
        if relation == "ask":
            batch.link(id, older.id, "contradicts")
            return Kept(id, f"+ {thought.text}", self._question(thought, older))
        # What is put right was never true; what was said only lately held at least then.
        until = max(since(thought), since(older)) if relation == "supersede" else since(older)
        batch.update(older.id, status="superseded", replaced_by=id, valid_to=until)
        batch.link(id, older.id, "refines")
        return Kept(id, f"~ {older.text} → {thought.text}")

    def _new(self, batch: Batch, thought: Memory, near: list[Memory]) -> int:
        """Write a thought and its links to those near it; its id."""
        id = batch.add(replace(thought, valid_from=since(thought))).id
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

    def _question(self, thought: Memory, older: Memory) -> str:
        """One gentle question a day; "" when one was asked today."""
        now = self.clock.now()
        if not self.store.questions.may_ask(now):
            return ""
        self.store.questions.asked(now)
        said = moment(older.recorded_at, older.utc_offset)
        return f"On {said:%-d %B} you said “{older.text}” Now: “{thought.text}” Which holds?"


def _days_between(older: Memory, newer: Memory) -> float:
    return (newer.recorded_at - older.recorded_at) / DAY


def since(memory: Memory) -> float:
    """When what a memory says began to be true, as far as it says."""
    return memory.event_start if memory.event_start is not None else memory.recorded_at
