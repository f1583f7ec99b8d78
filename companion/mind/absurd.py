"""Quantities that no life holds: "I'm 900 years old", "I work 30 hours a day". Who says so does not mean it."""

from __future__ import annotations

import re

from companion.text import has_cjk

OLDEST = 123
"""Years; nobody is known to have lived longer (Jeanne Calment, 122)."""

_UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_NUMBER = (
    rf"(?P<number>\d[\d,]*(?: (?:{'|'.join(_LARGE)}))?|(?:a |(?:{'|'.join(_UNITS)})[ -])?(?:{'|'.join(_LARGE)})"
    rf"|(?:{'|'.join(_UNITS)})(?:[ -](?:{'|'.join(_UNITS)}))?)"
)
_OF_ME = r"\b(?:i|i'm|im|i've|i'd|my \w+|we|we're)\b[^,;.!?]{0,40}?"
_MORE_THAN = (
    (re.compile(rf"{_OF_ME}\b{_NUMBER} years? (?:old|of age|young)\b", re.IGNORECASE), OLDEST),
    (re.compile(rf"{_OF_ME}\b{_NUMBER} hours? (?:a|per|every|each) (?:day|night)\b", re.IGNORECASE), 24),
    (re.compile(rf"{_OF_ME}\b{_NUMBER} hours? (?:straight )?(?:last night|today|yesterday)\b", re.IGNORECASE), 24),
    (re.compile(rf"{_OF_ME}\b{_NUMBER} days? (?:a|per|every|each) week\b", re.IGNORECASE), 7),
    (re.compile(rf"\b(?:i|i've|i have)(?: got| only| just| have)* {_NUMBER} (?:arms|hands|legs|heads)\b", re.I), 2),
)
_HAN = "〇一二三四五六七八九十百千万亿两\\d"
_MORE_THAN_HAN = (
    (re.compile(rf"我\S{{0,6}}?(?P<number>[{_HAN}]+)岁"), OLDEST),
    (re.compile(rf"(?:一天|每天|天天)\S{{0,6}}?(?P<number>[{_HAN}]+)个?(?:小时|钟头)"), 24),
    (re.compile(rf"(?:一周|一星期|每周)\S{{0,6}}?(?P<number>[{_HAN}]+)天"), 7),
    (re.compile(rf"我\S{{0,4}}?(?P<number>[{_HAN}]+)(?:只手|条腿|个脑袋|个头)"), 2),
)
_DIGITS = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_COUNTED = re.compile(r"\b(?:years?|hours?|days?|arms|hands|legs|heads)\b|岁|小时|钟头|天|只手|条腿|个脑袋|个头", re.I)
"""Without any of these there is nothing to compare, as in most sentences."""
_NOT_MINE = re.compile(r"\b(?:house|tree|building|church|cottage|farm\w*|tradition|family|business)\b", re.IGNORECASE)


def is_absurd(body: str) -> bool:
    """Whether the person says of themselves, in number and unit, what cannot be."""
    if not _COUNTED.search(body):
        return False
    han = has_cjk(body)
    if not han and _NOT_MINE.search(body):
        return False
    return any(
        _value(found["number"], han) > most
        for pattern, most in (_MORE_THAN_HAN if han else _MORE_THAN)
        for found in pattern.finditer(body)
    )


def _value(words: str, han: bool) -> int:
    if words.replace(",", "").isdigit():
        return int(words.replace(",", ""))
    return _chinese(words) if han else _english(words)


def _english(words: str) -> int:
    total = 0
    for word in re.split(r"[ -]", words.casefold()):
        if word in _LARGE:
            total = max(total, 1) * _LARGE[word]
        elif word.replace(",", "").isdigit():
            total += int(word.replace(",", ""))
        else:
            total += _UNITS.get(word, 0)
    return total


def _chinese(words: str) -> int:
    total, pending = 0, 0
    for sign in words:
        if sign in _PLACES:
            total, pending = total + max(pending, 1) * _PLACES[sign], 0
        else:
            pending = pending * 10 + (int(sign) if sign.isdigit() else _DIGITS[sign])
    return total + pending
