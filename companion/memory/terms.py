"""The pieces that hold a term, kept for the terms asked for last and corrected by what changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from companion.memory.pool import Floats, Ints
from companion.memory.words import idf
from companion.store.search import PIECE_BITS
from companion.store.store import Store

MOST_TERMS = 40
"""Terms of a cue that are looked up: the most telling ones."""
_KEPT = 1024
_MOST_CHANGES = 100
"""Changed memories that the kept answers are corrected for; what is older is asked for again."""


@dataclass(frozen=True)
class Lookup:
    """The most telling terms of a cue: `weights` (idf) and `holders` (sorted ids of pieces) beside them."""

    terms: tuple[str, ...]
    weights: Floats
    holders: tuple[Ints, ...]


class Terms:
    """Any thread. Reading a common word from the index takes milliseconds, and a conversation keeps to its words."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looking = threading.Lock()
        # Held for moments only: who tells of a change may hold the database, for which a look-up waits.
        self._noting = threading.Lock()
        self._changed: set[int] = set()
        self._held: OrderedDict[str, tuple[int, Ints]] = OrderedDict()
        # Memory → the state that changed it last and the terms of its pieces in that state, oldest first.
        self._log: OrderedDict[int, tuple[int, dict[int, frozenset[str]]]] = OrderedDict()
        self._state = 0
        self._oldest = 0
        """Answers from before this state cannot be corrected."""
        store.changes.observe(self._note)

    def look_up(self, words: Sequence[str], total: int) -> Lookup:
        """The holders of `words` (stems), of at most MOST_TERMS of them; `total`: pieces there are."""
        with self._looking:
            self._learn_of_changes()
            holders = {word: self._holders(word) for word in dict.fromkeys(words)}
        weights = {word: idf(len(found), max(total, len(found))) for word, found in holders.items()}
        # Of a long message those that some memory holds: what none holds is the rarest, and would crowd them out.
        terms = sorted(weights, key=lambda word: (not len(holders[word]), -weights[word]))[:MOST_TERMS]
        return Lookup(tuple(terms), np.array([weights[t] for t in terms]), tuple(holders[t] for t in terms))

    def _note(self, ids: tuple[int, ...]) -> None:
        with self._noting:
            self._changed.update(ids)

    def _learn_of_changes(self) -> None:
        with self._noting:
            changed, self._changed = self._changed, set()
        if not changed:
            return
        self._state += 1
        if len(changed) > _MOST_CHANGES:
            self._log.clear()
            self._oldest = self._state
            return
        terms = self._store.search.terms_of(sorted(changed))
        for memory in changed:
            self._log[memory] = (self._state, terms.get(memory, {}))
            self._log.move_to_end(memory)
        while len(self._log) > _MOST_CHANGES:
            _, (state, _) = self._log.popitem(last=False)
            self._oldest = max(self._oldest, state)

    def _holders(self, term: str) -> Ints:
        state, found = self._held.get(term, (-1, None))
        if found is None or state < self._oldest:
            found = self._store.search.holders(term)
        elif state < self._state:
            found = self._corrected(term, state, found)
        self._held[term] = (self._state, found)
        self._held.move_to_end(term)
        if len(self._held) > _KEPT:
            self._held.popitem(last=False)
        return found

    def _corrected(self, term: str, state: int, found: Ints) -> Ints:
        """`found` as it was in `state`, with the memories that changed since as they are now."""
        for memory, (changed, terms) in reversed(self._log.items()):
            if changed <= state:
                break
            first, end = np.searchsorted(found, (memory << PIECE_BITS, (memory + 1) << PIECE_BITS))
            pieces = sorted(piece for piece, held in terms.items() if term in held)
            if found[first:end].tolist() != pieces:
                found = np.concatenate([found[:first], np.array(pieces, dtype=np.int64), found[end:]])
        return found
