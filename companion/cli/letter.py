"""`companion letter`: the letter about a week.

--json: {"week", "first", "last", "text", "memories", "path", "written", "empty"}; dates are ISO, `text` is Markdown,
`memories` the ids of those it rests on, `path` null where it is in no file, `written` whether that was written now.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from companion.cli.output import Json, print_json, say
from companion.cli.session import opened
from companion.reports import Letter
from companion.strings import text


def letter(
    week: Annotated[
        str,
        typer.Option(
            "--week", metavar="WEEK", help="The week, such as 2026-W47; by default the last one that is over."
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it; write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """Show and keep the letter about a week that is over."""
    from companion.mind.weeks import Week

    with opened() as companion:
        found = companion.letter(week, dry_run)
    if as_json:
        print_json(letter_json(found))
        return
    if not found.text:
        say(text("letter.nothing", week=found.week))
        if not week:
            typer.echo(text("letter.this_week", week=Week(found.last + timedelta(days=7)).name), err=True)
        return
    for line in found.text.splitlines():
        say(line)
    if dry_run:
        return
    if found.path:
        told = text("letter.written", path=found.path) if found.written else ""
        typer.echo(told or text("letter.there_already", path=found.path), err=True)
    else:
        typer.echo(text("letter.not_kept"), err=True)


def letter_json(found: Letter) -> Json:
    return {
        "week": found.week,
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "text": found.text,
        "memories": list(found.memories),
        "path": found.path or None,
        "written": found.written,
        "empty": not found.text,
    }
