"""What is known of somebody or something, as a page."""

from __future__ import annotations

from collections.abc import Sequence

from companion.errors import NotFound
from companion.memory.forgetting import Fading
from companion.memory_pages import AboutPage
from companion.mind.namesakes import Namesake
from companion.pages.people import People, Somebody, written
from companion.pages.topics import told_beside
from companion.records import PLAY, Memory, MemoryFilter, MemoryRow, Quote
from companion.sentences import sentences
from companion.store.store import Store
from companion.store.telling import ONCE
from companion.strings import text as words
from companion.text import one_line

LOOKED_AT = 2_000
"""Memories that a page is made from at most, the newest."""
MOST = 200
"""Lines of each part."""
SAID, RELATED = 5, 12
_SEARCHED = 40
"""Of the person's turns that are looked at for their latest words."""


def about(store: Store, fading: Fading, name: str) -> AboutPage:
    """Raises NotFound when nothing is known."""
    people = People(store)
    who = people.resolve(name)
    found = _told_of(store, who)
    if not found:
        raise NotFound(words("pages.nothing_of", name=one_line(name, 60)), hint=words("pages.nothing_of_hint"))
    thoughts = [m for m in found if m.kind == "thought" and m.subject != "companion"]
    standing = [m for m in thoughts if m.status != "superseded"]
    facts = [m for m in standing if m.event_start is None or m.slot is not None]
    happened = [m for m in standing if m.event_start is not None and m.slot is None]
    happened += [m for m in found if m.kind == "event" and m.status != "superseded"]
    replaced = [m for m in thoughts if m.status == "superseded"]
    latest = max(found, key=lambda m: (m.recorded_at, m.id))
    return AboutPage(
        name=_written(who, found),
        relation=who.relation,
        facts=_rows(fading, sorted(facts, key=lambda m: (-m.pinned, -m.importance, -m.recorded_at, -m.id))[:MOST]),
        events=_rows(fading, sorted(happened, key=_when)[-MOST:]),
        before=_rows(fading, replaced[:MOST]),
        said=_said(store, who, found),
        related=tuple(told_beside(store, people, [m.id for m in found], (who.name.casefold(), *who.subjects), RELATED)),
        first_at=min(m.recorded_at for m in found),
        last_at=latest.recorded_at,
        utc_offset=latest.utc_offset,
    )


def _told_of(store: Store, who: Somebody) -> list[Memory]:
    """All that tells of them, but in play, the newest first; of one of several of that name without what is of the
    others."""
    found = store.memories.find(MemoryFilter(subjects=who.subjects, statuses=ONCE, limit=LOOKED_AT))
    if not found and any(character.isalnum() for character in who.name):
        quoted = f'"{who.name.replace(chr(34), " ")}"'
        found = store.memories.find(MemoryFilter(text=quoted, statuses=ONCE, limit=LOOKED_AT))
    if who.chosen:
        name = _written(who, found)
        namesake = Namesake(name, dict.fromkeys(who.relations, found[0]) if found else {})
        found = [m for m in found if who.chosen in (namesake.whose(m) or {who.chosen})]
    return [m for m in found if m.scope != PLAY]


def _written(who: Somebody, found: Sequence[Memory]) -> str:
    """As the newest memory that calls them writes it."""
    name = who.name.casefold()
    text = next((m.text for m in found if name in m.text.casefold()), "")
    return written(name, text) if text else who.name


def _said(store: Store, who: Somebody, found: Sequence[Memory]) -> tuple[Quote, ...]:
    """The person's latest sentences on them, newest first."""
    called = tuple(word for word in (who.name.casefold(), *who.subjects) if word)
    quotes: dict[tuple[int, int], Quote] = {}
    for memory in [m for m in found if m.subject != "companion" and m.evidence][:_SEARCHED]:
        for quote in store.memories.quotes(memory):
            if quote.turn.role != "person":
                continue
            told = [
                Quote(quote.turn, quote.start + start, quote.start + end, quote.text[start:end])
                for start, end in sentences(quote.text)
                if any(word in quote.text[start:end].casefold() for word in called)
            ]
            for each in told or ([quote] if memory.kind == "thought" else []):
                quotes[each.turn.id, each.start] = each
        if len(quotes) >= 2 * SAID:
            break
    ordered = sorted(quotes.values(), key=lambda quote: (quote.turn.at, quote.turn.id, quote.start), reverse=True)
    kept: list[Quote] = []
    for each in ordered:
        # A moment and the thought that was taken from it say the same words.
        if not any(
            each.turn.id == other.turn.id and each.start < other.end and other.start < each.end for other in kept
        ):
            kept.append(each)
    return tuple(kept[:SAID])


def _when(memory: Memory) -> tuple[float, int]:
    return (memory.recorded_at if memory.event_start is None else memory.event_start, memory.id)


def _rows(fading: Fading, memories: Sequence[Memory]) -> tuple[MemoryRow, ...]:
    return tuple(MemoryRow(memory, fading.retention(memory)) for memory in memories)
