"""What a reply was written from: kept as references, with the tokens of each part, and put into words when it is asked
for, also after a restart. What says something else by then is shown as it is now, what was forgotten not at all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from companion import strings
from companion.chats import Segment, SegmentKind, WhySaid
from companion.errors import CompanionError, NotFound
from companion.holding import Holding
from companion.mind.gist import without
from companion.model.prompt import MEMORY_CHARACTERS, Prompt
from companion.model.protocol import ChatModel
from companion.records import Memory, RecalledMemory, Turn
from companion.store.store import Store
from companion.text import one_line, text_hash

_HASH = 12
"""Characters of a text's hash that are kept: enough to see that it changed."""
_GONE = "forgotten"


def references(
    prompt: Prompt,
    model: ChatModel,
    *,
    persona: str,
    system: str,
    portrait: str,
    traits: Sequence[Memory],
    first: int,
    shown: Sequence[RecalledMemory],
    without: frozenset[str],
) -> str:
    """JSON of what `prompt` was put together from. `first`: id of the first turn of its history; `shown`: the memories
    that the model read, unless there was no room for any."""
    shown = shown if prompt.segments["memories"] else ()
    each = _shared(prompt.segments["memories"], [model.count(r.excerpt or r.memory.text) for r in shown])
    gist = model.count(prompt.gist) if prompt.told else 0
    in_portrait = min(model.count(portrait), prompt.segments["persona"]) if portrait else 0
    return json.dumps(
        {
            "model": model.info.name,
            "context": model.info.context_tokens,
            "persona": [persona, _hash(system), prompt.segments["persona"] - in_portrait],
            "portrait": [in_portrait, [[t.id, _hash(t.text)] for t in traits if _stands_in(t, portrait)]],
            "gist": [min(gist, prompt.segments["history"]), _hash(prompt.gist)] if prompt.told else None,
            "history": [first, prompt.segments["history"] - min(gist, prompt.segments["history"])],
            "memories": [
                [r.memory.id, _hash(r.memory.text), *_span(r), tokens] for r, tokens in zip(shown, each, strict=True)
            ],
            "message": prompt.segments["message"],
            "without": sorted(without),
        }
    )


def why_said(holding: Holding, reply: Turn) -> WhySaid:
    """Raises NotFound, also when it was not kept."""
    store = holding.store_of_turn(reply.id)
    kept = store.prompts.get(reply.id)
    if kept is None or reply.answers is None:
        raise NotFound(strings.text("conversing.not_kept", id=reply.id))
    found = _Found(holding, store, reply, json.loads(kept))
    found.persona()
    found.portrait()
    found.gist()
    found.history()
    found.memories()
    found.message()
    told = found.told
    return WhySaid(
        reply.id, tuple(found.segments), told["context"], told["model"], tuple(told["without"]), found.changed
    )


class _Found:
    """Segments in the order in which the model read them."""

    def __init__(self, holding: Holding, store: Store, reply: Turn, told: dict[str, Any]) -> None:
        self._holding = holding
        self._store = store
        self._reply = reply
        self.told = told
        self.segments: list[Segment] = []
        self.changed = False

    def persona(self) -> None:
        key, hashed, tokens = self.told["persona"]
        try:
            text = self._holding.load(key).system
        except CompanionError:  # it was removed
            text = ""
        self._same(text, hashed)
        self._add("persona", "persona", text, tokens)

    def portrait(self) -> None:
        tokens, traits = self.told["portrait"]
        if not traits:
            return
        known = self._holding.store.memories.many([id for id, _ in traits])
        lines = []
        for id, hashed in traits:
            memory = known.get(id)
            if memory is None or memory.status == _GONE:
                self.changed = True
                continue
            self._same(memory.text, hashed)
            lines.append(memory.text)
        if lines:
            self._add("portrait", "portrait", "\n".join(lines), tokens, droppable=True)

    def gist(self) -> None:
        if self.told["gist"] is None:
            return
        tokens, hashed = self.told["gist"]
        start, text = self._store.gists.get(self._reply.conversation)
        self._same(text, hashed)
        memories = self._holding.store.memories
        gone = memories.forgotten_turns(self._store.turns.begins(self._reply.conversation), start - 1)
        standing = without(text, memories.is_buried, summary=not gone)
        if standing:
            self._add("gist", "gist", standing, tokens, droppable=True)

    def history(self) -> None:
        first, tokens = self.told["history"]
        ids = self._store.branches.above(self._reply.answers or 0, first)[:-1]
        turns = [turn for turn in self._store.turns.many(ids).values() if turn.text.strip()]
        turns = [turn for turn in sorted(turns, key=lambda t: t.id) if f"turn:{turn.id}" not in self.told["without"]]
        gone = self._gone(turns)
        for turn, each in zip(turns, _shared(tokens, [len(turn.text) for turn in turns]), strict=True):
            if turn.id not in gone:
                self._add(f"turn:{turn.id}", "history", turn.text, each, droppable=True)

    def memories(self) -> None:
        known = self._holding.store.memories.many([each[0] for each in self.told["memories"]])
        for id, hashed, start, end, tokens in self.told["memories"]:
            memory = known.get(id)
            if memory is None or memory.status == _GONE:
                self.changed = True
                continue
            text = memory.text[start:end] if self._same(memory.text, hashed) else memory.text
            text = one_line(text, MEMORY_CHARACTERS)
            self._add(f"memory:{id}", "memory", text, tokens, droppable=True, memory=id)

    def message(self) -> None:
        turn = self._store.turns.get(self._reply.answers or 0)
        if not self._gone([turn]):
            self._add("message", "message", turn.text, self.told["message"])

    def _gone(self, turns: Sequence[Turn]) -> frozenset[int]:
        if not turns:
            return frozenset()
        gone = self._holding.store.memories.forgotten_turns(turns[0].id, turns[-1].id) & {t.id for t in turns}
        self.changed = self.changed or bool(gone)
        return gone

    def _same(self, text: str, hashed: str) -> bool:
        same = _hash(text) == hashed
        self.changed = self.changed or not same
        return same

    def _add(
        self,
        key: str,
        kind: SegmentKind,
        text: str,
        tokens: int,
        *,
        droppable: bool = False,
        memory: int | None = None,
    ) -> None:
        self.segments.append(Segment(key, kind, text, tokens, droppable, memory))


def _shared(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in whole parts of about these weights."""
    whole, parts, given, before = sum(weights), [], 0, 0
    for weight in weights:
        before += weight
        until = total * before // whole if whole else 0
        parts.append(until - given)
        given = until
    return parts


def _span(recalled: RecalledMemory) -> tuple[int, int]:
    start = recalled.memory.text.find(recalled.excerpt) if recalled.excerpt else -1
    return (start, start + len(recalled.excerpt)) if start >= 0 else (0, len(recalled.memory.text))


def _stands_in(trait: Memory, portrait: str) -> bool:
    lines = [" ".join(line.split()) for line in trait.text.splitlines() if line.strip()]
    return bool(lines) and lines[0][:60] in portrait


def _hash(text: str) -> str:
    return text_hash(text)[:_HASH]
