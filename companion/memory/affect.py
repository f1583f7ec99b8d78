"""How a text feels, by lexicons: valence from −1 (low) to 1 (glad), and the emotion it speaks of. The only importer of
vaderSentiment.

The emotion words are our own list (assets/affect/emotions.toml). The packages for this carry the NRC or the DUTIR
lexicon, which may not be used commercially, or have not been kept up; all rate words without what negates them.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from companion.paths import asset
from companion.records import Emotion
from companion.text import cjk_runs

LONGEST = 2_000
EMOTIONS: tuple[Emotion, ...] = get_args(Emotion)
_STRENGTH = {"strong": 2.0, "plain": 1.0, "weak": 0.5}
_NEGATION = re.compile(
    r"\b(?:not|no|never|without|hardly|barely|neither|nor|cannot|nothing|rarely|ain't|\w+n't|less|no longer|"
    r"anything but|far from|instead of|stop|stopped)\b(?:\s+[\w']+){0,3}\s*$"
)
_NO_NEGATION = re.compile(r"(?:\bnot|n't)\s+(?:only|just|to mention)\b|\bcan't\s+(?:help|stop)\b")
_HAN_NEGATION = re.compile("(?:不是?很?|没有?|不太|不再|并不|别|无|毫不|未|谈不上|少了|不那么|不怎么|从不|从没)$")
_STOPS = re.compile(r"[.!?;,:\n—]|\bbut\b|\band\b")


def valence(text: str) -> float:
    """English by VADER's compound score (Hutto & Gilbert 2014), Chinese by a word list; 0 for other languages."""
    text = text[:LONGEST]
    runs = cjk_runs(text)
    if runs:
        return _chinese("".join(runs))
    return float(_analyser().polarity_scores(text)["compound"]) if text.strip() else 0.0


def emotion(text: str) -> Emotion | None:
    """The feeling that `text` speaks of most, English or Chinese; None when it speaks of none.

    A negated word counts for nothing: who is not happy is not glad, and need not be sad. Of feelings that are equally
    strong the last one counts ("I was sad, now I am happy").
    """
    text = text[:LONGEST].lower().replace("’", "'")
    weights: dict[Emotion, float] = {}
    for language in ("en", "zh"):
        words = _emotion_words(language)
        for match in words.pattern.finditer(text):
            name, strength = words.entries[" ".join(match.group().split())]
            if name is not None and not _is_negated(language, text, match.start()):
                weight = weights.pop(name, 0.0)  # put in anew, behind those that were spoken of before
                weights[name] = weight + strength
    return max(reversed(weights), key=weights.__getitem__, default=None)


@lru_cache(maxsize=1)
def _analyser() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


@lru_cache(maxsize=1)
def _words() -> tuple[tuple[str, float], ...]:
    lines = asset("affect", "zh.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if line.strip() and not line.startswith("#"))
    return tuple((word, float(weight)) for weight, *words in pairs for word in words)


def _chinese(text: str) -> float:
    """Σ of the weights of the words found, a 不 or 没 before one turning it, squashed as VADER does."""
    total = 0.0
    for word, weight in _words():
        at = text.find(word)
        while at >= 0:
            total += -0.7 * weight if text[max(0, at - 2) : at].endswith(("不", "没", "不太", "没有")) else weight
            at = text.find(word, at + len(word))
    return float(total / (total * total + 15.0) ** 0.5)


@dataclass(frozen=True, slots=True)
class _EmotionWords:
    pattern: re.Pattern[str]
    entries: dict[str, tuple[Emotion | None, float]]
    """Entry → its emotion and how strong it is; no emotion: it only looks like one."""


@lru_cache(maxsize=2)
def _emotion_words(language: str) -> _EmotionWords:
    tables = tomllib.loads(asset("affect", "emotions.toml").read_text(encoding="utf-8"))[language]
    entries = {
        " ".join(entry.split()): (None if name == "none" else name, _STRENGTH[strength])
        for name, by_strength in tables.items()
        for strength, listed in by_strength.items()
        for entry in listed.split(",")
        if entry.strip()
    }
    longest_first = sorted(entries, key=len, reverse=True)
    alternatives = "|".join(re.escape(entry).replace(r"\ ", r"\s+") for entry in longest_first)
    spaced = language == "en"
    return _EmotionWords(re.compile(rf"(?<![\w'-])(?:{alternatives})(?![\w'-])" if spaced else alternatives), entries)


def _is_negated(language: str, text: str, start: int) -> bool:
    if language == "zh":
        return _HAN_NEGATION.search(text[max(0, start - 4) : start]) is not None
    before = text[max(0, start - 60) : start]
    cuts = [match.end() for match in _STOPS.finditer(before)]
    before = before[cuts[-1] :] if cuts else before
    return _NEGATION.search(before) is not None and _NO_NEGATION.search(before) is None
