"""However many nights are missed, whatever happens between them: what is made of memories is the same."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.errors import CompanionError
from companion.paths import Paths
from companion.store.store import Store
from tests.mind.living import GONE, Living
from tests.support import START, dump

STATEMENTS = (
    "My name is Tom.", "I live in Leeds.", "I moved to York, I live in York now.", "I'm allergic to peanuts.",
    "My sister Lena lives in Porto.", "My sister Lena is a pilot.", "I love sailing.", "I love olives.",
    "I bought a boat.", "I painted my boat.", "My dog Biscuit is ill.", "Don't joke about my weight.",
    "I have a cat.", "I have a cat called Figaro.", "My favourite film is Alien.", "My favourite film is Brazil.",
    "Correction: my favourite film is Solaris.", "I have three nephews.", "Correction: I have four nephews.",
)  # fmt: skip
DOINGS = ("forget", "edit", "pin", "undo", "quarantine")
doing = st.tuples(st.sampled_from(DOINGS), st.integers(0, 30))
day = st.tuples(st.lists(st.sampled_from(STATEMENTS), max_size=6), st.lists(doing, max_size=2))


def open_store(folder: Path, clock: SetClock) -> Store:
    return Store.open(Paths(data=folder, config=folder), clock)


def do(living: Living, what: str, which: int) -> None:
    """Something the person does to a thought of theirs; the same thought in every life."""
    thoughts = [m for m in living.all("thought") if m.status != "forgotten"]
    try:
        if what == "undo":
            living.editing.undo(None)
        elif thoughts:
            chosen = thoughts[which % len(thoughts)]
            if what == "forget":
                living.editing.forget(chosen.id)
            elif what == "edit":
                living.editing.edit(chosen.id, f"{chosen.text} Really.")
            elif what == "pin":
                living.editing.pin(chosen.id, not chosen.pinned)
            else:
                with living.store.changes.batch("system", "set aside") as batch:
                    batch.update(chosen.id, status="quarantined")
    except CompanionError:
        pass  # there is nothing to undo


def live(living: Living, days: list[tuple[list[str], list[tuple[str, int]]]], nights: list[bool]) -> None:
    for (told, done), slept in zip(days, nights, strict=True):
        living.tell(*told)
        for what, which in done:
            do(living, what, which)
        living.next_day()
        if slept:
            living.asleep.run()


def standing(living: Living) -> dict[str, Counter[object]]:
    """All that is remembered, under no ids; of what nights made, what stands."""
    rows = living.store.db.all(
        "SELECT id, kind, text, status, recorded_at, utc_offset, subject, slot, importance, valence, pinned,"
        " sensitivity, event_start, event_end, valid_from, valid_to, strength, difficulty, last_used_at, used_count"
        " FROM memories"
    )
    kept = {row[0]: row for row in rows if row[1] not in ("day", "trait") or row[3] not in GONE}
    said: dict[int, object] = {id: (row[1], row[2]) for id, row in kept.items()}
    links = living.store.db.all("SELECT source, target, type, weight FROM links")
    evidence = living.store.db.all('SELECT memory, turn, start, "end" FROM evidence')
    places = living.store.db.all("SELECT key, memory, text_hash, rank FROM consolidated")
    return {
        "memories": Counter((*row[1:7], re.sub(r"\d+$", "", row[7] or ""), *row[8:]) for row in kept.values()),
        "links": Counter((said[s], said[t], type, w) for s, t, type, w in links if s in said and t in said),
        "evidence": Counter((said[m], *span) for m, *span in evidence if m in said),
        "places": Counter((re.sub(r"\d+$", "", k), said[m], *more) for k, m, *more in places if m in said),
    }


@settings(max_examples=60)
@given(st.lists(day, min_size=1, max_size=5).flatmap(lambda days: st.tuples(
    st.just(days), st.lists(st.booleans(), min_size=len(days), max_size=len(days)))))  # fmt: skip
def test_nights_run_one_by_one_some_or_all_at_once_leave_the_same(
    life: tuple[list[tuple[list[str], list[tuple[str, int]]]], list[bool]],
) -> None:
    days, some = life
    found = []
    for nights in ([True] * len(days), some, [False] * len(days)):
        with tempfile.TemporaryDirectory() as folder:
            clock = SetClock(START)
            store = open_store(Path(folder), clock)
            try:
                living = Living(store, clock, events=False)
                live(living, days, nights)
                living.next_day()
                living.asleep.run()
                found.append(standing(living))
                before = dump(store)
                assert living.asleep.run().nights == ()
                assert dump(store) == before
            finally:
                store.close()
    assert found[0] == found[2]
    assert found[0] == found[1]


@settings(max_examples=40)
@given(st.lists(day, min_size=1, max_size=4))
def test_looking_at_what_changed_is_as_good_as_looking_at_everything(
    days: list[tuple[list[str], list[tuple[str, int]]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = SetClock(START)
        store = open_store(Path(folder), clock)
        try:
            living = Living(store, clock, events=False)
            live(living, days, [True] * len(days))
            living.next_day()
            living.asleep.run()
            before = standing(living)
            with store.db.write():
                store.db.run("DELETE FROM meta WHERE key = 'consolidated until'")
            living.next_day()
            assert living.asleep.run().batch is None
            assert standing(living) == before
        finally:
            store.close()


def test_many_missed_nights_are_one_pass(store: Store, clock: SetClock, tmp_path: Path) -> None:
    other = open_store(tmp_path / "other", SetClock(START))
    one, all_at_once = (Living(s, s.clock, events=False) for s in (store, other))  # type: ignore[arg-type]
    for living in (one, all_at_once):
        for n in range(12):
            living.tell(*STATEMENTS[n : n + 5])
            living.next_day()
            if living is one:
                living.asleep.run()
        living.next_day(300)
        living.asleep.run()
    assert standing(one) == standing(all_at_once)
    other.close()


@pytest.mark.parametrize(
    ("zone", "start"), [("Europe/Berlin", datetime(2026, 3, 27)), ("Australia/Lord_Howe", datetime(2026, 4, 3))]
)
def test_when_the_clocks_change_each_day_has_one_digest(
    store: Store, clock: SetClock, zone: str, start: datetime
) -> None:
    clock.at = start.replace(hour=12, tzinfo=ZoneInfo(zone))
    living = Living(store, clock)
    for n in range(5):
        living.tell(f"I painted wall {n} of the kitchen.", f"I met Anna{n} in Town{n}.", f"I bought lamp {n}.")
        moment = clock.at.timestamp() + 86_400
        clock.at = datetime.fromtimestamp(moment, ZoneInfo(zone))
        living.asleep.run()
    days = [m.slot for m in store.consolidated.digests()]
    assert days == [f"day:{(start + timedelta(days=n)).date().isoformat()}" for n in range(5)]


def test_a_clock_that_was_far_ahead_does_no_harm(store: Store, clock: SetClock) -> None:
    living = Living(store, clock)
    living.tell(*STATEMENTS[:4])
    clock.advance(days=1000)
    living.asleep.run()
    clock.advance(days=-1000)
    living.tell("I love sailing.", "My dog Biscuit is ill.", "I bought a boat.")
    living.night()
    (text,) = living.days()
    assert text.startswith("2 March 2026")
    assert "Biscuit" in text or "boat" in text or "sailing" in text
    assert "Biscuit, dog: is ill" in living.portrait()


def test_somebody_who_travels_has_their_own_days(store: Store, clock: SetClock) -> None:
    living = Living(store, clock)
    clock.at = datetime(2026, 3, 2, 22, 0, tzinfo=ZoneInfo("America/New_York"))  # in Tokyo it is the 3rd
    living.tell("I packed my bag.", "I met Anna in Queens.", "I bought a lamp.")
    clock.at = datetime(2026, 3, 3, 20, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    living.tell("I landed in Tokyo.", "I met Kenji in Tokyo.", "I bought a fan.")
    clock.at = datetime(2026, 3, 4, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    living.asleep.run()
    assert [m.slot for m in store.consolidated.digests()] == ["day:2026-03-02", "day:2026-03-03"]
