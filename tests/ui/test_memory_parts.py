"""What the panel lists, and what it says of one memory: the parts without a screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from companion.cli.listing import memory_lines
from companion.records import KINDS, CameToMind, Memory, MemoryDetail, MemoryRow
from companion.ui.format import memory_day
from companion.ui.memory_text import detail_text
from companion.ui.memory_view import MemoryView


def made(text: str, **values: Any) -> Memory:
    return Memory(1, "thought", text, "active", 1_750_000_000.0, 0, **values)


def test_it_begins_with_what_the_person_told_and_steps_through_every_kind() -> None:
    view = MemoryView()
    assert (view.kind_name, view.filter.replies, view.filter.kinds) == ("what you told", False, ())
    view = view.next_kind()
    assert (view.kind_name, view.filter.replies, view.filter.kinds) == ("everything said", True, ())
    seen = set()
    for _ in KINDS:
        view = view.next_kind()
        seen.update(view.filter.kinds)
        assert view.filter.replies
    assert seen == set(KINDS)
    assert view.next_kind() == MemoryView()


def test_why_it_came_to_mind_is_told_of_each_time() -> None:
    times = (
        CameToMind(9, 1_780_000_000.0, 0, True, ("names Lena", "said in May")),
        CameToMind(4, 1_770_000_000.0, 0, False, ()),
        CameToMind(2, 1_760_000_000.0, 0, None, ("pinned",)),
    )
    text = detail_text(MemoryDetail(made("Lena plays the cello."), 0.9, recalls=times)).plain
    lines = text[text.index("When it came to mind") :].splitlines()
    assert lines[1].endswith(", used  names Lena; said in May")
    assert lines[2].endswith(", not used  no reason was kept")
    assert lines[3].endswith("  pinned")
    assert "used" not in lines[3]
    assert "When it came to mind" not in detail_text(MemoryDetail(made("Lena."), 0.9)).plain


def test_when_it_happened_is_a_date_everywhere() -> None:
    text = detail_text(MemoryDetail(made("We met.", event_start=1_772_582_400.0), 0.9)).plain
    assert "Happened   4 March 2026\n" in text
    year = made("He moves in 2025.", event_start=1_735_689_600.0, event_end=1_767_225_600.0)
    assert "Happened   1 January 2025 to 31 December 2025\n" in detail_text(MemoryDetail(year, 0.9)).plain
    assert memory_day(year) == "2025"  # and no day of it
    assert memory_day(made("We met.", event_start=1_735_689_600.0)) == "1 Jan 25"


@pytest.mark.parametrize("words", ["Tomorrow I go to the dentist.", "I fell two days ago.", "明天我去看牙医。"])
def test_words_that_lean_on_the_day_they_were_said_stand_beside_that_day(words: str) -> None:
    said = replace(made(words), recorded_at=1_735_689_600.0, event_start=1_735_776_000.0)
    assert memory_day(said) == "1 Jan 25"
    assert memory_lines([MemoryRow(said, 0.9)])[0].split()[1] == "2025-01-01"
    assert "2 January 2025" in detail_text(MemoryDetail(said, 0.9)).plain
    assert memory_day(replace(said, text="I have an exam on 2 January.")) == "2 Jan 25"


def test_the_panel_says_how_deep_a_memory_sits_and_when_it_will_fade() -> None:
    text = detail_text(MemoryDetail(made("Tea.", strength=8.25), 0.9, fades_around=date(2027, 3, 3))).plain
    assert "fades around 3 March 2027" in text
    assert "8.2 days, recent memory" in text
    assert "fades" not in detail_text(MemoryDetail(made("Tea.", pinned=True), 1.0)).plain
