"""The people and things that memories tell of."""

from __future__ import annotations

from collections.abc import Sequence

from companion.memory_pages import Topic
from companion.pages.people import People, written
from companion.store.store import Store
from companion.store.telling import Told

LOOKED_AT = 4
"""Names that are looked at for each that is told of: parts of others are left out."""


def topics(store: Store, limit: int) -> tuple[Topic, ...]:
    """The most often told of first."""
    people = People(store)
    rows = store.telling.names(limit * LOOKED_AT)
    found = topics_of(people, rows, limit)
    found += _unnamed(people, {topic.name.casefold() for topic in found})
    return tuple(sorted(found, key=lambda topic: (-topic.memories, -topic.last_at, topic.name))[:limit])


def told_beside(store: Store, people: People, memories: Sequence[int], but: Sequence[str], limit: int) -> list[Topic]:
    """Who and what else these memories tell of."""
    own = {word for name in but for word in (name, *name.split())}
    rows = [
        told for told in store.telling.names_in(memories) if told.name not in own and not own & {*told.name.split()}
    ]
    return topics_of(people, rows, limit)


def topics_of(people: People, rows: Sequence[Told], limit: int) -> list[Topic]:
    """`rows`: the most often first."""
    whole: dict[str, int] = {}
    for name, count, *_ in rows:
        for word in name.split() if " " in name else ():
            whole[word] = whole.get(word, 0) + count
    kept = [row for row in rows if row[0] not in whole or row[1] > whole[row[0]]][:limit]
    found = []
    for name, count, at, offset, text in kept:
        relations = people.relations(name)
        person = bool(relations) or name in people.subjects
        found.append(Topic(written(name, text), person, count, at, offset, ", ".join(relations)))
    return found


def _unnamed(people: People, named: set[str]) -> list[Topic]:
    """People who are told of without a name, or whose name no text calls; "my sister" is Lena where she is the only
    one."""
    found = []
    for key, (subject, count, at, offset, _) in people.subjects.items():
        if key in named or any(name in named for name in people.bearers_of(key)):
            continue
        found.append(Topic(subject, True, count, at, offset))
    return found
