"""Dates in figures and in other languages: our table finds the words, dateparser reads them.

dateparser's own search reports ordinary words as dates and takes 0.2 s to import, so it is handed only what the
table in assets/rules/dates.toml has found.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache

from companion.dates import calendar_spans as spans
from companion.dates.calendar_spans import Precision, Span
from companion.paths import asset

_ISO = re.compile(
    r"(?<![\d/.-])(?P<y>(?:1[89]|20|21)\d\d)(?P<s>[-/.])(?P<m>[01]?\d)(?P=s)(?P<d>[0-3]?\d)(?![\d/-]|\.\d)"
    r"(?:[T ](?P<h>[0-2]\d):(?P<min>[0-5]\d)(?::[0-5]\d)?)?"
)
_FIGURES = re.compile(
    r"(?<![\d/.-])(?P<a>[0-3]?\d)(?P<s>[/.-])(?P<b>[0-3]?\d)(?P=s)(?P<y>(?:19|20)\d\d)(?![\d/-]|\.\d)"
)


@lru_cache(maxsize=1)
def _languages() -> dict[str, re.Pattern[str]]:
    """Per language, what may be a date in it."""
    tables = tomllib.loads(asset("rules", "dates.toml").read_text(encoding="utf-8"))
    return {
        language: re.compile("|".join(f"(?P<{p}_>{'|'.join(f)})" for p, f in forms.items()), re.IGNORECASE)
        for language, forms in tables.items()
    }


def find(text: str, now: datetime) -> Iterator[Span]:
    """Every reading: in figures, and in the languages of the table."""
    yield from _in_figures(text)
    for language, pattern in _languages().items():
        for match in pattern.finditer(text):
            precision: Precision = (match.lastgroup or "day_").rstrip("_")  # type: ignore[assignment]
            found = _parse(match.group(), language, now, precision)
            if found:
                yield found.at(*match.span())


def _in_figures(text: str) -> Iterator[Span]:
    for match in _ISO.finditer(text):
        found = spans.date(int(match["y"]), int(match["m"]), int(match["d"]))
        if found:
            if match["h"] and int(match["h"]) < 24:
                found = spans.hour_of(found, int(match["h"]), int(match["min"]))
            yield found.at(*match.span())
    for match in _FIGURES.finditer(text):
        first, second, number = int(match["a"]), int(match["b"]), int(match["y"])
        if match["s"] == "." or first > 12 or first == second:
            found = spans.date(number, second, first)
        elif second > 12:
            found = spans.date(number, first, second)
        else:  # 3/4/2024 is March here and April there; the year is sure
            found = spans.year(number) if min(first, second) > 0 else None
        if found:
            yield found.at(*match.span())


def _parse(words: str, language: str, now: datetime, precision: Precision) -> Span | None:
    import dateparser  # slow to import: only when words of the table were seen

    moment = dateparser.parse(
        " ".join(words.split()),
        languages=[language],
        settings={
            "RELATIVE_BASE": now,
            "RETURN_AS_TIMEZONE_AWARE": False,
            "PREFER_DATES_FROM": "current_period",
            "PREFER_DAY_OF_MONTH": "first",
        },
    )
    if moment is None:
        return None
    if precision == "week":
        return spans.week(moment)
    if precision == "month":
        return spans.month(moment.year, moment.month)
    return spans.year(moment.year) if precision == "year" else spans.day(moment)


def whole_day(text: str) -> date | None:
    """The day that a short text is as a whole, in any language that dateparser knows; its day, month and year must all
    stand in it."""
    import dateparser

    settings = {"STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"], "RETURN_AS_TIMEZONE_AWARE": False}
    found = dateparser.parse(text, settings=settings)
    return None if found is None else found.date()
