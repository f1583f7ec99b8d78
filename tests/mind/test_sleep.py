"""Sleep: each night once, missed nights as if run one by one, nothing destroyed, clocks that jump do no harm."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from companion.clock import SetClock
from companion.memory.forgetting import Curve, Exponential, Fsrs
from companion.mind.sleep import Sleep
from companion.paths import Paths
from companion.records import MemoryFilter
from companion.store.store import Store
from tests.support import START, add, change, dump, memory, say

AT = time(3, 30)
STRENGTHS = (0.5, 1.3, 2.3, 8.3, 30.0, 300.0)


def sleep_of(store: Store, curve: Curve | None = None) -> Sleep:
    return Sleep(store, store.clock, curve or Fsrs(), AT)


def states(store: Store) -> dict[str, str]:
    """Of what was lived; what nights make of it is tested in test_days.py and test_portrait.py."""
    return {m.text: m.status for m in store.memories.find(MemoryFilter(kinds=("thought",), statuses=()))}


def lived(store: Store) -> None:
    """Memories of many strengths, one pinned, one forgotten, some in each state."""
    say(store, "hello")
    for strength in STRENGTHS:
        add(store, f"of strength {strength}", strength=strength)
        add(store, f"used, {strength}", strength=strength, last_used_at=START.timestamp())
    add(store, "pinned", strength=0.5, pinned=True)
    for status in ("forgotten", "superseded", "merged", "candidate", "quarantined", "dormant", "archived"):
        add(store, f"was {status}", strength=0.5, status=status)


def test_before_the_first_word_there_is_no_night(store: Store, clock: SetClock) -> None:
    clock.advance(days=400)
    assert sleep_of(store).run().nights == ()
    assert dump(store, "nights", "batches") == {"nights": [], "batches": []}


def test_a_night_is_due_once_its_hour_has_struck(store: Store, clock: SetClock) -> None:
    say(store, "hello")
    sleep = sleep_of(store)
    clock.at = datetime(2026, 3, 3, 3, 29, tzinfo=START.tzinfo)
    assert sleep.due(clock.now()) == []
    clock.advance(minutes=1)
    assert sleep.due(clock.now()) == [date(2026, 3, 3)]
    assert sleep.run().nights == ("2026-03-03",)
    assert sleep.due(clock.now()) == []
    clock.at = datetime(2026, 3, 4, 3, 0, tzinfo=START.tzinfo)
    assert sleep.due(clock.now()) == []


def test_a_night_is_slept_once(store: Store, clock: SetClock) -> None:
    lived(store)
    clock.advance(days=60)
    first = sleep_of(store).run()
    assert first.batch is not None
    before = dump(store)
    second = sleep_of(store).run()
    assert second.nights == ()
    assert second.batch is None
    assert dump(store) == before


@pytest.mark.parametrize("curve", [Fsrs(), Exponential()], ids=lambda c: c.name)
@pytest.mark.parametrize("nights", [1, 10, 400])
def test_nights_caught_up_end_as_nights_run_one_by_one(
    paths: Paths, home: object, tmp_path: object, curve: Curve, nights: int
) -> None:
    outcomes = []
    for each_night in (True, False):
        folder = paths.data / str(each_night)
        clock = SetClock(START)
        store = Store.open(Paths(folder, folder), clock)
        lived(store)
        ran: list[str] = []
        for night in range(1, nights + 1):
            clock.at = START.replace(hour=4) + timedelta(days=night)
            if each_night or night == nights:
                ran += sleep_of(store, curve).run().nights
        outcomes.append((states(store), ran, store.memories.count()))
        store.close()
    assert outcomes[0] == outcomes[1]
    assert len(outcomes[0][1]) == nights


def test_fading_is_gradual_and_destroys_nothing(store: Store, clock: SetClock) -> None:
    lived(store)
    texts = set(states(store))
    order = {"active": 0, "dormant": 1, "archived": 2}
    before = states(store)
    for _ in range(40):
        clock.advance(days=25)
        sleep_of(store).run()
        after = states(store)
        assert set(after) == texts
        for text in texts:
            if after[text] in order and text.startswith(("of", "used")):
                assert order[after[text]] >= order[before[text]]
        before = after
    assert before["of strength 0.5"] == "archived"
    assert before["pinned"] == "active"
    assert {before[f"was {s}"] for s in ("forgotten", "superseded", "merged")} == {"forgotten", "superseded", "merged"}


def test_nothing_fades_in_its_first_week(store: Store, clock: SetClock) -> None:
    add(store, "fresh", strength=0.1)
    clock.advance(days=6)
    assert sleep_of(store).run().dormant == 0
    assert states(store) == {"fresh": "active"}


def test_a_use_wakes_at_the_next_night(store: Store, clock: SetClock) -> None:
    made = add(store, "small talk", strength=0.5)
    clock.advance(days=2000)
    sleep_of(store).run()
    assert states(store) == {"small talk": "archived"}
    change(store, made.id, last_used_at=clock.now().timestamp(), strength=30.0)
    clock.advance(days=1)
    report = sleep_of(store).run()
    assert report.woken == 1
    assert states(store) == {"small talk": "active"}


def test_a_night_can_be_undone(store: Store, clock: SetClock) -> None:
    lived(store)
    before = states(store)
    clock.advance(days=60)
    report = sleep_of(store).run()
    assert states(store) != before
    store.changes.undo(report.batch)
    assert states(store) == before


def test_the_report_tells_what_changed(store: Store, clock: SetClock) -> None:
    lived(store)
    before = states(store)
    clock.advance(days=60)
    steps: list[tuple[int, int, str]] = []
    report = sleep_of(store).run(on_progress=lambda *step: steps.append(step))
    after = states(store)
    moved = {text: after[text] for text in after if after[text] != before[text]}
    assert report.dormant == list(moved.values()).count("dormant")
    assert report.archived == list(moved.values()).count("archived")
    assert report.dormant + report.archived + report.woken == len(moved)
    assert len([line for line in report.changes if line[0] not in "+~-"]) == len(moved)
    assert any("of strength 0.5: active → dormant" in line for line in report.changes)
    assert steps[-1] == (1, 1, "done")


def test_a_dry_run_tells_the_same_and_changes_nothing(store: Store, clock: SetClock) -> None:
    lived(store)
    clock.advance(days=60)
    before = dump(store)
    dry = sleep_of(store).run(dry_run=True)
    assert dump(store) == before
    assert dry.dry_run
    assert dry.batch is None
    real = sleep_of(store).run()
    assert (dry.nights, dry.dormant, dry.archived, dry.changes) == (
        real.nights, real.dormant, real.archived, real.changes,
    )  # fmt: skip


def test_a_night_that_fails_is_not_counted(store: Store, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    lived(store)
    clock.advance(days=60)
    before = dump(store)

    def crash(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(type(store.nights), "record", crash)
    with pytest.raises(RuntimeError):
        sleep_of(store).run()
    assert dump(store) == before
    monkeypatch.undo()
    assert len(sleep_of(store).run().nights) == 60


# Clocks


def test_a_clock_that_was_far_ahead_and_is_right_again_does_no_harm(store: Store, clock: SetClock) -> None:
    lived(store)
    clock.advance(days=1)
    sleep_of(store).run()
    right = states(store)
    clock.advance(days=1000)
    sleep_of(store).run()
    assert states(store) != right
    clock.advance(days=-999)
    report = sleep_of(store).run()
    assert report.nights == ("2026-03-04",)
    assert states(store) == right, "what a wrong clock let fade is awake again"
    clock.advance(days=1)
    assert sleep_of(store).run().nights == ("2026-03-05",)


def test_a_clock_set_back_by_hours_runs_no_night_of_the_future(store: Store, clock: SetClock) -> None:
    lived(store)
    clock.advance(days=10)
    sleep_of(store).run()
    after = states(store)
    clock.advance(hours=-30)
    sleep_of(store).run()
    clock.advance(hours=31)
    sleep_of(store).run()
    assert states(store) == after


def test_sleeping_ahead_by_hand_does_not_stop_the_nights_to_come(store: Store, clock: SetClock) -> None:
    lived(store)
    clock.advance(days=1)
    sleep_of(store).run()
    right = states(store)
    sleep_of(store).run(as_of=clock.now() + timedelta(days=365))
    assert states(store) != right
    clock.advance(days=1)
    assert sleep_of(store).run().nights == ("2026-03-04",)
    assert states(store) == right


@pytest.mark.parametrize(
    ("zone", "start"),
    [("Europe/Berlin", datetime(2026, 3, 27)), ("Europe/Berlin", datetime(2026, 10, 23)),
     ("America/New_York", datetime(2026, 3, 6)), ("Australia/Lord_Howe", datetime(2026, 4, 3))],
)  # fmt: skip
@pytest.mark.parametrize("hour", [time(2, 30), time(3, 30)])
def test_when_the_clocks_change_every_night_comes_once(
    store: Store, clock: SetClock, zone: str, start: datetime, hour: time
) -> None:
    clock.at = start.replace(hour=12, tzinfo=ZoneInfo(zone))
    lived(store)
    ran: list[str] = []
    moment = clock.at.timestamp()
    for _ in range(6 * 24 * 4):
        moment += 900
        clock.at = datetime.fromtimestamp(moment, ZoneInfo(zone))
        ran += Sleep(store, clock, Fsrs(), hour).run().nights
    assert ran == [(start.date() + timedelta(days=n)).isoformat() for n in range(1, 7)]


def test_a_long_night_says_how_far_it_is(store: Store, clock: SetClock) -> None:
    with store.changes.batch("system", "import") as batch:
        for n in range(2500):
            batch.add(memory(f"number {n}", clock, strength=0.5))
    clock.advance(days=60)
    steps: list[tuple[int, int, str]] = []
    report = sleep_of(store).run(on_progress=lambda *step: steps.append(step))
    assert report.dormant == 2500
    assert len(report.changes) == 21
    made = sum(line[0] in "+~-" for line in report.changes)
    assert report.changes[-1] == f"… and {2480 + made:,} more"
    parts = [0, 500, 1000, 1500, 2000]
    assert steps == [
        *((done, 2500, "letting memories fade") for done in parts),
        (0, 1, "going over the days"),
        *((done, 2500, "keeping what changed") for done in parts),
        (1, 1, "done"),
    ]
