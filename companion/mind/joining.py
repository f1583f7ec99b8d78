"""Whether one statement says all that another says, so that the two may become one.

Sharing words is not enough: "my sister married a nurse" holds the words of "my sister is a nurse". Every word of the
shorter has to stand in the longer, in its order; between them may stand only what describes ("a little red Fiat"), and
nothing may follow that makes another thing of the last or takes a part of it back ("sugar factory", "only water").
"""

from __future__ import annotations

import re
from functools import lru_cache

from companion.memory.words import content_words
from companion.mind.rules import language_of
from companion.mind.wording import Wording, cues, wording
from companion.text import has_cjk

MOST_EXTRA = 14
"""Content words that the longer of two that become one may have more than the shorter."""
_ONE = re.compile(r"\bone\b")
_LETTER = re.compile(r"\b(?!i\b)[a-z]\b(?=$| (?:positive|negative))")
"""A single letter that is a value ("blood type A"): words of one letter are no content words."""
_SKIPPED = frozenset(
    ("a", "an", "the", "my", "our", "have", "has", "got", "is", "am", "are", "been", "had", "since", "s")
)
_ADDS = re.compile(
    r"[^\w'-]+(?:[a-z]+ly|[a-z]+ing|and|in|at|on|with|near|for|since|called|named|who|which|that|from|as|by|because|so"
    r"|every|each|most|mostly|where|during|around|next|outside|inside|after|twice|once|these|right|again|too|myself"
    r"|together|to|about|over|of|is|was|a lot)|[,;:(–—].*|\s+-.*"
)
"""What may follow: a preposition, a conjunction, an adverb, or anything after a break."""
_OWNED = re.compile(
    r"\w+['’]s (?!(?:an?|the|my|in|at|on|not|very|so|been|got|called|named|from|with|into|allergic|\w+ing|\w+ed)\b)"
)
"""Something of somebody's: "my brother's shop" is not my brother."""


def one_in_the_other(older: str, newer: str) -> bool:
    """Whether one of two statements of one person says all that the other does, with nothing against it."""
    return _within(older, newer) or _within(newer, older)


def _within(less: str, more: str) -> bool:
    a, b = wording(less), wording(more)
    return _says_all(a, b) and _ends_alike(less, more) and _in_order(less, more, a, b) and not _limited(less, more)


def _says_all(less: Wording, more: Wording) -> bool:
    extra = len(more.stems - less.stems)
    if not more.chinese and not less.words <= more.words:
        return False  # "I run a bakery" and "I'm running to the bakery" share their stems
    if _ONE.search(less.plain) and not _ONE.search(more.plain):
        return False  # "one sister" and "three sisters"
    letters = set(_LETTER.findall(less.plain)) <= set(_LETTER.findall(more.plain))
    return bool(less.stems) and less.stems <= more.stems and less.hard <= more.hard and letters and extra <= MOST_EXTRA


def _ends_alike(less: str, more: str) -> bool:
    """Whether after the last word of `less` something is added in `more`, rather than another thing made of that word
    ("sugar", "sugar factory") or of what is done ("I run", "I run a shop")."""
    words = content_words(less)
    if not words or has_cjk(less):
        return True
    after = re.search(rf"\b{re.escape(words[-1])}(?P<rest>-\w+|\W*\s+[a-z0-9'-]+|'s \w+)", more.lower())
    return after is None or _ADDS.fullmatch(after["rest"]) is not None


def _in_order(less: str, more: str, a: Wording, b: Wording) -> bool:
    if b.chinese:
        return True
    if len(_OWNED.findall(more)) > len(_OWNED.findall(less)):
        return False
    wanted = [word for word in a.plain.split() if word not in _SKIPPED]
    at, describes = 0, _describing()
    for word in b.plain.split():
        if at == len(wanted):
            return True
        if word == wanted[at]:
            at += 1
        elif at and word not in _SKIPPED and not describes.fullmatch(word):
            return False  # another thing stands between
    return at == len(wanted)


def _limited(less: str, more: str) -> bool:
    pattern = cues(language_of(more))["limiting"]
    before = less.casefold()
    return any(match.group().casefold() not in before for match in pattern.finditer(more))


@lru_cache(maxsize=1)
def _describing() -> re.Pattern[str]:
    return cues("en")["describing"]
