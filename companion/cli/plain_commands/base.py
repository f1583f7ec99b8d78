"""What the commands of the plain chat are given, and how what follows them is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from companion.api import CompanionApi
from companion.chats import SentMessage
from companion.cli.listing import change_lines
from companion.cli.output import say
from companion.cli.sleep import parse_moment
from companion.clock import SystemClock
from companion.errors import InvalidInput
from companion.filter_syntax import LONGEST_DATE
from companion.filter_words import date_span
from companion.records import Change, CheckInKind
from companion.settings import Settings
from companion.strings import text
from companion.text import one_line

MOST_DAYS = 36_525
SEPARATOR = "|"
"""Between the texts that a memory is split into."""


class Leave(Exception):
    """The person is done; the message is the last that is said."""


class Session(Protocol):
    """The plain chat as its commands see it."""

    @property
    def engine(self) -> CompanionApi: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def settings_file(self) -> Path: ...
    @property
    def reply(self) -> int:
        """The latest reply of the open conversation. Raises NotFound when there is none."""

    @property
    def message(self) -> int:
        """The person's turn that it answers. Raises NotFound when there is none."""

    @property
    def brought_up(self) -> CheckInKind | None:
        """The kind of what the companion brought up by itself last."""

    def follow(self, call: Callable[[], SentMessage]) -> None:
        """Do `call` and write the reply that follows from it. Raises CompanionError."""


Run = Callable[[Session, str], None]
"""What a command does with what follows its name; it says what was done. Raises CompanionError."""


def tell(lines: Iterable[str]) -> None:
    for line in lines:
        say(line)


def done(change: Change) -> None:
    """What was done, and that it can be taken back."""
    tell(change_lines(change)[:-1])
    say(text("plain.undo_takes_back"))


def number(written: str) -> int:
    """The number of a memory or a turn; "#" may stand ahead of it. Raises InvalidInput."""
    digits = written.removeprefix("#")
    if not digits.isascii() or not digits.isdigit() or not 0 < len(digits) < 16 or int(digits) < 1:
        told = text("plain.no_number", written=one_line(written, 30)) if written else text("plain.number_missing")
        raise InvalidInput(told, hint=text("plain.number_hint"))
    return int(digits)


def days(written: str, usual: int) -> int:
    """A number of days, `usual` when nothing is written. Raises InvalidInput."""
    if not written:
        return usual
    if not re.fullmatch(r"0*[1-9][0-9]{0,4}", written) or int(written) > MOST_DAYS:
        raise InvalidInput(text("plain.no_days", written=one_line(written, 30)), hint=text("plain.days_hint"))
    return int(written)


def moment(written: str) -> tuple[float, str]:
    """The moment (seconds since the epoch) that is named first, the end of a day at the latest now, and what follows
    it: "2025-06-30 lena", "last Tuesday", "3 May 2025 restore 5". Raises InvalidInput."""
    words, today = written.split(), now()
    for count in range(min(LONGEST_DATE, len(words)), 0, -1):
        span = date_span(" ".join(words[:count]), today)
        if span is not None:
            return min(span[1] - 1, today.timestamp()), " ".join(words[count:])
    first, _, rest = written.partition(" ")
    return parse_moment(first).timestamp(), rest.strip()


def numbers(written: str) -> tuple[int, ...]:
    """At least one; spaces or commas between them. Raises InvalidInput."""
    return tuple(dict.fromkeys(map(number, re.split(r"[\s,，、]+", written.strip()))))


def numbers_and_text(written: str) -> tuple[tuple[int, ...], str]:
    """The numbers at the beginning, and what follows them. Raises InvalidInput where there is no number."""
    found = re.match(r"#?\d+(?:[\s,，、]+#?\d+(?=[\s,，、:：]|$))*", written)
    if found is None:
        raise InvalidInput(text("plain.number_missing"), hint=text("plain.number_hint"))
    return numbers(found[0]), written[found.end() :].lstrip(" ,，、:：").strip()


def now() -> datetime:
    return SystemClock().now()
