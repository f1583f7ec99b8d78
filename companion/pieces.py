"""A text cut into pieces that an embedder reads whole and that words are counted in.

One vector of a long text says little about any one sentence in it, encoders read only their first few hundred tokens
(256 for all-MiniLM-L6-v2), and a long text holds most words somewhere. So a long text is looked up by pieces of whole
sentences, and is as near to a cue as its nearest piece.
"""

from __future__ import annotations

import re

from companion.sentences import sentences
from companion.text import has_cjk

Span = tuple[int, int]
TOKENS = 100
"""About the longest piece: a few sentences about one thing."""
SHORT = 150
"""Texts of about so many tokens stay whole."""
MOST = 12
"""Pieces of one text at most; those of a longer text grow."""
_WORD = re.compile(r"[^\s，、；：]+[\s，、；：]*|[，、；：]+\s*")


def pieces(text: str) -> list[Span]:
    """Spans of the pieces in order: one when the text is short, else at most MOST of whole sentences."""
    whole = tokens_about(text)
    if whole <= SHORT:
        return [(0, len(text))]
    most = max(TOKENS, -(-whole // MOST))
    found: list[Span] = []
    start, end, held = 0, 0, 0
    for begin, stop in _parts(text, most):
        size = tokens_about(text[begin:stop])
        if held and held + size > most and len(found) < MOST - 1:
            found.append((start, end))
            start, held = begin, 0
        end, held = stop, held + size
    return [*found, (start, end)] if end else [(0, len(text))]


def tokens_about(text: str) -> int:
    """Tokens that an embedder makes of `text`, roughly: 4 characters each, of CJK script 1."""
    return _weight(text) // 4 + 1


def _weight(text: str) -> int:
    """The same in quarters of a token, which add up."""
    dense = sum(ord(character) > 0x2E7F for character in text) if has_cjk(text) else 0
    return len(text) + 3 * dense


def _parts(text: str, most: int) -> list[Span]:
    """Sentences; one that is longer than a piece may be is cut between words, of CJK script between clauses."""
    parts: list[Span] = []
    for start, end in sentences(text):
        if tokens_about(text[start:end]) <= most:
            parts.append((start, end))
            continue
        begin, held = start, 0
        for word in _WORD.finditer(text, start, end):
            if held and held + _weight(word.group()) > 4 * most:
                parts.append((begin, word.start()))
                begin, held = word.start(), 0
            width = most if has_cjk(word.group()) else 4 * most
            while not held and word.end() - begin > 2 * width:  # one word without end, such as encoded data
                parts.append((begin, begin + width))
                begin += width
            held += _weight(text[max(begin, word.start()) : word.end()])
        parts.append((begin, end))
    return parts
