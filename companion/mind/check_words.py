"""The word tables of the answer check (assets/check/*.toml), read and compiled once."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache

from companion.paths import asset


@dataclass(frozen=True, slots=True)
class CheckWords:
    """One language's tables by name. What each is for stands in the file."""

    tables: dict[str, tuple[str, ...]]
    pairs: tuple[tuple[str, str], ...]

    def all(self, table: str) -> frozenset[str]:
        return frozenset(self.tables[table])

    def pattern(self, table: str) -> str:
        """Alternatives of a regular expression, the longest first."""
        return "|".join(re.escape(word) for word in sorted(self.tables[table], key=len, reverse=True))


@lru_cache(maxsize=2)
def check_words(language: str) -> CheckWords:
    """The tables for "en" or "zh"."""
    raw = tomllib.loads(asset("check", f"{language}.toml").read_text(encoding="utf-8"))
    pairs = tuple((first, second) for first, second in raw.pop("peoples", []))
    tables = {name: tuple(words.split() if isinstance(words, str) else words) for name, words in raw.items()}
    return CheckWords(tables, pairs)
