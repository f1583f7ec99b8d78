"""The morning report as words. No widgets: the screen, the plain chat and the command line tell the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from companion.reports import FadingSoon, MorningReport
from companion.text import one_line

LINE = 400


@dataclass(frozen=True, slots=True)
class MorningLine:
    """One thing to tell; `memory` is the one it is about, None when there is none to open."""

    text: str
    memory: int | None = None
    fades: bool = False
    """Whether it is about to fade, so that keeping it means something."""


def heading(report: MorningReport, now: datetime) -> str:
    """ "Good morning. Yesterday: …", or from when on the news are."""
    greeting = "Good morning" if now.hour < 12 else "Good evening" if now.hour >= 18 else "Good afternoon"
    return f"{greeting}. Yesterday: {report.yesterday}" if report.yesterday else f"{greeting}. Since you were here:"


def morning_lines(report: MorningReport) -> list[MorningLine]:
    """What was learned, what changed, what is about to fade and what there is to ask, in this order."""
    changed = {each.newer.id for each in report.changed}
    learned = [memory for memory in report.learned if memory.id not in changed]
    lines = [MorningLine(f"+ {one_line(memory.text, LINE)}", memory.id) for memory in learned]
    more = report.learned_total - len(report.learned)
    if more > 0:
        lines.append(MorningLine(f"+ {more:,} more (F2 shows all)"))
    lines += [
        MorningLine(f"~ {one_line(each.older.text, LINE)} → {one_line(each.newer.text, LINE)}", each.newer.id)
        for each in report.changed
    ]
    today = date.fromisoformat(report.day)
    lines += [MorningLine(_fading(each, today), each.memory.id, fades=True) for each in report.fading]
    return [*lines, *(MorningLine(f"? {one_line(question, LINE)}") for question in report.questions)]


def _fading(soon: FadingSoon, today: date) -> str:
    days = (soon.day - today).days
    when = "today" if days <= 0 else "tomorrow" if days == 1 else f"around {soon.day.day} {soon.day:%B}"
    return f"○ fades {when}: {one_line(soon.memory.text, LINE)}"
