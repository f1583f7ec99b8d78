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
    relations: str
    """Alternatives of a regular expression: the words for people and animals in a person's life."""
    people: str
    """The same of those who are not close."""
    jobs: str
    kin: dict[str, str]
    """Word for a relation → the one that stands for all of its kind."""

    def says(self, table: str, text: str) -> bool:
        """Whether an entry of the table occurs in `text`."""
        return self.tables.get(table, _NEVER).search(text) is not None

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


@lru_cache(maxsize=4)
def rules(language: str) -> Rules:
    """The tables for "en" or "zh"."""
    raw = tomllib.loads(asset("rules", f"{language}.toml").read_text(encoding="utf-8"))
    tables = {
        name: re.compile("|".join(f"(?:{entry})" for entry in entries), re.IGNORECASE)
        for name, entries in raw.items()
        if isinstance(entries, list)
    }
    if "foreign" in raw:
        tables["foreign"] = re.compile(rf"\b(?:{raw['foreign']})\b", re.IGNORECASE)
    kin = {word: relation for relation, words in raw["kin"].items() for word in words}
    return Rules(language, tables, raw["relations"], raw["people"], raw["jobs"], kin)
