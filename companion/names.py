"""Names in a text: who and what it mentions. Enough to connect memories, not to know what a name stands for."""

from __future__ import annotations

import functools
import re

from companion.paths import asset
from companion.sentences import sentences

_WORD = r"[A-ZÀ-ÞĀ-ŽΑ-ΩА-Я][\w’'-]*\w"
_NAME = re.compile(rf"(?<!\w){_WORD}(?:\s+(?:of|de|van|von|la|le|the)?\s*{_WORD})*")
_TITLE = re.compile(r"[《「『“\"]([^《》「」『』“”\"\n]{2,40})[》」』”\"]")
# Words written large that are no names: days and months are dates, and these begin exclamations and replies.
_NO_NAMES = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "i'm",
        "i've",
        "i'd",
        "i'll",
        "ok",
        "okay",
        "yes",
        "no",
        "wow",
        "hey",
        "hi",
        "hello",
        "thanks",
        "thank",
        "oh",
        "ah",
        "haha",
        "the",
        "a",
        "an",
        "and",
        "but",
        "so",
        "if",
        "when",
        "what",
        "why",
        "how",
        "who",
        "where",
        "it",
        "its",
        "it's",
        "this",
        "that",
        "these",
        "those",
        "my",
        "your",
        "our",
        "his",
        "her",
        "their",
        "we",
        "you",
        "he",
        "she",
        "they",
        "i",
        "as",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "to",
        "with",
        "english",
    ]
)
MOST = 40
"""Names of one text at most."""


@functools.cache
def _beginners() -> frozenset[str]:
    """Words that stand large before a name because a sentence begins with them: "Does Lena", "After Lena"."""
    return frozenset(asset("stopwords", "en.txt").read_text(encoding="utf-8").split())


def names(text: str) -> list[str]:
    """What `text` calls by name, case folded, each once, in order: words written large inside a sentence, and titles.

    The first word of a sentence is large anyway; it counts when it is written large inside a sentence as well, or is
    followed by another large word.
    """
    inside: dict[str, None] = {}
    first: list[str] = []
    for start, end in sentences(text[:8_000]):
        sentence = text[start:end]
        for match in _NAME.finditer(sentence):
            found = _clean(match.group())
            if not found or found in _NO_NAMES:
                continue
            at_start = not any(c.isalnum() for c in sentence[: match.start()])
            if not at_start:
                inside[found] = None
            elif " " in found:
                head, rest = found.split(" ", 1)
                inside[rest if head in _NO_NAMES or head in _beginners() else found] = None
            else:
                first.append(found)
        for title in _TITLE.findall(sentence):
            if len(title.split()) <= 6:
                inside[title.casefold().strip()] = None
    for found in first:
        if any(found in other.split() for other in inside):
            inside[found] = None
    parts = dict.fromkeys(part for name in inside for part in (name, *name.split()) if part not in _NO_NAMES)
    return [name for name in parts if len(name) > 1][:MOST]


def _clean(found: str) -> str:
    folded = " ".join(found.casefold().replace("’", "'").split())
    return folded.removesuffix("'s").strip("'-")
