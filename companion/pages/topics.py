"""The people and things that memories tell of."""

from __future__ import annotations

from collections.abc import Sequence

from companion.memory_pages import Topic
from companion.pages.people import People, is_relation, written
from companion.store.store import Store
from companion.store.telling import Told

LOOKED_AT = 4
"""Names that are looked at for each that is told of: parts of others are left out."""


def topics(store: Store, limit: int) -> tuple[Topic, ...]:
    """The most often told of first."""
    return tuple(topics_of(People(store), store.telling.names(limit * LOOKED_AT), limit))


def told_beside(store: Store, people: People, memories: Sequence[int], but: Sequence[str], limit: int) -> list[Topic]:
    """Who and what else these memories tell of."""
    own = {word for name in but for word in (name, *name.split())}
    rows = [told for told in store.telling.names_in(memories) if not own & {told.name, *told.name.split()}]
    return topics_of(people, rows, limit)


def topics_of(people: People, rows: Sequence[Told], limit: int) -> list[Topic]:
    """`rows`: the most often told of first. What is only ever a part of another name is left out, and "my sister" is
    Lena where she is the only one."""
    whole: dict[str, int] = {}
    for told in rows:
        for word in told.name.split() if " " in told.name else ():
            whole[word] = whole.get(word, 0) + told.memories
    known = {told.name: told for told in rows if told.memories > whole.get(told.name, 0)}
    for relation in [name for name in known if is_relation(name)]:
        borne = people.bearers_of(relation)
        if len(borne) == 1 and borne[0] in known:
            one, other = known[borne[0]], known.pop(relation)
            latest = max(one, other, key=lambda told: told.last_at)
            known[borne[0]] = latest._replace(name=one.name, memories=one.memories + other.memories)
    kept = sorted(known.values(), key=lambda told: (-told.memories, -told.last_at, told.name))[:limit]
    return [_topic(people, told) for told in kept]


def _topic(people: People, told: Told) -> Topic:
    relations = people.relations(told.name)
    subject = people.subjects.get(told.name)
    name = subject.name if subject is not None else written(told.name, told.text)
    person = bool(relations) or subject is not None
    return Topic(name, person, told.memories, told.last_at, told.utc_offset, ", ".join(relations))
