"""Ways to put memories and a question into one message. Pure; which one the product uses is decided by measurement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Literal, NamedTuple

from companion.clock import local_date
from companion.model.prompt import MEMORY_CHARACTERS, memory_block
from companion.records import RecalledMemory
from companion.text import one_line

Variant = Literal["block-before", "grouped", "flat", "question-twice"]


class Put(NamedTuple):
    """The two parts of a message to the model; `memories` is empty when nothing is recalled."""

    memories: str
    text: str


def block_before(recalled: Sequence[RecalledMemory], question: str, now: datetime) -> Put:
    """As the product does it."""
    return Put(memory_block(recalled, now), question)


def grouped(recalled: Sequence[RecalledMemory], question: str, now: datetime) -> Put:
    """Under the day they were said, each with who said it."""
    if not recalled:
        return Put("", question)
    lines: list[str] = []
    for day, told in groupby(_in_time(recalled), key=_day):
        lines += [f"{day.day} {day:%B %Y}:", *(f"{_speaker(found)}: {_line(found)}" for found in told)]
    return Put("\n".join(["Context:", *lines, "", "Question:"]), question)


def flat(recalled: Sequence[RecalledMemory], question: str, now: datetime) -> Put:
    """As one paragraph, without days and without headings."""
    return Put(" ".join(_line(found) for found in _in_time(recalled)), question)


def question_twice(recalled: Sequence[RecalledMemory], question: str, now: datetime) -> Put:
    """The product's block with the question ahead of it as well: what is read after the question is read for it."""
    block = memory_block(recalled, now)
    return Put(f"{question}\n\n{block}" if block else "", question)


VARIANTS: dict[Variant, Callable[[Sequence[RecalledMemory], str, datetime], Put]] = {
    "block-before": block_before,
    "grouped": grouped,
    "flat": flat,
    "question-twice": question_twice,
}


def _in_time(recalled: Sequence[RecalledMemory]) -> list[RecalledMemory]:
    return sorted(recalled, key=lambda found: found.memory.recorded_at)


def _day(found: RecalledMemory) -> date:
    return local_date(found.memory.recorded_at, found.memory.utc_offset)


def _line(found: RecalledMemory) -> str:
    return one_line(found.excerpt or found.memory.text, MEMORY_CHARACTERS)


def _speaker(found: RecalledMemory) -> str:
    subject = found.memory.subject
    return {"person": "I", "companion": "You"}.get(subject, subject)
