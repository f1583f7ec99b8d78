"""The days of a diary's entries, from its headings, its front matter and the names of its files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from companion.clock import LOCAL
from companion.dates import DateMention, resolve, whole_day
from companion.exchange.foreign.times import when

LONGEST_HEADING = 100
"""Characters of a line that may be one."""
NOON = 12
_FIGURES = re.compile(r"(?<![\d/.-])([0-3]?\d)([/.-])([0-3]?\d)\2((?:19|20)\d\d)(?![\d/-])", re.ASCII)
_EIGHT = re.compile(r"(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)(?!\d)", re.ASCII)
_TIME = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:：h]([0-5]\d)(?::[0-5]\d)?\s*([ap]\.?m\.?)?", re.IGNORECASE)
_MARKED = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_FIELD = re.compile(r"^(?:date|created|created_at|datum|fecha|日期)\s*[:：]\s*[\"']?(.+?)[\"']?\s*$", re.I | re.M)
_AROUND = re.compile(r"[\s\W_]+")
_WEEKDAY = re.compile(
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|\b(?:lun|mar|mi[eé]r|mer|jue|jeu|vie|ven|s[aá]b|"
    r"sam|dom|dim)\w*|\b(?:mon|diens|donners|frei|sams|sonn)tag\b|\bmittwoch\b|(?:星期|周|週|礼拜)[一二三四五六日天]",
    re.IGNORECASE,
)
_AROUND_DATES = re.compile(r"\b(?:le|el|il|den|dne|am|on|г)\b", re.IGNORECASE)
_NOW = datetime(2000, 1, 1, 12, tzinfo=LOCAL)
"""What relative words would be told from; a heading with one is none."""


class Heading(NamedTuple):
    """`rest`: what a heading says beside the date."""

    at: datetime
    rest: str


class Days:
    """Reads the headings of one file. `guess`: how its 03/04/2024 were read, where they are, a key of the notes."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.guess = ""
        self._day_first = self._order(lines)

    def of(self, line: str) -> Heading | None:
        """What a line says, if it heads an entry."""
        if len(line) > LONGEST_HEADING or not any(c.isdigit() for c in line):
            return None
        marked = _MARKED.match(line)
        written = (marked[1] if marked else line).strip().strip("*_").strip()
        found = day_in(written, day_first=self._day_first)
        if found is None:
            return None
        at, start, end = found
        rest = f"{written[:start]} {written[end:]}".strip()
        bare = _AROUND.sub("", _AROUND_DATES.sub("", _WEEKDAY.sub("", _TIME.sub("", rest))))
        if not marked and bare:
            return None  # a sentence with a date in it
        if (time := _TIME.search(rest)) is not None:
            at = _at_time(at, time)
        return Heading(at, rest.strip(" -–—:|,.·") if bare else "")

    def _order(self, lines: Sequence[str]) -> bool:
        """Whether the day stands before the month in dates of figures alone."""
        found = [
            (int(m[1]), int(m[3]), int(m[4]))
            for line in lines
            if len(line) <= LONGEST_HEADING and (m := _FIGURES.search(line)) is not None and m[2] != "."
        ]
        if not any(max(a, b) <= 12 and a != b for a, b, _ in found):
            return True  # each can be read in one way only
        if any(a > 12 for a, _, _ in found) or any(b > 12 for _, b, _ in found):
            return any(a > 12 for a, _, _ in found)
        backward = [
            sum(later < earlier for earlier, later in pairwise(days))
            for days in ([(y, b, a) for a, b, y in found], [(y, a, b) for a, b, y in found])
        ]
        self.guess = "month_first" if backward[1] < backward[0] else "day_first"
        return self.guess == "day_first"


def day_in(written: str, *, day_first: bool = True) -> tuple[datetime, int, int] | None:
    """The day that a short text names first, at noon or at the time beside it, and where."""
    if (figures := _FIGURES.search(written)) is not None:
        day, month = (
            (int(figures[1]), int(figures[3])) if day_first or figures[2] == "." else (int(figures[3]), int(figures[1]))
        )
        if month > 12:
            day, month = month, day
        at = _day(int(figures[4]), month, day)
        return None if at is None else (at, *figures.span())
    for mention in resolve(written, _NOW):
        if _is_day(mention):
            at = mention.begins.replace(tzinfo=LOCAL)
            at = at.replace(hour=NOON) if mention.precision == "day" else at
            return at, mention.start, mention.end
    return _in_other_words(written)


def _is_day(mention: DateMention) -> bool:
    """Whether it is a whole date by itself: its year is written in it."""
    exact = (mention.ends - mention.begins).total_seconds() <= 90_000
    return exact and not mention.recurring and f"{mention.begins.year}" in mention.text


def _in_other_words(written: str) -> tuple[datetime, int, int] | None:
    """In a language that the table of dates does not hold: only a text that is a date as a whole."""
    if not re.search(r"(?:19|20)\d\d", written) or not 8 <= len(written) <= 40 or len(written.split()) > 8:
        return None
    if not re.search(r"\d\D+\d", written):
        return None
    found = whole_day(_AROUND_DATES.sub("", _WEEKDAY.sub("", written).strip(" ,.")).strip(" ,."))
    at = None if found is None else _day(found.year, found.month, found.day)
    return None if at is None else (at, 0, len(written))


def front_matter_day(written: str) -> datetime | None:
    """What the front matter of a Markdown file says."""
    field = _FIELD.search(written)
    if field is None:
        return None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", field[1]):
        return _day(*map(int, field[1].split("-")))
    found = when(field[1])
    if found is not None:
        return found
    named = day_in(field[1])
    return named[0] if named else None


def name_day(name: str) -> datetime | None:
    """What the name of a file says, without its ending."""
    if (eight := _EIGHT.search(name)) is not None:
        return _day(*map(int, eight.groups()))
    written = re.sub(r"(?<=\d)_(?=\d)", "-", name).replace("_", " ")[:LONGEST_HEADING]
    if not any(c.isdigit() for c in written):
        return None
    found = day_in(written)
    return found[0] if found else None


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        date(year, month, day)
    except ValueError:
        return None
    return datetime(year, month, day, NOON, tzinfo=LOCAL)


def _at_time(at: datetime, time: re.Match[str]) -> datetime:
    hour, half = int(time[1]), (time[3] or "").casefold()[:1]
    hour = hour % 12 + 12 * (half == "p") if half and hour <= 12 else hour
    return at.replace(hour=hour, minute=int(time[2]))
