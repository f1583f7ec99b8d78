"""Whether a newer statement puts right what was said: the older was never true.

Either its words say that something was said wrongly, or it sets another value against the older's own ("Lina, not
Lena"), with nothing in it that says that anything changed.
"""

from __future__ import annotations

import re

from companion.memory.words import stems
from companion.mind.changing import Told, same_matter
from companion.mind.rules import language_of, rules
from companion.mind.wording import Wording, says, wording

_AGAINST = re.compile(
    r"\b(?:not|never|isn't|wasn't|aren't|rather than|instead of)\s+"
    r"(?:(?:really|quite|actually|exactly|in|at|on|an?|the|called|from|my|been|with)\s+){0,3}(?P<what>[\w'’]+)",
    re.IGNORECASE,
)
_I_AM_A = re.compile(r"\bi am an? [a-z]+")
_NAMED = re.compile(
    r"\b[Mm]y (?P<whose>[\w -]{2,24}?)(?:'s name is| is called| is named| is|'s) "
    r"(?P<name>[A-Z][\w'-]*(?: [A-Z][\w'-]*)?)(?=[.,!;]|$)"
)


def says_so(older: Told, newer: Told, a: Wording, b: Wording) -> bool:
    """Whether its words say that something was wrong, and what it is about is what the older tells."""
    if not says("correct", newer.text):
        return False
    if same_matter(older, newer, a, b) or a.hard & b.hard or all(_I_AM_A.search(words.plain) for words in (a, b)):
        return True
    return renamed(older.text, newer.text) is not None or _says_other_of_them(older, newer, a, b)


def perhaps(older: Told, newer: Told, a: Wording, b: Wording) -> bool:
    """Whether its words say so only perhaps ("actually"), or it sets another value against the older's."""
    return (says("weakly_correct", newer.text) and same_matter(older, newer, a, b)) or _sets_against(newer, a, b)


def _says_other_of_them(older: Told, newer: Told, a: Wording, b: Wording) -> bool:
    """Whether nothing but whom it is about is shared, and the two are built alike ("my cat is a girl", "is a boy")."""
    if older.subject == "person":
        return False
    if b.chinese and older.subject == newer.subject:
        return True
    begins = " ".join(a.plain.split()[:3])
    return begins in b.plain or ("name" in b.plain.split() and wording(older.subject).stems <= b.stems)


def renamed(older: str, newer: str) -> tuple[str, str] | None:
    """The two names, when both statements say what one person or thing is called and differ in nothing else."""
    one, other = (_NAMED.search(text.replace("’", "'")) for text in (older, newer))
    if one is None or other is None or one["name"] == other["name"]:
        return None
    kin = rules(language_of(older)).kin
    whose = [kin.get(match["whose"].lower(), match["whose"].lower()) for match in (one, other)]
    return (one["name"], other["name"]) if whose[0] == whose[1] and whose[0] not in ("friend", "cousin") else None


def _sets_against(newer: Told, a: Wording, b: Wording) -> bool:
    if not b.telling - a.telling and not b.hard - a.hard:
        return False
    denied = {stem for match in _AGAINST.finditer(newer.text) for stem in stems(match["what"])}
    return bool(denied) and denied <= a.telling | a.hard and not _only_denies(newer.text)


def _only_denies(text: str) -> bool:
    """Whether nothing is set in the place of what is denied."""
    return re.search(r"[,;:]|\bbut\b|\bit's\b|\bthat\b", text) is None
