"""Where a new statement stands beside an older one: the same, more of it, instead of it, a correction, against it.

Only explicit words decide. Two statements become one when one says all that the other says, with the same names and
numbers, of the same person, and neither denies the other. The newer takes the place of the older when its words say
that something changed and both are about the same matter. Everything else stays side by side: two memories too many
are a smaller harm than one that is lost or wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from companion.memory.words import content_words, stop_words
from companion.mind import subjects
from companion.mind.own_acts import ADVISING
from companion.mind.rules import language_of
from companion.mind.wording import Wording, change_tables, cues, says, wording
from companion.records import Memory, Polarity
from companion.text import has_cjk
from companion.voices import COMPANION

Relation = Literal["duplicate", "merge", "supersede", "correct", "ask", "both"]
MOST_EXTRA = 14
"""Content words that the longer of two that become one may have more than the shorter."""
ALIKE = 0.6
"""Share of content words that two statements have in common where one may contradict the other."""
ONE_VALUE = frozenset(
    {"name", "home_city", "birthplace", "birthday", "age", "employer", "job", "partner", "spouse", "school", "diet"}
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What is compared of a statement."""

    text: str
    subject: str = "person"
    slot: str | None = None
    value: str | None = None
    polarity: Polarity = "affirmed"


def claim_of(memory: Memory, value: str | None = None) -> Claim:
    return Claim(memory.text, memory.subject, memory.slot, value, memory.polarity)


def relate(older: Claim, newer: Claim, days: float) -> Relation:
    """What becomes of `newer`, said `days` after `older`."""
    a, b = wording(older.text), wording(newer.text)
    if COMPANION in (older.subject, newer.subject):
        return _of_its_own(older, newer, a, b, days)
    if a.plain == b.plain:
        return "both" if says("moving", newer.text) and days >= 1 else "duplicate"
    shared = a.telling & b.telling
    if says("correct", newer.text) and shared:
        return "correct"
    if not _same_person(older, newer, a, b):
        return "both"
    about_same = bool(shared) or bool(_frames(older.text) & _frames(newer.text)) or older.subject != "person"
    changed = _changed(older.text, newer.text)
    if says("weakly_correct", newer.text) and about_same and not changed:
        return "correct"
    if says("unreal", newer.text) and not says("for_good", newer.text):
        return "both"
    if _one_value(older, newer):
        return _by_value(older, newer, a, b, changed)
    if says("past", newer.text) or (says("passing", newer.text) and not says("for_good", newer.text)):
        return "both"
    if says("more", newer.text) and not _denies(b):
        return "both"
    if changed and about_same and not says("past", older.text) and not says("passing", older.text):
        return "supersede"
    if _against(older, newer, a, b):
        return "ask"
    if older.polarity != newer.polarity or _denies(a) != _denies(b):
        return "both"
    return "merge" if _one_in_the_other(older, newer, a, b) else "both"


def _of_its_own(older: Claim, newer: Claim, a: Wording, b: Wording, days: float) -> Relation:
    """What the companion advised or promised is never put beside what the person says, and takes no other's place: it
    may only be said again."""
    mine, before = b.stems - ADVISING, a.stems - ADVISING
    same = older.subject == newer.subject and (before, a.hard, _denies(a)) == (mine, b.hard, _denies(b))
    return "duplicate" if same and mine and not (says("moving", newer.text) and days >= 1) else "both"


def _changed(older: str, newer: str) -> bool:
    """Whether the newer says that something changed, in words that are not in the older."""
    before = older.casefold()
    found = cues(language_of(newer))["change"].finditer(newer.replace("’", "'"))
    return any(match.group().casefold() not in before for match in found)


def _same_person(older: Claim, newer: Claim, a: Wording, b: Wording) -> bool:
    """Whether both are about one life; a newer statement may name whom the older is about in passing."""
    if _at_one_remove(older.text) != _at_one_remove(newer.text):
        return False  # "my mother" and "my mother's sister"
    if older.subject.casefold() == newer.subject.casefold():
        return True
    if older.subject == "person":
        return older.value is not None and older.value.casefold() == newer.subject.casefold()
    if newer.subject != "person":
        return False
    named = bool(a.hard & b.hard) or (len(a.telling & b.telling) >= 2 and not _FIRST.match(newer.text))
    return named or wording(older.subject).stems <= b.stems


def _at_one_remove(text: str) -> bool:
    return subjects.at_one_remove(text, language_of(text))


_FIRST = re.compile(r"\W*(?:i|i'm|i've|my|we|our)\b|\W*我", re.IGNORECASE)


def _one_value(older: Claim, newer: Claim) -> bool:
    slot = older.slot
    return slot is not None and slot == newer.slot and (slot in ONE_VALUE or slot.startswith("favourite"))


def _by_value(older: Claim, newer: Claim, a: Wording, b: Wording, changed: bool) -> Relation:
    """Two statements that fill one slot."""
    old, new = (wording(claim.value or claim.text) for claim in (older, newer))
    if old.plain == new.plain:
        return "merge" if _one_in_the_other(older, newer, a, b) else "both"
    if not changed and (old.stems < new.stems or new.stems < old.stems):
        return "both"  # "Anna" and "Anna Berg"
    if older.polarity != newer.polarity:
        return "both"
    return "supersede" if changed else "ask"


def _against(older: Claim, newer: Claim, a: Wording, b: Wording) -> bool:
    """Whether both cannot be true at once, and nothing says that anything changed."""
    denied = older.polarity != newer.polarity or _denies(a) != _denies(b)
    if denied:
        return _alike(a, b)
    if _masked(a.plain) == _masked(b.plain):
        return True  # the same but for a number
    for one, other in _opposites():
        if (one.search(a.plain) and other.search(b.plain)) or (other.search(a.plain) and one.search(b.plain)):
            things = [
                {stem for stem in words.telling if not (one.search(stem) or other.search(stem))} for words in (a, b)
            ]
            return bool(things[0]) and things[0] == things[1]
    x, y = (_IS.match(words.plain) for words in (a, b))
    return x is not None and y is not None and x["what"] == y["what"] and x["value"] != y["value"]


_IS = re.compile(
    r"(?P<what>(?:my|the|our) (?!favourite)[\w ]{2,40}? (?:is|are|leaves|starts|lives)"
    r"(?: on| in| at| from| called| named)?)"
    r" (?P<value>\w+)$"
)


def _masked(plain: str) -> str:
    return re.sub(r"\b\d+\b", "#", plain)


def _alike(a: Wording, b: Wording) -> bool:
    either = a.stems | b.stems
    return bool(either) and len(a.stems & b.stems) / len(either) >= ALIKE


def _one_in_the_other(older: Claim, newer: Claim, a: Wording, b: Wording) -> bool:
    return (_says_all(a, b) and _ends_alike(older.text, newer.text)) or (
        _says_all(b, a) and _ends_alike(newer.text, older.text)
    )


def _ends_alike(less: str, more: str) -> bool:
    """Whether the last word of `less` is not the first half of another thing in `more` ("sugar", "sugar factory")."""
    words = content_words(less)
    if not words or has_cjk(less):
        return True
    after = re.search(rf"\b{re.escape(words[-1])}\s+([a-z'-]+)", more.lower())
    return after is None or after.group(1) in stop_words() or after.group(1).endswith("ly")


def _says_all(less: Wording, more: Wording) -> bool:
    """Whether `more` says all that `less` says."""
    extra = len(more.stems - less.stems)
    if not more.chinese and not less.words <= more.words:
        return False  # "I run a bakery" and "I'm running to the bakery" share their stems
    if _ONE.search(less.plain) and not _ONE.search(more.plain):
        return False  # "one sister" and "three sisters"
    letters = set(_LETTER.findall(less.plain)) <= set(_LETTER.findall(more.plain))
    return bool(less.stems) and less.stems <= more.stems and less.hard <= more.hard and letters and extra <= MOST_EXTRA


_ONE = re.compile(r"\bone\b")
_LETTER = re.compile(r"\b(?!i\b)[a-z]\b(?=$| (?:positive|negative))")
"""A single letter that is a value ("blood type A"): words of one letter are no content words."""


def _denies(words: Wording) -> bool:
    return _DENIAL.search(words.plain) is not None


_DENIAL = re.compile(r"\b(?:not|no|never|none)\b|[不没]")


@lru_cache(maxsize=1)
def _tables() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in change_tables()["frames"].items()}


@lru_cache(maxsize=1)
def _opposites() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((re.compile(one), re.compile(other)) for one, other in change_tables()["opposites"].values())


def _frames(text: str) -> set[str]:
    """The matters a statement is about in which there is one state at a time."""
    return {name for name, pattern in _tables().items() if pattern.search(text)}
