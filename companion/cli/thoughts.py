"""What was learned, as lines for the person."""

from __future__ import annotations

from companion.events import ThoughtsFormed
from companion.text import one_line


def thought_lines(formed: ThoughtsFormed) -> list[str]:
    """ "(remembered: …)", "(changed: older → newer)" for each thought, then "(question: …)"."""
    lines = [
        f"(changed: {one_line(line[2:], 400)})" if line.startswith("~ ")
        else f"(remembered: {one_line(line.removeprefix('+ '), 200)})"
        for line in formed.lines
    ]  # fmt: skip
    return [*lines, f"(question: {one_line(formed.question, 400)})"] if formed.question else lines
