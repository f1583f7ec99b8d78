"""`companion memories redo, merge, split, put-back, about, topics, timeline, growth`."""

from __future__ import annotations

from typing import Annotated

import typer

from companion.cli.changing import IdArgument, IdsArgument, JsonOption, LimitOption, joined, make_change, print_lines
from companion.cli.output import Json, memory_json, print_json
from companion.cli.page_lines import about_lines, growth_lines, people_lines, timeline_lines
from companion.cli.session import opened
from companion.cli.sleep import parse_moment
from companion.clock import iso
from companion.memory_pages import AboutPage, Growth, Month, Topic
from companion.records import MemoryRow
from companion.text import valid_text

THINGS = 50
"""Things listed beside the people."""


def redo(as_json: JsonOption = False) -> None:
    """Do again what was undone last."""
    make_change(lambda companion: companion.redo(), as_json)


def merge(
    ids: IdsArgument,
    text: Annotated[str, typer.Option("--text", help="What the memory says that takes their place.")],
    as_json: JsonOption = False,
) -> None:
    """Make one memory of several, with the evidence of all."""
    make_change(lambda companion: companion.merge_memories(tuple(ids), joined([text])), as_json)


def split(
    id: IdArgument,
    texts: Annotated[list[str], typer.Argument(metavar="TEXT...", help="What each part says, each in quotes.")],
    as_json: JsonOption = False,
) -> None:
    """Make several memories of one."""
    make_change(lambda companion: companion.split_memory(id, tuple(map(valid_text, texts))), as_json)


def put_back(
    ids: IdsArgument,
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="2026-03-01, or with the time of day.")],
    as_json: JsonOption = False,
) -> None:
    """Make memories what they were at a time."""
    at = parse_moment(as_of).timestamp()
    make_change(lambda companion: companion.restore_as_of(tuple(ids), at), as_json)


def about(
    name: Annotated[list[str], typer.Argument(metavar="NAME", help="Somebody or something: Lena, my sister, Porto.")],
    as_json: JsonOption = False,
) -> None:
    """What is known of somebody or something."""
    with opened() as companion:
        page = companion.about(joined(name))
    if as_json:
        print_json(about_json(page))
    else:
        print_lines(about_lines(page))


def topics(limit: LimitOption = 200, as_json: JsonOption = False) -> None:
    """The people and things that memories tell of, the most often first."""
    with opened() as companion:
        found = companion.topics(limit)
    if as_json:
        print_json([topic_json(topic) for topic in found])
    else:
        print_lines(people_lines(found, THINGS))


def timeline(as_json: JsonOption = False) -> None:
    """What was remembered month by month, newest first."""
    with opened() as companion:
        found = companion.timeline()
    if as_json:
        print_json([month_json(month) for month in found])
    else:
        print_lines(timeline_lines(found))


def growth(
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How many days back, and ahead.")] = 90,
    as_json: JsonOption = False,
) -> None:
    """How memory grew, how well it is kept, and what will fade."""
    with opened() as companion:
        found = companion.growth(days)
    if as_json:
        print_json(growth_json(found))
    else:
        print_lines(growth_lines(found))


def about_json(page: AboutPage) -> Json:
    return {
        "name": page.name,
        "relation": page.relation,
        "facts": _rows(page.facts),
        "events": _rows(page.events),
        "before": _rows(page.before),
        "said": [
            {"turn": quote.turn.id, "at": iso(quote.turn.at, quote.turn.utc_offset), "text": quote.text}
            for quote in page.said
        ],
        "related": [topic_json(topic) for topic in page.related],
        "first_at": None if page.first_at is None else iso(page.first_at, page.utc_offset),
        "last_at": None if page.last_at is None else iso(page.last_at, page.utc_offset),
    }


def topic_json(topic: Topic) -> Json:
    return {
        "name": topic.name,
        "person": topic.person,
        "relation": topic.relation,
        "memories": topic.memories,
        "last_at": iso(topic.last_at, topic.utc_offset),
    }


def month_json(month: Month) -> Json:
    return {"month": f"{month.year:04d}-{month.month:02d}", "counts": month.counts, "events": _rows(month.events)}


def growth_json(found: Growth) -> Json:
    return {
        "days": [
            {
                "day": day.day.isoformat(),
                "active": day.active,
                "faded": day.faded,
                "added": day.added,
                "forgotten": day.forgotten,
            }
            for day in found.days
        ],
        "retention": list(found.retention),
        "fading": [{"day": day.isoformat(), "memories": count} for day, count in found.fading],
    }


def _rows(rows: tuple[MemoryRow, ...]) -> list[Json]:
    return [memory_json(row.memory, row.retention) for row in rows]
