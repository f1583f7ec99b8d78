"""What is known as pages, of a life of some weeks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.errors import InvalidInput, NotFound, NothingToUndo
from companion.memory.forgetting import Fading, fading_at
from companion.memory_pages import AboutPage, Topic
from companion.pages.about import about
from companion.pages.growth import growth
from companion.pages.timeline import timeline
from companion.pages.topics import topics
from companion.paths import Paths
from companion.records import PLAY
from companion.store.store import Store
from tests.mind.living import Living
from tests.support import FSRS, START, add, memory


@pytest.fixture
def living(store: Store, clock: SetClock) -> Living:
    """Three weeks with a sister, a colleague of the same name, a boss, a dog, and a move."""
    living = Living(store, clock)
    living.tell("My sister Lena lives in Porto.", "My dog is called Rex.", "I live in Leeds.")
    living.night()
    living.tell("Lena had a baby on Friday.", "My sister loves green tea.", "My boss Martin is strict.")
    living.night()
    living.tell("I met Lena and Martin at Cafe Luna yesterday.", "My colleague Lena plays chess.", "我妹妹喜欢绿茶。")
    living.next_day(30)
    living.tell("I live in York now.", "Lena moved to Lisbon.", "Rex is ill.")
    living.night()
    return living


def fading(living: Living) -> Fading:
    return fading_at(living.store, FSRS, living.clock.now())


def page(living: Living, name: str) -> AboutPage:
    return about(living.store, fading(living), name)


def facts(page: AboutPage) -> set[str]:
    return {row.memory.text for row in page.facts}


def test_a_page_tells_what_holds_what_happened_and_what_was_said(living: Living) -> None:
    lena = page(living, "lena")
    assert lena.name == "Lena"
    assert lena.relation == "colleague, sister"
    assert {"My sister Lena lives in Porto.", "Lena moved to Lisbon."} <= facts(lena)
    assert "Lena had a baby on Friday." in {row.memory.text for row in lena.events}
    assert lena.said[0].text == "Lena moved to Lisbon."
    assert all(quote.turn.text[quote.start : quote.end] == quote.text for quote in lena.said)
    assert {"Martin", "Cafe Luna"} <= {topic.name for topic in lena.related}
    assert next(topic for topic in lena.related if topic.name == "Martin").relation == "boss"
    assert lena.first_at is not None
    assert lena.last_at is not None
    assert lena.first_at < lena.last_at <= living.clock.now().timestamp()
    assert all(0 < row.retention <= 1 for row in lena.facts)


@pytest.mark.parametrize(
    "asked", ["my sister", "Sister", "sister Lena", "Lena, sister", "Lena (sister)", "我的妹妹", "妹妹？"]
)
def test_one_of_two_who_bear_a_name(living: Living, asked: str) -> None:
    found = page(living, asked)
    assert (found.name, found.relation) == ("Lena", "sister")
    assert "My sister loves green tea." in facts(found), "told of without her name"
    assert "My colleague Lena plays chess." not in facts(found)


def test_the_other_one(living: Living) -> None:
    found = page(living, "my colleague Lena")
    assert found.relation == "colleague"
    assert "My colleague Lena plays chess." in facts(found)
    assert "My sister Lena lives in Porto." not in facts(found)
    assert "My sister loves green tea." not in facts(found)


def test_who_is_known_by_what_they_are(living: Living) -> None:
    assert page(living, "my boss").name == "Martin"
    assert page(living, "the dog").name == "Rex"
    living.tell("My neighbour snores.")
    assert facts(page(living, "my neighbour")) == {"My neighbour snores."}


def test_what_held_once_stands_apart(living: Living) -> None:
    leeds = page(living, "Leeds")
    assert facts(leeds) == set()
    assert [row.memory.text for row in leeds.before] == ["I live in Leeds."]


def test_a_thing_that_is_no_name_is_found_by_its_words(living: Living) -> None:
    assert facts(page(living, "green tea")) == {"My sister loves green tea."}


@pytest.mark.parametrize("asked", ["nobody", "", "  ", "?", '"', "my", "🙂", "a b c d e f"])
def test_of_what_nothing_is_known_is_said_so(living: Living, asked: str) -> None:
    with pytest.raises(NotFound, match="nothing is known"):
        page(living, asked)


def test_what_was_forgotten_is_on_no_page(living: Living) -> None:
    living.editing.forget(living.thought("Lena moved to Lisbon.").id)
    lena = page(living, "Lena")
    assert "Lisbon" not in repr(lena.facts) + repr(lena.said)
    assert "Lisbon" not in {topic.name for topic in topics(living.store, 50)}


def test_what_was_said_in_play_is_on_no_page(living: Living) -> None:
    add(living.store, "My brother Orlando lives in Narnia.", subject="Orlando", scope=PLAY)
    with pytest.raises(NotFound):
        page(living, "Orlando")
    with pytest.raises(NotFound):
        page(living, "Narnia")
    assert not {"Orlando", "Narnia"} & {topic.name for topic in topics(living.store, 50)}


def test_who_and_what_there_is(living: Living) -> None:
    found = {topic.name: topic for topic in topics(living.store, 50)}
    ordered = [topic.memories for topic in topics(living.store, 50)]
    assert ordered == sorted(ordered, reverse=True)
    assert found["Lena"].person
    assert found["Lena"].relation == "colleague, sister"
    assert found["Rex"] == Topic("Rex", True, 3, found["Rex"].last_at, 3600, "dog")
    assert not found["Porto"].person
    assert "Luna" not in found, "a part of Cafe Luna"
    assert "sister" not in {name.casefold() for name in found}, "she has a name"
    assert len(topics(living.store, 2)) == 2
    for name in found:
        page(living, name)


def test_months_newest_first(living: Living) -> None:
    april, march = timeline(living.store, fading(living))
    assert [(month.year, month.month) for month in (april, march)] == [(2026, 4), (2026, 3)]
    assert march.counts["thought"] == 8
    assert april.counts["thought"] == 3
    assert {row.memory.kind for row in march.events} == {"event", "day"}
    begins = [row.memory.event_start for row in march.events if row.memory.event_start is not None]
    assert begins == sorted(begins)


def test_growth_of_a_life(living: Living) -> None:
    living.editing.forget(living.thought("Rex is ill.").id)
    found = growth(living.store, living.clock, fading(living), 90)
    assert len(found.days) == 90
    by_day = {each.day: each for each in found.days}
    first, today = START.date(), living.clock.now().date()
    assert found.days[-1].day == today
    assert by_day[first - timedelta(days=1)].active == 0
    assert by_day[first].added == by_day[first].active > 0
    assert by_day[today].forgotten >= 1
    assert by_day[today].active == living.store.memories.count(("active", "candidate"))
    assert by_day[today].faded == living.store.memories.count(("dormant", "archived"))
    assert sum(found.retention) == living.store.memories.count(("active",))
    assert found.fading[0][0] == today


def test_the_forecast_is_what_fades_around_says(living: Living) -> None:
    living.clock.advance(days=3)
    known = fading(living)
    found = growth(living.store, living.clock, known, 365)
    expected: dict[date, int] = {}
    for each in living.all():
        day = known.fades_around(each)
        if day is not None:
            expected[day] = expected.get(day, 0) + 1
    told = {day: count for day, count in found.fading if count}
    assert told == {day: count for day, count in expected.items() if day in dict(found.fading)}
    assert told


@pytest.mark.parametrize("days", [0, -1, 100_000])
def test_a_span_that_makes_no_sense_is_refused(living: Living, days: int) -> None:
    with pytest.raises(InvalidInput, match="days"):
        growth(living.store, living.clock, fading(living), days)


def test_pages_of_nothing(store: Store, clock: SetClock) -> None:
    known = fading_at(store, FSRS, clock.now())
    assert topics(store, 10) == ()
    assert timeline(store, known) == ()
    found = growth(store, clock, known, 7)
    assert {(day.active, day.faded, day.added, day.forgotten) for day in found.days} == {(0, 0, 0, 0)}
    assert sum(found.retention) == 0


@settings(max_examples=20)
@given(
    actions=st.lists(
        st.tuples(st.sampled_from(["add", "forget", "undo", "redo", "fade", "restore"]), st.integers(0, 5)), max_size=15
    )
)
def test_growth_counts_back_to_what_there_was(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, int]]
) -> None:
    """Whatever happens, on each day it tells how many there were when it ended."""
    clock, home = SetClock(START), tmp_path_factory.mktemp("home")
    store = Store.open(Paths(home, home), clock)
    living = Living(store, clock)
    held = {}
    for action, number in actions:
        ids = [m.id for m in living.all()] or [1]
        try:
            match action:
                case "add":
                    living.editing.add(f"Thing {number}", "thought")
                case "forget":
                    living.editing.forget(ids[number % len(ids)])
                case "restore":
                    living.editing.restore(ids[number % len(ids)])
                case "undo":
                    living.editing.undo(None)
                case "redo":
                    living.editing.redo()
                case _:
                    with store.changes.batch("sleep", "sleep") as batch:
                        batch.move("active", "dormant", ids[:number])
        except (InvalidInput, NotFound, NothingToUndo):
            pass
        held[clock.now().date()] = (
            store.memories.count(("active", "candidate")),
            store.memories.count(("dormant", "archived")),
        )
        clock.advance(days=number % 2)
    found = growth(store, clock, fading(living), 30)
    by_day = {each.day: (each.active, each.faded) for each in found.days}
    assert {day: by_day[day] for day in held} == held
    standing = [
        entry
        for entry in store.memories.history(None, 1000)
        if entry.undoes is None and store.changes.undone_by(entry.batch) is None
    ]
    assert sum(each.added for each in found.days) == sum(entry.before is None for entry in standing)
    assert sum(each.forgotten for each in found.days) == sum(entry.action == "forget" for entry in standing)
    store.close()


class Rows:
    """Counts the rows that the database hands out."""

    def __init__(self, store: Store) -> None:
        self.count = 0
        real = store.db.all

        def counted(sql: str, values: Any = ()) -> Any:
            found = real(sql, values)
            self.count += len(found)
            return found

        store.db.all = counted  # type: ignore[method-assign]


def test_a_page_of_one_does_not_read_all(store: Store, clock: SetClock) -> None:
    with store.changes.batch("reflection", "reflect") as batch:
        for number in range(3_000):
            name = "Lena" if number % 100 == 0 else f"Nina{number}"
            batch.add(memory(f"I met {name} in Porto.", clock))
        batch.add(memory("My sister is called Lena.", clock, subject="Lena"))
    rows = Rows(store)
    known = fading_at(store, FSRS, clock.now())
    assert len(about(store, known, "my sister").facts) == 31
    assert rows.count < 1_000
    rows.count = 0
    growth(store, clock, known, 90)
    timeline(store, known)
    assert rows.count < 2 * 3_001 + 100, "what is kept, and what will fade, is of all; the rest is counted"
