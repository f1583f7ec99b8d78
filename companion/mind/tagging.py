"""What a memory is about in other words, learned from later ones: tags by which it is found as well.

"My sister is called Lena." tells that "Lena moved to Porto." is about the sister. The older memory keeps its words and
what they mean; it only gains the tag "sister". Tags follow from what is known now: they are told anew whenever a memory
that says who or what somebody is comes, changes or goes. Where two people bear a name, it gives no tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from companion.memory.words import stems
from companion.mind import naming
from companion.mind.candidates import STATUSES
from companion.mind.rules import language_of
from companion.records import Kind, Memory, Status
from companion.sentences import sentences
from companion.store.changes import Batch
from companion.store.store import Store
from companion.voices import COMPANION

MOST_TAGS = 6
MOST = 40
"""Memories that a name's tags are told anew for, the newest."""
_ALIVE: tuple[Status, ...] = (*STATUSES, "superseded")
_KINDS: tuple[Kind, ...] = ("thought", "moment")
_IS_A = re.compile(
    r"^(?:The )?(?P<name>[A-Z][\w'-]+(?: [A-Z][\w'-]+)?),? (?:is|was) (?:an?|the|our|my) "
    r"(?:[a-z-]+ ){0,2}?(?P<head>[a-z-]{3,})"
    r"(?=[.,;!]|$| (?:in|at|of|near|with|for|where|that|who|on|from|and)\b)"
)
_NO_KIND = frozenset(["bit", "lot", "one", "best", "thing", "person", "reason", "same", "little", "real", "total"])


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who or what bears a name: "sister"; `related` where it is somebody in the person's life."""

    name: str
    kind: str
    related: bool = True


def bearers(text: str) -> list[Bearer]:
    """Whom or what a text introduces by name."""
    found: dict[Bearer, None] = {}
    for start, end in sentences(text):
        sentence = text[start:end]
        for name, relation in naming.introduced(sentence, language_of(sentence)):
            found[Bearer(name, relation)] = None
        match = _IS_A.match(sentence)
        if match and match["head"] not in _NO_KIND and not naming.introduced(sentence, language_of(sentence)):
            found[Bearer(match["name"], match["head"], related=False)] = None
    return list(found)


def introduced(texts: Iterable[str]) -> set[str]:
    """The names that any of `texts` introduces."""
    return {bearer.name for text in texts for bearer in bearers(text)}


class Tagger:
    def __init__(self, store: Store) -> None:
        self._store = store

    def refresh(self, batch: Batch, texts: Iterable[str], scope: str = "") -> None:
        """Tell the tags of all memories of a scope anew that call a name which any of `texts` introduces."""
        self.retell(batch, introduced(texts), scope)

    def retell(self, batch: Batch, names: Iterable[str], scope: str = "") -> None:
        """Tell the tags of all memories of a scope anew that call any of `names`."""
        told: dict[str, list[Bearer]] = {}  # one name is called by many: tags change nothing of who bears it
        for name in names:
            for memory in self._calling(name, scope):
                tags = self._of(memory, told)
                if tags != memory.tags:
                    batch.update(memory.id, tags=tags)

    def of(self, memory: Memory) -> str:
        """The tags of a memory, by what is known of the names in it."""
        return self._of(memory, {})

    def _of(self, memory: Memory, told: dict[str, list[Bearer]]) -> str:
        """`told`: by name, who bears it in the memory's scope, as far as that was looked up; grows."""
        own = {bearer.name for bearer in bearers(memory.text)}
        said = set(stems(memory.text))
        kinds: dict[str, None] = {}
        for name in naming.called(memory.text):
            if name in own:
                continue
            if name not in told:
                told[name] = [bearer for bearer, _ in self.known(name, memory.scope)]
            known = told[name]
            relations = {bearer.kind for bearer in known if bearer.related}
            if len(relations) > 1:  # two people of one name, unless the person said which
                said_which = relations & set(memory.tags.split(", "))
                known = [bearer for bearer in known if bearer.kind in said_which and len(said_which) == 1]
            for bearer in known:
                if not set(stems(bearer.kind)) <= said:
                    kinds[bearer.kind] = None
        return ", ".join(sorted(kinds)[:MOST_TAGS])

    def known(self, name: str, scope: str = "") -> list[tuple[Bearer, Memory]]:
        """Who bears a name, by the thoughts of a scope that say so, each with the memory that does."""
        return [
            (bearer, memory)
            for memory in self._calling(name, scope)
            if memory.kind == "thought" and _was_so(memory)
            for bearer in bearers(memory.text)
            if bearer.name == name
        ]

    def _calling(self, name: str, scope: str) -> list[Memory]:
        """Thoughts, and moments of the person, that call a name."""
        terms = stems(name)[:1]
        holding = self._store.search.holding
        ids = [id for kind in _KINDS for id, _ in holding(terms, MOST, _ALIVE, kind, scope)]
        found = self._store.memories.many(ids)
        return [found[id] for id in ids if id in found and _tells(found[id]) and name in naming.called(found[id].text)]


def _was_so(memory: Memory) -> bool:
    """Whether what it says is, or once was, true: who somebody is stays so when they move."""
    put_right = memory.status == "superseded" and memory.valid_to == memory.valid_from
    return memory.status in _ALIVE and not put_right


def _tells(memory: Memory) -> bool:
    """Whether it is the person who says it."""
    return memory.subject != COMPANION and (memory.kind == "thought" or memory.subject == "person")
