"""What is known as pages: as of a date, of somebody, month by month, of the person's days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from companion.cli.learning import learning_lines
from companion.cli.listing import memory_lines
from companion.cli.mood import mood_lines
from companion.cli.output import say
from companion.cli.plain_commands.base import Run, Session, done, now, number, numbers, tell
from companion.cli.plain_commands.memories import SHOWN, show
from companion.cli.portrait import portrait_lines
from companion.cli.sleep import parse_moment
from companion.days import full_day, month_of_year
from companion.filter_syntax import parse
from companion.memory_pages import AboutPage, Topic
from companion.records import STATUSES, MemoryFilter, MemoryRow
from companion.strings import text, texts
from companion.text import one_line
from companion.ui.format import counted, filled, percent

DAYS = 30
GROWTH = 90


def _as_of(session: Session, rest: str) -> None:
    """ "/asof 2025-06-01 lena" shows what was remembered then, "/asof 2025-06-01 restore 3 5" makes it so again."""
    day, _, words = rest.partition(" ")
    at = parse_moment(day).timestamp()
    command, _, ids = words.strip().partition(" ")
    if command == "restore":
        done(session.engine.restore_as_of(numbers(ids), at))
        return
    parsed = parse(words, now(), MemoryFilter(replies=bool(words), limit=SHOWN + 1))
    tell(parsed.notes)
    show(session, replace(parsed.filter, as_of=at), bool(words))


def _about(session: Session, name: str) -> None:
    tell(about_lines(session.engine.about(name)))


def about_lines(page: AboutPage) -> list[str]:
    """The page as lines under headings."""
    relation = f" ({one_line(page.relation, 60)})" if page.relation else ""
    lines = [f"{one_line(page.name, 80)}{relation}"]
    lines += _under(text("plain.about_facts"), memory_lines(page.facts))
    lines += _under(text("plain.about_events"), memory_lines(page.events))
    lines += _under(text("plain.about_before"), memory_lines(page.before))
    said = [
        f"{full_day_of(quote.turn.at, quote.turn.utc_offset)}  “{one_line(quote.text, 200)}”" for quote in page.said
    ]
    lines += _under(text("plain.about_said"), said)
    return lines + _under(text("plain.about_related"), topic_lines(page.related))


def full_day_of(at: float, utc_offset: int) -> str:
    from companion.clock import local

    return full_day(local(at, utc_offset))


def _under(heading: str, lines: Sequence[str]) -> list[str]:
    return ["", heading, *(f"  {line}" for line in lines)] if lines else []


def topic_lines(topics: Sequence[Topic]) -> list[str]:
    return [
        f"{one_line(topic.name, 40)}{f' ({one_line(topic.relation, 40)})' if topic.relation else ''}  "
        f"{counted(topic.memories, 'memory')}"
        for topic in topics
    ]


def _people(session: Session, _: str) -> None:
    topics = session.engine.topics()
    people = [topic for topic in topics if topic.person]
    tell(topic_lines(people) or [text("plain.no_people")])
    tell(_under(text("plain.topics"), topic_lines([topic for topic in topics if not topic.person][:SHOWN])))


def _portrait(session: Session, _: str) -> None:
    tell(portrait_lines(session.engine.portrait()))


def _timeline(session: Session, _: str) -> None:
    months = session.engine.timeline()
    kinds = texts("plain_kind")
    for month in months:
        counts = [f"{kinds.get(kind, kind)} {count}" for kind, count in month.counts.items() if count]
        say(f"{month_of_year(date(month.year, month.month, 1))}  {text('format.comma').join(counts)}")
        tell(f"  {line}" for line in _events(month.events))
    if not months:
        say(text("plain.no_memory"))


def _events(rows: Sequence[MemoryRow]) -> list[str]:
    return memory_lines(rows)


def _mood(session: Session, rest: str) -> None:
    days = number(rest) if rest else DAYS
    today = now().date()
    tell(mood_lines(session.engine.mood(days), today - timedelta(days=days - 1), today, fancy=False))


def _growth(session: Session, rest: str) -> None:
    found = session.engine.growth(number(rest) if rest else GROWTH)
    for day in found.days[-1:]:
        say(text("plain.growth_now", active=day.active, faded=day.faded))
    added, forgotten = sum(day.added for day in found.days), sum(day.forgotten for day in found.days)
    say(text("plain.growth_since", days=len(found.days), added=added, forgotten=forgotten))
    for place, count in enumerate(found.retention):
        if count:
            low, high = percent(place / 10), percent((place + 1) / 10)
            say(f"  {filled(text('plain.kept_to', low=low, high=high), 18)}  {counted(count, 'memory')}")
    for when, count in found.fading:
        if count:
            say(f"  {text('plain.will_fade', day=full_day(when))}  {counted(count, 'memory')}")


def _learned(session: Session, _: str) -> None:
    tell(learning_lines(session.engine.learning()))


def _everything(session: Session, _: str) -> None:
    show(session, MemoryFilter(statuses=STATUSES, limit=SHOWN + 1), filtered=False)


COMMANDS: dict[str, Run] = {
    "asof": _as_of,
    "about": _about,
    "people": _people,
    "portrait": _portrait,
    "timeline": _timeline,
    "mood": _mood,
    "growth": _growth,
    "learning": _learned,
    "all": _everything,
}
