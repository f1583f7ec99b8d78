"""Matters in which a person is in one state at a time (work, home, a relationship), and whether a statement about one
says what the state is.

"I got the job!" tells that something began and not what: it is news, and no reason to forget "I work as a nurse".
"""

from __future__ import annotations

import re
from functools import lru_cache

from companion.memory.affect import valence
from companion.memory.words import stems
from companion.mind.rules import language_of, rules
from companion.mind.wording import GENERIC, change_tables, changes, cues
from companion.text import has_cjk

_ENTERED = frozenset({"begun", "now", "renewed"})
"""Classes of change that say that a state was entered. What ended, moved or was exchanged is over in any words."""
_NAMED = frozenset({"work", "home", "study"})
"""Matters in which there is more to a state than that it is one: a firm, a place, a subject."""
_WITH_WHOM = re.compile(r"\b(?:with|at|to|for|in) (?:me|us|him|her|them|here|there|mine)\b", re.IGNORECASE)
_ON_THE_WAY = re.compile(
    r"\b(?:trainee|apprentice\w*|intern|internship|training|qualifying)\b|实习|学徒", re.IGNORECASE
)
"""What is over as soon as what it leads to begins, whatever that is called."""
_SAYS_LITTLE = frozenset(
    stems(
        "new start begin today tonight tomorrow yesterday week month morning monday tuesday wednesday thursday friday"
        " saturday sunday news official last next first old good same whole one guess believe final"
    )
)
_LITTLE_HAN = re.compile(
    "[我你您他她它们咱俺的了呢吧啊呀地得和跟与就都也还又才已经终于刚这那份个家间位只次去来到在是上下有成功]"
)


@lru_cache(maxsize=512)
def matters(text: str) -> frozenset[str]:
    """The matters a statement is about in which there is one state at a time."""
    return frozenset(name for name, pattern in frames().items() if pattern.search(text.replace("’", "'")))


def matters_of_change(text: str) -> frozenset[str]:
    """The matters that the words for a change tell by themselves ("moved in", "分手")."""
    return frozenset(name for change in changes(text) for name in matters(change.text))


def leaves_open(older: str, newer: str) -> bool:
    """Whether the newer only says that a state was entered in a matter whose states have names, and not which, where
    the older names one that may go on."""
    shared = matters(older) & matters(newer)
    named = bool(shared) and shared <= _NAMED and names_value(older)
    return named and enters_unnamed(newer) and not _ON_THE_WAY.search(older)


def enters_unnamed(text: str) -> bool:
    """Whether a statement only says that a state was entered, and not which."""
    return _only_enters(text) and not names_value(text)


@lru_cache(maxsize=512)
def names_value(text: str) -> bool:
    """Whether a statement holds more than that something is, or changed, in its matters: which work, which place."""
    plain = text.replace("’", "'")
    language = language_of(text)
    if _trade(language).search(plain):
        return True
    if _WITH_WHOM.search(plain):
        return True
    spans = [match.span() for pattern in frames().values() for match in pattern.finditer(plain)]
    spans += [(change.start, change.end) for change in changes(text)]
    spans += [match.span() for match in cues(language)["moving"].finditer(plain)]
    left = list(plain)
    for begin, end in spans:
        left[begin:end] = " " * (end - begin)
    rest = "".join(left)
    if has_cjk(text):
        return len("".join(c for c in _LITTLE_HAN.sub("", rest) if c.isalnum())) > 1
    words = [word for word in re.findall(r"[\w'-]+", rest) if not word.endswith("ly") and not valence(word)]
    return bool(set(stems(" ".join(words))) - GENERIC - _SAYS_LITTLE)


def _only_enters(text: str) -> bool:
    found = changes(text)
    if has_cjk(text):
        entered = cues("zh")["entered"]
        return bool(found) and all(entered.fullmatch(change.text) for change in found)
    # "moved in" is no "moved"
    longest = [
        one
        for one in found
        if not any(other.start <= one.start and one.end <= other.end and other.text != one.text for other in found)
    ]
    return bool(longest) and {change.name for change in longest} <= _ENTERED


@lru_cache(maxsize=2)
def _trade(language: str) -> re.Pattern[str]:
    jobs = rules(language).jobs
    return re.compile(jobs if language == "zh" else rf"\b(?:{jobs})\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def frames() -> dict[str, re.Pattern[str]]:
    """What statements in each matter hold, by its name."""
    jobs = rules("en").jobs
    return {
        name: re.compile(pattern.replace("JOBS", jobs), re.IGNORECASE)
        for name, pattern in change_tables()["frames"].items()
    }
