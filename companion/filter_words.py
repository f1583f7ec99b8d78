"""The words that a filter of memories may be made of (assets/rules/filter.toml), and the dates in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import cache

from companion.dates import calendar_spans as spans
from companion.dates import resolve
from companion.paths import asset
from companion.strings import language
from companion.text import has_cjk

VALUES = {
    "kind": "kind", "status": "status", "feeling": "feeling", "layer": "layer", "sort": "sort", "is": "is",
    "pinned": "yes", "scope": "persona", "after": "date", "before": "date", "on": "date",
}  # fmt: skip
"""By field, the table of what can follow it; what is not there takes any word."""
_FIGURES = re.compile(r"(?P<year>(?:19|20|21)\d\d)(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?)?$")


@dataclass(frozen=True, slots=True)
class Table:
    """Words by what they stand for: all that are understood, and the one that is offered in each language."""

    meanings: dict[str, str]
    offered: dict[str, dict[str, str]]
    """By language, by what it stands for."""

    def starting(self, words: str) -> list[str]:
        """What `words` stands for: exactly, else all that it is the beginning of."""
        folded = words.casefold()
        if folded in self.meanings:
            return [self.meanings[folded]]
        found = [meaning for word, meaning in self.meanings.items() if folded and word.startswith(folded)]
        return list(dict.fromkeys(found))

    def near(self, words: str) -> str:
        """The word that may have been meant, "" for none."""
        found = get_close_matches(words.casefold(), list(self.meanings), n=1, cutoff=0.7)
        return found[0] if found else ""

    def offer(self) -> dict[str, str]:
        """What stands for what, in the language of the screen."""
        return self.offered[language()] if language() in self.offered else self.offered["en"]


@cache
def table(name: str) -> Table:
    meanings: dict[str, str] = {}
    offered: dict[str, dict[str, str]] = {"en": {}, "zh": {}}
    for meaning, words in _tables()[name].items():
        for code, part in zip(("en", "zh"), words.split(";"), strict=True):
            meanings |= dict.fromkeys(part.split(), meaning)
            offered[code][meaning] = part.split()[0]
    return Table(meanings, offered)


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(asset("rules", "filter.toml").read_text(encoding="utf-8"))


def date_span(words: str, now: datetime) -> tuple[float, float] | None:
    """[begins, ends) in seconds since the epoch of the time that `words` name, the latest one past where they leave the
    year open; None when they are no date, or more than one."""
    words = " ".join(words.split()).strip(".,;，。")
    figures = _FIGURES.match(words)
    if figures is not None:
        year, month, day = (int(part) if part else 0 for part in figures.groups())
        if not month:
            found: spans.Span | None = spans.year(year)
        elif month > 12:
            found = None
        else:
            found = spans.date(year, month, day) if day else spans.month(year, month)
        if found is None:
            return None
        return tuple(moment.replace(tzinfo=now.tzinfo).timestamp() for moment in (found.begins, found.ends))  # type: ignore[return-value]
    if not words or len(words) > 40:
        return None
    for said in _sayings(words):
        for mention in resolve(said, now):
            if mention.text.casefold().strip() in (words.casefold(), words.replace("-", " ").casefold()):
                return mention.begins.timestamp(), mention.ends.timestamp()
    return None


def _sayings(words: str) -> Iterator[str]:
    """Sentences of the past that say it: a bare "may" is a word, "It was in May" a month, and one that is over."""
    if has_cjk(words):
        yield f"过了{words}"
        return
    plain = words.replace("-", " ") if words.replace("-", "").isalpha() else words
    large = " ".join(part[:1].upper() + part[1:] for part in plain.split())
    first = plain[:1].upper() + plain[1:]
    yield f"It was in {first}."
    yield f"It was on {large}."
    yield f"It was in {large}."
    yield f"It was {plain}."
