"""Whether a statement says how things are or what happened once: semantic and episodic memory (Tulving 1972).

"I swim on Thursdays" and "I was born in Ghent" are known for years, "I had soup for lunch" for weeks. Words alone
decide (assets/rules/lasting.toml); in doubt a statement lasts, for what is lost too early cannot be asked for.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache

from companion.mind.rules import language_of
from companion.paths import asset
from companion.sentences import sentences


def lasts(text: str) -> bool:
    """Whether a statement of the person's, one or a few sentences, says something lasting."""
    return any(_lasts(text[start:end]) for start, end in sentences(text))


def _lasts(sentence: str) -> bool:
    if sentence.rstrip().endswith(("?", "？")):
        return False
    said = " ".join(sentence.replace("’", "'").split())
    tables = _tables(language_of(sentence))
    if tables["of_a_life"].search(said) or tables["changed"].search(said):
        return True
    passing = tables["moment"].search(said) or tables["going_on"].search(said)
    return not passing and tables["happened"].match(said) is None


@lru_cache(maxsize=2)
def _tables(language: str) -> dict[str, re.Pattern[str]]:
    raw = tomllib.loads(asset("rules", "lasting.toml").read_text(encoding="utf-8"))
    table = raw["zh" if language == "zh" else "en"]
    patterns = {name: table[name] for name in ("moment", "going_on", "of_a_life", "changed")}
    patterns["happened"] = table["subject"] + table["past"]
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in patterns.items()}
