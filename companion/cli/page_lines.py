"""Pages of memory as lines of text. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from companion.cli.listing import memory_lines
from companion.clock import local
from companion.days import full_day, month_of_year
from companion.memory_pages import AboutPage, Growth, Month, Topic
from companion.strings import text, texts
from companion.text import one_line
from companion.ui.format import counted, filled, percent


def about_lines(page: AboutPage) -> list[str]:
    """The page as lines under headings."""
    relation = f" ({one_line(page.relation, 60)})" if page.relation else ""
    lines = [f"{one_line(page.name, 80)}{relation}"]
    lines += under(text("plain.about_facts"), memory_lines(page.facts))
    lines += under(text("plain.about_events"), memory_lines(page.events))
    lines += under(text("plain.about_before"), memory_lines(page.before))
    said = [
        f"{full_day(local(quote.turn.at, quote.turn.utc_offset))}  “{one_line(quote.text, 200)}”" for quote in page.said
    ]
    lines += under(text("plain.about_said"), said)
    return lines + under(text("plain.about_related"), topic_lines(page.related))


def topic_lines(topics: Iterable[Topic]) -> list[str]:
    return [
        f"{one_line(topic.name, 40)}{f' ({one_line(topic.relation, 40)})' if topic.relation else ''}  "
        f"{counted(topic.memories, 'memory')}"
        for topic in topics
    ]


def people_lines(topics: Sequence[Topic], things: int) -> list[str]:
    """People, and at most so many things."""
    people = topic_lines(topic for topic in topics if topic.person) or [text("plain.no_people")]
    return people + under(text("plain.topics"), topic_lines([each for each in topics if not each.person][:things]))


def timeline_lines(months: Sequence[Month]) -> list[str]:
    """Newest first, what happened in each month below it."""
    kinds = texts("plain_kind")
    lines = []
    for month in months:
        counts = [f"{kinds.get(kind, kind)} {count}" for kind, count in month.counts.items() if count]
        lines.append(f"{month_of_year(date(month.year, month.month, 1))}  {text('format.comma').join(counts)}")
        lines += [f"  {line}" for line in memory_lines(month.events)]
    return lines or [text("plain.no_memory")]


def growth_lines(found: Growth) -> list[str]:
    """How it is now, what was added, how well it is kept, and what will fade."""
    lines = [text("plain.growth_now", active=day.active, faded=day.faded) for day in found.days[-1:]]
    added, forgotten = sum(day.added for day in found.days), sum(day.forgotten for day in found.days)
    lines.append(text("plain.growth_since", days=len(found.days), added=added, forgotten=forgotten))
    for place, count in enumerate(found.retention):
        if count:
            low, high = percent(place / 10), percent((place + 1) / 10)
            lines.append(f"  {filled(text('plain.kept_to', low=low, high=high), 18)}  {counted(count, 'memory')}")
    for when, count in found.fading:
        if count:
            lines.append(f"  {text('plain.will_fade', day=full_day(when))}  {counted(count, 'memory')}")
    return lines


def under(heading: str, lines: Sequence[str]) -> list[str]:
    """Lines under a heading; nothing where there are none."""
    return ["", heading, *(f"  {line}" for line in lines)] if lines else []
