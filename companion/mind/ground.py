"""The gates that a statement in other words than the person's must pass, in order; each has a name.

A model's wording is kept only if it says nothing that the person's own sentence does not say: no name, number or date
of its own, hardly a word, no other polarity, kind or subject. What fails leaves the sentence itself, verbatim.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from companion.dates import resolve
from companion.memory.words import stems
from companion.mind import facets, subjects
from companion.mind.hard_tokens import hard_tokens
from companion.mind.rules import language_of, rules

LONGEST = 240
COVERED = 0.7
"""Share of its content words that must stand in the evidence; the rest may be grammar's."""
_LEAK = re.compile(
    r"[<>{}\[\]|]|\b(?:statement|evidence|sentence|json|n/a|unknown|placeholder|example|lorem|assistant|language model"
    r"|prompt|instructions?)\b|^\W*(?:the )?(?:user|person|speaker)\W*$",
    re.IGNORECASE,
)
_AS_PERSON = re.compile(r"^(?:the )?person\b", re.IGNORECASE)
_TELLER = frozenset(stems("person user speaker says said mentions mentioned states"))
_UNREAL = re.compile(
    r"\b(?:want|wish|hope|plan|would|could|might|may|if|dream|going to|will|intend)\b|想|打算|希望|计划|如果"
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A statement in other words, and what it is to rest on."""

    text: str
    evidence: str
    """The person's sentence, or the passage it is a part of."""
    said: datetime
    """When they said it: "next Friday" is told from it."""


def refusal(proposed: Proposed) -> str:
    """The name of the first gate that it does not pass; "" when it passes all."""
    return next((name for name, fails in GATES if fails(proposed)), "")


def _empty(p: Proposed) -> bool:
    return not p.evidence.strip() or len(stems(p.text)) < 1


def _too_long(p: Proposed) -> bool:
    return len(p.text) > LONGEST


def _leaks(p: Proposed) -> bool:
    return any(match.group().casefold() not in p.evidence.casefold() for match in _LEAK.finditer(p.text))


def _names_and_numbers(p: Proposed) -> bool:
    """Each must stand in the evidence, or be of a day that the evidence names."""
    spoken = p.evidence.casefold()
    foreign = {token for token in hard_tokens(p.text) - hard_tokens(p.evidence) if token not in spoken}
    if not foreign:
        return False
    meant = {(m.begins, m.ends) for m in resolve(p.evidence, p.said)}
    dated = [m for m in resolve(p.text, p.said) if (m.begins, m.ends) in meant]
    resolved = " ".join(p.text[m.start : m.end] for m in dated).casefold()
    return any(token not in resolved for token in foreign)


def _words(p: Proposed) -> bool:
    mine = set(stems(p.text)) - _TELLER
    meant = {(m.begins, m.ends) for m in resolve(p.evidence, p.said)}
    for mention in resolve(p.text, p.said):
        if (mention.begins, mention.ends) in meant:
            mine -= set(stems(p.text[mention.start : mention.end]))
    return bool(mine) and len(mine & set(stems(p.evidence))) / len(mine) < COVERED


def _polarity(p: Proposed) -> bool:
    tables = rules(language_of(p.evidence))
    return facets.polarity_of(tables, p.text) != facets.polarity_of(tables, p.evidence)


def _modality(p: Proposed) -> bool:
    """A wish, a plan or a case must not come back as a fact."""
    return _UNREAL.search(p.evidence) is not None and _UNREAL.search(p.text) is None


def _subject(p: Proposed) -> bool:
    """What is said of another must not come back as the person's own."""
    whose = subjects.subject_of(p.evidence, language_of(p.evidence))
    return whose != "person" and subjects.subject_of(p.text, language_of(p.text)) == "person" and _names(p, whose)


def _names(p: Proposed, whose: str) -> bool:
    return whose.casefold() not in p.text.casefold()


def unfounded(text: str, sources: Sequence[str]) -> str:
    """The name of the first gate that a conclusion from `sources` does not pass: it may be in words of its own, but
    bring no name or number. "" when it passes."""
    evidence = " ".join(sources)
    spoken = evidence.casefold()
    if len(text) > LONGEST:
        return "too long"
    if any(match.group().casefold() not in spoken for match in _LEAK.finditer(_AS_PERSON.sub("", text))):
        return "words of the prompt"
    if any(token not in spoken for token in hard_tokens(text) - hard_tokens(evidence)):
        return "names or numbers that were not said"
    return ""


GATES: tuple[tuple[str, Callable[[Proposed], bool]], ...] = (
    ("nothing to rest on", _empty),
    ("too long", _too_long),
    ("words of the prompt", _leaks),
    ("names or numbers that were not said", _names_and_numbers),
    ("words that were not said", _words),
    ("other polarity", _polarity),
    ("a wish or plan as a fact", _modality),
    ("another's life as the person's", _subject),
)
