"""Where else the words of some statements stand: told word for word, or in part."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from companion.sentences import sentences
from companion.text import CJK_RUN, normalised

_SAYS = 3
"""Words from which on a statement found inside a longer sentence is that statement, and not what anybody says."""
_PART = 5
"""Words in a row that a text has from a statement, and not by chance."""
_LONG = 8
"""Letters of a long word."""
Span = tuple[int, int]


class Statements:
    """`rare`: words that nothing but the statements brought in (normalised): whatever was written with them later tells
    of the statements."""

    def __init__(self, texts: Iterable[str], rare: frozenset[str] = frozenset()) -> None:
        told = {tuple(words_of(text)) for text in texts}
        self._told = {words for words in told if words}
        self._parts = {part for words in self._told for part in _parts(words)}
        self._keys = {max(words, key=len) for words in self._told}
        self.rare = rare
        # In another form, or misspelt at its end, a long word is still that word.
        self._begun = tuple(word[:-2] for word in rare if len(word) >= _LONG)

    def said_in(self, text: str) -> list[Span]:
        """The sentences of `text` that say one of them, word for word but for case and punctuation."""
        if not self._may(text):
            return []
        return [(start, end) for start, end in sentences(text) if self._says(text[start:end])]

    def is_said(self, text: str) -> bool:
        return self._may(text) and (self._says(text) or bool(self.said_in(text)))

    def told_in(self, text: str) -> list[Span]:
        """The sentences that say one of them, a part of one, or one of the rare words."""
        return [(start, end) for start, end in sentences(text) if self.tells(text[start:end])]

    def tells(self, text: str) -> bool:
        words = words_of(text)
        if not self.rare.isdisjoint(words) or any(word.startswith(self._begun) for word in words):
            return True
        return any(part in self._parts for size in {len(part) for part in self._parts} for part in _runs(words, size))

    def _may(self, text: str) -> bool:
        folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
        return any(key in folded for key in self._keys)

    def _says(self, sentence: str) -> bool:
        words = tuple(words_of(sentence))
        return words in self._told or any(
            len(told) >= _SAYS and told in set(_runs(words, len(told)))
            for told in self._told
            if len(told) <= len(words)
        )


def words_of(text: str) -> list[str]:
    """Normalised; of CJK script each character is one."""
    spaced = CJK_RUN.sub(lambda run: f" {' '.join(run.group())} ", unicodedata.normalize("NFKC", text))
    return normalised(spaced).split()


def _parts(words: Sequence[str]) -> set[tuple[str, ...]]:
    if len(words) < 2:
        return set()
    return set(_runs(words, min(_PART, len(words))))


def _runs(words: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]
