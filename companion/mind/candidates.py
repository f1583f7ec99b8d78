"""Older thoughts that a new one may say again, change or contradict."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from companion.memory.words import stems
from companion.mind import slots, subjects
from companion.mind.admit import LONGEST_TURN
from companion.mind.matters import matters
from companion.mind.placing import Claim
from companion.mind.rules import language_of
from companion.mind.wording import GENERIC, change_tables, wording
from companion.records import Memory, Status
from companion.sentences import sentences
from companion.store.store import Store
from companion.text import has_cjk
from companion.voices import COMPANION, bare

STATUSES: tuple[Status, ...] = ("active", "dormant", "archived", "candidate")
"""What faded is known still: how a new statement is placed must not depend on which nights were run."""
MOST = 24
"""Older thoughts looked at."""
RAREST = 5
"""Of a new statement's words, those by which older ones are found: the rarest in the store, which say most."""
_SLOTS = {
    "age": ("age",),
    "diet": ("diet",),
    "home": ("home_city",),
    "relationship": ("partner", "spouse"),
    "study": ("school",),
    "work": ("employer", "job"),
}
"""Matters, with the slots that older statements in them may fill."""
MOST_LEAD = 120
"""Characters before a statement, in its sentence and the one before, by which to tell how it is meant."""
COMMON = 400
"""Pieces from which a word is held by so many that it finds nothing in particular."""


def core_of(memory: Memory) -> str:
    """The statement itself, of a memory that holds the sentences beside it as well: the shortest span it rests on."""
    whole = [e for e in memory.evidence if e.end - e.start == len(memory.text)]
    for outer in whole:
        inner = [e for e in memory.evidence if e.turn == outer.turn and outer.start <= e.start and e.end <= outer.end]
        core = min(inner, key=lambda e: e.end - e.start)
        if core != outer:
            return memory.text[core.start - outer.start : core.end - outer.start]
    return memory.text


def claim_of(memory: Memory) -> Claim:
    """What is compared of a memory; the value of its slot is read out of its words again."""
    text = core_of(memory) if memory.subject != COMPANION else bare(memory.text)
    filled = slots.slot_of(text, language_of(text)) if memory.slot else None
    value = filled[1] if filled and filled[0] == memory.slot else None
    return Claim(text, memory.subject, memory.slot, value, memory.polarity)


def is_insight(memory: Memory) -> bool:
    """Whether a model concluded it from several turns, and the person has not said it: what they say is not compared
    with it, for their words must not go up in the model's."""
    return memory.status == "candidate" and len({evidence.turn for evidence in memory.evidence}) > 1


def told_claim(store: Store, thought: Memory) -> Claim:
    """What is compared of a thought that is new, with what the person said right before it in the same breath."""
    claim = claim_of(thought)
    spans = [(e.start, e.end) for e in thought.evidence]
    turn = store.turns.get(thought.evidence[0].turn)
    start = min(spans, key=lambda span: span[1] - span[0])[0]
    before = lead = ""
    for begin, end in sentences(turn.text[:LONGEST_TURN]):
        if begin <= start < end:
            lead = turn.text[begin:start]
            break
        before = turn.text[begin:end]
    return replace(claim, lead=lead[-MOST_LEAD:], before=before if len(before) <= MOST_LEAD else "")


def closeness(older: Memory, claim: Claim) -> float:
    """Share (0–1) of their stems that two statements have in common."""
    a, b = wording(core_of(older)), wording(claim.text)
    either = a.stems | b.stems
    return len(a.stems & b.stems) / len(either) if either else 0.0


def candidates(store: Store, thought: Memory, claim: Claim) -> list[Memory]:
    """At most MOST older thoughts of its scope: those in the same slot first, then those that share the rarest words,
    then those that are in one matter with it, in whatever words ("I'm unemployed", "I started at the post office")."""
    ids = store.memories.in_slot(thought.slot, thought.subject, STATUSES, thought.scope) if thought.slot else []
    if thought.subject not in ("person", COMPANION):
        ids += store.memories.about(thought.subject, STATUSES, MOST // 2, thought.scope)
    said = f"{claim.lead} {claim.text}"
    frequency = _elsewhere(store, thought, (wording(said).telling | set(stems(said))) - GENERIC)
    if rare := _telling(frequency)[:RAREST]:
        ids += [id for id, _ in store.search.holding(rare, MOST, STATUSES, "thought", thought.scope)]
    told = matters(said)
    for slot in sorted(slot for name in told for slot in _SLOTS.get(name, ()) if slot != thought.slot):
        ids += store.memories.in_slot(slot, thought.subject, STATUSES, thought.scope)
    if matter := _words_of(told):
        known = store.search.document_frequency(matter)
        found_by = store.search.holding(_telling(known), MOST // 2, STATUSES, "thought", thought.scope)
        ids += [id for id, _ in found_by]
    found = store.memories.many(list(dict.fromkeys(ids))[:MOST])
    own = {evidence.turn for evidence in thought.evidence}
    return [
        found[id]
        for id in dict.fromkeys(ids)
        if id in found
        and found[id].kind == "thought"
        and not own & {e.turn for e in found[id].evidence}
        and not is_insight(found[id])
    ]


def _elsewhere(store: Store, thought: Memory, terms: frozenset[str]) -> dict[str, int]:
    """In how many pieces each term occurs, without those of the turn itself: its own words are in its own moment, and
    would be the rarest of all."""
    frequency = store.search.document_frequency(terms)
    own = store.memories.resting_on(sorted({evidence.turn for evidence in thought.evidence}))
    for pieces in store.search.terms_of([memory.id for memory in own]).values():
        for held in pieces.values():
            for term in held & frequency.keys():
                frequency[term] -= 1
    return frequency


def _telling(frequency: dict[str, int]) -> list[str]:
    """Stems that some pieces hold, and not too many, the rarest first."""
    return [word for _, word in sorted((count, word) for word, count in frequency.items() if 0 < count <= COMMON)]


@lru_cache(maxsize=256)
def _words_of(names: frozenset[str]) -> frozenset[str]:
    """The stems by which statements in these matters are found."""
    found = change_tables()["found_by"]
    return frozenset(stem for name in names & found.keys() for stem in stems(found[name]))


def known_names(store: Store, text: str, scope: str = "") -> frozenset[str]:
    """Of the names that sentences of `text` begin with, those that thoughts of a scope say belong to somebody in the
    person's life; case folded."""
    begun = {name for start, end in sentences(text[:LONGEST_TURN]) for name in subjects.first_names(text[start:end])}
    return frozenset(name.casefold() for name in begun if _is_known(store, name, scope))


def _is_known(store: Store, name: str, scope: str) -> bool:
    if store.memories.about(name, STATUSES, 1, scope):
        return True
    ids = store.memories.mentioning(name.casefold(), MOST)
    if has_cjk(name):  # no name is written large in Chinese
        ids = [id for id, _ in store.search.holding(stems(name), MOST, STATUSES, "thought", scope)]
    mentioned = store.memories.many(ids)
    told = [memory for memory in mentioned.values() if memory.kind == "thought" and memory.subject != COMPANION]
    told = [memory for memory in told if memory.scope == scope]
    return any(subjects.introduces(memory.text, name) for memory in told)
