"""What two statements must have in common to be about the same thing: their numbers and names."""

from __future__ import annotations

import re

from companion.mind.figures import WORDS
from companion.names import names

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_SPELLED = {word: str(number) for word, number in {**WORDS, "twenty": 20}.items() if number > 1}
_WORD = re.compile(r"[a-z]+")
_HAN_NUMBER = re.compile("[一二两三四五六七八九十百千万]+(?=[个位只岁年月天次点块元口])")


def hard_tokens(text: str) -> frozenset[str]:
    """Numbers and names in `text`, case folded. "two" is 2; "one" is a word like any other."""
    found = {match.group() for match in _NUMBER.finditer(text)}
    found |= {_SPELLED[word] for word in _WORD.findall(text.lower()) if word in _SPELLED}
    found |= set(_HAN_NUMBER.findall(text))
    return frozenset(found | {name.casefold() for name in names(text)})
