"""A profile filled with made-up memories through the store, as years of chatting would have filled it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice

from companion.bench.made_up import Conversation, Said, Space, conversations
from companion.clock import SetClock
from companion.mind.reflect import REFLECT
from companion.pieces import pieces
from companion.records import Evidence, Memory, Turn
from companion.store.images import content_key
from companion.store.store import Store
from companion.text import text_hash

YEARS = timedelta(days=3 * 365)
PER_CONVERSATION = 24
"""Memories of a conversation, about."""
_PART = 100
"""Conversations written in one transaction."""
_SHORT = 20
"""Characters of a reply that says nothing to come back to."""


def fill(
    store: Store,
    clock: SetClock,
    count: int,
    space: Space,
    embedder: int,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Write exactly `count` memories of YEARS, with their turns, evidence, journal and vectors, beginning at the
    clock's time; afterwards it stands at their end. Raises ProfileError."""
    begin = clock.now()
    every = YEARS / max(1, count / PER_CONVERSATION)
    stream = conversations(begin, every)
    done = 0
    while done < count:
        topics: dict[bytes, int] = {}
        with store.db.write():
            for conversation in islice(stream, _PART):
                done += _live(store, clock, conversation, count - done, topics)
                if done == count:
                    break
            vectors = space.near(list(topics.values()))
            store.vectors.put(embedder, dict(zip(topics, vectors, strict=True)))
        progress(done)
    clock.at = max(clock.now(), begin + YEARS)


def _live(store: Store, clock: SetClock, conversation: Conversation, most: int, topics: dict[bytes, int]) -> int:
    """Write a conversation, at most `most` memories of it; the topics of their pieces go into `topics`."""
    clock.at = conversation.begins
    made, said = 0, iter(conversation.turns)
    id = 0
    for told, reply in zip(said, said, strict=True):
        if made == most:
            break
        id = id or store.turns.open_conversation(clock.now())
        turn = store.turns.add(id, "person", told.text, clock.now(), speaker="You")
        answer = store.turns.add(id, "companion", reply.text, clock.now(), speaker="Companion", answers=turn.id)
        memories = [_moment(turn, told), *([_moment(answer, reply)] if len(reply.text) > _SHORT else [])]
        memories += [_thought(turn, told)] if told.fact else []
        store.jobs.queue(REFLECT, str(turn.id), clock.now())
        with store.changes.batch("reflection", "remember", f"from what was said in turn {turn.id}") as batch:
            for memory in memories[: most - made]:
                batch.add(memory)
                topics |= {content_key(memory.text[start:end]): told.topic for start, end in pieces(memory.text)}
                made += 1
            if (job := store.jobs.next()) is not None:
                store.jobs.done(job.id)
        clock.advance(minutes=2)
    return made


def _moment(turn: Turn, said: Said) -> Memory:
    subject = "person" if said.by_person else "companion"
    return _memory("moment", turn, 0, len(turn.text), said.happened, subject=subject, importance=2)


def _thought(turn: Turn, said: Said) -> Memory:
    start, end = said.fact or (0, len(turn.text))
    return _memory("thought", turn, start, end, None)


def _memory(kind: str, turn: Turn, start: int, end: int, happened: datetime | None, **values: object) -> Memory:
    text = turn.text[start:end]
    day = None if happened is None else happened.replace(hour=0, minute=0).timestamp()
    return Memory(
        0,
        kind,  # type: ignore[arg-type]
        text,
        "active",
        turn.at,
        turn.utc_offset,
        event_start=day,
        event_end=None if day is None else day + 86_400,
        evidence=(Evidence(turn.id, start, end, text_hash(text)),),
        **values,  # type: ignore[arg-type]
    )
