"""Times as other programs write them. Without an offset they are the wall clock of this computer's zone.

Numbers are seconds, or milliseconds, since the epoch. SillyTavern's have changed over the years: "June 19, 2023
2:20pm", "2023-6-19@14h20m5s", "2023-6-19 @14h 20m 5s 123ms", milliseconds, ISO 8601.
"""

from __future__ import annotations

import re
from datetime import datetime

from companion.clock import LOCAL

EARLIEST, LATEST = 0.0, 4_102_444_800.0
"""Seconds: before 1970 and after 2100 a clock was wrong."""
_MILLISECONDS = 1e11
_PARTED = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})\s*@\s*(\d{1,2})h\s*(\d{1,2})m\s*(\d{1,2})s(?:\s*(\d{1,3})ms)?", re.ASCII
)
_SPELT = ("%B %d, %Y %I:%M%p", "%B %d, %Y %I:%M %p", "%b %d, %Y %I:%M%p", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S")
_FRACTION = re.compile(r"(\.\d{6})\d+")


def when(value: object) -> datetime | None:
    """The moment, aware, in this computer's zone; None for what cannot be read, or cannot be."""
    found = _read(value)
    if found is None:
        return None
    try:
        found = found.astimezone(LOCAL) if found.tzinfo is not None else found.replace(tzinfo=LOCAL)
        return found if EARLIEST <= found.timestamp() <= LATEST else None
    except (OverflowError, OSError, ValueError):
        return None


def _read(value: object) -> datetime | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        written = value.strip()
        if re.fullmatch(r"\d{9,13}(?:\.\d+)?", written, re.ASCII):
            return _number(float(written))
        return _written(written)
    return _number(float(value)) if isinstance(value, int | float) and abs(value) < 1e16 else None


def _number(value: float) -> datetime | None:
    seconds = value / 1000 if abs(value) >= _MILLISECONDS else value
    # Nobody talked to a program in 1970: 0 means that it is not known.
    return datetime.fromtimestamp(seconds, LOCAL) if 86_400 <= seconds <= LATEST else None


def _written(value: str) -> datetime | None:
    if len(value) > 60:
        return None
    if (parted := _PARTED.fullmatch(value)) is not None:
        year, month, day, hour, minute, second, milli = (int(each or 0) for each in parted.groups())
        try:
            return datetime(year, month, day, hour, minute, second, milli * 1000)
        except ValueError:
            return None
    try:
        return datetime.fromisoformat(_FRACTION.sub(r"\1", value.replace(" UTC", "+00:00")))
    except ValueError:
        pass
    for form in _SPELT:
        try:
            return datetime.strptime(value, form)
        except ValueError:
            continue
    return None
