"""What is known as pages: as of a date, of somebody, month by month, of the person's days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from companion.cli.learning import learning_lines
from companion.cli.mood import mood_lines
from companion.cli.page_lines import about_lines, growth_lines, people_lines, timeline_lines
from companion.cli.plain_commands.base import Run, Session, days, done, moment, now, numbers, tell
from companion.cli.plain_commands.memories import SHOWN, show
from companion.cli.portrait import portrait_lines
from companion.filter_syntax import parse
from companion.records import STATUSES, MemoryFilter

DAYS = 30
GROWTH = 90


def _as_of(session: Session, rest: str) -> None:
    """ "/asof 2025-06-01 lena" shows what was remembered then, "/asof last Tuesday restore 3 5" makes it so again."""
    at, words = moment(rest)
    command, _, ids = words.strip().partition(" ")
    if command == "restore":
        done(session.engine.restore_as_of(numbers(ids), at))
        return
    parsed = parse(words, now(), MemoryFilter(replies=bool(words), limit=SHOWN + 1))
    tell(parsed.notes)
    show(session, replace(parsed.filter, as_of=at), bool(words))


def _about(session: Session, name: str) -> None:
    tell(about_lines(session.engine.about(name)))


def _people(session: Session, _: str) -> None:
    tell(people_lines(session.engine.topics(), SHOWN))


def _portrait(session: Session, _: str) -> None:
    tell(portrait_lines(session.engine.portrait()))


def _timeline(session: Session, _: str) -> None:
    tell(timeline_lines(session.engine.timeline()))


def _mood(session: Session, rest: str) -> None:
    count, today = days(rest, DAYS), now().date()
    tell(mood_lines(session.engine.mood(count), today - timedelta(days=count - 1), today, fancy=False))


def _growth(session: Session, rest: str) -> None:
    tell(growth_lines(session.engine.growth(days(rest, GROWTH))))


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
