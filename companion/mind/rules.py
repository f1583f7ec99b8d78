"""The word tables of admission (assets/rules/*.toml), compiled once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache

from companion.paths import asset
from companion.text import has_cjk

Pattern = re.Pattern[str]
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Rules:
    """One language's tables. What each is for stands in the file, beside its entries."""

    language: str
    tables: dict[str, Pattern]
    starts: dict[str, Pattern]
    """Of each table the entries that hold only at the beginning of a text: tried once, not at every letter."""
    anywhere: dict[str, Pattern]
    relations: str
    """Alternatives of a regular expression: the words for people and animals in a person's life."""
    people: str
    """The same of those who are not close."""
    jobs: str
    kin: dict[str, str]
    """Word for a relation → the one that stands for all of its kind."""

    def says(self, table: str, text: str) -> bool:
        """Whether an entry of the table occurs in `text`."""
        return _says(self.language, table, text)

    def find(self, table: str, text: str) -> re.Match[str] | None:
        """Where an entry of the table first occurs."""
        return self.tables.get(table, _NEVER).search(text)

    def cut(self, table: str, text: str, position: int) -> int:
        """Where `text` goes on after an entry of the table at `position`; `position` itself when there is none."""
        match = self.tables.get(table, _NEVER).match(text, position)
        return match.end() if match else position


def language_of(text: str) -> str:
    """Whose tables read `text`: "zh" where it holds CJK script, else "en"."""
    return "zh" if has_cjk(text) else "en"


@lru_cache(maxsize=4096)
def _says(language: str, table: str, text: str) -> bool:
    of = rules(language)
    return (
        of.starts.get(table, _NEVER).match(text) is not None or of.anywhere.get(table, _NEVER).search(text) is not None
    )


def _holds_at_start_only(entry: str) -> bool:
    """Whether an entry begins with "^" and has no alternative outside of brackets."""
    depth, escaped, in_class = 0, False, False
    for sign in entry:
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif in_class:
            in_class = sign != "]"
        elif sign == "[":
            in_class = True
        elif sign == "|" and depth == 0:
            return False
        else:
            depth += (sign == "(") - (sign == ")")
    return entry.startswith("^")


def _any_of(entries: list[str]) -> Pattern:
    return re.compile("|".join(f"(?:{entry})" for entry in entries), re.IGNORECASE) if entries else _NEVER


@lru_cache(maxsize=4)
def rules(language: str) -> Rules:
    """The tables for "en" or "zh"."""
    raw = tomllib.loads(asset("rules", f"{language}.toml").read_text(encoding="utf-8"))
    listed = {name: entries for name, entries in raw.items() if isinstance(entries, list)}
    tables = {name: _any_of(entries) for name, entries in listed.items()}
    starts = {name: _any_of([e for e in entries if _holds_at_start_only(e)]) for name, entries in listed.items()}
    anywhere = {name: _any_of([e for e in entries if not _holds_at_start_only(e)]) for name, entries in listed.items()}
    if "foreign" in raw:
        tables["foreign"] = re.compile(rf"\b(?:{raw['foreign']})\b", re.IGNORECASE)
    kin = {word: relation for relation, words in raw["kin"].items() for word in words}
    return Rules(language, tables, starts, anywhere, raw["relations"], raw["people"], raw["jobs"], kin)
