"""The story so far: a long history in a few dated lines, coarser the longer ago.

Days are counted back from the last one that has a digest, in spans of which every second one doubles (1, 2, 3, 5, 7,
10 … days ago). Each span is told by its most important day, and that day by the statement in its digest that says most.
So the size grows with the logarithm of the time, and nothing but the digests that stand decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from companion.memory.words import stems
from companion.mind.days import PREFIX as DAY_PREFIX
from companion.mind.days import date_of
from companion.mind.drafts import Draft, draft, each_once, local_day
from companion.mind.hard_tokens import hard_tokens
from companion.mind.portrait_rules import PREFIX
from companion.mind.rules import language_of, rules
from companion.mind.telling_events import date_words
from companion.records import Evidence, Memory
from companion.store.store import Store
from companion.text import one_line

KEY = f"{PREFIX}story"
LONGEST = 1_500
"""Characters."""
LINE = 110
LEAST = 3
"""Days that are told at least: fewer are no story yet."""
SUMMARY = 400
"""Characters of what a model sums up."""
_FINENESS = ((2, LINE), (1, LINE), (1, 75))
"""Spans in which time doubles, and characters of a line: the first of these that fits. The last does for centuries."""


def tell_story(store: Store, digests: Sequence[Memory]) -> Draft | None:
    """The story that `digests` tell, oldest first; None of less than LEAST of them."""
    for fineness, longest in _FINENESS:
        told = [(digest, _best_line(digest)) for digest in _spread(digests, fineness)]
        lines = [f"{_date(digest, said)}: {one_line(said, longest)}" for digest, said in told]
        if sum(map(len, lines)) + len(lines) <= LONGEST:
            break
    if len(told) < LEAST:
        return None
    made = draft(KEY, "trait", "\n".join(lines), [digest for digest, _ in told])
    rests = [e for digest, said in told for e in _evidence(store, digest, said)]
    return Draft(KEY, _resting(made.memory, rests), made.sources, tuple(lines), is_theme=True)


def _spread(digests: Sequence[Memory], fineness: int) -> list[Memory]:
    """One of each span, oldest first; `fineness`: spans in which time doubles."""
    by_day = {local_day(m): m for m in digests if (m.slot or "").startswith(DAY_PREFIX) and "\n" in m.text}
    if not by_day:
        return []
    last = max(by_day)
    spans: dict[int, tuple[tuple[float, int], Memory]] = {}
    for day, digest in by_day.items():
        worth = (digest.importance + _says(_best_line(digest)), day)
        span = ((last - day + 1) ** fineness).bit_length()
        if span not in spans or worth > spans[span][0]:
            spans[span] = (worth, digest)
    return [spans[span][1] for span in sorted(spans, reverse=True)]


def _best_line(digest: Memory) -> str:
    """Of what a digest tells, the line that says most; of equals the first."""
    return max(digest.text.split("\n")[1:], key=_says)


def _says(text: str) -> float:
    weighs = rules(language_of(text)).says("weighty", text)
    return 2.0 * weighs + min(2, len(hard_tokens(text))) + 0.1 * min(10, len(stems(text)))


def _date(digest: Memory, said: str) -> str:
    return date_words(date_of(local_day(digest)), said)


def _evidence(store: Store, digest: Memory, said: str) -> list[Evidence]:
    """What a line of a digest rests on; all that the digest does, where it is in other words."""
    own = [
        e for e, quote in zip(digest.evidence, store.memories.quotes(digest), strict=False) if _same(quote.text, said)
    ]
    return own or list(digest.evidence)


def _same(quote: str, said: str) -> bool:
    one, other = one_line(quote).casefold(), one_line(said).casefold()
    return one in other or other in one


def _resting(memory: Memory, evidence: Sequence[Evidence]) -> Memory:
    return replace(memory, evidence=each_once(evidence))
