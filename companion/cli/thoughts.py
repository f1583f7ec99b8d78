"""What was learned, as lines for the person."""

from __future__ import annotations

from companion.events import ThoughtsFormed
from companion.text import one_line
from companion.voices import brief


def thought_lines(formed: ThoughtsFormed) -> list[str]:
    """ "(remembered: …)", "(changed: older → newer)", "(suggested: …)" for each thought, then "(question: …)"."""
    lines = [_line(line) for line in formed.lines]
    return [*lines, f"(question: {one_line(formed.question, 400)})"] if formed.question else lines


def _line(line: str) -> str:
    if line.startswith("~ "):
        return f"(changed: {one_line(line[2:], 400)})"
    text = line.removeprefix("+ ")
    told = brief(text)  # the companion's own words say which they are
    return f"({one_line(told, 200)})" if told != text else f"(remembered: {one_line(text, 200)})"
