"""`companion portrait`: who the person is, line by line, with what each line rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from companion.cli.output import Json, memory_json, print_json, say
from companion.cli.session import opened
from companion.clock import iso, local_date
from companion.records import PortraitLine, Quote
from companion.strings import text
from companion.text import one_line

SHOWN = 160
"""Characters of what was said."""
QUOTED = 4
"""Quotations under a line; `companion memories show` has all of them."""


def portrait(
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False,
) -> None:
    """Who you are to it, and what each line rests on."""
    with opened() as companion:
        found = companion.portrait()
    if as_json:
        print_json([portrait_json(line) for line in found])
        return
    for line in portrait_lines(found):
        say(line)


def portrait_json(line: PortraitLine) -> Json:
    return {
        **memory_json(line.memory),
        "quotes": [
            {"turn": quote.turn.id, "at": iso(quote.turn.at, quote.turn.utc_offset), "text": quote.text}
            for quote in line.quotes
        ],
    }


def portrait_lines(found: Sequence[PortraitLine]) -> list[str]:
    """Each line with its id, and below it what was said, on which day."""
    if not found:
        return [text("portrait_lines.none")]
    lines = []
    for line in found:
        first, *more = line.memory.text.splitlines() or [""]
        lines.append(f"{line.memory.id:>5}  {one_line(first, 300)}{' (pinned)' if line.memory.pinned else ''}")
        lines += [f"       {one_line(each, 300)}" for each in more]
        lines += [f"         {_said(quote)}" for quote in line.quotes[:QUOTED]]
        if len(line.quotes) > QUOTED:
            lines.append(text("portrait_lines.more", quotes=len(line.quotes) - QUOTED))
        if not line.quotes:
            lines.append(text("portrait_lines.by_you"))
    return lines


def _said(quote: Quote) -> str:
    day = local_date(quote.turn.at, quote.turn.utc_offset).isoformat()
    return f"{day}  “{one_line(quote.text, SHOWN)}”"
