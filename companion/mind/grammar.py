"""Classes of English words (assets/rules/grammar.toml): which are verbs, which say what somebody is.

A light stand-in for a tagger: endings and closed lists, no context. It errs towards "not a verb".
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache

from companion.paths import asset

WORD = re.compile(r"[^\W_][\w'-]*")


@lru_cache(maxsize=1)
def _classes() -> dict[str, frozenset[str]]:
    raw = tomllib.loads(asset("rules", "grammar.toml").read_text(encoding="utf-8"))
    return {name: frozenset(words.split()) for name, words in raw.items()}


def is_one_of(kind: str, word: str) -> bool:
    """Whether `word` is listed in the class; the classes' names are the file's."""
    return word.casefold() in _classes()[kind]


def alternatives(kind: str) -> str:
    """The words of a class as alternatives of a regular expression, the longest first."""
    return "|".join(re.escape(word) for word in sorted(_classes()[kind], key=lambda word: (-len(word), word)))


def is_past(word: str) -> bool:
    """Whether `word` says what was ("went", "moved"), and is no command as well."""
    folded = word.casefold()
    if is_one_of("not_past", folded):
        return False
    return is_one_of("past", folded) or (len(folded) > 4 and folded.endswith("ed") and folded[-3] not in "ei")


def is_third(word: str) -> bool:
    """Whether `word` says what he, she or it does ("works", "tries")."""
    folded = word.casefold()
    if not folded.endswith("s"):
        return False
    stems = (folded[:-1], folded.removesuffix("es"), folded.removesuffix("ies") + "y")
    return any(is_one_of("verbs", stem) for stem in stems)


def is_finite(word: str) -> bool:
    """Whether `word` can be what makes a clause of a subject and the rest; plain forms ("we work") only by list."""
    folded = word.casefold()
    return (
        is_one_of("auxiliary", folded)
        or is_past(folded)
        or is_third(folded)
        or is_one_of("same", folded)
        or folded.endswith(("n't", "'ll", "'ve", "'re", "'d", "'m"))
        or folded in ("he's", "she's", "it's", "that's", "there's", "who's", "everyone's", "nobody's")
    )


def is_verb(word: str) -> bool:
    return is_finite(word) or is_one_of("verbs", word)


def words(text: str) -> list[str]:
    return WORD.findall(text)
