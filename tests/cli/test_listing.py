"""Lines of text for the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from companion.cli.listing import detail_lines, history_lines, memory_lines, sleep_lines
from companion.records import Evidence, Link, Memory, MemoryDetail, MemoryRow, Quote, Turn
from companion.reports import Check, SleepReport
from companion.store.store import Store
from companion.ui.check_text import check_lines
from tests.support import add

NOON = 1_748_865_600.0  # 2025-06-02T12:00:00Z
DAY = 86_400.0


def _memory(id: int, text: str, **values: object) -> Memory:
    return Memory(id, "thought", text, "active", NOON, 3600, **values)  # type: ignore[arg-type]


def test_columns_are_aligned_and_one_memory_is_one_line() -> None:
    rows = [
        MemoryRow(_memory(7, "Short."), 0.5),
        MemoryRow(_memory(1234, "Two\nlines", pinned=True, strength=30.0), 1.0),
    ]
    assert memory_lines(rows) == [
        "7     2025-06-02  thought  working    50%     Short.",
        "1234  2025-06-02  thought  long-term  pinned  Two lines",
    ]
    assert memory_lines([]) == []


def test_everything_about_one_memory() -> None:
    turn = Turn(3, 1, "person", "You", "We go to Rome from the 9th to the 11th.", NOON, 3600)
    memory = _memory(
        7,
        "We go to Rome.",
        event_start=NOON + 7 * DAY,
        event_end=NOON + 9 * DAY,
        evidence=(Evidence(3, 0, 14, "x"),),
    )
    shown = "\n".join(detail_lines(MemoryDetail(memory, 0.25, (Quote(turn, 0, 14, turn.text),), (Link(7, 8, "next"),))))
    assert "Happened   2025-06-09 to 2025-06-11" in shown
    assert "Presence   25%" in shown
    assert "turn 3, 2 June 2025, 13:00, person: “We go to Rome from" in shown
    assert "next: 7 → 8" in shown


def test_one_day_is_shown_as_a_day() -> None:
    memory = _memory(7, "Dentist.", event_start=NOON - NOON % DAY - 3600, event_end=NOON - NOON % DAY + DAY - 3600)
    assert "Happened   2025-06-02\n" in "\n".join(detail_lines(MemoryDetail(memory, 1.0)))


def test_how_deep_it_sits_and_when_it_will_fade() -> None:
    shown = "\n".join(detail_lines(MemoryDetail(_memory(7, "Tea.", strength=8.25), 0.5, fades_around=date(2027, 3, 3))))
    assert "Presence   50%, fades around 3 March 2027\n" in shown
    assert "Layer      recent, strength 8.2 days\n" in shown
    assert "fades" not in "\n".join(detail_lines(MemoryDetail(_memory(7, "Tea.", pinned=True), 1.0)))


def test_nights() -> None:
    assert sleep_lines(SleepReport(())) == ["There is no night to catch up on."]
    quiet = sleep_lines(SleepReport(("2025-06-02",)))
    assert quiet == ["Slept through the night of 2025-06-02: nothing faded."]
    busy = sleep_lines(SleepReport(("2025-06-02", "2025-06-03"), 2, 1, 0, 9, False, ("a: active → dormant",)))
    assert busy[0] == (
        "Slept through 2 nights, 2025-06-02 to 2025-06-03: 2 memories faded from mind, 1 memory laid away."
    )
    assert busy[1:] == ["  a: active → dormant", "Take it back with: companion memories undo 9"]


def test_checks_say_their_level_in_a_word() -> None:
    checks = [Check("model", "ok", "fine", "unused"), Check("index", "error", "gone", "Start again.")]
    assert check_lines(checks) == ["ok       model: fine", "ERROR    index: gone", "         → Start again."]


def test_a_history_says_what_became_of_each_memory(store: Store) -> None:
    first = add(store, "I live in Leeds.")
    with store.changes.batch("reflection", "remember") as batch:
        second = batch.add(replace(first, text="I live in Bristol now."))
        batch.update(first.id, status="superseded", replaced_by=second.id)
    with store.changes.batch("person", "edit") as batch:
        batch.update(second.id, text="I live in Bath now.")
    words = [line.split("memory ")[1].split("  ")[1] for line in history_lines(store.memories.history(None, 10))]
    assert words == ["reworded", "replaced by 2", "new", "new"]
