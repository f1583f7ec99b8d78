"""A clock that jumps: what was said stays in its order, no night is run twice, nothing waits for years."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.clock import SetClock
from companion.companion import Companion
from companion.paths import Paths
from companion.records import MemoryFilter
from companion.settings import Settings
from tests.fakes import FakeModel
from tests.house import House
from tests.support import FakeEmbedder

JUMPS = {
    "back by hours": timedelta(hours=-5),
    "back by a year": timedelta(days=-365),
    "ahead by hours": timedelta(hours=7),
    "ahead by a month": timedelta(days=31),
}


def said(companion: Companion) -> list[str]:
    return [item.turn.text for item in companion.transcript() if item.turn.role == "person"]


@pytest.mark.parametrize("jump", JUMPS)
def test_what_is_said_stays_in_the_order_it_was_said(house: House, jump: str) -> None:
    companion = house.open()
    for word in ("first", "second"):
        companion.ask(f"My {word} friend is called Clara.")
    house.clock.at += JUMPS[jump]
    for word in ("third", "fourth"):
        companion.ask(f"My {word} friend is called Dora.")
    companion.settle()
    order = [text.split()[1] for text in said(companion)]
    assert order in (["first", "second", "third", "fourth"], ["third", "fourth"]), "a new conversation may begin"
    prompt = [message.text for message in house.model.calls[-1].messages]
    asked = [text for text in prompt if "friend is called" in text]
    words = [word for text in asked for word in ("first", "second", "third", "fourth") if f"My {word} friend" in text]
    assert words[-1] == "fourth"
    rows = companion.list_memories(MemoryFilter())
    assert {word for word in ("Clara", "Dora") if any(word in row.memory.text for row in rows)} == {"Clara", "Dora"}
    assert companion.status().pending_jobs == 0, "no job waits for a time that has gone by"
    found = companion.search_memories("Who is my third friend?")
    assert "third" in found[0].memory.text


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Australia/Lord_Howe", pytest.param("America/New_York", marks=pytest.mark.nightly)]
)
@pytest.mark.parametrize("month", [3, pytest.param(10, marks=pytest.mark.nightly)])
def test_each_night_is_run_once_over_a_change_of_the_clocks(paths: Paths, zone: str, month: int) -> None:
    """Every half hour over the days on which clocks change there, as the engine's look every minute would."""
    clock = SetClock(datetime(2025, month, 1, 12, tzinfo=UTC).astimezone(ZoneInfo(zone)))
    companion = Companion(
        paths, Settings(), clock=clock, index=False, nights=False, model=FakeModel(), embedder=FakeEmbedder()
    )
    companion.start()
    try:
        companion.add_memory("I live in Paris")
        begun = clock.now().date()
        run: list[object] = []
        moment = clock.now().astimezone(UTC)
        for _ in range(2 * 24 * 31):
            moment += timedelta(minutes=30)
            clock.at = moment.astimezone(ZoneInfo(zone))
            run += companion.sleep(None, False).nights if companion._sleep.due(clock.now()) else ()
        nights = [str(night) for night in run]
        assert len(nights) == len(set(nights))
        struck = clock.now() - timedelta(hours=3, minutes=30)
        assert len(nights) == (struck.date() - begun).days
    finally:
        companion.close()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(jumps=st.lists(st.tuples(st.integers(13, 200), st.integers(0, 13)), min_size=1, max_size=6))
def test_no_jumps_of_the_clock_run_a_night_twice_or_destroy_anything(
    tmp_path_factory: pytest.TempPathFactory, jumps: list[tuple[int, int]]
) -> None:
    """As long as no jump goes back by more than a clock can be wrong by its zone."""
    home = tmp_path_factory.mktemp("home")
    clock = SetClock(datetime(2026, 3, 2, 10, tzinfo=UTC))
    companion = Companion(
        Paths(home, home),
        Settings(),
        clock=clock,
        index=False,
        nights=False,
        model=FakeModel(),
        embedder=FakeEmbedder(),
    )
    companion.start()
    try:
        run: list[str] = []
        for number, (ahead, back) in enumerate(jumps):
            companion.add_memory(f"Friend number {number} lives in Paris")
            for hours in (ahead, -back):
                clock.at += timedelta(hours=hours)
                if companion._sleep.due(clock.now()):
                    run += [str(night) for night in companion.sleep(None, False).nights]
        assert len(run) == len(set(run)), "each night once"
        rows = companion.list_memories(MemoryFilter())
        texts = {row.memory.text for row in rows if row.memory.kind == "thought"}
        assert texts == {f"Friend number {number} lives in Paris" for number in range(len(jumps))}
    finally:
        companion.close()
