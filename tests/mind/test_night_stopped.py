"""A night makes way for the person at once, and a power cut in the middle of it leaves memory before it or after it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.companion import Companion
from companion.editing import Editing
from companion.errors import ThinkingStopped
from companion.events import ReplyFinished, SleepFinished, SleepProgress
from companion.memory.forgetting import Fsrs
from companion.mind.fading import PART
from companion.model.protocol import StopSignal
from companion.paths import Paths
from companion.settings import Settings
from companion.store.store import Store
from tests.fakes import FakeModel
from tests.mind.test_nights import opened, remembered, sleep_of
from tests.support import START, Events, FakeEmbedder, add, dump, memory, say


def crowded(store: Store, number: int) -> None:
    """Memories that all fade within a month."""
    say(store, "hello")
    with store.changes.batch("system", "import") as batch:
        for n in range(number):
            batch.add(memory(f"small thing {n}", store.clock, strength=0.5))


class LateStop(StopSignal):
    """Set at the `at`th look at it."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at, self.looks = at, 0

    def is_set(self) -> bool:
        self.looks += 1
        if self.looks == self.at:
            self.set()
        return super().is_set()


@settings(max_examples=30)
@given(at=st.integers(1, 30))
def test_wherever_a_night_is_stopped_nothing_was_written_and_it_is_due_still(at: int) -> None:
    with opened() as store:
        crowded(store, 10)
        assert isinstance(store.clock, SetClock)
        store.clock.advance(days=60)
        before, due = dump(store), sleep_of(store).due(store.clock.now())
        stop = LateStop(at)
        try:
            report = sleep_of(store).run(stop=stop)
        except ThinkingStopped:
            assert dump(store) == before
            assert sleep_of(store).due(store.clock.now()) == due
            report = sleep_of(store).run()
        else:
            assert at > stop.looks
        assert (len(report.nights), report.dormant) == (60, 10)
        assert sleep_of(store).run().nights == ()


def test_a_night_looks_at_the_signal_between_any_two_parts_it_writes(store: Store, clock: SetClock) -> None:
    """So that a message waits for some hundred memories' change, not for all of them."""
    crowded(store, 1200)
    clock.advance(days=60)
    stop, told = StopSignal(), list[int]()

    def progress(done: int, total: int, what: str) -> None:
        if what == "keeping what changed":
            told.append(done)
            if done:
                stop.set()

    before = dump(store)
    with pytest.raises(ThinkingStopped):
        sleep_of(store).run(stop=stop, on_progress=progress)
    assert told == [0, PART], "nothing is written after the one it had in hand"
    assert dump(store) == before


def test_what_the_person_changes_while_the_night_looks_is_left_alone(store: Store, clock: SetClock) -> None:
    crowded(store, 3)
    forgotten, pinned, fading = (m.id for m in store.memories.by_status(("active",)))
    clock.advance(days=60)
    editing = Editing(store, clock, Fsrs())

    def meanwhile(done: int, total: int, what: str) -> None:
        if what == "keeping what changed":
            # As it would be had it come between looking and writing.
            editing.forget(forgotten)
            editing.pin(pinned, True)

    report = sleep_of(store).run(on_progress=meanwhile)
    assert [store.memories.get(id).status for id in (forgotten, pinned, fading)] == ["forgotten", "active", "dormant"]
    assert store.memories.is_buried("small thing 0")
    assert report.dormant == 1


def test_two_passes_at_once_run_each_night_once(store: Store, clock: SetClock) -> None:
    crowded(store, 600)
    clock.advance(days=30)
    sleep = sleep_of(store)
    reports, at_once = [], threading.Barrier(4)

    def run() -> None:
        at_once.wait()
        reports.append(sleep.run())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(report.nights) for report in reports) == [0, 0, 0, 30]


@dataclass
class App:
    companion: Companion
    events: Events
    model: FakeModel


def test_a_message_stops_the_night_and_the_night_comes_after_the_reply(paths: Paths, clock: SetClock) -> None:
    store = Store.open(paths, clock)
    crowded(store, 1500)
    store.close()
    clock.advance(days=60)
    companion = Companion(paths, Settings(), clock=clock, index=False, model=FakeModel(), embedder=FakeEmbedder())
    events, talked = Events(), threading.Event()
    companion.subscribe(events)

    def speak(event: object) -> None:
        # In the middle of the writing: the transaction is open, and the message needs the database.
        if isinstance(event, SleepProgress) and event.what == "keeping what changed" and not talked.is_set():
            talked.set()
            speaker.start()
            interrupted.wait(60)

    interrupted = threading.Event()
    speaker = threading.Thread(target=lambda: companion.send("Are you there?"))
    companion.subscribe(speak)
    companion.start()
    interrupt = companion._minding.interrupt

    def heard() -> None:
        interrupt()
        interrupted.set()

    companion._minding.interrupt = heard  # type: ignore[method-assign]
    try:
        reply = events.wait(ReplyFinished)[0]
        night = events.wait(SleepFinished)[0]
        assert events.seen.index(reply) < events.seen.index(night)
        assert (len(night.report.nights), night.report.dormant) == (60, 1500)
    finally:
        speaker.join()
        companion.close()


def test_a_night_run_by_hand_makes_way_too_and_says_so(paths: Paths, clock: SetClock) -> None:
    store = Store.open(paths, clock)
    crowded(store, 600)
    store.close()
    clock.advance(days=60)
    companion = Companion(
        paths, Settings(), clock=clock, index=False, model=FakeModel(), embedder=FakeEmbedder(), nights=False
    )
    companion.subscribe(lambda event: companion._minding.interrupt() if isinstance(event, SleepProgress) else None)
    companion.start()
    try:
        with pytest.raises(ThinkingStopped) as told:
            companion.sleep()
        assert "goes on by itself" in told.value.hint
        assert companion.sleep(dry_run=False, as_of=START).nights == ()
    finally:
        companion.close()


# Power cuts

NIGHT = """
import sys
from datetime import datetime
from pathlib import Path
from companion.clock import SetClock
from companion.memory.forgetting import Fsrs
from companion.mind.sleep import Sleep
from companion.paths import Paths
from companion.store.store import Store
from datetime import time
home = Path(sys.argv[1])
store = Store.open(Paths(home, home), SetClock(datetime.fromisoformat(sys.argv[2])))
def tell(done, total, what):
    print(done, what, flush=True)
    sys.stdin.readline()
report = Sleep(store, store.clock, Fsrs(), time(3, 30)).run(on_progress=tell)
print("finished", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("stage", [
    "0 letting memories fade", "2500 letting memories fade", "0 keeping what changed", "1500 keeping what changed",
    "2500 keeping what changed", "1 done", "finished",
])  # fmt: skip
def test_a_power_cut_in_the_night_leaves_it_undone_or_done(
    tmp_path: Path, paths: Paths, clock: SetClock, stage: str
) -> None:
    store = Store.open(paths, clock)
    crowded(store, 3000)
    add(store, "what stays", pinned=True)
    before = dump(store)
    store.close()
    clock.advance(days=60)
    child = subprocess.Popen(
        [sys.executable, "-c", NIGHT, str(paths.data), clock.now().isoformat()],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        for line in child.stdout:
            if line.strip() == stage:
                break
            child.stdin.write("\n")
            child.stdin.flush()
        else:
            pytest.fail(f"never came to {stage}")
        child.send_signal(signal.SIGKILL)
        child.stdin.close()
    store = Store.open(paths, clock)
    try:
        assert store.db.check() == []
        done = stage in ("1 done", "finished")
        faded = store.memories.count(("dormant", "archived"))
        assert (faded, len(dump(store, "nights")["nights"])) == ((3000, 60) if done else (0, 0))
        if not done:
            assert dump(store) == before
        report = sleep_of(store).run()
        assert len(report.nights) == (0 if done else 60)
        assert store.memories.count(("dormant", "archived")) == 3000
        rows = store.db.all("SELECT night, report FROM nights ORDER BY night")
        assert len(rows) == 60
        assert json.loads(rows[-1][1])["dormant"] == 3000
        assert store.db.value("SELECT count(*) FROM batches WHERE actor = 'sleep'") == 1
    finally:
        store.close()


def test_a_night_stopped_or_not_ends_the_same(store: Store, clock: SetClock) -> None:
    with opened() as other:
        for each in (store, other):
            crowded(each, 20)
            assert isinstance(each.clock, SetClock)
            each.clock.advance(days=60)
        at = 1
        while True:
            try:
                sleep_of(store).run(stop=LateStop(at))
            except ThinkingStopped:
                at += 1 + at // 2
                continue
            break
        assert at > 3, "it was stopped at several looks"
        sleep_of(other).run()
        assert remembered(store) == remembered(other)
        assert [replace(m, id=0) for m in store.memories.by_status(("dormant",))] == [
            replace(m, id=0) for m in other.memories.by_status(("dormant",))
        ]
