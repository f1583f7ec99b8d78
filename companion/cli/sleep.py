"""`companion sleep`: the nightly pass by hand."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer

from companion import strings
from companion.cli.listing import sleep_lines
from companion.cli.output import print_json, say, sleep_json
from companion.cli.progress import Bar
from companion.cli.session import opened, prepare
from companion.clock import SystemClock
from companion.errors import InvalidInput, ProfileLocked
from companion.events import Event, SleepProgress
from companion.text import one_line

FARTHEST = timedelta(days=100 * 366)
"""A night is kept for every calendar day until then; farther ahead is a slip of the keyboard."""


def sleep(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="As if it were the end of this day, or this moment."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
    install: Annotated[
        bool, typer.Option("--install", help="Have the system do it every night, whether the app is open or not.")
    ] = False,
    uninstall: Annotated[bool, typer.Option("--uninstall", help="Take --install back.")] = False,
    show: Annotated[
        bool, typer.Option("--print", help="The line for a crontab or the task scheduler, to set it up yourself.")
    ] = False,
    overnight: Annotated[
        bool,
        typer.Option(
            "--overnight", help="For schedulers: tells no words, and leaves the night to the app if it is open."
        ),
    ] = False,
) -> None:
    """Sleep through every night that is due: memories fade, nothing is lost."""
    if install or uninstall or show:
        if install + uninstall + (show and not install) > 1 or as_of or dry_run or as_json or overnight:
            raise InvalidInput(strings.text("sleep.not_together"), hint=strings.text("sleep.not_together_hint"))
        _set_up(install and not show, uninstall)
        return
    moment = None if as_of is None else parse_moment(as_of)
    try:
        with opened() as companion, Bar() as bar:
            if sys.stderr.isatty() and not overnight:
                companion.subscribe(lambda event: _show(bar, event))
            report = companion.sleep(moment, dry_run)
    except ProfileLocked:
        if not overnight:
            raise
        say(strings.text("sleep.is_open"))
        return
    if overnight:
        say(sleep_lines(report)[0])
        return
    if as_json:
        print_json(sleep_json(report))
        return
    for line in sleep_lines(report):
        say(line)
    if dry_run and not report.nights and as_of is None:
        tomorrow = SystemClock().now().date() + timedelta(days=1)
        say(strings.text("sleep.night_ahead", tomorrow=tomorrow))


def _show(bar: Bar, event: Event) -> None:
    if isinstance(event, SleepProgress):
        bar(event.what, event.done, event.total)


def _set_up(install: bool, uninstall: bool) -> None:
    from companion.cli import overnight

    _, settings = prepare()
    job = overnight.nightly(settings)
    if not (install or uninstall):
        say(overnight.line(job))
        return
    outcome = overnight.install(job) if install else overnight.uninstall()
    for line in outcome.lines:
        say(line)
    if not outcome.done:
        raise typer.Exit(1)


def parse_moment(written: str) -> datetime:
    """An ISO moment, without a zone in the local one; a date alone is that day's end. Raises InvalidInput."""
    written = written.strip()
    try:
        try:
            moment = datetime.combine(date.fromisoformat(written), time(23, 59, 59))
        except ValueError:
            moment = datetime.fromisoformat(written)
        # Years beyond what the system's clock can express fail here.
        moment.timestamp()
        moment = moment if moment.tzinfo is not None else moment.astimezone()
    except (ValueError, OverflowError, OSError):
        raise InvalidInput(
            strings.text("sleep.no_date", text=one_line(written, 40)), hint=strings.text("sleep.forms")
        ) from None
    if moment - datetime.now(UTC) > FARTHEST:
        raise InvalidInput(strings.text("sleep.too_far", text=one_line(written, 40)), hint=strings.text("sleep.forms"))
    return moment
