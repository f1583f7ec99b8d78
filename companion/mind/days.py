"""The digest of a day: its date with the most telling words, and the few statements that mattered most.

A pure function of what was formed on that day and of what is true of it now: nothing of the rest of the store, of the
clock or of forgetting goes into it, so that it comes out the same whenever the night comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from companion.memory.words import idf, stems
from companion.mind.central import LARGE, central, without_repeats
from companion.mind.drafts import LINE, Draft, draft, local_day, of_day, was_true
from companion.mind.hard_tokens import hard_tokens
from companion.mind.telling_events import LEANING, LEANS, SAME, date_words, title_words
from companion.records import Memory, Status
from companion.store.store import Store
from companion.text import one_line

PREFIX = "day:"
LEAST_TELLING = 3
"""Thoughts of the person, or turns of theirs that tell something, from which a day has a digest."""
LINES = 5
LEAST_THOUGHTS = 3
"""Fewer lines than these are filled up with what events were about."""
MOST_THOUGHTS = 150
"""Of a day, the latest."""
WEIGHT, NAMED, SAID = 0.5, 0.2, 0.05
"""What a step of importance, each of the first two names or numbers, and each of the first ten telling words, add to
the centrality (0–1) of a statement."""
_TOLD: tuple[Status, ...] = ("active", "dormant", "archived", "superseded", "merged")


def key_of(day: int) -> str:
    """The place of a day's digest; days are counted from 1970-01-01."""
    return f"{PREFIX}{date_of(day).isoformat()}"


def date_of(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def tell_day(store: Store, day: int, more: Sequence[Memory] = ()) -> Draft | None:
    """The digest of a local day; None when too little was said, or nothing of it may be told. `more`: events that are
    about to be kept, ids below 0 tell them apart."""
    found = store.consolidated.of_day(day, ("thought", "event"), _TOLD)
    thoughts = _each_once(store, found)
    events = [m for m in (*found, *more) if _stands(m)]
    events = [m for m in events if local_day(m) == day]
    if max(len(thoughts), store.consolidated.turns_told(day)) < LEAST_TELLING:
        return None
    thoughts = thoughts[-MOST_THOUGHTS:]
    quoted = most_important(thoughts)
    lines = [_line(m) for m in quoted]
    sources = list(quoted)
    told = {(e.turn, e.start) for m in quoted for e in m.evidence}
    for event in events:
        if len(lines) >= LEAST_THOUGHTS:
            break
        if not told & {(e.turn, e.start) for e in event.evidence}:
            lines.append(_title_of(event))
            sources.append(event)
    if not lines:
        return None
    head = _title([_line(m) for m in quoted], [m.text for m in thoughts])
    date_line = date_words(date_of(day), lines[0])
    text = "\n".join([f"{date_line}: {head}" if head else date_line, *lines])
    importance = max(m.importance for m in sources)
    made = draft(key_of(day), "day", text, sources, importance=importance)
    parts = tuple(dict.fromkeys((*made.sources, *(event.id for event in events))))
    return of_day(Draft(made.key, made.memory, parts, made.about), day)


def _each_once(store: Store, found: Sequence[Memory]) -> list[Memory]:
    """The thoughts that were true; of one that was merged into another of the same day only the other."""
    kept = []
    for memory in found:
        if memory.kind != "thought":
            continue
        if memory.status == "merged":
            into = _merged_into(store, memory)
            if into is None or local_day(into) == local_day(memory):
                continue
        elif not was_true(memory):
            continue
        kept.append(memory)
    return kept


def _merged_into(store: Store, memory: Memory) -> Memory | None:
    """The memory that says now what a merged one said, if that was true."""
    seen = {memory.id}
    while memory.status == "merged":
        if memory.replaced_by is None or memory.replaced_by in seen:
            return None
        seen.add(memory.replaced_by)
        following = store.memories.many([memory.replaced_by]).get(memory.replaced_by)
        if following is None:
            return None
        memory = following
    return memory if was_true(memory) else None


def _stands(memory: Memory) -> bool:
    return memory.kind == "event" and was_true(memory) and memory.status != "superseded"


def most_important(thoughts: Sequence[Memory], most: int = LINES) -> list[Memory]:
    """At most so many, none of which says again what another does, in the order they were said."""
    if not thoughts:
        return []
    texts = [_line(m) for m in thoughts]
    found = central([stems(text) for text in texts])
    worth = found.degree + np.array([WEIGHT * m.importance for m in thoughts])
    worth = worth + np.array([NAMED * min(2, len(hard_tokens(text))) for text in texts])
    worth = worth + np.array([SAID * min(10, len(stems(text))) for text in texts])
    worth = worth * [LEANING if LEANS.match(text) else 1.0 for text in texts]
    order = [int(at) for at in np.argsort(-worth, kind="stable")]
    return [thoughts[at] for at in sorted(without_repeats(order, found.alike, most, SAME))]


def _title_of(event: Memory) -> str:
    """What an event was about, without its date."""
    title = event.text.partition("\n")[0]
    date = date_words(date_of(local_day(event)), event.text)
    return one_line(title.removesuffix(date).rstrip(" ,"), LINE)


def _line(memory: Memory) -> str:
    return one_line(memory.text, LINE)


def _title(quoted: Sequence[str], said: Sequence[str]) -> str:
    """The telling words of the quoted statements; how telling they are is told from this day alone."""
    held = Counter(stem for text in said for stem in set(stems(text)))
    return title_words(quoted, said, {stem: idf(times, max(LARGE, times)) for stem, times in held.items()})
