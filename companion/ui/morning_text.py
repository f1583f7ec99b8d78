"""The morning report as words. No widgets: the screen, the plain chat and the command line tell the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from companion.days import day_of_year
from companion.reports import FadingSoon, MorningReport
from companion.strings import text
from companion.text import one_line

LINE = 400


@dataclass(frozen=True, slots=True)
class MorningLine:
    """One thing to tell; `memory` is the one it is about, None when there is none to open."""

    text: str
    memory: int | None = None
    about: str = ""
    """What that memory says."""
    fades: bool = False
    """Whether it is about to fade, so that keeping it means something."""


def heading(report: MorningReport, now: datetime) -> str:
    """ "Good morning. Yesterday: …", or from when on the news are."""
    if now.hour < 12:
        greeting = text("morning.good_morning")
    else:
        greeting = text("morning.good_evening") if now.hour >= 18 else text("morning.good_afternoon")
    if report.yesterday:
        return text("morning.yesterday", greeting=greeting, title=report.yesterday)
    return text("morning.since", greeting=greeting)


def morning_lines(report: MorningReport) -> list[MorningLine]:
    """What was learned, what changed, what is about to fade, what there is to ask and to see to, in this order."""
    changed = {each.newer.id for each in report.changed}
    learned = [memory for memory in report.learned if memory.id not in changed]
    lines = [
        MorningLine(f"+ {said}", id, said)
        for id, said in ((memory.id, one_line(memory.text, LINE)) for memory in learned)
    ]
    more = report.learned_total - len(report.learned)
    if more > 0:
        lines.append(MorningLine(text("morning.more", count=more)))
    lines += [
        MorningLine(f"~ {one_line(each.older.text, LINE)} → {newer}", each.newer.id, newer)
        for each, newer in ((each, one_line(each.newer.text, LINE)) for each in report.changed)
    ]
    today = date.fromisoformat(report.day)
    lines += [_fading(each, today) for each in report.fading]
    lines += [MorningLine(f"? {one_line(question, LINE)}") for question in report.questions]
    lines += [MorningLine(f"= {one_line(report.letter, LINE)}")] if report.letter else []
    return [*lines, *(MorningLine(f"! {one_line(warning, LINE)}") for warning in report.warnings)]


def _fading(soon: FadingSoon, today: date) -> MorningLine:
    days = (soon.day - today).days
    when = text("dates.around", day=day_of_year(soon.day))
    if days <= 1:
        when = text("dates.tomorrow") if days == 1 else text("dates.today")
    said = one_line(soon.memory.text, LINE)
    return MorningLine(text("morning.fades", when=when, text=said), soon.memory.id, said, fades=True)
