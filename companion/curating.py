"""What the person does to several memories, judges, and reads as pages. A part of `Companion`, beside `Desk`."""

from __future__ import annotations

from companion.clock import Clock
from companion.editing import Editing
from companion.memory.forgetting import Curve
from companion.memory.learner import Learner
from companion.memory_pages import GroupAction
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

    @property
    def _regrouping(self) -> Regrouping:
        return Regrouping(self._editing)
