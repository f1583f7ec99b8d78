"""Working memory: what leaves the prompt of a long conversation stays in it as a gist, a few lines of what was said.

A line is a sentence, word for word, in the order in which all was said. Which ones stay is decided anew each time
something leaves: those of the person first, and of these the ones that hold something lasting, names and numbers, and
what most of the rest is about; older ones give way to newer ones that tell as much. A model of tier 3 may sum up
instead, in a line of its own ahead of the others; its words are kept only if they say nothing that was not said.

The gist is for this conversation alone: nothing is remembered from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from companion.memory.words import content_words, stems
from companion.mind.admit import explain
from companion.mind.central import central
from companion.mind.hard_tokens import hard_tokens
from companion.mind.telling_events import LONGEST_SENTENCE, says_only
from companion.mind.thinking import Thinker
from companion.model.grammars import MOST_LINES
from companion.model.protocol import StopSignal
from companion.pieces import tokens_about
from companion.records import Turn
from companion.sentences import sentences
from companion.text import normalised, one_line

COMPANION_SAID = "You said: "
"""Ahead of a sentence of the companion's: the gist is given to it as if the person told it."""
IN_SHORT = "In short: "
"""Ahead of what a model summed up."""
MOST_SENTENCES = 300
"""Of what leaves at once, the latest."""
LASTING, HARD, PERSON, OLDER, ASKS = 1.0, 0.4, 3.0, 0.8, 0.4
"""What a sentence that holds something lasting, and each of its first two names or numbers, add to its centrality
(0–1); by how much one of the person's counts for more, one that was in the gist before and one that asks for less."""
REPEATED = 0.8
"""Share of its worth that a line loses that only repeats a better one."""

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a gist, or one that may become one. `worth` without centrality."""

    text: str
    said: str
    own: bool
    older: bool
    worth: float


def fold(
    gist: str,
    leaving: Sequence[Turn],
    limit: int,
    count: Count = tokens_about,
    unwanted: Callable[[str], bool] = lambda sentence: False,
) -> str:
    """The gist with `leaving` in it, turns in the order they were said; at most `limit` tokens, counted by `count`.

    Every line is one of `gist` or a sentence of `leaving`, in that order, none of them `unwanted`. The same input gives
    the same gist."""
    summary, lines = _lines(gist, leaving, unwanted)
    kept = _fitting(lines, limit, count, [summary] if summary else [])
    return "\n".join(kept)


def without(gist: str, unwanted: Callable[[str], bool], *, summary: bool) -> str:
    """The gist without its `unwanted` lines. What a model summed up stays only with `summary`, and only if no line had
    to go: it may tell the same in other words."""
    held = [line for line in gist.split("\n") if line.strip()]
    stays = [line for line in held if line.startswith(IN_SHORT) or not unwanted(line.removeprefix(COMPANION_SAID))]
    if not summary or len(stays) < len(held):
        stays = [line for line in stays if not line.startswith(IN_SHORT)]
    return "\n".join(stays)


def fold_by_model(
    gist: str,
    leaving: Sequence[Turn],
    limit: int,
    thinker: Thinker,
    stop: StopSignal,
    count: Count = tokens_about,
    unwanted: Callable[[str], bool] = lambda sentence: False,
) -> str | None:
    """The gist as a model sums it up, with the most telling lines below; None when it has no answer, or says what was
    not said. Raises ThinkingStopped, ModelFailed."""
    if thinker.tier < 3:
        return None
    summary, lines = _lines(gist, leaving, unwanted)
    ranked = _ranked(lines)[: MOST_LINES - bool(summary)]
    shown = [summary.removeprefix(IN_SHORT)] * bool(summary) + [lines[at].text for at in sorted(ranked)]
    written = thinker.summarise(shown, stop=stop) if len(shown) > 1 else None
    told = one_line((written or "").partition("\n")[2], 2 * LONGEST_SENTENCE)
    if not told or not says_only(told, shown) or count(IN_SHORT + told) > limit:
        return None
    return "\n".join(_fitting(lines, limit, count, [IN_SHORT + told]))


def _lines(gist: str, leaving: Sequence[Turn], unwanted: Callable[[str], bool]) -> tuple[str, list[Line]]:
    """What a model summed up before, if it did, and all the lines there could be, each once, in order."""
    held = [line for line in gist.split("\n") if line.strip()]
    summary = held.pop(0) if held and held[0].startswith(IN_SHORT) else ""
    found = [_line(line, older=True) for line in held]
    new = [line for turn in leaving if turn.text.strip() for line in _said_in(turn)]
    found += new[-MOST_SENTENCES:]
    seen: set[str] = set()
    each_once = []
    for line in found:
        key = normalised(line.text)
        if key not in seen and not unwanted(line.said):
            seen.add(key)
            each_once.append(line)
    return summary, each_once


def _line(text: str, *, older: bool) -> Line:
    own = not text.startswith(COMPANION_SAID)
    said = text.removeprefix(COMPANION_SAID)
    lasting = own and any(each.admitted for each in explain(said))
    return Line(text, said, own, older, _worth(said, lasting))


def _said_in(turn: Turn) -> list[Line]:
    """The sentences of a turn that tell anything."""
    own = turn.role != "companion"
    lasting = {each.span for each in explain(turn.text) if each.admitted} if own else set()
    found = []
    for start, end in sentences(turn.text):
        said = turn.text[start:end]
        if end - start > LONGEST_SENTENCE or "\n" in said or len(content_words(said)) < 2:
            continue
        if not own or not said.startswith((COMPANION_SAID, IN_SHORT)):
            text = said if own else COMPANION_SAID + said
            found.append(Line(text, said, own, False, _worth(said, (start, end) in lasting)))
    return found


def _worth(said: str, lasting: bool) -> float:
    return LASTING * lasting + HARD * min(2, len(hard_tokens(said)))


def _ranked(lines: Sequence[Line]) -> list[int]:
    """Places of the lines, the most telling first, each weighed against those before it; of equals the later."""
    found = central([stems(line.said) for line in lines])
    worth = found.degree + np.array([line.worth for line in lines])
    for at, line in enumerate(lines):
        asks = ASKS if line.said.rstrip().endswith(("?", "？")) else 1.0
        worth[at] *= asks * (PERSON if line.own else 1.0) * (OLDER if line.older else 1.0)
    order: list[int] = []
    repeated = np.zeros(len(lines))
    for _ in lines:
        left = worth * (1.0 - REPEATED * repeated)
        best = len(lines) - 1 - int(np.argmax(left[::-1]))
        order.append(best)
        worth[best] = -np.inf
        repeated = np.maximum(repeated, np.clip(found.alike[best], 0.0, 1.0))
    return order


def _fitting(lines: Sequence[Line], limit: int, count: Count, first: list[str]) -> list[str]:
    """`first`, and of the lines the most telling that fit into `limit` tokens, in their order."""
    if first and count(first[0]) > limit:
        first = []
    chosen: list[int] = []
    spent = sum(count(line) + 1 for line in first)
    for at in _ranked(lines):
        size = count(lines[at].text) + 1
        if spent + size <= limit + 1:
            chosen.append(at)
            spent += size
    kept = [*first, *(lines[at].text for at in sorted(chosen))]
    # Lines are counted apart: together they may come to a little more.
    while chosen and count("\n".join(kept)) > limit:
        chosen.pop()
        kept = [*first, *(lines[at].text for at in sorted(chosen))]
    return kept
