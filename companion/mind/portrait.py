"""The portrait: who the person is, in a few lines that each rest on what they said.

A pure function of the thoughts that stand, not of when it is asked for: faded ones count as well, and how long ago
something was told is measured from the latest word. In the order of what must not be got wrong.
"""

from __future__ import annotations

from companion.mind import portrait_cares, portrait_life
from companion.mind.drafts import Draft
from companion.mind.portrait_people import people
from companion.store.store import Store

LINES = 24
CHARACTERS = 2_400
WHO, MANNER, WEIGHS, PEOPLE, ASKED, FAVOURITES, CARES = 9, 5, 4, 8, 4, 3, 8
"""Lines of each part at most."""


def tell_portrait(store: Store) -> list[Draft]:
    """Its lines, the most important first, in at most LINES and CHARACTERS."""
    weighty = store.consolidated.weighty()
    own = [
        *portrait_life.who(store)[:WHO],
        *portrait_life.manner(store, weighty)[:MANNER],
        *portrait_life.weights(weighty)[:WEIGHS],
        *people(store)[:PEOPLE],
        *portrait_life.asked(weighty)[:ASKED],
    ]
    told = {source for each in own for source in each.sources}
    recent = [m for m in store.consolidated.latest(portrait_cares.LOOKED_AT) if m.id not in told]
    cared = [*portrait_life.favourites(store)[:FAVOURITES], *portrait_cares.cares(recent, CARES)]
    return _fitting([*own, *cared])


def _fitting(lines: list[Draft]) -> list[Draft]:
    kept: list[Draft] = []
    left, said = CHARACTERS, set[str]()
    for each in lines:
        text = each.memory.text
        if len(kept) < LINES and len(text) <= left and text not in said:
            kept.append(each)
            said.add(text)
            left -= len(text) + 1
    return kept
