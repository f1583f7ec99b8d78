"""Which parts of a message were pasted and not typed: spans [start, end) of its text, in characters.

What is pasted may be somebody else's words, or a page made to deceive: nothing learned from it is used before the
person has confirmed it. A short paste counts as typed: a phrase, an address, what a dictation program puts in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

Span = tuple[int, int]
PASTED_CHARACTERS = 280
"""A paste that is longer counts as pasted."""
PASTED_LINES = 3
"""So does one of more lines."""
_LEAST_LINE = 24
"""Characters of a line of a paste by which it is found again when the person has changed the rest."""
_MOST_LINES = 4_000


def counts_as_pasted(text: str) -> bool:
    return len(text.strip()) > PASTED_CHARACTERS or text.strip().count("\n") >= PASTED_LINES


def find_pasted(text: str, pastes: Iterable[str]) -> tuple[Span, ...]:
    """Where `pastes` stand in `text`: whole, or line by line where they were edited since."""
    found: list[Span] = []
    for paste in pastes:
        whole = paste.strip()
        if not whole:
            continue
        if (at := text.find(whole)) >= 0:
            found.append((at, at + len(whole)))
            continue
        for line in whole.splitlines()[:_MOST_LINES]:
            kept = line.strip()
            if len(kept) >= _LEAST_LINE and (at := text.find(kept)) >= 0:
                found.append((at, at + len(kept)))
    return joined(text, found)


def joined(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order, within `text`, none empty; those with nothing but space between them are one."""
    found: list[Span] = []
    for start, end in sorted((max(0, start), min(len(text), end)) for start, end in spans):
        if start >= end or not text[start:end].strip():
            continue
        if found and not text[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def typed(text: str, pasted: Sequence[Span]) -> tuple[Span, ...]:
    """The rest: what stands between `pasted`, where it is more than space."""
    edges = [0, *(edge for span in pasted for edge in span), len(text)]
    return tuple((start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if text[start:end].strip())


def masked(text: str, spans: Iterable[Span]) -> str:
    """`text` with blanks where `spans` stand, so that every other character keeps its place."""
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def repeats(text: str, source: str, run: int = 5) -> bool:
    """Whether `text` says `run` words of `source` one behind the other, or 2·`run` characters of CJK script."""
    return not _runs(text, run).isdisjoint(_runs(source, run))


def _runs(text: str, run: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+", text[:200_000].casefold())
    sizes = (run, 2 * run)
    found = {tuple(words[at : at + size]) for size in sizes for at in range(len(words) - size + 1)}
    cjk = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
    return {each for each in found if len(each) == 2 * run or not any(cjk.match(word) for word in each)}
