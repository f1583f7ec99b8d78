"""The background thread: loads the embedder, keeps vectors and index in step, reflects, catches up on nights.

The person's turn always comes first: between any two pieces of work it waits until nothing is being answered, and a
model that is thinking is stopped. When there is nothing else to do, a new model is measured.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from companion import strings
from companion.crashes import last as last_crash
from companion.errors import CompanionError, ProfileError, ThinkingStopped
from companion.events import Event, MemoriesChanged, Notice, SleepFinished, SleepProgress
from companion.garbage import give_back
from companion.idling import Idling
from companion.memory.embedder import Embedder
from companion.memory.feed import FedIndex
from companion.memory.index import VectorIndex
from companion.memory.index_note import IndexNote
from companion.memory.meaning import open_meaning
from companion.memory.passing_index import PassingIndex
from companion.memory.recall import Recall
from companion.memory.server_index import ServerIndex
from companion.mind.measuring import Measuring
from companion.mind.reflect import REFLECT, Reflection
from companion.mind.sleep import Sleep
from companion.mind.thinking import Thinker
from companion.mind.tuning import Tuner
from companion.model.protocol import StopSignal
from companion.paths import Paths
from companion.power import on_mains
from companion.resting import Resting
from companion.settings import OnBattery
from companion.store.store import Store

log = logging.getLogger(__name__)
LOOK = 60.0
"""Seconds between two looks at whether the computer is plugged in, or nobody needs anything, while something waits for
that."""
BACKLOG = 2_000
"""Texts that a one-shot command embeds at most: a past of years is left to the app, or to the next commands."""
_PART = 64
"""Texts embedded between two looks at whether the person is talking."""


@dataclass
class Minding(Resting, Idling):
    store: Store
    paths: Paths
    recall: Recall
    reflection: Reflection
    sleep: Sleep
    open_embedder: Callable[[], Embedder] | None
    emit: Callable[[Event], None]
    changed: Callable[[], None]
    person_is_talking: Callable[[], bool]
    measuring: Measuring
    tuner: Tuner | None = None
    back_up: Callable[[StopSignal], object] = lambda _: None
    """Make the copy of the night, if one is due."""
    take_in: Callable[[], None] = lambda: None
    """Take in what other programs proposed, if they did."""
    write_letter: Callable[[], None] = lambda: None
    """Write the letter about the week that is over, if one is due."""
    ready: Callable[[], None] = lambda: None
    """Called once recall is as good as it will be."""
    on_battery: OnBattery = "at once"
    """When a model thinks about what was said, while the computer runs on its battery."""
    power: Callable[[], bool] = on_mains
    with_index: bool = True
    with_nights: bool = True
    index_url: str = ""
    """A Chroma server for the index; empty: a folder of the profile."""
    ready_to_recall: threading.Event = field(default_factory=threading.Event)
    problem: CompanionError | None = None
    index: FedIndex | None = None
    doing: str = ""
    waiting_for: str = ""
    """What reflections wait for, if they do."""
    measure_when_idle: bool = False
    """Whether a past that was brought in is thought about, and a model that was not measured yet is measured, when
    there is nothing else to do."""
    _stop: StopSignal | None = None
    _by_hand: set[StopSignal] = field(default_factory=set)
    _idle: bool = False
    _looking_back: bool = False
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _poked: bool = True
    _working: bool = True
    _closing: bool = False
    _resting: bool = False
    _thread: threading.Thread | None = None

    @property
    def is_closing(self) -> bool:
        return self._closing

    @property
    def thinker(self) -> Thinker:
        """What may be asked of the model as it is now; tier 0 before there is one."""
        return self.measuring.thinker

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="minding", daemon=True)
        self._thread.start()

    def poke(self) -> None:
        """There may be work."""
        with self._wake:
            self._poked = True
            if self._idle and self._stop is not None:
                self._stop.set()
            self._wake.notify_all()

    def interrupt(self) -> None:
        """The person talks: a model that is thinking, and a night, stop at once. What they did is done later."""
        with self._wake:
            self._stop_all()

    def _stop_all(self) -> None:
        for stop in (self._stop, *self._by_hand):
            if stop is not None:
                stop.set()

    @contextmanager
    def by_hand(self) -> Iterator[StopSignal]:
        """A signal for something long that the person asked for, set when they say something or leave."""
        stop = StopSignal()
        with self._wake:
            self._by_hand.add(stop)
            if self._closing:
                stop.set()
        try:
            yield stop
        finally:
            with self._wake:
                self._by_hand.discard(stop)

    @contextmanager
    def interruptible(self) -> Iterator[StopSignal]:
        """A signal for one piece of thinking, set as soon as the person talks (already, when they are talking)."""
        stop = StopSignal()
        with self._wake:
            self._stop = stop
        try:
            # Only now: whoever begins to talk from here on finds the signal.
            if not self._free():
                stop.set()
            yield stop
        finally:
            with self._wake:
                self._stop = None

    def settle(self) -> None:
        """Until no work is left that can be done now. Measuring a new model is not waited for."""
        self.poke()
        with self._wake:
            self._wake.wait_for(lambda: self._closing or not (self._poked or self._working))

    def end(self) -> None:
        """Begin nothing any more; what a model is thinking, and a night, stop at once."""
        with self._wake:
            self._closing = True
            self._stop_all()
            self._wake.notify_all()

    def close(self, patience: float = 3.0) -> None:
        self.end()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(patience)
        if self.index is not None and (self._thread is None or not self._thread.is_alive()):
            # It is disposable: a disk that is full, or gone, must not keep anything else from being closed.
            self._guard(self.index.close)
            self.index = None

    def _run(self) -> None:
        if not self.store.read_only and self.open_embedder is not None:
            self._guard(self._load_embedder)
            # A handful of new memories is embedded before the first recall, a new embedder's backlog after it.
            self._guard(lambda: self._embed_missing(limit=4 * _PART, gives_way=False))
        self.ready_to_recall.set()
        self.ready()
        self.changed()
        while self._wait():
            if self.store.read_only:
                continue
            night = self.with_nights and bool(self.sleep.due(self.sleep.clock.now()))
            if not self._look_at_power(night):
                self._guard(self._reflect)
            self._guard(self.take_in)
            self._guard(lambda: self._embed_missing(limit=None if self.measure_when_idle else BACKLOG))
            if self.with_nights:
                self._guard(self._catch_up_nights)
                self._guard(self._back_up)
                self._guard(self.write_letter)
            if self.with_index and self.recall.meaning is not None:
                self._guard(self._index)
            self.changed()

    def _wait(self) -> bool:
        with self._wake:
            self._working = False
            self._wake.notify_all()
        give_back()
        if self.measure_when_idle:
            self._guard(self._look_back)
            self._guard(self._measure)
        with self._wake:
            # Nothing tells that the computer was plugged in, or that the person stopped typing.
            looks = self.waiting_for or (self.measure_when_idle and self.store.jobs.next_past() is not None)
            self._wake.wait_for(lambda: self._closing or (self._poked and not self._resting), LOOK if looks else None)
            if self._resting and not self._closing:
                self._wake.wait_for(lambda: self._closing or not self._resting)
            self._poked = False
            self._working = True
        return not self._closing

    def _look_at_power(self, night: bool) -> bool:
        """Whether reflections wait: those that a model thinks about, while it would run down the battery."""
        before = self.waiting_for
        waits = self.on_battery != "at once" and self.measuring.tier > 0 and not self.power()
        if self.on_battery == "at night":
            waits = waits and not night
        self.waiting_for = self._awaited() if waits and self.store.jobs.pending() else ""
        if self.waiting_for != before:
            self.changed()
        return waits

    def _awaited(self) -> str:
        return (
            strings.text("engine.waits_for_night")
            if self.on_battery == "at night"
            else strings.text("engine.waits_for_power")
        )

    def _guard(self, work: Callable[[], None]) -> None:
        """Trouble in one piece of work must not end the thread; it is logged and shown by doctor."""
        try:
            work()
        except CompanionError as error:
            self.problem = error
            log.warning("%s", error.title)
        except Exception as error:
            self.problem = CompanionError(strings.text("engine.in_background", name=type(error).__name__))
            log.exception("background work failed")
        finally:
            self.doing = ""

    def _free(self) -> bool:
        return not self._closing and not self._resting and not self.person_is_talking()

    def _load_embedder(self) -> None:
        if self.open_embedder is None:
            return
        self.recall.meaning = open_meaning(self.store, self.open_embedder())
        self.recall.pool.refresh()

    def _embed_missing(self, limit: int | None, *, gives_way: bool = True) -> None:
        meaning = self.recall.meaning
        done = 0
        while meaning is not None and not self._closing and (limit is None or done < limit):
            if gives_way and not self._free():
                return
            part = self.store.vectors.missing(meaning.id, _PART)
            if not part:
                return
            self.doing = strings.text("engine.learning_sense")
            vectors = meaning.embedder.encode([text for _, text in part])
            with self.store.db.write():
                self.store.vectors.put(meaning.id, {key: v for (key, _), v in zip(part, vectors, strict=True)})
                memories = self.store.vectors.announce([key for key, _ in part])
            self.recall.pool.vectors_came(memories)
            done += len(part)

    def _reflect(self) -> None:
        tried: set[int] = set()  # what failed now is tried again at the next occasion, not at once
        while self._free() and (job := self.store.jobs.next()) is not None and job.id not in tried:
            tried.add(job.id)
            self.doing = strings.text("engine.reflecting")
            self.changed()
            try:
                if job.kind != REFLECT:
                    raise CompanionError(strings.text("engine.unknown_work", kind=job.kind))
                with self.interruptible() as stop:
                    formed = self.reflection.work(job, self.thinker, stop)
            except ProfileError:
                raise
            except ThinkingStopped:
                return  # no attempt that failed: the job waits where it is
            except Exception as error:
                log.exception("reflection failed")
                self.store.jobs.failed(job.id, f"{type(error).__name__}: {error}")
                continue
            if formed is not None and formed.memories:
                self.emit(formed)
            if formed is not None and formed.waiting:
                self.emit(MemoriesChanged(()))
                told = strings.text("quarantine.waiting", count=formed.waiting)
                self.emit(Notice("information", told, strings.text("quarantine.waiting_hint")))

    def _catch_up_nights(self) -> None:
        if not self._free() or not self.sleep.due(self.sleep.clock.now()):
            return
        self.doing = strings.text("engine.sleeping")
        with self.interruptible() as stop:
            try:
                report = self.sleep.run(thinker=self.thinker, stop=stop, on_progress=self.tell_progress)
            except ThinkingStopped:
                return  # nothing was written: the night is due still
        if report.batch is not None:
            self.emit(MemoriesChanged(()))
            self.poke()  # an event has no vector yet
        self.emit(SleepFinished(report))

    def _back_up(self) -> None:
        if self._free():
            with self.interruptible() as stop, suppress(ThinkingStopped):
                self.back_up(stop)

    def tell_progress(self, done: int, total: int, what: str) -> None:
        self.emit(SleepProgress(done, total, what))

    def _index(self) -> None:
        meaning = self.recall.meaning
        if meaning is None:
            return
        if self.index is None:
            self.doing = strings.text("engine.opening_index")
            store, folder, dimension = self.store, self.paths.index, meaning.embedder.dimension
            if store.db.key is not None:
                # Vectors tell much of what was said: where the profile is encrypted they stay in memory, here.
                self.index = PassingIndex(
                    store, meaning.id, dimension, note=IndexNote(store, folder), crashed=last_crash(self.paths)
                )
            elif self.index_url:
                self.index = ServerIndex(store, self.index_url, folder, meaning.id, dimension)
            else:
                self.index = VectorIndex(store, folder, meaning.id, dimension, crashed=last_crash(self.paths))
            meaning.index = self.index
            self.index.open(wanted=lambda: not self._closing)
            if self.index.is_off:
                self.emit(Notice("warning", strings.text("index.is_off"), strings.text("index.is_off_hint")))
        else:
            self.index.catch_up(wanted=lambda: not self._closing)
