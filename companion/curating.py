"""What the person does to several memories, judges, and reads as pages. A part of `Companion`, beside `Desk`."""

from __future__ import annotations

from companion.chats import Verdict
from companion.clock import Clock
from companion.editing import Editing
from companion.judging import Judging
from companion.memory.forgetting import Curve, Fading, fading_at
from companion.memory.learner import Learner
from companion.memory_pages import AboutPage, GroupAction, Growth, LinkedMemory, Month, Topic
from companion.pages.about import about
from companion.pages.growth import growth
from companion.pages.timeline import timeline
from companion.pages.topics import topics
from companion.records import Change
from companion.regrouping import Regrouping
from companion.store.store import Store


class Curating:
    """A part of `CompanionApi`. Whoever is one gives it the parts below, `_opened` and `_done`."""

    _clock: Clock
    _curve: Curve
    _learner: Learner
    _editing: Editing

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def _done(self, change: Change) -> Change:
        """Tell everybody of a change."""
        raise NotImplementedError

    def change_memories(self, ids: tuple[int, ...], action: GroupAction) -> Change:
        return self._done(self._regrouping.change(ids, action))

    def merge_memories(self, ids: tuple[int, ...], text: str) -> Change:
        return self._done(self._regrouping.merge(ids, text))

    def split_memory(self, id: int, texts: tuple[str, ...]) -> Change:
        return self._done(self._regrouping.split(id, texts))

    def restore_as_of(self, ids: tuple[int, ...], as_of: float) -> Change:
        return self._done(self._regrouping.restore_as_of(ids, as_of))

    def redo(self) -> Change:
        return self._done(self._editing.redo())

    def judge(self, reply: int, memory: int, verdict: Verdict) -> Change:
        return self._done(Judging(self._editing, self._learner).judge(reply, memory, verdict))

    def linked(self, id: int) -> tuple[LinkedMemory, ...]:
        store = self._opened
        with store.db.snapshot():
            store.memories.get(id)
            links = store.memories.links(id)
            ends = {link: link.target if link.source == id else link.source for link in links}
            found = store.memories.many(sorted({*ends.values()} - {id}))
        return tuple(
            LinkedMemory(link.type, link.weight, link.source == id, found[ends[link]])
            for link in links
            if ends[link] in found and found[ends[link]].status != "forgotten"
        )

    def topics(self, limit: int = 200) -> tuple[Topic, ...]:
        store = self._opened
        with store.db.snapshot():
            return topics(store, limit)

    def about(self, name: str) -> AboutPage:
        store = self._opened
        with store.db.snapshot():
            return about(store, self._fading, name)

    def timeline(self) -> tuple[Month, ...]:
        store = self._opened
        with store.db.snapshot():
            return timeline(store, self._fading)

    def growth(self, days: int = 90) -> Growth:
        store = self._opened
        with store.db.snapshot():
            return growth(store, self._clock, self._fading, days)

    @property
    def _fading(self) -> Fading:
        return fading_at(self._opened, self._curve, self._clock.now())

    @property
    def _regrouping(self) -> Regrouping:
        return Regrouping(self._editing)
