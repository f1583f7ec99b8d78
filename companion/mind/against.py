"""Whether two statements cannot both be true now, with nothing to say that anything changed."""

from __future__ import annotations

import re
from functools import lru_cache

from companion.memory.words import stems
from companion.mind.changing import DENIAL
from companion.mind.wording import Wording, change_tables, wording
from companion.records import Polarity

ALIKE = 0.6
"""Share of content words that two statements have in common where one may contradict the other."""
_IS = re.compile(
    r"(?P<what>(?:my|the|our) (?!favourite)[\w ]{2,40}? (?:is|are|leaves|starts|lives)"
    r"(?: on| in| at| from| called| named)?)"
    r" (?P<value>\w+)$"
)
_ONCE = re.compile(r"\b(?:was|were) (?:born|founded|christened)\b|\bgraduated in\b|出生|生于")
"""What happens to somebody only once."""
_ABLE = re.compile(r"^i (?:can not|could not|do not know how to) (?P<what>[a-z]+)$|^我不会(?P<han>\w{2})$")
_LACKS = re.compile(
    r"\b(?:(?:do not|never|does not) (?:have|own|had)(?: got)?(?: an?| any)?|have no|got no) (?P<what>[a-z]+)$"
)
_SHUNS = re.compile(r"^i (?:do not|never) (?:like|eat|drink|enjoy) (?P<what>[a-z]+)$|^我不喜欢(?P<han>\w+)$")
_TAKES = re.compile(r"\b(?:love|favourite|enjoy|every|all the time|adore)\b|喜欢|最爱|每天")
_PLURAL = re.compile(r"(?<=[a-z]{3})s\b")
_COUNT = re.compile(r"\b(?:\d+|one)\b|[一二两俩三四五六七八九十\d]+(?=[个只条位名])")
_VALUED = re.compile(
    r"^(?:i work full time as an?|i am a full time|i am the|my (?:mother tongue|native language|first language"
    r"|star sign|middle name|surname|maiden name|blood type|blood group|eye colou?r|shoe size|height) is"
    r"|我(?:属|姓|身高|血型是?)) ?"
)
_CRITICAL = re.compile(
    r"^(?:\d+|\w+(?:st|nd|rd|th)|first|second|third|red|blue|green|grey|gray|black|white|brown|yellow|silver|purple|pink|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august"
    r"|september|october|november|december)$"
)
_SINGLE = re.compile(r"^(?:my|our|the) (?!friend|cousin|colleague|neighbou?r|uncle|aunt|niece|nephew|favourite)")
_EYES = re.compile(r"^i have \w+ (?:eyes|hair)$")

Pair = tuple[re.Pattern[str], re.Pattern[str]]


def against(a: Wording, b: Wording, polarities: tuple[Polarity, Polarity]) -> bool:
    """Whether one denies, or leaves no room for, what the other says; both are of the same person."""
    if _opposite(a, b):
        return True
    if polarities[0] != polarities[1] or denies(a) != denies(b):
        denied, told = (a, b) if denies(a) or (polarities[0] == "negated" and not denies(b)) else (b, a)
        return (alike(a, b) and denied.stems <= told.stems) or _told_all_the_same(denied, told)
    return _masked(a.plain) == _masked(b.plain) or _other_value(a, b)  # the same but for a number, or for the value


def happens_once(a: Wording, b: Wording) -> bool:
    """Whether both tell with another number of what happens once ("I was born in 1987")."""
    return all(_ONCE.search(words.plain) for words in (a, b)) and _masked(a.plain) == _masked(b.plain)


def conflict(older: str, newer: str) -> bool:
    """Whether the two are of kinds that leave each other no room ("I'm single", "my husband and I")."""
    a, b = (wording(text).plain for text in (older, newer))
    return any(
        (one.search(a) and other.search(b) and not one.search(b))
        or (other.search(a) and one.search(b) and not one.search(a))
        for one, other in _pairs("conflicts")
    )


def denies(words: Wording) -> bool:
    return DENIAL.search(words.plain) is not None


def alike(a: Wording, b: Wording) -> bool:
    either = a.stems | b.stems
    return bool(either) and len(a.stems & b.stems) / len(either) >= ALIKE


def _opposite(a: Wording, b: Wording) -> bool:
    for one, other in _pairs("opposites"):
        if (one.search(a.plain) and other.search(b.plain)) or (other.search(a.plain) and one.search(b.plain)):
            x, y = (_without(words, one, other) for words in (a, b))
            if x == y:
                return True
    return False


def _without(words: Wording, one: re.Pattern[str], other: re.Pattern[str]) -> frozenset[str]:
    """What is left of a statement when the words that are opposite are taken out of it."""
    rest = other.sub(" ", one.sub(" ", words.plain))
    return frozenset(rest.split()) if words.chinese else frozenset(stems(rest))


def _told_all_the_same(denied: Wording, told: Wording) -> bool:
    """ "I can't swim" and "I swim a mile", "I don't have a car" and "my car", "I don't like fish" and "I love fish"."""
    able, lacks, shuns = _ABLE.match(denied.plain), _LACKS.search(denied.plain), _SHUNS.match(denied.plain)
    if able is not None:
        what = able["what"]
        return re.match(rf"i (?:can )?{what}\b", told.plain) is not None if what else able["han"] in told.plain
    if lacks is not None:
        thing = _PLURAL.sub("", lacks["what"])
        return re.search(rf"\bmy (?:\w+ )?{thing}s?\b", told.plain) is not None
    if shuns is not None:
        return (shuns["what"] or shuns["han"]) in told.plain and _TAKES.search(told.plain) is not None
    return False


def _other_value(a: Wording, b: Wording) -> bool:
    """Whether both say what one thing is, and something else of it."""
    x, y = (_IS.match(words.plain) for words in (a, b))
    if x is not None and y is not None and x["what"] == y["what"] and x["value"] != y["value"]:
        return True
    x, y = (_VALUED.match(words.plain) for words in (a, b))
    if x is not None and y is not None and x.group() == y.group():
        return True
    one, other = a.plain.split(), b.plain.split()
    if len(one) != len(other) or sum(p != q for p, q in zip(one, other, strict=True)) != 1:
        return False
    at = next(i for i, (p, q) in enumerate(zip(one, other, strict=True)) if p != q)
    values = (one[at], other[at])
    named = "is" in one[1:at] and (one[at - 1] in ("a", "an", "the") or all(map(_CRITICAL.match, values)))
    return (_SINGLE.match(a.plain) is not None and named) or (
        _EYES.match(a.plain) is not None and all(map(_CRITICAL.match, values))
    )


def _masked(plain: str) -> str:
    return _PLURAL.sub("", _COUNT.sub("#", plain))


@lru_cache(maxsize=2)
def _pairs(table: str) -> tuple[Pair, ...]:
    found = change_tables()[table].values()
    return tuple((re.compile(one, re.IGNORECASE), re.compile(other, re.IGNORECASE)) for one, other in found)
