"""Lines of the portrait about the people and animals in the person's life, one each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from companion.mind.candidates import core_of
from companion.mind.drafts import Draft, local_day
from companion.mind.portrait_life import PEOPLE_SLOTS
from companion.mind.portrait_rules import line, value_of, when, wordings
from companion.mind.rules import language_of, rules
from companion.mind.subjects import relation_in, who_is_told_of
from companion.records import Memory
from companion.store.store import Store
from companion.text import one_line

MOST_KNOWN = 40
"""Thoughts about one of them that are looked at, the latest."""
MOST_LOOKED_AT = 30
"""People who are looked at, those of whom most was told."""
NEWS = 90
"""Characters of what is told of somebody."""
LEAST_DAYS = 2
"""Days on which somebody who is not close was spoken of."""


@dataclass(slots=True)
class Somebody:
    """`name` "" where only the relation is known; `told`: thoughts about them, oldest first."""

    name: str
    relation: str = ""
    told: list[Memory] = field(default_factory=list)
    bearer: Memory | None = None
    """The thought that says who they are."""

    @property
    def is_close(self) -> bool:
        return wordings().close.match(self.relation) is not None

    @property
    def days(self) -> int:
        return len({local_day(m) for m in self.told})

    @property
    def latest(self) -> float:
        return max(m.recorded_at for m in self.told)


def people(store: Store) -> list[Draft]:
    """Those who are close, and others of whom they spoke on several days; who is close and spoken of often first."""
    subjects = sorted(store.consolidated.subjects(), key=lambda s: (-s.days, -s.latest, s.name))
    known: dict[str, Somebody] = {}
    for name, _, _ in subjects[:MOST_LOOKED_AT]:
        _join(known, name, store.consolidated.about(name, MOST_KNOWN))
    for memory in store.consolidated.filled():
        value = value_of(memory) if memory.slot in PEOPLE_SLOTS else None
        if value is not None:
            somebody = known.setdefault(value.casefold(), Somebody(value))
            somebody.told.append(memory)
            somebody.told.sort(key=lambda m: (m.recorded_at, m.id))
            somebody.relation = relation_in(memory.text, language_of(memory.text)) or str(memory.slot)
            somebody.bearer = memory
    found = [each for each in _by_name(known) if each.is_close or each.days >= LEAST_DAYS]
    found.sort(key=lambda s: (not s.is_close, -s.days, -s.latest, s.name, s.relation))
    return [_told(each) for each in found]


def _join(known: dict[str, Somebody], name: str, told: Sequence[Memory]) -> None:
    somebody = known.setdefault(name.casefold(), Somebody(name))
    somebody.told += told
    somebody.told.sort(key=lambda m: (m.recorded_at, m.id))
    for memory in told:
        text = core_of(memory)
        met = who_is_told_of(text, language_of(text))
        if met is not None and met[1].casefold() in (name.casefold(), ""):
            somebody.relation, somebody.bearer = met[0], memory
            if not met[1] and met[0].casefold() == name.casefold():
                somebody.name = ""
    if not somebody.relation and wordings().close.match(name):
        somebody.name, somebody.relation = "", name.casefold()


def _by_name(known: dict[str, Somebody]) -> list[Somebody]:
    """Each once: "my sister" is Lena where Lena is the only sister."""
    named = [each for each in known.values() if each.name]
    for each in [other for other in known.values() if not other.name]:
        bearers = [other for other in named if other.relation == each.relation]
        if len(bearers) == 1:
            bearers[0].told = sorted([*bearers[0].told, *each.told], key=lambda m: (m.recorded_at, m.id))
        else:
            named.append(each)
    return named


def _told(somebody: Somebody) -> Draft:
    """ "Lena, sister: had a baby in Porto": who it is, the latest that weighs, and the latest."""
    news: dict[str, Memory] = {}
    weighs = [m for m in somebody.told if _weighs(m)]
    for memory in (*weighs[-1:], *reversed(somebody.told)):
        said = _news(memory)
        if said and len(news) < 2 and sum(map(len, news)) + len(said) <= 2 * NEWS:
            news.setdefault(said, memory)
    who = ", ".join(part for part in (somebody.name, somebody.relation) if part)
    who = who[:1].upper() + who[1:]
    told = sorted(news.items(), key=lambda item: (item[1].recorded_at, item[1].id))
    sources = [memory for _, memory in told] + ([somebody.bearer] if somebody.bearer else [])
    sources = sources or somebody.told[-1:]
    text = f"{who}: {'; '.join(said for said, _ in told)}" if told else who
    place = f"person:{(somebody.name or somebody.relation).casefold()}"
    return line(place, text, list(dict.fromkeys(sources)))


def _weighs(memory: Memory) -> bool:
    text = core_of(memory)
    return memory.modality == "fact" and rules(language_of(text)).says("weighty", text)


def _news(memory: Memory) -> str:
    """What a thought says of somebody, without saying who it is once more; as a quotation where it is told in the
    person's own voice; "" where it says nothing more."""
    text = core_of(memory).strip()
    language = language_of(text)
    met = who_is_told_of(text, language)
    rest = text[met[2] :] if met is not None else text
    if met is None and text.casefold().startswith(memory.subject.casefold()):
        rest = text[len(memory.subject) :]
    apart = rest[:1] in " ,，的" or language == "zh"
    rest = rest.strip(" ,，.。!！;")
    if met is not None and not rest:
        return ""
    if rest == text.strip(" .。!！") or not apart or wordings().own.search(rest) or memory.slot in PEOPLE_SLOTS:
        return "" if memory.slot in PEOPLE_SLOTS else f"“{one_line(text, NEWS)}”{when(memory)}"
    return one_line(rest, NEWS) + when(memory)
