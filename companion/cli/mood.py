"""`companion mood`: how the days felt, in one small line and a few words."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

import typer

from companion.cli.output import Json, print_json, say
from companion.cli.session import opened
from companion.clock import SystemClock
from companion.days import short_weekday
from companion.reports import DayMood
from companion.strings import text, texts
from companion.ui.format import counted, filled
from companion.wording import word

BARS = "▁▂▃▄▅▆▇█"
PLAIN_BARS = "_.-=+*#"
"""For terminals without those characters, and for pipes: from low to glad."""
NOTHING, PLAIN_NOTHING = "·", " "
WORDS = ((-0.5, "low"), (-0.15, "rather_low"), (0.15, "level"), (0.5, "good"), (2.0, "very_good"))
"""Below which mean valence a day is called so."""
ONE_ROW = 34
"""Days that fit beside their dates in 60 columns."""
MIXED = 0.5
"""Spread from which a day is called mixed."""


def mood(
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days to look back.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """How your days felt, told from what you said."""
    with opened() as companion:
        found = companion.mood(days)
    today = SystemClock().now().date()
    if as_json:
        print_json([mood_json(each) for each in found])
        return
    for line in mood_lines(found, today - timedelta(days=days - 1), today, fancy=_is_rich()):
        say(line)


def mood_json(day: DayMood) -> Json:
    return {
        "date": day.day.isoformat(),
        "turns": day.turns,
        "valence": day.valence,
        "spread": day.spread,
        "emotions": [{"emotion": name, "turns": turns} for name, turns in day.emotions],
    }


def mood_lines(found: Sequence[DayMood], first: date, last: date, *, fancy: bool) -> list[str]:
    """The line from `first` to `last`, one character a day, and below it a line for each day with something said."""
    if not found:
        return [text("mood.nothing")]
    by_day = {each.day: each for each in found}
    count = (last - first).days + 1
    days = [by_day.get(first + timedelta(days=n)) for n in range(count)]
    nothing = NOTHING if fancy else PLAIN_NOTHING
    line = "".join(nothing if day is None else _bar(day.valence, fancy) for day in days)
    ends = text("mood.span", isoformat=first.isoformat(), isoformat_2=last.isoformat())
    lines = [f"{ends}  {line.rstrip()}" if count <= ONE_ROW else f"{ends}\n{line.rstrip()}", ""]
    for day in found:
        emotions = text("format.comma").join(word("emotion", name) for name, _ in day.emotions)
        when, bar = f"{short_weekday(day.day)} {day.day.isoformat()}", _bar(day.valence, fancy)
        told = f"{when}  {day.valence:+.2f}  {bar} {filled(_word(day), 20)}"
        lines.append(f"{told}  {filled(counted(day.turns, 'turn'), 9)}  {emotions}".rstrip())
    return lines


def _bar(valence: float, fancy: bool) -> str:
    bars = BARS if fancy else PLAIN_BARS
    return bars[min(len(bars) - 1, max(0, int((valence + 1) / 2 * len(bars))))]


def _word(day: DayMood) -> str:
    word = str(texts("mood_word")[next(word for below, word in WORDS if day.valence < below)])
    return text("mood.mixed", word=word) if day.spread >= MIXED else word


def _is_rich() -> bool:
    """Whether whoever reads this sees the characters of the line: a person at a terminal that takes UTF-8."""
    try:
        return sys.stdout.isatty() and codecs.lookup(sys.stdout.encoding or "").name == "utf-8"
    except LookupError:
        return False
