"""On which of the things that two statements share the change that the newer tells of bears.

A word that both hold is not yet what changes: "my Korean book" is not Korean, "a stamp" is not all the stamps somebody
collects, and what happens at the school is not the school.
"""

from __future__ import annotations

import re
from functools import lru_cache

from companion.memory.words import stems, stop_words
from companion.mind.rules import rules
from companion.mind.wording import change_tables, changes

_TOKEN = re.compile(r"[\w'’-]+|[.,;:!?()—–]")
_SHIFTED = frozenset({"shifted", "continued_no_more"})
"""Classes that bear on a place as well: "we moved from the coast", "no longer in the chess club"."""
_NEAR = re.compile(
    r"\b(?:near|beside|opposite|(?:close|closer|nearer|next|moved|moving|move) (?:back )?to)(?: (?:the|my|our|an?))?$"
)
"""Before a place that only says where another one is ("we moved closer to the bakery")."""


def borne(things: frozenset[str], older: str, newer: str, how: frozenset[str]) -> frozenset[str]:
    """Those of `things` (stems that both statements hold) on which the change bears, told in classes `how`."""
    if not things:
        return things
    tokens = [(m.group().lower().replace("’", "'"), m.start(), m.group()) for m in _TOKEN.finditer(newer)]
    spans = [(change.start, change.end) for change in changes(newer)]
    before = set(re.findall(r"[\w'-]+", older.lower()))
    found = set()
    for at, (word, *_) in enumerate(tokens):
        stem = _stem(word)
        apart = stem not in things or _instance(tokens, at, before) or _placed(tokens, at, how, spans)
        if not apart and not _modifier(tokens, at, things, spans):
            found.add(stem)
    return frozenset(found) & things


def without(words: frozenset[str], text: str) -> str:
    """`text` without the words whose stems are `words`."""
    return re.sub(r"[\w'’-]+", lambda match: "" if _stem(match.group().lower()) in words else match.group(), text)


def _modifier(
    tokens: list[tuple[str, int, str]], at: int, things: frozenset[str], spans: list[tuple[int, int]]
) -> bool:
    """Whether the word only says which of another thing is meant ("exam notes")."""
    if at + 1 == len(tokens):
        return False
    word, start, _ = tokens[at + 1]
    if (
        not word[0].isalpha()
        or word in stop_words()
        or word in _words("after")
        or word.endswith(("ed", "ing", "ly", "'s"))
    ):
        return False
    if _stem(word) in things:
        return _modifier(tokens, at + 1, things, spans)
    return not any(begin <= start < end for begin, end in spans)


def _instance(tokens: list[tuple[str, int, str]], at: int, before: set[str]) -> bool:
    """Whether one is told of, where the older tells of all of a kind."""
    word = tokens[at][0]
    many = word not in before and (f"{word}s" in before or f"{word}es" in before)
    return many and any(token in _words("one") for token, *_ in tokens[max(0, at - 3) : at])


def _placed(tokens: list[tuple[str, int, str]], at: int, how: frozenset[str], spans: list[tuple[int, int]]) -> bool:
    """Whether it is only where, or about what, it happened."""
    if how & _SHIFTED:
        return _NEAR.search(" ".join(word for word, *_ in tokens[max(0, at - 4) : at])) is not None
    back = at - 1
    while back >= 0 and at - back < 4 and tokens[back][0] in _words("modifies"):
        back -= 1
    if (
        back < 0
        or tokens[back][0] not in _words("placed")
        or any(begin < tokens[back][1] < end for begin, end in spans)
    ):
        return False  # of "packed in the pipe" the "in" is what was done
    return at - back > 1 or tokens[at][0] in _words("places") or tokens[at][2][0].isupper()


@lru_cache(maxsize=8)
def _words(table: str) -> frozenset[str]:
    return frozenset(change_tables()["words"][table].split())


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    plain = rules("en").kin.get(word, word).removesuffix("'s")
    return next(iter(stems(plain)), "")
