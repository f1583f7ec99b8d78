"""A turn taker over a fake model, with what it emitted."""

from __future__ import annotations

from dataclasses import dataclass, field

from companion.events import Event
from companion.memory.recall import Recall
from companion.mind.reflect import Reflection
from companion.model.persona import load_persona
from companion.model.protocol import StopSignal
from companion.records import ReplyReport, Turn
from companion.settings import MemorySettings
from companion.store.store import Store
from companion.turn import TurnTaker
from tests.fakes import FakeModel
from tests.support import FSRS, say


@dataclass
class Talk:
    """A turn taker over a fake model, with what it emitted."""

    store: Store
    model: FakeModel = field(default_factory=FakeModel)
    seen: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reflection = Reflection(self.store, self.store.clock, FSRS, lambda: None)
        self.taker = TurnTaker(
            self.store, self.store.clock, Recall(self.store), self.reflection,
            load_persona("companion"), MemorySettings(), self.seen.append,
        )  # fmt: skip

    def tell(self, text: str) -> Turn:
        return say(self.store, text)[0]

    def answer(self, text: str, stop: StopSignal | None = None) -> ReplyReport | None:
        return self.taker.answer(self.tell(text), self.model, stop or StopSignal())

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.seen if isinstance(event, kind)]

    def texts(self) -> list[tuple[str, str, str]]:
        return [(turn.role, turn.text, turn.state) for turn in self.store.turns.latest(50)]
