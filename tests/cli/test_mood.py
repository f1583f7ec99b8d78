"""`companion mood`: a small line, dates and words; plain where the line cannot be shown."""

from __future__ import annotations

from datetime import date

from companion.cli.mood import BARS, mood_lines
from companion.clock import SystemClock
from companion.reports import DayMood
from tests.cli.conftest import Shell

DAYS = (
    DayMood(date(2026, 6, 1), 4, 0.8, 0.1, (("joy", 3), ("gratitude", 1))),
    DayMood(date(2026, 6, 3), 1, -1.0, 0.0),
    DayMood(date(2026, 6, 4), 2, 0.0, 0.7, (("tiredness", 1),)),
)


def test_the_line_has_a_character_for_each_day() -> None:
    lines = mood_lines(DAYS, date(2026, 5, 31), date(2026, 6, 4), fancy=True)
    assert lines[0] == "2026-05-31 to 2026-06-04  ·█·▁▅"
    assert [line.split() for line in lines[2:]] == [
        ["Mon", "2026-06-01", "+0.80", "█", "very", "good", "4", "turns", "joy,", "gratitude"],
        ["Wed", "2026-06-03", "-1.00", "▁", "low", "1", "turn"],
        ["Thu", "2026-06-04", "+0.00", "▅", "level,", "mixed", "2", "turns", "tiredness"],
    ]


def test_without_utf_8_it_is_plain() -> None:
    lines = mood_lines(DAYS, date(2026, 5, 31), date(2026, 6, 4), fancy=False)
    assert lines[0] == "2026-05-31 to 2026-06-04   # _="
    assert "\n".join(lines).isascii()


def test_the_line_of_a_month_fits_a_narrow_terminal() -> None:
    lines = mood_lines(DAYS, date(2026, 5, 6), date(2026, 6, 4), fancy=True)
    assert len(lines[0]) <= 60
    year = mood_lines(DAYS, date(2025, 6, 5), date(2026, 6, 4), fancy=True)
    assert year[0].split("\n")[0] == "2025-06-05 to 2026-06-04"
    assert len(year[0].split("\n")[1]) == 365


def test_what_was_said_today_is_told(shell: Shell) -> None:
    assert shell("mood").stdout == "Nothing was said in these days.\n"
    shell("say", "I'm so happy, I passed my exam!")
    told = shell.json("mood")
    assert told == [
        {
            "date": SystemClock().now().date().isoformat(),
            "turns": 1,
            "valence": told[0]["valence"],
            "spread": 0.0,
            "emotions": [{"emotion": "joy", "turns": 1}],
        }
    ]
    assert told[0]["valence"] > 0.3
    shown = shell("mood", "--days", "7")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "very good" in shown.stdout or "good" in shown.stdout
    assert "joy" in shown.stdout
    assert not any(bar in shown.stdout for bar in BARS)


def test_days_have_to_be_days(shell: Shell) -> None:
    assert shell("mood", "--days", "0").exit_code == 2
    assert shell("mood", "--days", "x").exit_code == 2
