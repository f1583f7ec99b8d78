"""What the person does with memory: look, search, edit, take back. A part of `Companion`, which puts it together."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as Flag

from companion import events, strings
from companion.clock import Clock
from companion.editing import Editing
from companion.errors import InvalidInput, NotFound
from companion.events import Event
from companion.memory.course import course
from companion.memory.forgetting import Curve
from companion.memory.learner import Learner
from companion.memory.listing import Listing
from companion.memory.recall import Cue, Recall
from companion.memory.verbatim import verbatim_first
from companion.mind.mood import latest_mood
from companion.mind.morning import Morning
from companion.records import (
    KINDS,
    Change,
    JournalEntry,
    Kind,
    Learning,
    MemoryDetail,
    MemoryFilter,
    MemoryRow,
    PortraitLine,
    RecalledMemory,
)
from companion.reports import DayMood, MorningReport
from companion.settings import Settings
from companion.store.store import Store


class Desk:
    """The memory part of `CompanionApi`. Whoever is one gives it the parts below, and `_opened`."""

    _clock: Clock
    _settings: Settings
    _curve: Curve
    _recall: Recall
    _learner: Learner
    _editing: Editing
    _ready_to_recall: Flag
    _emit: Callable[[Event], None]
    _poke: Callable[[], None]
    """There may be work for the background thread."""

    @property
    def _opened(self) -> Store:
        """Raises CompanionError once it is closed."""
        raise NotImplementedError

    def list_memories(self, filter: MemoryFilter) -> tuple[MemoryRow, ...]:
        return self._listing.page(filter)

    def count_memories(self, filter: MemoryFilter) -> int:
        return self._listing.count(filter)

    def search_memories(self, text: str, limit: int = 10) -> tuple[RecalledMemory, ...]:
        if not text.strip():
            raise InvalidInput(strings.text("engine.nothing_to_search"))
        self._ready_to_recall.wait()
        found = self._recall(Cue(text, now=self._clock.now(), search=True, scopes=None), limit).memories
        return verbatim_first(self._opened, text, found, limit)

    def memory(self, id: int, as_of: float | None = None) -> MemoryDetail:
        store = self._opened
        with store.db.snapshot():
            past = None if as_of is None else store.past(as_of)
            memory = store.memories.get(id) if past is None else past.get(id)
            history = store.memories.history(id, 200) if past is None else past.history(id, 200)
            links = store.memories.links(id) if past is None else past.links(id)
            fading = self._listing.fading(as_of)
        return MemoryDetail(
            memory,
            fading.retention(memory),
            store.memories.quotes(memory),
            links,
            history,
            store.recalls.times(id, 10, as_of),
            fades_around=fading.fades_around(memory),
            curve=course(fading, memory, history),
        )

    def add_memory(self, text: str, kind: Kind = "thought") -> Change:
        if kind not in KINDS:
            raise InvalidInput(strings.text("engine.no_kind", kind=kind, kinds=", ".join(KINDS)))
        return self._done(self._editing.add(text, kind))

    def edit_memory(self, id: int, text: str) -> Change:
        return self._done(self._editing.edit(id, text))

    def pin_memory(self, id: int, pinned: bool = True) -> Change:
        return self._done(self._editing.pin(id, pinned))

    def forget_memory(self, id: int) -> Change:
        return self._done(self._editing.forget(id))

    def restore_memory(self, id: int) -> Change:
        return self._done(self._editing.restore(id))

    def undo(self, batch: int | None = None) -> Change:
        return self._done(self._editing.undo(batch))

    def dismiss_question(self, id: int) -> None:
        self._opened.questions.dismiss(id)

    def history(self, memory: int | None = None, limit: int = 50) -> tuple[JournalEntry, ...]:
        found = self._opened.memories.history(memory, limit)
        if memory is not None and not found:
            raise NotFound(strings.text("engine.no_memory", memory=memory))
        return found

    def learning(self) -> Learning:
        return self._learner.learning()

    def reset_learning(self) -> Learning:
        return self._learner.reset()

    def restore_learning(self) -> Learning:
        return self._learner.restore()

    def portrait(self) -> tuple[PortraitLine, ...]:
        store = self._opened
        return tuple(PortraitLine(trait, store.memories.quotes(trait)) for trait in store.consolidated.portrait())

    def mood(self, days: int = 30) -> tuple[DayMood, ...]:
        return latest_mood(self._opened, self._clock.now().date(), days)

    def morning(self) -> MorningReport:
        return Morning(self._opened, self._clock, self._curve, self._settings.care.bring_up_heavy).report()

    def morning_seen(self) -> None:
        if not self._opened.read_only:
            Morning(self._opened, self._clock, self._curve).seen()

    @property
    def _listing(self) -> Listing:
        return Listing(self._opened, self._clock, self._curve)

    def _done(self, change: Change) -> Change:
        self._emit(events.MemoriesChanged(tuple(memory.id for memory in change.memories)))
        self._poke()
        return change
