"""Lines of the portrait about the person themselves: who they are, what weighs on them, how to speak to them."""

from __future__ import annotations

from collections.abc import Sequence

from companion.mind.candidates import core_of
from companion.mind.drafts import Draft, local_day
from companion.mind.portrait_rules import line, quoted, short, value_of, wordings
from companion.mind.rules import language_of, rules
from companion.records import Memory
from companion.store.store import Store
from companion.text import has_cjk

PEOPLE_SLOTS = ("spouse", "partner")
"""Filled by somebody, who has a line among the people."""
SAME_VALUE = 3
"""Memories that a slot's line cites at most."""
ASKED = 4
"""Importance of what was asked to be remembered, and of what is written by hand."""
_SPEAK = ("speak", "languag", "tongu")
_LATEST = 60
_LANGUAGE_SHARE = 0.5
_KEPT_AWAY = ("feeling", "wish", "plan", "hypothetical")


def who(store: Store) -> list[Draft]:
    """The slots of the person's life as they are filled now: the newest that stands wins, a pinned one before it."""
    by_slot = _by_slot(store.consolidated.filled())
    order = [*wordings().slots["en"], *sorted(by_slot)]
    places = [s for s in dict.fromkeys(order) if s in by_slot and s not in PEOPLE_SLOTS and not _is_favourite(s)]
    return [_slot_line(slot, by_slot[slot]) for slot in places]


def favourites(store: Store) -> list[Draft]:
    """Favourite things, the latest told first."""
    by_slot = _by_slot(store.consolidated.filled())
    found = [_slot_line(slot, by_slot[slot]) for slot in by_slot if _is_favourite(slot)]
    return sorted(found, key=lambda d: (-d.memory.recorded_at, d.key))


def manner(store: Store, weighty: Sequence[Memory]) -> list[Draft]:
    """How they like to be spoken to, the latest first, and the languages they speak."""
    found = [m for m in weighty if m.slot != "name" and is_boundary(m)]
    return [*(line(f"manner:{m.id}", quoted(m), [m]) for m in reversed(found)), *_languages(store)]


def weights(memories: Sequence[Memory]) -> list[Draft]:
    """Health and what weighs on them: what lasts first, then the latest."""
    found = [m for m in memories if _is_weighty(m) and not is_boundary(m)]
    lasting = wordings().lasting
    found.sort(key=lambda m: (lasting.search(core_of(m)) is None, -m.recorded_at, m.id))
    return [line(f"weighs:{m.id}", quoted(m), [m]) for m in found]


def asked(memories: Sequence[Memory]) -> list[Draft]:
    """What they asked to have remembered, wrote down themselves, or pinned: all that is important for no other reason,
    the latest first."""
    found = [m for m in memories if m.pinned or m.importance == ASKED]
    found = [m for m in found if m.slot is None and not is_boundary(m) and not _says_weighty(m)]
    found.sort(key=lambda m: (not m.pinned, -m.recorded_at, m.id))
    return [line(f"asked:{m.id}", quoted(m), [m]) for m in found]


def is_boundary(memory: Memory) -> bool:
    return rules(language_of(memory.text)).says("boundary", core_of(memory))


def _is_weighty(memory: Memory) -> bool:
    return memory.slot is None and memory.modality not in _KEPT_AWAY and _says_weighty(memory)


def _says_weighty(memory: Memory) -> bool:
    text = core_of(memory)
    return rules(language_of(text)).says("weighty", text)


def _is_favourite(slot: str) -> bool:
    return slot.startswith("favourite_")


def _by_slot(filled: Sequence[Memory]) -> dict[str, list[Memory]]:
    """Those that fill each slot, oldest first."""
    found: dict[str, list[Memory]] = {}
    for memory in filled:
        found.setdefault(memory.slot or "", []).append(memory)
    return found


def _slot_line(slot: str, filling: Sequence[Memory]) -> Draft:
    best = max(filling, key=lambda m: (m.pinned, m.recorded_at, m.id))
    value = value_of(best)
    same = [m for m in filling if value is not None and (value_of(m) or "").casefold() == value.casefold()]
    sources = dict.fromkeys([best, *reversed(same)])
    return line(slot, short(best), list(sources)[:SAME_VALUE])


def _languages(store: Store) -> list[Draft]:
    """The latest statement of what they speak, and what they write in where it is not English."""
    found: list[Draft] = []
    ids = [id for id, _ in store.search.holding(_SPEAK, _LATEST, ("active", "dormant", "archived"), "thought")]
    spoken = [m for m in store.memories.many(ids).values() if m.subject == "person"]
    spoken = [m for m in spoken if wordings().speaks.search(core_of(m))]
    if spoken:
        latest = max(spoken, key=lambda m: (m.recorded_at, m.id))
        found.append(line("speaks", quoted(latest), [latest]))
    written = store.consolidated.latest(_LATEST)
    chinese = [m for m in written if has_cjk(m.text)]
    days = {local_day(m): m for m in chinese}
    if len(chinese) >= _LANGUAGE_SHARE * len(written) and len(days) > 1:
        found.append(line("writes", "Writes in Chinese", list(days.values())[-2:]))
    return found
