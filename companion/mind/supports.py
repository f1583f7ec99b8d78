"""What a reply may rest on: the words, numbers and days of what the model was given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from companion.dates import DateMention, resolve
from companion.memory.words import stop_words
from companion.mind.check_words import check_words
from companion.mind.figures import Figure, figures, loosely

LONGEST = 20_000
"""Characters of one text that are looked at."""
_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏͰ-ϿЀ-ӿ]+(?:['’-][A-Za-zÀ-ÖØ-öø-ɏͰ-ϿЀ-ӿ]+)*")
_LARGE = r"([A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]{0,60}\w)"
_THEIRS = (
    re.compile(rf"\b(?:[Mm]y|[Oo]ur)(?:\s+[a-z-]+){{1,4}},?\s+{_LARGE}"),
    re.compile(rf"\b(?:named|called|name\s+is|name's|name\s+was)\s+{_LARGE}"),
    re.compile(rf"{_LARGE}\s+is\s+(?:my|our)\b"),
)
_LIST = re.compile(rf"{_LARGE}(?:,\s+{_LARGE})*,?\s+(?:and|&)\s+{_LARGE}|[\w·]+(?:、[\w·]+)+(?:和\w+)?")
_RELATIVE = re.compile(
    r"\b(?:today|tonight|yesterday|tomorrow|ago|last|next|this|past|coming|in)\b|[昨明后前上下去这今]", re.IGNORECASE
)
_WEEKDAY = re.compile(
    r"(?:on\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|(?:周|星期|礼拜)[一二三四五六日天]", re.I
)
_YEAR = re.compile(r"(?:1[89]|2[01])\d\d|年")
_UNITS = {
    "year": 365.25, "month": 30.44, "week": 7.0, "day": 1.0, "岁": 365.25, "年": 365.25, "周年": 365.25, "个月": 30.44,
    "月": 30.44, "周": 7.0, "星期": 7.0, "天": 1.0,
}  # fmt: skip
_MANY = 5
"""Up to so many things of a list count as said when the list names them."""


@dataclass(frozen=True, slots=True)
class Support:
    """A text the reply may rest on; `said` is when, timezone-aware; `happened` what it is about, [begin, end)."""

    text: str
    said: datetime | None = None
    happened: tuple[datetime, datetime] | None = None
    own: bool = False
    """Advice or a promise of the companion's: supports what it says of that, and nothing of the person's life."""


@dataclass(frozen=True, slots=True)
class _Time:
    begins: datetime
    ends: datetime
    recurring: bool = False
    text: str = ""
    fresh: bool = True
    """Said today: what is told by "tomorrow" or "last" means the same now."""

    @property
    def is_day(self) -> bool:
        return self.ends - self.begins <= timedelta(days=1)


class Supports:
    """Looked through only as far as a claim asks. `now` is timezone-aware."""

    def __init__(self, given: Sequence[str | Support], now: datetime) -> None:
        self._now = now
        self._given = [support if isinstance(support, Support) else Support(support) for support in given]
        self._texts = [support.text[:LONGEST] for support in self._given]

    @cached_property
    def people(self) -> frozenset[str]:
        """Names, case folded, that were introduced as somebody of the person's."""
        found = {name for text in self._texts for pattern in _THEIRS for name in pattern.findall(text)}
        return frozenset(name.casefold() for name in found if name.casefold() not in stop_words()) | self._han_people

    @cached_property
    def _han_people(self) -> frozenset[str]:
        kin = check_words("zh").pattern("kin")
        pattern = re.compile(
            rf"(?:叫|名字是|我的?(?:{kin}))([\u4e00-\u9fff]{{2,3}}?)(?=[，。！,.!\s]|$|[在说去来是和跟的住])"
        )
        no_name = tuple(check_words("zh").all("no_name"))
        found = {name for text in self._texts for name in pattern.findall(text)}
        return frozenset(name for name in found if not name.startswith(no_name))

    def name(self, word: str) -> bool:
        """Whether a word of a name occurs, in a form of it too: "Sam" for "Samantha", "Portuguese" for "Portugal"."""
        word = word.casefold().replace("’", "'").removesuffix("'s").strip("'-")
        if word in self._words or word in stop_words():
            return True
        if any(word.startswith(name) or name.startswith(word) for name in self._names if len(name) > 2 < len(word)):
            return True
        if len(word) > 5 and any(name[:5] == word[:5] for name in self._names):
            return True
        return any(
            {word, other} == set(pair) for pair in check_words("en").pairs for other in pair if other in self._words
        )

    def holds(self, text: str) -> bool:
        """Whether the very characters occur (for scripts without spaces)."""
        return any(text in each for each in self._texts)

    def number(self, figure: Figure, after: str) -> bool:
        """Whether a number was said, or follows: `after` is what stands behind it ("years", "岁")."""
        if figure.kind == "clock":
            hour, minute = divmod(figure.value, 60)
            return figure.value in self._clocks or (
                not minute and bool({hour, hour + 12, hour or 12.0} & self._numbers)
            )
        if figure.value in self._numbers or figure.value in self._years:
            return True
        if 2 <= figure.value <= _MANY and figure.value in self._listed:
            return True
        unit = re.match(r"[\s-]*(years?|months?|weeks?|days?)\b|(岁|周年|年|个月|月|周|星期|天)", after)
        days = _UNITS[(unit[1] or unit[2]).removesuffix("s")] if unit else 0.0
        return bool(days) and any(
            abs(abs((self._now - time.begins).days) / days - figure.value) <= 1.1 for time in self._times
        )

    def date(self, claim: DateMention) -> bool:
        """Whether a time the reply names was named, or is when something was said or happened."""
        return any(self._same(claim, time) for time in self._times) or self._spells(claim.text)

    def _same(self, claim: DateMention, time: _Time) -> bool:
        text = claim.text.casefold()
        if time.text == text and (time.fresh or not _RELATIVE.search(text)):
            return True
        first, last = claim.begins, claim.ends
        if claim.recurring or time.recurring or _WEEKDAY.fullmatch(text):
            if last - first <= timedelta(days=1):
                return time.is_day and time.begins.weekday() == first.weekday()
            return time.begins.month == first.month
        first = first.replace(hour=0, minute=0)
        last = max(last, first + timedelta(days=1)) if claim.precision == "hour" else last
        if re.search(r"\bago\b|前$", text):
            return time.begins < last + (last - first) / 2 and time.ends > first - (last - first) / 2
        if not _YEAR.search(text) and not _RELATIVE.search(text):
            if claim.precision == "day" and time.is_day:
                return (time.begins.month, time.begins.day) == (first.month, first.day)
            if claim.precision == "month" and time.ends - time.begins <= timedelta(days=31):
                return time.begins.month == first.month
        return first <= time.begins and time.ends <= last

    def _spells(self, text: str) -> bool:
        """Whether one text holds every word and figure of a date that needs no clock."""
        if _RELATIVE.search(text):
            return False
        parts = [part for part in re.findall(r"\d+|[^\W\d_]+", text.casefold()) if part not in stop_words()]
        return any(all(re.search(rf"(?<!\d){part}(?!\d)", each) for part in parts) for each in self._folded)

    @cached_property
    def _folded(self) -> list[str]:
        return [text.casefold() for text in self._texts]

    @cached_property
    def _words(self) -> frozenset[str]:
        words = {word for text in self._folded for word in _WORD.findall(text.replace("’", "'"))}
        return frozenset(words | {word.removesuffix("'s") for word in words} | {p for w in words for p in w.split("-")})

    @cached_property
    def _names(self) -> frozenset[str]:
        large = {word for text in self._texts for word in _WORD.findall(text) if word[0].isupper()}
        return frozenset({word.casefold().replace("’", "'").removesuffix("'s") for word in large} - stop_words())

    @cached_property
    def _numbers(self) -> frozenset[float]:
        return frozenset(number for text in self._texts for number in loosely(text))

    @cached_property
    def _clocks(self) -> frozenset[float]:
        return frozenset(f.value for text in self._texts for f in figures(text) if f.kind == "clock")

    @cached_property
    def _listed(self) -> frozenset[float]:
        lists = (match.group() for text in self._texts for match in _LIST.finditer(text))
        return frozenset(float(len(re.split(r",\s*(?:and\s+)?|\s+and\s+|\s+&\s+|、|和", each))) for each in lists)

    @cached_property
    def _years(self) -> frozenset[float]:
        return frozenset(float(time.begins.year) for time in self._times)

    @cached_property
    def _times(self) -> list[_Time]:
        found = []
        for support in self._given:
            said = support.said or self._now
            fresh = said.date() == self._now.date()
            found += [
                _Time(mention.begins, mention.ends, mention.recurring, mention.text.casefold(), fresh)
                for mention in resolve(support.text[:LONGEST], said)
            ]
            if support.said is not None:
                begins = support.said.replace(hour=0, minute=0, second=0, microsecond=0)
                found.append(_Time(begins, begins + timedelta(days=1)))
            if support.happened is not None:
                found.append(_Time(*support.happened))
        return found
