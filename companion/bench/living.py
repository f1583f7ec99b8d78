"""A made-up year, lived through with a way to forget, by the product's own parts and on a clock that is set.

Each exchange is written, recalled for, replied to and thought about as a chat does it; replies are scripted: where what
the moment calls for came to mind, the reply repeats it, so that it is reinforced as in life. Every night is slept. At
each month's end everything that matters, was told and is still true is asked for; asking changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as clock_time

from companion.bench.embeddings import CachedEmbedder
from companion.bench.forgetting_ways import Way, way_of
from companion.bench.replay import embed_missing, profile, think_about, turns_of
from companion.bench.year import BEGIN, Exchange, Matter, Year
from companion.clock import SetClock
from companion.memory.adaptation import FEATURES_KEY
from companion.memory.cue import Cue, told_before
from companion.memory.meaning import open_meaning
from companion.memory.recall import Recall
from companion.mind.fading import FADING
from companion.mind.reflect import Reflection
from companion.mind.sleep import Sleep
from companion.records import RecalledMemory, Turn
from companion.settings import Settings
from companion.store.store import Store

FIRST = 10
"""Memories judged of what a question brings to mind."""
NIGHT = clock_time(3, 30)


@dataclass(frozen=True)
class Asked:
    """What a question brought to mind: whether what it needs was among it, and whether something outdated came first
    (None where nothing changed)."""

    matter: str
    found: bool
    outdated_first: bool | None


@dataclass(frozen=True)
class Month:
    """At a month's end. `active` of `memories`: those that may come to mind, of those that are or would be but for
    having faded."""

    month: str
    asked: tuple[Asked, ...]
    active: int
    memories: int


@dataclass
class Lived:
    months: list[Month] = field(default_factory=list)
    nights: list[float] = field(default_factory=list)
    """Seconds of each."""
    active: dict[date, int] = field(default_factory=dict)
    """By night, how many memories were active after it."""


def live(
    year: Year,
    way: Way,
    embedder: CachedEmbedder,
    settings: Settings,
    keep: Mapping[date, int],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Lived:
    """Live through `year`. `keep`: for the way "newest", see there. Raises CompanionError."""
    lived = Lived()
    with profile(SetClock(BEGIN)) as (store, clock):
        life = _Life(year, way, store, clock, embedder, settings, keep)
        for number, day in enumerate(year.days):
            progress(number, len(year.days))
            life.talk(year.said.get(day, ()))
            lived.nights.append(life.sleep(day + timedelta(days=1)))
            lived.active[day + timedelta(days=1)] = store.memories.count(("active",))
            if day == year.days[-1] or (day + timedelta(days=1)).day == 1:
                asked = life.examine(day + timedelta(days=1))
                count = store.memories.count
                lived.months.append(Month(f"{day:%Y-%m}", asked, count(("active",)), count(FADING)))
    return lived


class _Life:
    def __init__(
        self,
        year: Year,
        way: Way,
        store: Store,
        clock: SetClock,
        embedder: CachedEmbedder,
        settings: Settings,
        keep: Mapping[date, int],
    ) -> None:
        curve, fade = way_of(way, keep)
        self._year, self._store, self._clock = year, store, clock
        self._meaning = open_meaning(store, embedder)
        self._recall = Recall(store, self._meaning)
        self._reflection = Reflection(store, clock, curve, lambda: self._meaning)
        self._sleep = Sleep(store, clock, curve, NIGHT, fade)
        self._limit = settings.memory.recall_limit
        self._told: dict[tuple[str, int], set[int]] = {}
        """Matter and which of its values → the turns that told it."""

    def talk(self, exchanges: Sequence[Exchange]) -> None:
        if not exchanges:
            return
        self._clock.at = exchanges[0].at
        conversation = self._store.turns.open_conversation(self._clock.now())
        before: list[Turn] = []
        for exchange in exchanges:
            self._clock.at = exchange.at
            turn = self._store.turns.add(conversation, "person", exchange.text, exchange.at)
            if exchange.tells:
                self._told.setdefault((exchange.matter, exchange.stage), set()).add(turn.id)
            lines = told_before([each.text for each in before])
            present = frozenset((turn.id, *(each.id for each in before)))
            found = self._recall(Cue(exchange.text, lines, present, exchange.at), self._limit).memories
            knows = bool(exchange.reply) and self._place(found, exchange.matter, (exchange.stage,)) is not None
            reply = self._store.turns.add(
                conversation,
                "companion",
                exchange.reply if knows else exchange.neutral,
                exchange.at + timedelta(seconds=20),
                answers=turn.id,
            )
            self._store.recalls.record(reply.id, found, FEATURES_KEY)
            think_about(self._store, self._reflection, turn)
            before += [turn, reply]

    def sleep(self, night: date) -> float:
        """Sleep the night that ends on a day; the seconds it took."""
        self._clock.at = datetime.combine(night, NIGHT, BEGIN.tzinfo) + timedelta(minutes=1)
        started = time.perf_counter()
        self._sleep.run()
        seconds = time.perf_counter() - started
        embed_missing(self._store, self._recall, self._meaning)
        return seconds

    def examine(self, day: date) -> tuple[Asked, ...]:
        """Ask for all that holds on a day, each thing with one of its questions."""
        known = [matter for matter in self._year.matters if matter.holds(day)]
        return tuple(self._ask(matter, day) for matter in known)

    def _ask(self, matter: Matter, day: date) -> Asked:
        text = matter.questions[day.month % len(matter.questions)]
        found = self._recall(Cue(text, now=self._clock.now()), FIRST).memories
        stage = matter.stage(day)
        place = self._place(found, matter.key, (stage,))
        old = self._place(found, matter.key, range(stage))
        outdated = None if not stage else old is not None and (place is None or old < place)
        return Asked(matter.key, place is not None, outdated)

    def _place(self, found: Sequence[RecalledMemory], matter: str, stages: Collection[int]) -> int | None:
        """How far down the first memory stands that rests on a turn which told one of these values."""
        turns = {turn for stage in stages for turn in self._told.get((matter, stage), ())}
        return next((at for at, memory in enumerate(found) if not turns.isdisjoint(turns_of(memory))), None)
