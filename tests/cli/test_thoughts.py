"""What was learned, as lines of the plain chat."""

from __future__ import annotations

from companion.cli.thoughts import thought_lines
from companion.events import Line, ThoughtsFormed


def test_what_is_new_what_changed_and_what_is_asked() -> None:
    lines = (Line("I adopted a dog."), Line("I live in Bristol now.", "I live in Leeds."))
    assert thought_lines(ThoughtsFormed(1, 2, (3, 4), lines, "On 3 May you said “a” Now: “b” Which holds?")) == [
        "(remembered: I adopted a dog.)",
        "(changed: I live in Leeds. → I live in Bristol now.)",
        "(question: On 3 May you said “a” Now: “b” Which holds?)",
    ]


def test_a_line_is_one_line_and_harmless() -> None:
    assert thought_lines(ThoughtsFormed(1, 2, (3,), (Line("a\n\x1b]52;c;AA\x07b [/]"),), "c\x9b2J?")) == [
        "(remembered: a b [/])",
        "(question: c?)",
    ]
