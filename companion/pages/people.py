"""Who and what a name stands for: by whom it is borne, what they are to the person, and who is meant by some words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from companion.memory.words import stems
from companion.mind.rules import rules
from companion.mind.tagging import Bearer, bearers
from companion.store.store import Store
from companion.store.telling import ONCE, Told
from companion.text import has_cjk

INTRODUCTIONS = 60
"""Thoughts looked at for what a name stands for, the oldest: who is told of is introduced first."""
_MINE = re.compile(r"^(?:my|our|the|我的|我们的|我家的?)\s*", re.IGNORECASE)
_PARTS = re.compile(r"[\s,，()（）]+")


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whom or what some words mean. Names and relations are case folded."""

    name: str
    """As it was asked for, or as it is borne."""
    subjects: tuple[str, ...]
    """Names and relations under which memories tell of them."""
    relations: tuple[str, ...] = ()
    """What those of that name are to the person; several where it is borne by several."""
    chosen: str = ""
    """The one of several that was asked for."""

    @property
    def relation(self) -> str:
        return self.chosen or ", ".join(self.relations)


class People:
    """Reads the store as it is now; to be made anew for every page."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.subjects: dict[str, Told] = {}
        """Whom standing thoughts are about, by their name, case folded."""
        for told in store.telling.subjects():
            self.subjects.setdefault(told.name.casefold(), told)

    def relations(self, name: str) -> tuple[str, ...]:
        """What those who bear a name are to the person, in order of the alphabet."""
        first = name.split(" ")[0]
        texts = self._store.telling.introducing(first, INTRODUCTIONS)
        found = (each for text in texts for each in introductions(text))
        return tuple(sorted({each.kind for each in found if each.name.casefold() in (name, first)}))

    def bearers_of(self, relation: str) -> tuple[str, ...]:
        """The names, case folded, of those who are that to the person."""
        holding = self._store.search.holding(stems(relation)[:1], INTRODUCTIONS, ONCE, "thought")
        found = self._store.memories.many([id for id, _ in holding])
        named = (each for memory in found.values() for each in introductions(memory.text))
        return tuple(sorted({each.name.casefold() for each in named if each.kind == relation}))

    def is_somebody(self, name: str) -> bool:
        """Whether thoughts are about them, or they were introduced."""
        return name in self.subjects or bool(self.relations(name))

    def resolve(self, words: str) -> Somebody:
        """Whom "Lena", "my sister", "my sister Lena" or "Lena (sister)" means, whether or not anything is known."""
        asked = _MINE.sub("", words.strip()).strip(" ?？.。!！,，'\"“”")
        folded = " ".join(asked.casefold().replace("’", "'").split())
        parts = [part for part in _PARTS.split(folded) if part]
        for at in (0, -1):
            relation = _canonical(parts[at]) if len(parts) > 1 else ""
            rest = " ".join(parts[1:] if at == 0 else parts[:-1])
            known = self.relations(rest) if relation else ()
            if relation in known:
                return self._named(rest, known, relation)
        relation = _canonical(folded)
        if relation and folded not in self._names():
            borne = self.bearers_of(relation)
            if len(borne) == 1:
                return self._named(borne[0], self.relations(borne[0]), relation)
            return Somebody(asked, tuple(dict.fromkeys((folded, relation))), (relation,) if borne else ())
        return self._named(folded, self.relations(folded), "", asked)

    def _named(self, name: str, relations: tuple[str, ...], chosen: str, written: str = "") -> Somebody:
        chosen = chosen if len(relations) > 1 else ""
        subjects = [name]
        for relation in relations:
            # "my sister" alone is Lena where Lena is the only sister.
            if self.bearers_of(relation) == (name,) and chosen in ("", relation):
                subjects.append(relation)
        return Somebody(written or name, tuple(subjects), relations, chosen)

    def _names(self) -> Iterable[str]:
        return [key for key in self.subjects if not _canonical(key)]


@lru_cache(maxsize=16_384)
def introductions(text: str) -> tuple[Bearer, ...]:
    """Whom in the person's life a text introduces by name."""
    if _relation().search(text) is None:
        return ()
    return tuple(each for each in bearers(text) if each.related)


@lru_cache(maxsize=1)
def _relation() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{rules('en').relations})\b", re.IGNORECASE)


@lru_cache(maxsize=1024)
def _canonical(word: str) -> str:
    """The relation that a word stands for; "" where it stands for none."""
    if has_cjk(word):
        return rules("zh").kin.get(word, "")
    if not word or _relation().fullmatch(word) is None:
        return ""
    return rules("en").kin.get(word, word)


def is_relation(word: str) -> bool:
    """Whether a word says what somebody is to the person."""
    return bool(_canonical(word))


def written(name: str, text: str) -> str:
    """A name as a text writes it."""
    pattern = re.escape(name) if has_cjk(name) else rf"(?<!\w){re.escape(name)}(?!\w)"
    found = re.search(pattern, text, re.IGNORECASE)
    return found.group() if found else name.title()
