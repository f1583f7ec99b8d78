"""A life in fast motion: days of talk that is reflected on, nights, and what the person does to memories."""

from __future__ import annotations

from datetime import time, timedelta

from companion.clock import SetClock
from companion.editing import Editing
from companion.mind.event_keeping import NOTHING, EventKeeper, Hearing
from companion.mind.reflect import Reflection
from companion.mind.sleep import Sleep
from companion.mind.thinking import Thinker
from companion.model.protocol import StopSignal
from companion.records import Memory, MemoryFilter, Status
from companion.reports import SleepReport
from companion.store.store import Store
from tests.support import FSRS

AT = time(3, 30)
GONE: tuple[Status, ...] = ("superseded", "forgotten", "merged", "quarantined")


class Deaf(EventKeeper):
    """Hears no events."""

    def hear(self, *_: object, **__: object) -> Hearing:
        return NOTHING


class Living:
    """`events=False`: conversations are not cut into events, which are told once, whatever comes later."""

    def __init__(self, store: Store, clock: SetClock, *, events: bool = True) -> None:
        self.store, self.clock = store, clock
        self.reflection = Reflection(store, clock, FSRS, lambda: None)
        if not events:
            self.reflection._events = Deaf(store)
        self.editing = Editing(store, clock, FSRS)
        self.asleep = Sleep(store, clock, FSRS, AT)

    def tell(self, *texts: str) -> None:
        """A conversation, an exchange a minute, thought about at once."""
        conversation = self.store.turns.open_conversation(self.clock.now())
        for text in texts:
            self.clock.advance(minutes=1)
            turn = self.store.turns.add(conversation, "person", text, self.clock.now())
            self.store.turns.add(conversation, "companion", "I see.", self.clock.now(), answers=turn.id)
            self.reflection.queue(turn.id)
            job = self.store.jobs.next()
            assert job is not None
            self.reflection.run(job.id, turn.id)

    def next_day(self, days: int = 1) -> None:
        self.clock.at = (self.clock.at + timedelta(days=days)).replace(hour=10, minute=0)

    def night(self, thinker: Thinker | None = None, stop: StopSignal | None = None) -> SleepReport:
        """The next morning, after a night."""
        self.next_day()
        return self.asleep.run(thinker=thinker, stop=stop)

    def all(self, *kinds: str) -> list[Memory]:
        return self.store.memories.find(MemoryFilter(kinds=kinds, statuses=()))[::-1]  # type: ignore[arg-type]

    def days(self) -> list[str]:
        """The digests that stand, oldest first."""
        return [m.text for m in self.store.consolidated.digests()]

    def portrait(self) -> list[str]:
        return [m.text for m in self.store.consolidated.portrait()]

    def line(self, text: str) -> Memory:
        """The line of the portrait that holds `text`."""
        (found,) = [m for m in self.store.consolidated.portrait() if text in m.text]
        return found

    def thought(self, text: str) -> Memory:
        (found,) = [m for m in self.all("thought") if text in m.text and m.status != "merged"]
        return found

    def parts(self, memory: Memory) -> list[str]:
        found = self.store.memories.many(self.store.consolidated.parts(memory.id))
        return [m.text for m in found.values()]
