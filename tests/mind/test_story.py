"""The story so far: bounded however long the history, coarser the longer ago, of what the digests say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companion.clock import SetClock
from companion.mind.story import KEY, LONGEST, tell_story
from companion.records import Memory
from companion.store.store import Store
from tests.mind.living import Living
from tests.mind.test_portrait import Insightful
from tests.support import START, dump, memory

DAYS = (
    ("My sister Lena had a baby in Porto.", "I flew to Porto.", "The flight to Porto was long."),
    ("I painted the hull of my boat.", "My neighbour Marco helped me.", "I'm allergic to the paint."),
    ("My father died.", "I took the train to Ghent.", "My brother Pieter met me at the station."),
    ("I baked a cake for Pieter.", "I walked along the river.", "I read a book by the window."),
)


@pytest.fixture
def living(store: Store, clock: SetClock) -> Living:
    return Living(store, clock)


def story(living: Living) -> Memory:
    (found,) = [m for m in living.store.consolidated.portrait() if m.slot == KEY]
    return found


def test_of_three_days_a_story_is_told_by_date(living: Living) -> None:
    for day in DAYS[:2]:
        living.tell(*day)
        living.night()
    assert KEY not in {m.slot for m in living.store.consolidated.portrait()}
    living.tell(*DAYS[2])
    living.night()
    lines = story(living).text.split("\n")
    assert [line.split(":")[0] for line in lines] == ["2 March 2026", "3 March 2026", "4 March 2026"]
    assert lines[2] == "4 March 2026: My father died."
    said = {quote.text for quote in living.store.memories.quotes(story(living))}
    assert said == {line.split(": ", 1)[1] for line in lines}
    assert set(living.parts(story(living))) == set(living.days())


def test_it_goes_on_with_every_day_and_with_what_changes_in_one(living: Living) -> None:
    for day in DAYS:
        living.tell(*day)
        living.night()
    first = story(living)
    assert "Pieter" in first.text
    living.editing.forget(living.thought("My father died").id)
    assert KEY not in {m.slot for m in living.store.consolidated.portrait()}, "it told of what was forgotten"
    living.night()
    assert story(living).id == first.id
    assert "father" not in story(living).text


def test_forgetting_it_leaves_what_it_tells_and_it_stays_away(living: Living) -> None:
    for day in DAYS[:3]:
        living.tell(*day)
        living.night()
    living.editing.forget(story(living).id)
    assert len(living.days()) == 3
    living.tell(*DAYS[3])
    living.night()
    assert KEY not in {m.slot for m in living.store.consolidated.portrait()}


def test_however_long_the_history_it_is_short_and_coarser_the_longer_ago(store: Store) -> None:
    digests = []
    for n in range(4000):
        clock = SetClock(START + timedelta(days=n))
        text = f"{n}: A, B, C\nI met Number{n} in Town{n}, " + "and so on " * 30
        digests.append(memory(text, clock, kind="day", slot=f"day:{n}", recorded_at=clock.at.timestamp()))
    told = tell_story(store, digests)
    assert told is not None
    assert len(told.memory.text) <= LONGEST
    lines = told.memory.text.split("\n")
    assert 5 <= len(lines) <= 16
    assert lines[-1].startswith("11 February 2037") or lines[-1].split(":")[0].endswith("2037")
    assert "2026" not in lines[-2]


def test_waiting_does_not_change_it(living: Living) -> None:
    for day in DAYS:
        living.tell(*day)
        living.night()
    before = dump(living.store, "consolidated"), story(living)
    living.next_day(3000)
    living.asleep.run()
    assert (dump(living.store, "consolidated"), story(living)) == before


@pytest.mark.parametrize(
    ("summary", "believed"),
    [
        ("A year\nLena had a baby in Porto, and their father died.", True),
        ("A year\nLena had twins in Lisbon.", False),
        (None, False),
    ],
)
def test_from_tier_3_a_model_sums_it_up_and_is_checked(living: Living, summary: str | None, believed: bool) -> None:
    for day in DAYS[:2]:
        living.tell(*day)
        living.night()
    living.tell(*DAYS[2])
    living.night(Insightful(summary=summary))
    text = story(living).text
    assert text.endswith("4 March 2026: My father died.")
    assert text.startswith("Lena had a baby in Porto, and their father died.\n") == believed
