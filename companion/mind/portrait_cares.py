"""Lines of the portrait about what the person cares about: what comes again in what they tell, on several days.

A theme is a word for a thing, with the statement that stands for all that were made about it. Older ones count for
less the more was told since; how long ago that is is measured from the latest word, not from now, so that nothing
changes by waiting.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from companion.memory.words import content_words, idf, stems, stop_words
from companion.mind.candidates import core_of
from companion.mind.central import LARGE
from companion.mind.drafts import Draft, local_day
from companion.mind.portrait_life import is_boundary
from companion.mind.portrait_rules import line, quoted, wordings
from companion.mind.telling_events import LEANS, as_written
from companion.mind.wording import GENERIC
from companion.names import names
from companion.records import Memory
from companion.text import has_cjk

LOOKED_AT = 2_000
"""Of what the person told, the latest thoughts."""
HALF_LIFE = 90.0
"""Days after which a mention counts half."""
LIKING = 2.0
"""How much more a preference counts."""
CITED = 4
LOOKED_INTO = 8
"""Statements that decide whether a word stands for a thing."""
_AHEAD = (
    r"\b(?:an?|the|my|our|your|his|her|their|this|some|new|of|in|at|for|with|about|and|to|on|\w+ing|loved?|likes?|liked"
    r"|enjoy|enjoyed|hate|prefer|adore|play|played|bought|read|watch|watched|made|make)"
)
_NO_THINGS = ("ly", "ful", "ous", "able", "ive")
LEAST = 2
"""Memories, and days, that a theme rests on at least."""


@dataclass(frozen=True, slots=True)
class _Told:
    memory: Memory
    words: dict[str, str]
    """Stem → the word."""
    weight: float


def cares(memories: Sequence[Memory], most: int) -> list[Draft]:
    """At most `most` themes of `memories`, which stand, oldest first; the strongest first."""
    left = _told([m for m in memories if m.slot is None and not is_boundary(m)])
    held = Counter(stem for each in left for stem in each.words)
    telling = {stem: idf(times, max(LARGE, len(left))) for stem, times in held.items()}
    found: list[Draft] = []
    nouns: dict[str, bool] = {}
    while len(found) < most:
        about: dict[str, list[_Told]] = defaultdict(list)
        for each in left:
            for stem in each.words:
                about[stem].append(each)
        ranked = sorted(
            ((telling[stem] * _weight(told), stem) for stem, told in about.items() if _recurs(told)), reverse=True
        )
        best = next((stem for _, stem in ranked if _names_a_thing(stem, about[stem], nouns)), None)
        if best is None:
            break
        found.append(_theme(best, about[best]))
        gone = {each.memory.id for each in about[best]}
        left = [each for each in left if each.memory.id not in gone]
    return found


def _told(memories: Sequence[Memory]) -> list[_Told]:
    if not memories:
        return []
    latest = max(m.recorded_at for m in memories)
    found = []
    hollow = wordings().hollow | GENERIC
    for memory in memories:
        words: dict[str, str] = {}
        for word in content_words(core_of(memory)):
            for stem in stems(word):
                if stem not in hollow and not stem.isdigit():
                    words.setdefault(stem, word)
        weight = math.pow(0.5, (latest - memory.recorded_at) / 86_400 / HALF_LIFE)
        found.append(_Told(memory, words, weight * (LIKING if memory.modality == "preference" else 1.0)))
    return found


def _recurs(told: Sequence[_Told]) -> bool:
    return len(told) >= LEAST and len({local_day(each.memory) for each in told}) >= LEAST


def _weight(told: Sequence[_Told]) -> float:
    """Of each day the strongest mention: a day's talk about one thing is one mention."""
    days: dict[int, float] = {}
    for each in told:
        day = local_day(each.memory)
        days[day] = max(days.get(day, 0.0), each.weight)
    return sum(days.values())


def _names_a_thing(stem: str, told: Sequence[_Told], nouns: dict[str, bool]) -> bool:
    """Whether the word stands for something, in half of the statements at least."""
    if stem not in nouns:
        latest = told[-LOOKED_INTO:]
        things = [_is_thing(each.words[stem], core_of(each.memory)) for each in latest]
        nouns[stem] = sum(things) >= max(1.0, len(latest) / 2)
    return nouns[stem]


def _is_thing(word: str, text: str) -> bool:
    """Likely: a name, or what is liked, done, or has an article or preposition, and is not itself ahead of a noun."""
    if has_cjk(word):
        return True
    if word in names(text):
        return True
    found = re.search(rf"{_AHEAD}\s+(?:[\w-]+\s+)?{re.escape(word)}\b(?:\s+(?P<next>[\w'’-]+))?", text, re.IGNORECASE)
    if found is None or word.endswith(_NO_THINGS):
        return False
    following = (found["next"] or "").lower()
    return not following or following in stop_words()


def _theme(stem: str, told: Sequence[_Told]) -> Draft:
    best = max(
        told,
        key=lambda each: (
            LEANS.match(core_of(each.memory)) is None,
            each.memory.modality == "preference",
            each.memory.recorded_at,
            each.memory.id,
        ),
    ).memory
    days = {local_day(best)}
    sources = [best]
    rest = [each.memory for each in reversed(told) if each.memory.id != best.id]
    for memory in sorted(rest, key=lambda m: local_day(m) in days):  # those of other days first, the latest first
        if len(sources) < CITED:
            sources.append(memory)
    word = Counter(as_written(each.words[stem], each.memory.text) for each in told).most_common(1)[0][0]
    label = word[:1].upper() + word[1:]
    return line(f"theme:{stem}", f"{label}{'：' if has_cjk(label) else ': '}{quoted(best)}", sources, is_theme=True)
