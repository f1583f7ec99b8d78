"""What was pasted or imported and waits to be confirmed. A part of `Companion`.

Confirming takes the memories as they stand: they are recalled from now on beside what is known, and take the place of
nothing. Removing forgets them. Either is one batch of the journal, and undo takes it back whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import nullcontext

from companion.editing import Editing, said
from companion.errors import NotFound
from companion.memory.forgetting import brought_back
from companion.mind.tagging import Tagger, introduced
from companion.records import Change, Memory
from companion.safekeeping import QuarantinedSource
from companion.store.changes import Batch
from companion.store.store import Store
from companion.strings import text as words

_PART = 500
_KNOWN = ("active", "dormant", "archived", "candidate")


class Quarantining:
    """See `companion.api`. Whoever is one gives it the parts below, `_opened` and `_done`."""

    _editing: Editing

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def _done(self, change: Change) -> Change:
        """Tell everybody of a change."""
        raise NotImplementedError

    def quarantined(self) -> tuple[QuarantinedSource, ...]:
        return self._opened.sources.listed()

    def confirm_source(self, id: int) -> Change:
        return self._done(self._decide(id, confirmed=True))

    def remove_source(self, id: int) -> Change:
        return self._done(self._decide(id, confirmed=False))

    def _decide(self, id: int, *, confirmed: bool) -> Change:
        store = self._opened
        removes = store.sources.get(id).confirmed and not confirmed
        # What was made of it goes before it does.
        with store.looked_back.taking_back(id) if removes else nullcontext(), store.db.snapshot():
            waiting = store.sources.taken_in(id) if removes else store.sources.waiting(id)
            if not waiting:
                raise NotFound(words("quarantine.none_waits", id=id), hint=words("quarantine.see_list"))
            opened = store.changes.batch("person", "confirm") if confirmed else store.changes.batch("person", "remove")
            with opened as batch:
                named: defaultdict[str, set[str]] = defaultdict(set)
                for memory in self._each(waiting):
                    if confirmed:
                        self._confirm(batch, memory)
                    else:
                        batch.update(memory.id, status="forgotten")
                    named[memory.scope] |= introduced((memory.text,))
                for scope, names in named.items():
                    Tagger(store).retell(batch, names, scope)
                store.sources.decide(id, batch, confirmed=confirmed)
                if confirmed:
                    store.looked_back.queue(id)
                else:
                    store.looked_back.drop(id)
        told = said(store.sources.name(id))
        if confirmed:
            return self._editing.change(
                batch.id, words("quarantine.confirmed", count=len(waiting), name=told), tuple(waiting)
            )
        return self._editing.change(
            batch.id, words("quarantine.removed", count=len(waiting), name=told), tuple(waiting)
        )

    def _each(self, ids: Sequence[int]) -> Iterator[Memory]:
        """A past of years is never in memory whole."""
        for start in range(0, len(ids), _PART):
            yield from self._opened.memories.many(ids[start : start + _PART]).values()

    def _confirm(self, batch: Batch, memory: Memory) -> None:
        """What is known already gains the words it rests on. What was said long ago fades from now on, as if it had
        just been said."""
        for known in self._opened.memories.same_statement(memory.text) if memory.kind == "thought" else ():
            if (
                known.id != memory.id
                and known.status in _KNOWN
                and (known.kind, known.scope) == ("thought", memory.scope)
            ):
                batch.update(known.id, evidence=tuple(dict.fromkeys((*known.evidence, *memory.evidence))))
                batch.update(memory.id, status="merged", replaced_by=known.id)
                return
        fresh = brought_back(memory, self._editing.curve, self._editing.clock.now())
        batch.update(memory.id, status="active", last_used_at=fresh.last_used_at, strength=fresh.strength)
