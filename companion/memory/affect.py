"""How a text feels: valence from −1 (low) to 1 (glad), by lexicons. The only importer of vaderSentiment."""

from __future__ import annotations

from functools import lru_cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from companion.paths import asset
from companion.text import cjk_runs

LONGEST = 2_000


def valence(text: str) -> float:
    """English by VADER's compound score (Hutto & Gilbert 2014), Chinese by a word list; 0 for other languages."""
    text = text[:LONGEST]
    runs = cjk_runs(text)
    if runs:
        return _chinese("".join(runs))
    return float(_analyser().polarity_scores(text)["compound"]) if text.strip() else 0.0


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
