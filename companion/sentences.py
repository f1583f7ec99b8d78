"""Where sentences begin and end, for any script, in one pass over the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})", re.MULTILINE)
_STOP = re.compile(r"[.!?…]+|[。！？｡]+[。！？｡…]*")
_CLOSERS = "\"'”’»」』）)]}*_"
_LIST_MARK = re.compile(r"\s*(?:[-*+•·◦–—]|\(?\d{1,3}[.)、]|[a-zA-Z]\))[ \t]+")
_WORD_BEFORE = 12
"""Longest word looked at before a stop: long enough for any abbreviation, and it keeps the scan linear."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# A stop after these never ends a sentence.
_TITLES = _words(
    "dr mr mrs ms mx prof st fr rev hon gen col sgt capt lt cmdr gov sen rep messrs mme mlle "
    "e.g i.e eg ie vs cf viz fig eq vol pp approx ca esp incl z.b d.h u.a bzw"
)
# A stop after these ends one only when a word follows that often begins a sentence.
_SHORTENED = _words(
    "a.m p.m u.s u.k u.n e.u d.c l.a n.y u.s.a ph.d b.a m.a b.s m.s m.d a.d b.c etc inc ltd co corp jr sr "
    "ave blvd rd apt dept est jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur "
    "thurs fri min hr hrs ft lb lbs oz tel ext"
)
_STARTERS = _words(
    "i i'm i've i'd i'll we we're my our you you're your he she he's she's it it's its they they're the this "
    "that there these those but and so then now also after before when while if because however what why how "
    "who where yes no not please thanks can could would do does did is are was were in on at for his her"
)
_BEFORE_NUMBER = _words("no nr art sec ch p")


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences in order, without surrounding white space, covering all that is not white space.

    A fenced block of code is one span. Each span cut out and split again is one sentence.
    """
    found: list[tuple[int, int]] = []
    for start, end, is_code in _blocks(text):
        if is_code:
            _keep(text, start, end, found)
        else:
            for line_start, line_end in _lines(text, start, end):
                _split_line(text, line_start, line_end, found)
    return found


def _keep(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        found.append((start, end))


def _blocks(text: str) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it is a code fence); a fence left open runs to the end."""
    position = 0
    fence_start, mark = -1, ""
    for match in _FENCE.finditer(text):
        if fence_start < 0:
            if match.group(1)[0] == "`" and "`" in _rest_of_line(text, match.end()):
                continue  # ```inline``` code
            fence_start, mark = match.start(), match.group(1)
            if position < fence_start:
                yield position, fence_start, False
        elif match.group(1)[0] == mark[0] and len(match.group(1)) >= len(mark):
            rest = _rest_of_line(text, match.end())
            if rest.strip():
                continue  # words after the mark: a fence inside the code, not its end
            line_end = match.end() + len(rest)
            yield fence_start, line_end, True
            position, fence_start = line_end, -1
    if fence_start >= 0:
        yield fence_start, len(text), True
    elif position < len(text):
        yield position, len(text), False


def _rest_of_line(text: str, position: int) -> str:
    line_end = text.find("\n", position)
    return text[position : len(text) if line_end < 0 else line_end]


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Lines of [start, end)."""
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        yield start, line_end
        start = line_end + 1


def _split_line(text: str, start: int, end: int, found: list[tuple[int, int]]) -> None:
    mark = _LIST_MARK.match(text, start, end)
    position = mark.end() if mark else start
    for match in _STOP.finditer(text, position, end):
        stop_end = match.end()
        if stop_end <= start:
            continue
        closed = stop_end
        while closed < end and text[closed] in _CLOSERS:
            closed += 1
        if closed < end and _ends_here(text, match, closed, start, end):
            _keep(text, start, closed, found)
            start = closed
    _keep(text, start, end, found)


def _ends_here(text: str, stop: re.Match[str], closed: int, start: int, end: int) -> bool:
    """Whether the sentence that began at `start` ends at `closed`, after a stop and what closes on it."""
    mark = stop.group()
    if mark[0] in "。！？｡":
        return closed == stop.end() or not _goes_on(text, closed, end)
    if not text[closed].isspace():
        return mark[-1] in "!?" and not text[closed].isascii() and text[closed].isalpha()
    following = _next_word(text, closed, end)
    if not following:
        return True
    if closed > stop.end() and following[0].islower():
        return text[closed - 1] not in "\"'”’»」』"  # "No!" she said
    if mark != "." and set(mark) <= {".", "…"}:
        return not following[0].islower()
    if mark == ".":
        return _full_stop_ends(text, stop.start(), following, start)
    return True


def _full_stop_ends(text: str, stop: int, following: str, start: int) -> bool:
    begin = stop
    while begin > start and stop - begin < _WORD_BEFORE and (text[begin - 1].isalpha() or text[begin - 1] == "."):
        begin -= 1
    word = text[begin:stop]
    folded = word.casefold()
    if folded in _TITLES and not (folded == "st" and following.casefold() in _STARTERS):
        return False
    if folded in _BEFORE_NUMBER and following[0].isdigit():
        return False
    initial = len(word) == 1 and word.isupper() and word != "I"
    if initial or folded in _SHORTENED:
        return following[0].isupper() and following.casefold().replace("’", "'") in _STARTERS
    return True


def _goes_on(text: str, position: int, end: int) -> bool:
    """Whether a quotation that closed after its stop is followed by more of the sentence (…。”他说)."""
    return position < end and text[position - 1] in "”’」』\"'" and text[position].isalpha()


def _next_word(text: str, position: int, end: int) -> str:
    while position < end and (text[position].isspace() or text[position] in "\"'“‘«「『(（[*_"):
        position += 1
    begin = position
    while position < end and position - begin < _WORD_BEFORE and (text[position].isalnum() or text[position] in "'’"):
        position += 1
    if position == begin and position < end:
        return text[position]
    return text[begin:position]
