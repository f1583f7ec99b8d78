"""Nights missed and caught up, in any order and by any clock: memory ends as if each had been run in its time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.editing import Editing
from companion.errors import InvalidInput, NothingToUndo
from companion.memory.credit import reinforce
from companion.memory.forgetting import GOOD, Curve, Fsrs, curve, fading_at
from companion.mind.event_keeping import EventKeeper
from companion.mind.sleep import Sleep, moment_of
from companion.paths import Paths
from companion.records import Kind, MemoryFilter
from companion.store.store import Store
from tests.support import START, evidence, memory, say

AT = time(3, 30)
SLEPT = ("active", "dormant", "archived")

TOLD = (
    "My sister Lena had her baby in Porto yesterday.",
    "I flew to Porto to see Lena and the baby.",
    "I bought an old wooden boat from my neighbour.",
    "The baby is called Tomas, and Lena is tired.",
    "I will sail the wooden boat along the coast.",
)
Deed = tuple[str, int]
DEEDS = st.tuples(
    st.sampled_from(("say", "tell", "use", "use", "pin", "edit", "forget", "restore", "undo")), st.integers(0, 9)
)
HISTORIES = st.lists(st.tuples(st.lists(DEEDS, max_size=3), st.booleans(), st.integers(1, 40)), min_size=1, max_size=12)
"""Stretches of time: what the person does on a day, whether its night is run in time, how many days go by then."""


@contextmanager
def opened(at: datetime = START) -> Iterator[Store]:
    with TemporaryDirectory() as folder:
        store = Store.open(Paths(Path(folder), Path(folder)), SetClock(at))
        try:
            yield store
        finally:
            store.close()


def clock_of(store: Store) -> SetClock:
    assert isinstance(store.clock, SetClock)
    return store.clock


def sleep_of(store: Store, curve: Curve | None = None) -> Sleep:
    return Sleep(store, store.clock, curve or Fsrs(), AT)


def remembered(store: Store) -> tuple[list[Any], list[Any]]:
    """Memories with their evidence, and links, but for numbers that tell only in which order things were written, and
    for what nights make of them, which is compared in test_consolidating.py."""
    kinds: tuple[Kind, ...] = ("moment", "thought", "event")
    found = {m.id: m for m in store.memories.find(MemoryFilter(kinds=kinds, statuses=(), limit=100_000))}

    def name(id: int | None) -> Any:
        return None if id is None else (found[id].kind, found[id].text, found[id].recorded_at)

    memories = [(replace(m, id=0, version=0, replaced_by=None), name(m.replaced_by)) for m in found.values()]
    links = store.db.all("SELECT source, target, type, weight FROM links")
    lasting = ((name(a), name(b), t, w) for a, b, t, w in links if a in found and b in found)
    return sorted(memories, key=repr), sorted(lasting, key=repr)


def counts(store: Store) -> tuple[int, int]:
    """Memories, and the spans they rest on; of what nights make anew, only how many there are."""
    memories = store.db.value("SELECT count(*) FROM memories")
    rests = store.db.value(
        "SELECT count(*) FROM evidence e JOIN memories m ON m.id = e.memory WHERE m.kind NOT IN ('day', 'trait')"
    )
    return memories, rests


def live(store: Store, curve: Curve, deed: str, number: int) -> None:
    """One thing the person does or says; what makes no sense just now is not done."""
    now = clock_of(store).now()
    if deed == "say":
        say(store, f"word {number}")
        return
    if deed == "tell":
        text = TOLD[number % len(TOLD)]
        turn, _ = say(store, text)
        with store.changes.batch("reflection", "reflect") as batch:
            for kind, strength in (("moment", 1.3), ("thought", (0.4, 2.3, 8.3)[number % 3])):
                batch.add(memory(text, store.clock, kind=kind, strength=strength, evidence=(evidence(turn, text),)))
        return
    lived = MemoryFilter(kinds=("moment", "thought"), statuses=(), limit=1000)  # what nights make is not there yet
    all_of_them = sorted(store.memories.find(lived), key=lambda m: (m.text, m.kind))
    chosen = all_of_them[number % len(all_of_them)] if all_of_them else None
    editing = Editing(store, store.clock, curve)
    try:
        if deed == "undo":
            editing.undo(None)
        elif chosen is None:
            return
        elif deed == "use":
            with store.changes.batch("recall", "use") as batch:
                reinforce(store, batch, chosen, curve, now, GOOD, "used", None)
        elif deed == "pin":
            editing.pin(chosen.id, not chosen.pinned)
        elif deed == "edit":
            editing.edit(chosen.id, f"{chosen.text}.")
        elif deed == "forget":
            editing.forget(chosen.id)
        elif chosen.status not in SLEPT:  # of a memory that faded only where each night was run nobody can ask it back
            editing.restore(chosen.id)
    except (InvalidInput, NothingToUndo):
        return


def lived_through(
    store: Store, curve: Curve, history: Sequence[tuple[Sequence[Deed], bool, int]], in_time: Callable[[bool], bool]
) -> list[str]:
    """Live a history, running those nights in time for which `in_time` holds, and the rest at its end."""
    clock, ran = clock_of(store), list[str]()

    def sleep() -> None:
        before = counts(store)
        ran.extend(sleep_of(store, curve).run().nights)
        # An event may come into being; nothing ever goes.
        assert all(after >= was for was, after in zip(before, counts(store), strict=True))

    for deeds, slept, days in history:
        for deed, number in deeds:
            live(store, curve, deed, number)
        for _ in range(days if in_time(slept) else 1):
            clock.advance(days=1 if in_time(slept) else days)
            if in_time(slept):
                sleep()
    sleep()
    return ran


@pytest.mark.parametrize("name", ["fsrs", "exponential"])
@settings(max_examples=15)
@given(history=HISTORIES)
def test_nights_caught_up_end_as_nights_run_one_by_one_whatever_was_done_between(name: Any, history: Any) -> None:
    how = curve(name)
    with opened() as each, opened() as some, opened() as none:
        nights = lived_through(each, how, history, lambda slept: True)
        assert lived_through(some, how, history, lambda slept: slept) == nights
        assert lived_through(none, how, history, lambda slept: False) == nights
        assert len(set(nights)) == len(nights)
        assert remembered(each) == remembered(some) == remembered(none)


@pytest.mark.parametrize("nights", [1, 10, 400])
def test_one_ten_and_four_hundred_nights_at_once(nights: int) -> None:
    history: list[tuple[list[Deed], bool, int]] = [([("tell", n), ("use", n), ("pin", 3)], False, 1) for n in range(4)]
    history += [([("edit", 1), ("forget", 2)], False, nights)]
    with opened() as each, opened() as at_once:
        ran = lived_through(each, Fsrs(), history, lambda slept: True)
        assert lived_through(at_once, Fsrs(), history, lambda slept: False) == ran
        assert len(ran) == nights + 4
        assert remembered(each) == remembered(at_once)


@settings(max_examples=10)
@given(talks=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), min_size=1, max_size=4), slept=st.booleans())
def test_events_that_end_in_the_night_end_alike_when_it_is_caught_up(talks: list[tuple[int, int]], slept: bool) -> None:
    """`slept`: whether a night is caught up before the next talk, as the app does, or after all of them."""
    ends = []
    for each_night in (True, False):
        with opened() as store:
            clock = clock_of(store)
            for exchanges, days in talks:
                for number in range(exchanges):
                    live(store, Fsrs(), "tell", number)
                    keeper = EventKeeper(store)
                    heard = keeper.hear(store.turns.latest(1)[0])
                    with store.changes.batch("reflection", "events") as batch:
                        keeper.keep(batch, heard)
                    clock.advance(minutes=5)
                for _ in range(days):
                    clock.advance(days=1)
                    if each_night:
                        sleep_of(store).run()
                if slept:
                    sleep_of(store).run()
            sleep_of(store).run()
            ends.append(remembered(store))
    assert ends[0] == ends[1]
    assert any(m.kind == "event" for m, _ in ends[0][0]) or all(exchanges < 3 for exchanges, _ in talks)


PASSES = st.lists(st.integers(-3000, 3000), max_size=8)
"""Days off the right time at which the clock stood when a pass was run."""


@settings(max_examples=15)
@given(history=HISTORIES, passes=PASSES)
def test_the_order_of_passes_and_wrong_clocks_change_nothing_in_the_end(history: Any, passes: list[int]) -> None:
    with opened() as right, opened() as wrong:
        for store in (right, wrong):
            lived_through(store, Fsrs(), history, lambda slept: slept)
        rows = counts(wrong)
        clock, now = clock_of(wrong), clock_of(wrong).now()
        for days in passes:
            clock.at = now + timedelta(days=days, minutes=days % 7)
            sleep_of(wrong).run()
            assert counts(wrong) == rows
        clock.at = now + timedelta(days=1)
        clock_of(right).at = clock.at
        for store in (right, wrong):
            sleep_of(store).run()
        assert remembered(wrong) == remembered(right)
        fading = [fading_at(store, Fsrs(), clock.at) for store in (right, wrong)]
        texts = [{m.text + m.kind: m for m in store.memories.by_status(SLEPT)} for store in (right, wrong)]
        for text, one in texts[0].items():
            assert fading[0].retention(one) == pytest.approx(fading[1].retention(texts[1][text]), abs=1e-9)


# Clocks that are wrong


def test_once_a_clock_that_was_years_ahead_is_right_memory_is_right_at_once() -> None:
    with opened() as store:
        for number in range(6):
            live(store, Fsrs(), "tell", number)
        clock_of(store).advance(days=1)
        sleep_of(store).run()
        before, rows = remembered(store), counts(store)
        clock_of(store).advance(days=1200)
        assert sleep_of(store).run().dormant + sleep_of(store).run().archived > 0
        clock_of(store).advance(days=-1200, minutes=1)
        again = sleep_of(store).run()
        assert again.nights == ("2026-03-03",)
        assert (again.woken > 0, remembered(store), counts(store)) == (True, before, rows)
        assert sleep_of(store).run().nights == (), "and once is enough"
        clock_of(store).advance(days=1)
        assert sleep_of(store).run().nights == ("2026-03-04",)


def test_a_clock_that_is_years_behind_runs_no_night_and_is_forgiven() -> None:
    with opened() as store:
        live(store, Fsrs(), "tell", 0)
        clock_of(store).advance(days=100)
        sleep_of(store).run()
        before = remembered(store)
        clock_of(store).advance(days=-3650)
        assert sleep_of(store).run().nights == ()
        clock_of(store).advance(days=3650, hours=1)
        assert sleep_of(store).run().nights == ()
        assert remembered(store) == before


def test_words_said_while_the_clock_was_ahead_do_not_stop_the_nights() -> None:
    with opened() as store:
        clock_of(store).advance(days=3650)
        live(store, Fsrs(), "tell", 0)
        clock_of(store).advance(days=-3650)
        live(store, Fsrs(), "tell", 1)
        clock_of(store).advance(days=2)
        assert sleep_of(store).run().nights == ("2026-03-03", "2026-03-04")


def test_a_use_that_a_wrong_clock_counted_does_not_keep_true_ones_from_counting() -> None:
    with opened() as store:
        live(store, Fsrs(), "tell", 0)
        clock_of(store).advance(days=2000)
        live(store, Fsrs(), "use", 0)
        clock_of(store).advance(days=-1990)
        live(store, Fsrs(), "use", 0)
        used = next(m for m in store.memories.find(MemoryFilter()) if m.used_count)
        assert (used.used_count, used.last_used_at) == (2, clock_of(store).now().timestamp())


def test_a_traveller_sleeps_no_night_twice() -> None:
    with opened(datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo"))) as store:
        live(store, Fsrs(), "tell", 0)
        ran: list[str] = []
        clock = clock_of(store)
        for hours in range(24 * 8):
            zone = ("Asia/Tokyo", "Pacific/Honolulu", "Europe/Berlin")[hours // 60 % 3]
            clock.at = (datetime(2026, 6, 1, 4, tzinfo=ZoneInfo("UTC")) + timedelta(hours=hours)).astimezone(
                ZoneInfo(zone)
            )
            ran += sleep_of(store).run().nights
        assert ran == sorted(set(ran))
        assert ran == [(date(2026, 6, 2) + timedelta(days=n)).isoformat() for n in range(len(ran))]


# The days on which clocks change

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "UTC")
CHANGES = (
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
)


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize("hour", [time(1, 30), time(2, 0), time(2, 30), time(3, 0), time(3, 30)])
def test_a_night_caught_up_over_a_change_of_clocks_is_the_night_itself(zone: str, day: date, hour: time) -> None:
    """Looked at every quarter of an hour, once a day, or once in the end: the same nights, at the same moments."""
    outcomes = []
    for every in (0.25, 24.0, 24.0 * 6):
        with opened(datetime.combine(day - timedelta(days=3), time(12), tzinfo=ZoneInfo(zone))) as store:
            clock = clock_of(store)
            for number in range(4):
                live(store, Fsrs(), "tell", number)
            begin, ran, left = clock.at.timestamp(), list[str](), 0.0
            while left < 24 * 6:
                left += every
                clock.at = datetime.fromtimestamp(begin + left * 3600, ZoneInfo(zone))
                ran += Sleep(store, clock, Fsrs(), hour).run().nights
            outcomes.append((ran, remembered(store), store.db.all("SELECT night FROM nights")))
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert len(outcomes[0][0]) == len(set(outcomes[0][0])) == 6


@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    hour=st.times().map(lambda t: t.replace(microsecond=0)),
    later=st.floats(0, 80),
)
def test_a_nights_moment_never_lies_ahead_and_does_not_depend_on_when_it_is_run(
    zone: str, now: datetime, hour: time, later: float
) -> None:
    as_of = now.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
    night = as_of.date() if as_of.time() >= hour else as_of.date() - timedelta(days=1)
    moment = moment_of(night, hour, as_of)
    assert moment.timestamp() <= as_of.timestamp()
    after = datetime.fromtimestamp(as_of.timestamp() + later * 86_400, ZoneInfo(zone))
    assert moment_of(night, hour, after).timestamp() == moment.timestamp()
