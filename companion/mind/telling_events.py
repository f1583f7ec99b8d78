"""What an event says: a title with its day, and the most central of the person's own sentences, word for word.

Everything in it stands in the sentences it rests on, the title too: what the person has forgotten is gone with them.
A model of tier 3 may write title and summary instead; its words are kept only if every name and number in them, and
most other words, occur in the sentences it was shown, and the event then rests on all of those.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from companion.clock import local
from companion.memory.words import content_words, stems
from companion.mind.admit import explain
from companion.mind.central import Central, central, without_repeats
from companion.mind.hard_tokens import hard_tokens
from companion.mind.thinking import Thinker
from companion.model.grammars import MOST_LINES
from companion.model.protocol import StopSignal
from companion.names import names
from companion.records import Turn
from companion.text import has_cjk, one_line

QUOTED = 3
"""Sentences that an event quotes at most."""
LEAST_QUOTED = 2
"""One alone is a moment already."""
TITLE_WORDS = 3
LONGEST_SENTENCE = 300
"""Characters; what is longer is no sentence to remember by."""
MOST_SENTENCES = 150
"""Of a stretch, the latest."""
ADMITTED = 3.0
"""How much more a sentence counts that holds something lasting."""
LEANING = 0.4
"""How much less one that begins with "it" or "that", which means little away from what was said before it."""
SAME = 0.6
"""Cosine of two sentences from which both are not quoted."""
COVERED = 0.6
"""Share of the words of a model's summary that must occur in what it sums up."""
_FAIR = frozenset({"idle", "not their own", "points elsewhere", "other language"})
"""Why a sentence may hold nothing lasting, and still tell what was spoken of. What was played, quoted, pasted, asked,
imagined or not meant is never told as if it had happened."""
LEANS = re.compile(
    r"\W*(?:it|it's|its|that|that's|this|these|those|they|he|she|so|and|but)\b|\W*[这那它他她]", re.IGNORECASE
)
_NO_SENTENCE = re.compile(r"\s*[\[(*<{]")
_BEFORE_NOUNS = r"(?:an?|the|my|our|your|his|her|their|this|some|new|of|in|at|for|with|about)"
_TIMES = frozenset(name.lower() for name in (*calendar.month_name, *calendar.day_name))
_LARGE = re.compile(r"[^\W\d_][\w’'-]*")
_WORDS_OF_SUMMARIES = frozenset(stems("person user they told said talked spoke mentioned plans about"))


@dataclass(frozen=True, slots=True)
class Sentence:
    """The span [start, end) of a turn of the person's."""

    turn: Turn
    start: int
    end: int
    admitted: bool

    @property
    def text(self) -> str:
        return self.turn.text[self.start : self.end]


def tellable(turn: Turn) -> list[Sentence]:
    """The sentences of a turn of the person's that may be quoted of it, in order."""
    found = []
    for (start, end), admitted, reason in explain(turn.text):
        fair = admitted or reason in _FAIR
        sentence = turn.text[start:end]
        if _NO_SENTENCE.match(sentence) or end - start > LONGEST_SENTENCE:
            continue
        if fair and len(content_words(sentence)) >= 2:
            found.append(Sentence(turn, start, end, admitted))
    return found


@dataclass(frozen=True, slots=True)
class Telling:
    """`text`: the title with its day, and below it what was said; it rests on `sentences`, in their order."""

    text: str
    sentences: tuple[Sentence, ...]


def tell(sentences: Sequence[Sentence], weights: Mapping[str, float]) -> Telling | None:
    """The event without a model; `weights`: idf of stems. None when there is too little to tell."""
    sentences = sentences[-MOST_SENTENCES:]
    found, order = _ranked(sentences, weights)
    chosen = sorted(without_repeats(order, found.alike, QUOTED, SAME))
    if len(chosen) < LEAST_QUOTED:
        return None
    quoted = tuple(sentences[at] for at in chosen)
    title = title_words([sentence.text for sentence in quoted], [sentence.text for sentence in sentences], weights)
    return Telling("\n".join([_dated(title, quoted[0].turn), *(sentence.text for sentence in quoted)]), quoted)


def tell_by_model(
    sentences: Sequence[Sentence], weights: Mapping[str, float], thinker: Thinker, stop: StopSignal
) -> Telling | None:
    """The event in a model's words; None when it has none, or they say what was not said. Raises ThinkingStopped,
    ModelFailed."""
    if thinker.tier < 3:
        return None
    sentences = sentences[-MOST_SENTENCES:]
    _, order = _ranked(sentences, weights)
    shown = tuple(sentences[at] for at in sorted(order[:MOST_LINES]))
    lines = [sentence.text for sentence in shown]
    written = thinker.summarise(lines, stop=stop) if len(shown) >= LEAST_QUOTED else None
    title, _, summary = (written or "").partition("\n")
    if not summary or not says_only(written or "", lines):
        return None
    return Telling(f"{_dated(one_line(title), shown[0].turn)}\n{summary}", shown)


def says_only(text: str, lines: Sequence[str]) -> bool:
    """Whether every name and number of `text`, every word written large within a sentence, and most of its other words
    occur in `lines`."""
    told = "\n".join(lines)
    held = set(stems(told)) | _WORDS_OF_SUMMARIES
    spoken = told.casefold()
    if any(token not in spoken for token in hard_tokens(text) - hard_tokens(told)):
        return False
    large = [word.group() for word in _LARGE.finditer(text) if word.group()[0].isupper()]
    if any(not set(stems(word)) <= held for word in large):
        return False
    words = stems(text)
    return bool(words) and sum(word in held for word in words) >= COVERED * len(words)


def _ranked(sentences: Sequence[Sentence], weights: Mapping[str, float]) -> tuple[Central, list[int]]:
    """The sentences' likeness, and their places: the most central first, those before that say more by themselves."""
    bags = [stems(sentence.text) for sentence in sentences]
    found = central(bags, weights)
    worth = found.degree * np.sqrt([sum(weights.get(stem, 0.0) for stem in bag) for bag in bags])
    worth = worth * [ADMITTED if sentence.admitted else 1.0 for sentence in sentences]
    worth = worth * [LEANING if LEANS.match(sentence.text) else 1.0 for sentence in sentences]
    return found, [int(at) for at in np.argsort(-worth, kind="stable")]


def title_words(quoted: Sequence[str], said: Sequence[str], weights: Mapping[str, float]) -> str:
    """The most telling names and words of what is quoted, as they are written there, the most telling first."""
    often = Counter(stem for text in said for stem in stems(text))
    worth: dict[str, float] = {}
    whole = "\n".join(quoted)
    named = {name for text in quoted for name in names(text) if " " not in name}
    for word in dict.fromkeys(content_words(whole)):
        if word in _TIMES or (has_cjk(word) and often[word] < 2):
            continue  # the title has its date; a pair of characters is a word only where it comes again
        tells = sum(weights.get(stem, 0.0) for stem in stems(word))
        thing = 1.0 if word in named else 0.5 if is_noun(word, whole) else 0.25
        worth[word] = tells * thing * sum(often[stem] for stem in stems(word)) ** 0.5
    title: dict[tuple[str, ...], str] = {}
    for word in sorted(worth, key=lambda word: -worth[word]):
        if len(title) == TITLE_WORDS:
            break
        title.setdefault(tuple(stems(word)), as_written(word, whole))
    return ", ".join(title.values())


def is_noun(word: str, text: str) -> bool:
    """Likely: what stands after an article, a possessive or a preposition, and ends as no adverb or participle does."""
    if has_cjk(word):
        return True
    plain = not word.endswith(("ly", "ing", "ed"))
    return plain and re.search(rf"\b{_BEFORE_NOUNS}\s+{re.escape(word)}\b", text, re.IGNORECASE) is not None


def as_written(word: str, text: str) -> str:
    found = re.search(re.escape(word) if has_cjk(word) else rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)
    return found.group() if found else word


def _dated(title: str, turn: Turn) -> str:
    date = date_words(local(turn.at, turn.utc_offset).date(), turn.text)
    return f"{title}, {date}" if title else date


def date_words(day: date, text: str) -> str:
    """A day as it is written in the language of `text`."""
    return f"{day.year}年{day.month}月{day.day}日" if has_cjk(text) else f"{day.day} {day:%B} {day.year}"
