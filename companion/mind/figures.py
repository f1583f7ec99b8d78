"""Numbers and times of day in a text, spelled out or in figures, English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
WORDS = {word: value for value, word in enumerate([*_ONES.split(), "eighteen", "nineteen"])}
"""Number words from zero to nineteen."""
_TEN = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * value for value, word in enumerate(_TEN.split(), 2)}
_ORDINAL = "first second third fourth fifth sixth seventh eighth ninth tenth"
_ORDINALS = {word: value for value, word in enumerate(_ORDINAL.split(), 1)}
_OTHERS = {"dozen": 12, "couple": 2, "pair": 2, "twice": 2, "both": 2, "twins": 2, "thrice": 3, "half": 0.5}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_ANY = "|".join(sorted([*WORDS, *_TENS, *_SCALES], key=len, reverse=True))
_SPELLED = re.compile(rf"\b(?:{_ANY})(?:(?:[\s-]+|\s+and\s+)(?:{_ANY}))*\b", re.IGNORECASE)
_LOOSE = re.compile(rf"\b(?:{'|'.join([*_ORDINALS, *_OTHERS])})\b", re.IGNORECASE)
_FIGURE = re.compile(
    r"(?<![A-Za-z0-9_#/.,])(?<![A-Za-z]-)\d+(?:[.,]\d+)*(?P<suffix>k(?![a-z])|st|nd|rd|th)?(?![\d/])(?!:\d)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\d:.])(?P<h>[0-2]?\d)(?::(?P<m>[0-5]\d)(?!\d)(?:\s*[ap](?:m\b|\.m\.))?|\s*[ap](?:m\b|\.m\.)|\s*o['’]clock)",
    re.IGNORECASE,
)
_HOURS = "|".join(list(WORDS)[1:13])
_HALF = re.compile(rf"\b(?P<word>half past|quarter past|quarter to) (?P<h>\d{{1,2}}|{_HOURS})\b", re.I)
_HAN = "零〇一二三四五六七八九"
_HAN_NUMBER = re.compile("[零〇一二两三四五六七八九十百千万]+")
_HAN_CLOCK = re.compile(
    "(?P<part>凌晨|早上|上午|中午|下午|傍晚|晚上|今晚|明晚|明早|今早)?(?P<h>[0-2]?[0-9]|[一二两三四五六七八九十]{1,3})[点點]"
    "(?P<m>半|一刻|三刻|整|钟|[0-5]?[0-9]分?|[零一二三四五六七八九十]{2,3}分?)?"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """Characters [start, end) that say `value`: a number, or minutes after midnight or noon (0–719) of a "clock"."""

    start: int
    end: int
    value: float
    kind: Literal["number", "clock"] = "number"
    spelled: bool = False


def figures(text: str) -> list[Figure]:
    """In order and disjoint; an ordinal in letters ("third", "dozen") is left to `loosely`."""
    found = sorted([*_clocks(text), *_numbers(text), *_han(text)], key=lambda f: (f.start, f.kind, -f.end))
    kept: list[Figure] = []
    for each in found:
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept


def loosely(text: str) -> set[float]:
    """Every number that `text` may be read to say, ordinals, hours and digits of Chinese among them."""
    found = {figure.value for figure in figures(text) if figure.kind == "number"}
    found |= {float(value) for match in _SPELLED.finditer(text) for value in _each(match.group())}
    found |= {float((_ORDINALS | _OTHERS)[match.group().lower()]) for match in _LOOSE.finditer(text)}
    found |= {float(match) for match in re.findall(r"\d{1,9}", text)}
    return found


def han_number(text: str) -> float | None:
    """What Chinese numerals say (up to 万), None when they are no number."""
    if len(text) > 1 and all(c in _HAN for c in text):
        return float("".join("0" if c == "〇" else str("零一二三四五六七八九".index(c)) for c in text))
    total, section, digit = 0, 0, 0
    for c in text:
        if c in "零〇":
            continue
        if c == "万":
            total, section, digit = total + (section + digit or 1) * 10_000, 0, 0
        elif c in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[c]
            digit = 0
        else:
            digit = 2 if c == "两" else "零一二三四五六七八九".index(c)
    return float(total + section + digit) or None


def _numbers(text: str) -> Iterator[Figure]:
    for match in _FIGURE.finditer(text):
        digits, suffix = match.group(), (match["suffix"] or "").lower()
        digits = digits[: len(digits) - len(suffix)]
        digits = digits.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits) else digits
        if not re.fullmatch(r"\d{1,12}(?:[.,]\d{1,6})?", digits):
            continue  # a version, an address
        yield Figure(*match.span(), float(digits.replace(",", ".")) * (1000 if suffix == "k" else 1))
    for match in _SPELLED.finditer(text):
        yield Figure(*match.span(), float(_value(match.group())), spelled=True)


def _clocks(text: str) -> Iterator[Figure]:
    for match in _CLOCK.finditer(text):
        yield Figure(*match.span(), float((int(match["h"]) * 60 + int(match["m"] or 0)) % 720), "clock")
    for match in _HALF.finditer(text):
        hour = int(match["h"]) if match["h"].isdecimal() else WORDS[match["h"].lower()]
        shift = {"half past": 30, "quarter past": 15, "quarter to": -15}[match["word"].lower()]
        yield Figure(*match.span(), float((hour * 60 + shift) % 720), "clock")


def _han(text: str) -> Iterator[Figure]:
    for match in _HAN_CLOCK.finditer(text):
        if not (match["part"] or match["m"]):
            continue  # 三点建议: three points
        hour = float(match["h"]) if match["h"].isdecimal() else han_number(match["h"]) or 0
        words = (match["m"] or "").removesuffix("分")
        minute = {"半": 30.0, "一刻": 15.0, "三刻": 45.0, "整": 0.0, "钟": 0.0, "": 0.0}.get(words)
        if minute is None:
            minute = float(words) if words.isdecimal() else han_number(words.lstrip("零〇")) or 0.0
        start = match.start("h")
        yield Figure(start, match.end(), (hour * 60 + minute) % 720, "clock", not match["h"].isdecimal())
    for match in _HAN_NUMBER.finditer(text):
        value = han_number(match.group())
        if value is not None:
            yield Figure(*match.span(), value, spelled=True)


def _value(words: str) -> int:
    total = current = 0
    for word in re.split(r"[\s-]+", words.lower()):
        if word in _SCALES:
            if word == "hundred":
                current = (current or 1) * 100
            else:
                total, current = total + (current or 1) * _SCALES[word], 0
        elif word != "and":
            current += WORDS.get(word, _TENS.get(word, 0))
    return total + current


def _each(words: str) -> list[int]:
    return [(WORDS | _TENS)[word] for word in re.split(r"[\s-]+", words.lower()) if word in WORDS or word in _TENS]
