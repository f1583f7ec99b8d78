"""Words as recall weighs them: content words, their stems, and how telling each is."""

from __future__ import annotations

import functools
import math
import unicodedata
from collections.abc import Iterable, Mapping

from companion.paths import asset
from companion.store.database import index_terms
from companion.store.search import spaced_words
from companion.text import cjk_runs


@functools.cache
def stop_words() -> frozenset[str]:
    """Words that say nothing about what a sentence is about, all shipped languages together."""
    files = sorted(asset("stopwords").glob("*.txt"))
    return frozenset(word for file in files for word in file.read_text(encoding="utf-8").split())


def content_words(text: str) -> list[str]:
    """The words of `text` that carry meaning, in lower case, in order; of CJK script, pairs of characters."""
    words = []
    for word in spaced_words(text):
        folded = word.lower().replace("’", "'")  # casefold would make ss of ß, which the index keeps
        if folded in stop_words():
            continue
        words.append(folded.removesuffix("'s").split("'")[0])
    for run in cjk_runs(unicodedata.normalize("NFC", text)):
        words += [run[i : i + 2] for i in range(len(run) - 1)] or ([run] if run not in stop_words() else [])
    return [word for word in words if word and word not in stop_words()]


def stems(text: str) -> list[str]:
    """The stems of the content words of `text`, each once, in order: the terms of the full-text index."""
    return list(dict.fromkeys(index_terms(" ".join(content_words(text)))))


def idf(frequency: int, total: int) -> float:
    """How telling a word is that `frequency` of `total` memories hold (Robertson–Spärck Jones, never negative)."""
    return math.log(1.0 + (total - frequency + 0.5) / (frequency + 0.5))


def coverage(cue: Mapping[str, float], words: Iterable[str]) -> float:
    """Share (0–1) of the cue's weight (stem → idf) that `words` hold."""
    whole = sum(cue.values())
    held = set(words)
    return sum(weight for stem, weight in cue.items() if stem in held) / whole if whole else 0.0
