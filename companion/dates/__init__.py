"""When something happened or will happen, as a person says it, against the clock.

English, Chinese and figures are read by code of our own, other languages by dateparser (see other). A word
that is usually not a date ("may", "sun", "second") is one only inside a frame that makes it one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from companion.dates import chinese, english, other
from companion.dates.calendar_spans import Precision, Span
from companion.dates.moving import moves
from companion.dates.other import whole_day

__all__ = ["DateMention", "Precision", "moves", "resolve", "whole_day"]

_CHINESE = re.compile("[天日早晚夜周期拜月年号前后]")
_ENGLISH = re.compile(
    r"day|week|month|year|minute|hour|fortnight|decade|morrow|tmrw|night|morning|afternoon|evening|\d{4}|\d0['’]?s"
    r"|\b(?:sat|sun|mon|tue|wed|thu|fri|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|the \d"
    r"|spring|summer|autumn|fall\b|winter|christmas|halloween",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DateMention:
    """Words [start, end) of a text that name a time: [begins, ends), in the zone of when they were said."""

    start: int
    end: int
    text: str
    begins: datetime
    ends: datetime
    """Exclusive."""
    precision: Precision
    recurring: bool = False
    """Every such day ("on Mondays", "every May"); [begins, ends) is then the next one, or the present one."""


def resolve(text: str, said_at: datetime) -> list[DateMention]:
    """The dates named in `text`, in order and disjoint, read as at `said_at` (timezone-aware).

    Weeks begin on Monday, seasons are northern, "last Tuesday" is the nearest one past, "next Tuesday" that of next
    week, and a bare weekday or month lies where the verbs of its sentence point, ahead when they do not.
    """
    now = said_at.replace(tzinfo=None)
    found: list[Span] = []
    if _ENGLISH.search(text):
        found.extend(english.with_time(text, span) for span in english.find(text, now))
    if _CHINESE.search(text):
        found.extend(chinese.with_time(text, span) for span in chinese.find(text, now))
    found.extend(other.find(text, now))
    return [
        DateMention(
            span.start,
            span.end,
            text[span.start : span.end],
            span.begins.replace(tzinfo=said_at.tzinfo),
            span.ends.replace(tzinfo=said_at.tzinfo),
            span.precision,
            span.recurring,
        )
        for span in _disjoint(found)
    ]


def _disjoint(found: list[Span]) -> list[Span]:
    """The longest readings that do not overlap, the first found of equals, in order of the text."""
    kept: list[Span] = []
    end = 0
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if span.start >= end:
            kept.append(span)
            end = span.end
        elif span.end - span.start > kept[-1].end - kept[-1].start:
            kept[-1] = span
            end = span.end
    return kept
