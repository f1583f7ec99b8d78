"""What goes when memories are erased for good: found before anything is changed, so that the person can see it.

Beside the memories themselves: what rests on the same words; every sentence in which the person said the same, in
whatever version of a message, and what rests on that; the sentences of the companion's that repeat it; and what was
made of any of these.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from companion.records import Memory
from companion.store.images import said_in
from companion.store.statements import Span, Statements, words_of
from companion.store.store import Store

_MADE = ("event", "day", "trait")
_RARE = 4
"""Letters from which on a word may be rare."""


@dataclass
class ErasurePlan:
    statements: Statements
    texts: frozenset[str]
    """What was said, word for word, in all ways in which it must not be learned again."""
    memories: dict[int, Memory] = field(default_factory=dict)
    spans: dict[int, list[Span]] = field(default_factory=dict)
    """By turn, what is taken out of it; apart from each other, in order."""

    @property
    def made_of(self) -> tuple[int, ...]:
        return tuple(id for id, memory in sorted(self.memories.items()) if memory.kind in _MADE)


def plan_erasure(
    store: Store,
    ids: Iterable[int],
    same_words: Callable[[Memory], Sequence[Memory]] = lambda memory: (),
    tells: Callable[[str], bool] = lambda sentence: True,
) -> ErasurePlan:
    """`same_words`: what rests on the words of a memory; `tells`: whether a sentence says anything, or only what
    anybody says ("Hello!"), which stays wherever else it stands. Raises NotFound. Inside a snapshot."""
    roots = _with_merged(store, [store.memories.get(id) for id in dict.fromkeys(ids)])
    texts: set[str] = set()
    spans: defaultdict[int, set[Span]] = defaultdict(set)
    chosen = {memory.id: memory for memory in roots}
    for memory in roots:
        texts |= _texts(store, memory)
        for quote in store.memories.quotes(memory):
            spans[quote.turn.id].add((quote.start, quote.end))
            texts |= set(said_in("thought", quote.text))
        for other in same_words(memory):
            chosen[other.id] = other
            if other.kind == "thought":
                texts |= _texts(store, other)
    asked = {memory.text for memory in roots}
    return plan_words(store, {said for said in texts if said in asked or tells(said)}, chosen, spans)


def _with_merged(store: Store, memories: Sequence[Memory]) -> list[Memory]:
    """With those that were put together into one of them, and those they were put into: they say the same, in whatever
    words, and nobody sees the former any more."""
    beside: defaultdict[int, set[int]] = defaultdict(set)
    rows = store.db.all("SELECT id, replaced_by FROM memories WHERE status = 'merged' AND replaced_by IS NOT NULL")
    for id, by in rows:
        beside[id].add(by)
        beside[by].add(id)
    found = {memory.id: memory for memory in memories}
    waiting = list(found)
    while waiting:
        more = beside[waiting.pop()] - found.keys()
        found |= store.memories.many(sorted(more))
        waiting += more
    return list(found.values())


def plan_words(
    store: Store,
    texts: set[str],
    chosen: dict[int, Memory] | None = None,
    spans: dict[int, set[Span]] | None = None,
) -> ErasurePlan:
    """The same for words alone, wherever they stand."""
    texts = {text for text in texts if words_of(text)}
    chosen, found = dict(chosen or {}), defaultdict(set, spans or {})
    strict = Statements(texts)
    turns = store.db.all("SELECT id, role, text FROM turns WHERE state <> 'streaming' ORDER BY id")
    for id, role, text in turns:
        if role != "companion":
            found[id] |= set(strict.said_in(text))
    taken = {id: spans for id, spans in found.items() if spans}
    everything = list(store.memories.many(_ids(store)).values())
    chosen |= {memory.id: memory for memory in everything if _rests(memory, taken) or strict.is_said(memory.text)}
    statements = Statements(texts, _rare(texts, turns, taken, (m for m in everything if m.id not in chosen)))
    first = min(taken, default=0)
    for id, role, text in turns:
        if role == "companion":
            told = statements.told_in(text) if id > first else statements.said_in(text)
            if told:
                taken.setdefault(id, set()).update(told)
    for memory in everything:
        derived = memory.kind in _MADE or memory.subject == "companion"
        if _rests(memory, taken) or (derived and statements.tells(memory.text)):
            chosen[memory.id] = memory
    merged = {id: _apart(spans) for id, spans in sorted(taken.items())}
    return ErasurePlan(statements, frozenset(texts), chosen, merged)


def _ids(store: Store) -> list[int]:
    return [int(id) for (id,) in store.db.all("SELECT id FROM memories ORDER BY id")]


def _texts(store: Store, memory: Memory) -> set[str]:
    """What it says, and said before it was edited. A whole exchange also holds what anybody says: of that, what it
    rests on is looked at sentence by sentence."""
    found = set(said_in("thought", memory.text))
    for before, after in store.db.all("SELECT before, after FROM journal WHERE memory = ?", (memory.id,)):
        for image in (before, after):
            told = json.loads(image) if image is not None else {}
            if "text" in told:
                found |= set(said_in("thought", told["text"]))
    return found


def _rests(memory: Memory, taken: dict[int, set[Span]]) -> bool:
    """Whether it rests on any of the words that go."""
    return any(
        start < evidence.end and evidence.start < end
        for evidence in memory.evidence
        for start, end in taken.get(evidence.turn, ())
    )


def _rare(
    texts: Iterable[str],
    turns: Sequence[tuple[int, str, str]],
    taken: dict[int, set[Span]],
    staying: Iterable[Memory],
) -> frozenset[str]:
    """Words of the statements that stand in nothing else that the person said or wrote."""
    wanted = {word for text in texts for word in words_of(text) if len(word) >= _RARE}
    rest: set[str] = set()
    for id, role, text in turns:
        if role != "companion":
            rest |= wanted & set(words_of(_without(text, sorted(taken.get(id, ())))))
    for memory in staying:
        if memory.kind == "thought":
            rest |= wanted & set(words_of(memory.text))
    return frozenset(wanted - rest)


def _without(text: str, spans: Sequence[Span]) -> str:
    for start, end in reversed(_apart(spans)):
        text = f"{text[:start]} {text[end:]}"
    return text


def _apart(spans: Iterable[Span]) -> list[Span]:
    """Those that overlap as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found
