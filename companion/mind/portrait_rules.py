"""The wordings of the portrait (assets/rules/portrait.toml), and how a statement is told in it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from companion.clock import local
from companion.memory.words import stems
from companion.mind import slots
from companion.mind.candidates import core_of
from companion.mind.drafts import LINE, Draft, draft
from companion.mind.rules import language_of
from companion.mind.telling_events import date_words
from companion.paths import asset
from companion.records import Memory
from companion.text import has_cjk, one_line

PREFIX = "portrait:"


@dataclass(frozen=True, slots=True)
class Wordings:
    slots: dict[str, dict[str, str]]
    """By language, by slot."""
    close: re.Pattern[str]
    lasting: re.Pattern[str]
    speaks: re.Pattern[str]
    own: re.Pattern[str]
    hollow: frozenset[str]
    """Stems."""


@cache
def wordings() -> Wordings:
    raw = tomllib.loads(asset("rules", "portrait.toml").read_text(encoding="utf-8"))
    patterns = raw["patterns"]
    return Wordings(
        {language: raw[language]["slots"] for language in ("en", "zh")},
        re.compile(rf"^(?:{patterns['close']})$", re.IGNORECASE),
        re.compile(patterns["lasting"], re.IGNORECASE),
        re.compile(patterns["speaks"]),
        re.compile(patterns["own"]),
        frozenset(stems(patterns["hollow"])),
    )


def is_conclusion(memory: Memory) -> bool:
    """Whether it is a theme or the story, which only follow from what was said: who has it forgotten means the line."""
    return memory.kind == "trait" and (memory.slot or "").startswith((f"{PREFIX}theme:", f"{PREFIX}story"))


def line(place: str, text: str, sources: list[Memory], *, is_theme: bool = False) -> Draft:
    """A line of the portrait; `place` names it among the others."""
    return draft(PREFIX + place, "trait", one_line(text, LINE), sources, is_theme=is_theme)


def quoted(memory: Memory) -> str:
    """The statement in the person's words, as theirs."""
    return f"“{one_line(core_of(memory), LINE - 60)}”{when(memory)}"


def when(memory: Memory) -> str:
    """The time a statement names, as a date: "yesterday" says nothing away from its day. "" where it names none."""
    if memory.event_start is None:
        return ""
    begins = local(memory.event_start, memory.utc_offset)
    ends = local(memory.event_end or memory.event_start, memory.utc_offset)
    if ends - begins <= timedelta(days=1):
        date = date_words(begins.date(), memory.text)
    else:
        date = month_words(begins, memory.text)
    return f"（{date}）" if has_cjk(memory.text) else f" ({date})"


def month_words(moment: datetime, text: str) -> str:
    """A month as it is written in the language of `text`."""
    return f"{moment.year}年{moment.month}月" if has_cjk(text) else f"{moment:%B %Y}"


def value_of(memory: Memory) -> str | None:
    """What fills its slot, read out of its words as they are now; None where they say it otherwise, or deny it."""
    if memory.polarity == "negated" or memory.modality not in ("fact", "preference"):
        return None
    text = core_of(memory)
    filled = slots.slot_of(text, language_of(text))
    return filled[1] if filled is not None and filled[0] == memory.slot else None


def short(memory: Memory) -> str:
    """A slot in a few words where its value is known, else the statement itself."""
    value = value_of(memory)
    slot = memory.slot or ""
    what = slot.removeprefix("favourite_").replace("_", " ") if slot.startswith("favourite_") else ""
    form = wordings().slots[language_of(memory.text)].get("favourite" if what else slot)
    if value is None or form is None:
        return quoted(memory)
    said = month_words(local(memory.recorded_at, memory.utc_offset), memory.text)
    return form.format(value=value, what=what, said=said)
