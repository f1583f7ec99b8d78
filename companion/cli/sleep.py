"""`companion sleep`: the nightly pass by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer

from companion.cli.listing import sleep_lines
from companion.cli.output import print_json, say, sleep_json
from companion.cli.session import opened
from companion.errors import InvalidInput
from companion.text import one_line

FARTHEST = timedelta(days=100 * 366)
"""A night is kept for every calendar day until then; farther ahead is a slip of the keyboard."""
FORMS = "Write a day as 2025-06-30 or a moment as 2025-06-30T21:00 (add +02:00 for another zone than yours)."


def sleep(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="As if it were the end of this day, or this moment."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """Sleep through every night that is due: memories fade, nothing is lost."""
    moment = None if as_of is None else parse_moment(as_of)
    with opened() as companion:
        report = companion.sleep(moment, dry_run)
    if as_json:
        print_json(sleep_json(report))
        return
    for line in sleep_lines(report):
        say(line)


def parse_moment(text: str) -> datetime:
    """An ISO moment, without a zone in the local one; a date alone is that day's end. Raises InvalidInput."""
    text = text.strip()
    try:
        try:
            moment = datetime.combine(date.fromisoformat(text), time(23, 59, 59))
        except ValueError:
            moment = datetime.fromisoformat(text)
        # Years beyond what the system's clock can express fail here.
        moment.timestamp()
        moment = moment if moment.tzinfo is not None else moment.astimezone()
    except (ValueError, OverflowError, OSError):
        raise InvalidInput(f"“{one_line(text, 40)}” is no date that can be used", hint=FORMS) from None
    if moment - datetime.now(UTC) > FARTHEST:
        raise InvalidInput(f"{one_line(text, 40)} is more than a hundred years away", hint=FORMS)
    return moment
