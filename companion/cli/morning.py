"""`companion morning`: what changed since you were here, what is about to fade, what there is to ask."""

from __future__ import annotations

from typing import Annotated

import typer

from companion.cli.output import Json, memory_json, print_json, say
from companion.cli.session import opened
from companion.clock import SystemClock
from companion.reports import MorningReport
from companion.strings import text
from companion.ui.morning_text import heading, morning_lines


def morning(as_json: Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")] = False) -> None:
    """What changed in memory since you were last told, and what is about to fade."""
    with opened() as companion:
        report = companion.morning()
    if as_json:
        print_json(morning_json(report))
        return
    for line in report_text(report):
        say(line)


def report_text(report: MorningReport) -> list[str]:
    """The report for a person to read; what can be kept is told with its number."""
    if report.empty:
        return [text("morning.nothing")]
    lines = [heading(report, SystemClock().now())]
    for line in morning_lines(report):
        keep = f"  (companion memories pin {line.memory} keeps it)" if line.fades else ""
        lines.append(f"{line.text}{keep}")
    return lines


def morning_json(report: MorningReport) -> Json:
    return {
        "day": report.day,
        "due": report.due,
        "learned": [memory_json(memory) for memory in report.learned],
        "learned_total": report.learned_total,
        "changed": [{"older": memory_json(c.older), "newer": memory_json(c.newer)} for c in report.changed],
        "fading": [
            {"memory": memory_json(each.memory, each.retention), "day": each.day.isoformat()} for each in report.fading
        ],
        "questions": list(report.questions),
        "yesterday": report.yesterday,
        "warnings": list(report.warnings),
        "letter": report.letter,
    }
