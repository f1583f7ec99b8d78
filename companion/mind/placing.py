"""Where a new statement stands beside an older one: the same, more of it, instead of it, a correction, against it.

Only explicit words decide. Two statements become one when one says all that the other says, with the same names and
numbers, of the same person, and neither denies the other (`joining`). The newer takes the place of the older when its
words say that something changed and both are about the same matter (`changing`). Everything else stays side by side:
two memories too many are a smaller harm than one that is lost or wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from companion.mind import subjects
from companion.mind.against import against, conflict, denies, happens_once
from companion.mind.changing import classes_of_change, once_was, takes_place
from companion.mind.correcting import perhaps, renamed, says_so
from companion.mind.joining import one_in_the_other
from companion.mind.matters import matters
from companion.mind.own_acts import ADVISING
from companion.mind.roles import gave_way
from companion.mind.rules import language_of
from companion.mind.wording import Wording, says, wording
from companion.records import Memory, Polarity
from companion.voices import COMPANION

Relation = Literal["duplicate", "merge", "supersede", "correct", "ask", "both", "outdated"]
"""What becomes of a new statement beside one that is known; "outdated": that took its place before it was heard of."""
ONE_VALUE = frozenset(
    {"name", "home_city", "birthplace", "birthday", "age", "employer", "job", "partner", "spouse", "school", "diet"}
)
YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Claim:
    """What is compared of a statement."""

    text: str
    subject: str = "person"
    slot: str | None = None
    value: str | None = None
    polarity: Polarity = "affirmed"
    lead: str = ""
    """What stands before it in its sentence: "Actually,", "Gerald retired;"."""
    before: str = ""
    """The sentence before: "Oops, typo."."""


def claim_of(memory: Memory, value: str | None = None) -> Claim:
    return Claim(memory.text, memory.subject, memory.slot, value, memory.polarity)


def relate(older: Claim, newer: Claim, days: float) -> Relation:
    """What becomes of `newer`, said `days` after `older`."""
    a, b = wording(older.text), wording(newer.text)
    if COMPANION in (older.subject, newer.subject):
        return _of_its_own(older, newer, a, b, days)
    if a.plain == b.plain:
        return "both" if says("moving", newer.text) and days >= 1 else "duplicate"
    whole = replace(newer, text=f"{newer.before} {newer.lead} {newer.text}".strip())
    if says_so(older, whole, a, wording(whole.text)):
        return "correct"
    told = replace(newer, text=f"{newer.lead} {newer.text}".strip())
    c = wording(told.text)
    how = classes_of_change(older.text, told.text)
    says_change = classes_of_change("", told.text)  # also in words that the older had for a change before it
    if gave_way(older.text, newer.text, bool(says_change)) and not says("unreal", newer.text):
        return "supersede"
    if renamed(older.text, newer.text):
        return "supersede" if how else "correct" if says("weakly_correct", told.text) else "ask"
    if _leaves_no_room(older, newer) and not how and not says("unreal", newer.text):
        return "ask"
    if not same_life(older, told, a, c):
        return "both"
    if not how and perhaps(older, told, a, c):
        return "correct"
    if says("unreal", newer.text) and not (says("for_good", newer.text) or (how and says("unreal", older.text))):
        return "both"
    if _one_value(older, newer):
        return _by_value(older, newer, a, b, bool(how or says_change - {"begun"}), days)
    if happens_once(a, b):
        return "ask"
    if once_was(older, newer, a, b):
        return "supersede"
    if says("past", newer.text) or (says("passing", newer.text) and not how - {"now"}):
        return "both"  # with a change that is told, "this week" says when it came
    if says("more", newer.text) and not denies(b) and how <= {"begun", "now", "replaced"}:
        return "both"
    if how <= {"begun", "now"} and denies(a) == denies(b) and one_in_the_other(older.text, newer.text):
        return "merge" if older.polarity == newer.polarity else "both"  # all that it was, it still is
    lasted = not says("passing", older.text) or bool(how & {"ended", "replaced", "shifted"})
    if not says("past", older.text) and lasted and takes_place(older, told, a, c, how):
        return "supersede"
    if against(a, b, (older.polarity, newer.polarity)):
        again = says_change - {"begun"} and older.polarity == newer.polarity and denies(a) == denies(b)
        return "supersede" if again else "ask"
    if older.polarity != newer.polarity or denies(a) != denies(b):
        return "both"
    return "merge" if one_in_the_other(older.text, newer.text) else "both"


def _leaves_no_room(older: Claim, newer: Claim) -> bool:
    """Whether one of them cannot be true where the other is; one may be about whom the person says they have not."""
    return "person" in (older.subject, newer.subject) and conflict(older.text, newer.text)


def _of_its_own(older: Claim, newer: Claim, a: Wording, b: Wording, days: float) -> Relation:
    """What the companion advised or promised is never put beside what the person says, and takes no other's place: it
    may only be said again."""
    mine, before = b.stems - ADVISING, a.stems - ADVISING
    same = older.subject == newer.subject and (before, a.hard, denies(a)) == (mine, b.hard, denies(b))
    return "duplicate" if same and mine and not (says("moving", newer.text) and days >= 1) else "both"


def same_life(older: Claim, newer: Claim, a: Wording, b: Wording) -> bool:
    """Whether both are about one life; a newer statement may name whom the older is about in passing, or somebody else
    who has become what they were."""
    if _at_one_remove(older.text) != _at_one_remove(newer.text):
        return False  # "my mother" and "my mother's sister"
    if older.subject.casefold() == newer.subject.casefold():
        return True
    named = any(word in a.hard for word in (*b.hard, *b.plain.split()) if not word[0].isdigit())
    if older.subject == "person":
        if older.value is not None and older.value.casefold() == newer.subject.casefold():
            return True
        serves = subjects.serves(newer.subject) or "relationship" in matters(older.text) & matters(newer.text)
        return named and serves and _TO_ME.search(newer.text) is not None  # "Bram is my husband now"
    if newer.subject != "person":
        return named and wording(older.subject).stems <= b.stems  # "my boss is Gerald", "Gerald left, my new boss is"
    named = named or (len(a.telling & b.telling) >= 2 and not _FIRST.match(newer.text))
    return named or wording(older.subject).stems <= b.stems


def _at_one_remove(text: str) -> bool:
    return subjects.at_one_remove(text, language_of(text))


_TO_ME = re.compile(r"\b(?:my|our|we)\b|我", re.IGNORECASE)
_FIRST = re.compile(r"\W*(?:i|i'm|i've|my|we|our)\b|\W*我", re.IGNORECASE)


def _one_value(older: Claim, newer: Claim) -> bool:
    slot = older.slot
    return slot is not None and slot == newer.slot and (slot in ONE_VALUE or slot.startswith("favourite"))


def _by_value(older: Claim, newer: Claim, a: Wording, b: Wording, changed: bool, days: float) -> Relation:
    """Two statements that fill one slot."""
    old, new = (wording(claim.value or claim.text) for claim in (older, newer))
    if old.plain == new.plain:
        return "merge" if one_in_the_other(older.text, newer.text) else "both"
    if not changed and (old.stems < new.stems or new.stems < old.stems):
        return "both"  # "Anna" and "Anna Berg"
    if older.polarity != newer.polarity:
        return "both"
    return "supersede" if changed or _grew_older(older, new.plain, old.plain, days) else "ask"


def _grew_older(older: Claim, new: str, old: str, days: float) -> bool:
    """Whether an age is what the time between makes of the other."""
    if older.slot != "age" or not (old.isdigit() and new.isdigit()):
        return False
    return 0 < int(new) - int(old) <= days / YEAR + 1 and days / YEAR - 1 <= int(new) - int(old)
