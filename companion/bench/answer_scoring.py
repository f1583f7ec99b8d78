"""How right an answer is: whether it says what a right one must, and how many of its words a right one has.

F1 of tokens as SQuAD counts it (Rajpurkar et al. 2016): lower case, no punctuation, no articles, shared tokens with
their counts; CJK script by characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from companion.bench.histories import Question
from companion.bench.scoring import Figures, percent
from companion.text import cjk_runs

_ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True, slots=True)
class Marks:
    """Shares (0–1) of one answer; None where the question says nothing of it."""

    must: float | None
    f1: float | None


def mark(question: Question, reply: str) -> Marks:
    """Judge `reply` by what the question says of its answer."""
    must = said(question.must, reply) if question.must else None
    return Marks(must, f1(question.answer, reply) if question.answer is not None else None)


def averages(marks: Sequence[Marks]) -> Figures:
    """Means in percent, None where no question counts."""
    return {
        "must": percent(each.must for each in marks if each.must is not None),
        "f1": percent(each.f1 for each in marks if each.f1 is not None),
    }


def said(must: Sequence[Sequence[str]], reply: str) -> float:
    """Share of the groups of which `reply` holds an alternative, whatever the case. `must` is not empty."""
    folded = reply.casefold()
    return sum(any(text.casefold() in folded for text in group) for group in must) / len(must)


def f1(answer: str, reply: str) -> float:
    """Harmonic mean of precision and recall of the tokens. Where either has none: 1 when both have none, else 0."""
    wanted, found = tokens(answer), tokens(reply)
    if not wanted or not found:
        return float(wanted == found)
    shared = (Counter(wanted) & Counter(found)).total()
    return 2 * shared / (len(wanted) + len(found))


def tokens(text: str) -> list[str]:
    """Words, and characters of CJK script, as they are compared."""
    kept = "".join(c for c in text.casefold() if unicodedata.category(c)[0] not in "PS")
    for run in sorted(set(cjk_runs(kept)), key=len, reverse=True):
        kept = re.sub(re.escape(run), f" {' '.join(run)} ", kept)
    return [word for word in kept.split() if word not in _ARTICLES]
