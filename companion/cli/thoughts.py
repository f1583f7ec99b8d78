"""What was learned, as lines for the person."""

from __future__ import annotations

from companion.events import Line, ThoughtsFormed
from companion.strings import text
from companion.text import one_line
from companion.ui.format import aside
from companion.voices import brief


def thought_lines(formed: ThoughtsFormed) -> list[str]:
    """ "(remembered: …)", "(changed: older → newer)", "(suggested: …)" for each thought, then "(question: …)"."""
    lines = [_line(line) for line in formed.lines]
    return [*lines, aside(text("learned.question", text=one_line(formed.question, 400)))] if formed.question else lines


def _line(line: Line) -> str:
    if line.older:
        older, newer = one_line(line.older), one_line(line.newer)
        return aside(text("learned.changed", older=older, newer=newer))
    told = brief(line.newer)  # the companion's own words say which they are
    return aside(one_line(told) if told != line.newer else text("learned.remembered", text=one_line(told)))
