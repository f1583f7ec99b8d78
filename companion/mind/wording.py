"""A statement in its plainest form, to see whether two say the same and what they share."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from companion.memory.words import content_words, stems
from companion.mind.figures import WORDS
from companion.mind.hard_tokens import hard_tokens
from companion.mind.rules import language_of, rules
from companion.paths import asset
from companion.text import has_cjk

_CONTRACTIONS = (
    (re.compile(r"\bcan't\b|\bcant\b"), "can not"),
    (re.compile(r"\bwon't\b|\bwont\b"), "will not"),
    (re.compile(r"\bcannot\b"), "can not"),
    (re.compile(r"(?<=[a-z])n't\b"), " not"),
    (re.compile(r"\b(do|does|did|is|are|was|were|have|has|had|could|would|should)nt\b"), r"\1 not"),
    (re.compile(r"\b(?:i'm|im)\b"), "i am"),
    (re.compile(r"\b(?:i've|ive)\b"), "i have"),
    (re.compile(r"\bi'd\b"), "i would"),
    (re.compile(r"\bi'll\b"), "i will"),
    (re.compile(r"(?<=[a-z])'re\b"), " are"),
    (re.compile(r"(?<=[a-z])'ve\b"), " have"),
    (re.compile(r"(?<=[a-z])'s\b"), " is"),
    (re.compile(r"\bfavor(?=ite)"), "favour"),
    (re.compile(r"\bcolor"), "colour"),
    (re.compile(r"\bneighbor"), "neighbour"),
    (re.compile(r"\b(?:passed away|is dead)\b"), "died"),
    (re.compile(r"-in-law\b"), "inlaw"),
)
_SPELLINGS = (
    (re.compile(r"(?<=[a-z][aeiou])ll(?=(?:ed|er|ers|ing|ery)\b)"), "l"),
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|es|ing|ation)\b)"), "iz"),
    (re.compile(r"\bcentre"), "center"),
    (re.compile(r"\btheatre"), "theater"),
    (re.compile(r"\bgray\b"), "grey"),
    (re.compile(r"\bpajamas"), "pyjamas"),
    (re.compile(r"\bmoustache"), "mustache"),
    (re.compile(r"\bprogramme"), "program"),
)
"""One spelling of words that are written in two ways. Only to compare: the index holds what was written."""
_LEAD = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|evening|afternoon)|morning|evening|well|so|oh|ah|and|but|yes|yeah|ok|okay"
    r"|(?:as|like) i (?:said|told you|mentioned)(?: before)?|i've told you|you know|by the way|btw|just so you know"
    r"|honestly|anyway|still|again"
    r"|remember|please remember that"
    r"|did i mention|i think|i guess|i told you|fyi|also|there|ugh|sigh|haha|lol)\b[\s,!.:-]*)+",
)
_LEAD_ZH = re.compile("^(?:(?:唉|哎|你好|嗨|对了|其实|嗯|哦|我跟你说过|我说过|跟你说|顺便说|早上好|晚上好)[，,！! ]*)+")
_NUMBERS = {word: str(number) for word, number in WORDS.items() if 1 < number <= 10}
_HAN_NUMBERS = {han: str(n) for n, han in enumerate("零一二三四五六七八九十") if n > 1} | {"两": "2", "俩": "2"}
_HAN_COUNT = re.compile("[二两俩三四五六七八九十](?=[个只条位名岁年月天次])")
_NOT_WORDS = re.compile(r"[^\w\s]|_")
GENERIC = frozenset(
    stems(
        "thing things really very just like go going get got have make made take time day days people way lot much many"
        " year years"
    )
)
"""Stems that two statements may share without being about the same."""


@dataclass(frozen=True, slots=True)
class Wording:
    plain: str
    """Lower case, no accents, contractions, figures or opening words: equal where two statements say the same."""
    stems: frozenset[str]
    telling: frozenset[str]
    """Its stems without those that say little, with one word for each relation ("mum" is "mother")."""
    hard: frozenset[str]
    words: frozenset[str]
    """Its content words as they are written, relations by one word each."""
    chinese: bool


@lru_cache(maxsize=1024)
def wording(text: str) -> Wording:
    chinese = has_cjk(text)
    kin = rules(language_of(text)).kin
    found = set(stems(_contracted(text.replace("’", "'").lower()) if not chinese else text))
    for word in re.findall(r"[a-z-]+", text.lower()) if not chinese else [w for w in kin if w in text]:
        if word in kin:
            found -= set(stems(word))
            found |= set(stems(kin[word]))
    words = frozenset(kin.get(word, word) for word in content_words(_plain(text, chinese)))
    return Wording(
        _plain(text, chinese), frozenset(found), frozenset(found - GENERIC), hard_tokens(text), words, chinese
    )


def _plain(text: str, chinese: bool) -> str:
    folded = text.replace("’", "'").lower().strip()
    if chinese:
        folded = _LEAD_ZH.sub("", folded)
        folded = _HAN_COUNT.sub(lambda match: _HAN_NUMBERS.get(match.group(), match.group()), folded)
        return "".join(c for c in folded if c.isalnum())
    folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    folded = _TAIL.sub("", _contracted(_LEAD.sub("", folded)))
    for pattern, plain in _SPELLINGS:
        folded = pattern.sub(plain, folded)
    kin = rules("en").kin
    words = [_NUMBERS.get(word, kin.get(word, word)) for word in _NOT_WORDS.sub(" ", folded).split()]
    return " ".join(word for at, word in enumerate(words) if not at or words[at - 1] != word)


def _contracted(folded: str) -> str:
    for pattern, plain in _CONTRACTIONS:
        folded = pattern.sub(plain, folded)
    return folded


_TAIL = re.compile(r"[\s,.!]+(?:yeah|haha|lol|you know|though|actually|by the way|btw|honestly)[\s.!]*$")


@lru_cache(maxsize=1)
def change_tables() -> dict[str, dict[str, Any]]:
    """What stands in assets/rules/changes.toml."""
    return tomllib.loads(asset("rules", "changes.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=2)
def cues(language: str) -> dict[str, re.Pattern[str]]:
    """The tables of assets/rules/changes.toml."""
    tables = change_tables()[language]
    return {name: re.compile(found, re.IGNORECASE) for name, found in tables.items() if isinstance(found, str)}


@lru_cache(maxsize=2)
def change_classes(language: str) -> dict[str, re.Pattern[str]]:
    """The classes of words that say that something changed."""
    found = change_tables()[language]["change"]
    classes = found if isinstance(found, dict) else {"change": found}
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in classes.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """Words that say that something changed: their class, and characters [start, end) of the text."""

    name: str
    text: str
    start: int
    end: int


@lru_cache(maxsize=256)
def changes(text: str) -> tuple[Change, ...]:
    """All of them in a text, in the order of their classes."""
    plain = text.replace("’", "'")
    return tuple(
        Change(name, match.group().casefold(), *match.span())
        for name, pattern in change_classes(language_of(text)).items()
        for match in pattern.finditer(plain)
    )


@lru_cache(maxsize=2048)
def says(table: str, text: str) -> bool:
    return cues(language_of(text))[table].search(text.replace("’", "'")) is not None
