"""The answer check: what a reply says about the person's life and nothing it was given supports.

Names, numbers and dates only, by words, without a model: fast enough to run after every reply. Such a reply gets a
quiet mark, and the sentences in question never become memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from companion.dates import DateMention, resolve
from companion.memory.words import stop_words
from companion.mind.check_words import check_words
from companion.mind.claims import Claim, claims, without_code
from companion.mind.figures import Figure, figures
from companion.mind.supports import Support, Supports
from companion.records import Span
from companion.sentences import sentences
from companion.text import has_cjk

LONGEST = 20_000
"""Characters of a reply that are checked."""
_LARGE = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]*\w"
_NAME = re.compile(rf"(?<![\w’'-]){_LARGE}(?:\s+(?:(?:of|de|van|von|la|le|da|do)\s+)?{_LARGE})*")
_LATIN = re.compile(r"(?<![A-Za-z])[A-Z][A-Za-z'’-]*[a-z](?:\s+[A-Z][A-Za-z'’-]*[a-z])*")
_SIMILE = re.compile(r"\b(?:like|as|such) (?:a|an|the|another)?\s*$", re.IGNORECASE)
_AFTER_MARK = re.compile(r"(?:[:“\"*_(\[]|[.!?…]\s)\s*$")
_AGE = re.compile(r"\b(?:turn(?:ed|ing|s)?|aged?)\s*$", re.IGNORECASE)
_NOW = re.compile(r"\b(?:today|tonight|now|this\b.*|the weekend)$|^[今这本]", re.IGNORECASE)
_VAGUE = re.compile(r"\b(?:few|couple|several|other)\b|几", re.IGNORECASE)


def unsupported(reply: str, supports: Sequence[str | Support], now: datetime) -> tuple[Span, ...]:
    """The names, numbers and dates that `reply` claims of the person's life and no text of `supports` holds, in order
    and disjoint. `now` is timezone-aware; relative dates of a plain string are read as at `now`, those of a `Support`
    as at when it was said."""
    reply = without_code(reply[:LONGEST])
    facts = Supports([each for each in supports if isinstance(each, str) or not each.own], now)
    everything = Supports(supports, now)
    found: list[tuple[int, int]] = []
    for claim in claims(reply, facts.people):
        given = everything if _own_words().search(reply, claim.opens, claim.end) else facts
        found += _dates(reply, claim, given, now)
        if claim.force == "when":
            continue
        found += _names(reply, claim, given)
        found += _chinese_names(reply, claim, given)
        found += _numbers(reply, claim, given, now)
    spans: list[Span] = []
    for start, end in sorted(set(found), key=lambda span: (span[0], -span[1])):
        if not spans or start >= spans[-1].end:
            spans.append(Span(start, end, reply[start:end]))
    return tuple(spans)


def supported_text(reply: str, spans: Sequence[Span]) -> str | None:
    """`reply` without the sentences that hold any of `spans`: what may become memory, and what a later reply may rest
    on. None when nothing is left."""
    if not spans:
        return reply if reply.strip() else None
    kept: list[str] = []
    for start, end in sentences(reply):
        if not any(span.start < end and span.end > start for span in spans):
            kept.append(reply[start:end])
    return " ".join(kept) or None


@lru_cache(maxsize=1)
def _own_words() -> re.Pattern[str]:
    """What the companion begins with where it tells of its own advice and promises."""
    return re.compile(rf"\b(?:{check_words('en').pattern('own')})\b|{check_words('zh').pattern('own')}", re.IGNORECASE)


def _mentions(reply: str, claim: Claim, now: datetime) -> list[DateMention]:
    """Dates of the sentence that begin inside the claim, with their places in the reply."""
    text = reply[claim.opens : claim.end]
    found = []
    for mention in resolve(text, now):
        start, end = claim.opens + mention.start, claim.opens + mention.end
        if claim.start <= start < claim.end:
            found.append(
                DateMention(
                    start, end, mention.text, mention.begins, mention.ends, mention.precision, mention.recurring
                )
            )
    return found


def _dates(reply: str, claim: Claim, given: Supports, now: datetime) -> Iterator[tuple[int, int]]:
    if claim.force == "name":
        return
    for mention in _mentions(reply, claim, now):
        if mention.begins <= now < mention.ends or _NOW.search(mention.text) or _VAGUE.search(mention.text):
            continue
        hours = [figure for figure in figures(mention.text) if figure.kind == "clock"]
        if not given.date(mention) or any(not given.number(figure, "") for figure in hours):
            yield mention.start, mention.end


def _names(reply: str, claim: Claim, given: Supports) -> Iterator[tuple[int, int]]:
    no_names = check_words("en").all("no_names")
    for match in (_LATIN if has_cjk(reply[claim.start : claim.end]) else _NAME).finditer(reply, claim.start, claim.end):
        if _SIMILE.search(reply[claim.start : match.start()]):
            continue
        begins = not reply[claim.opens : match.start()].strip(" *_\"“'‘") or bool(
            _AFTER_MARK.search(reply[max(0, match.start() - 3) : match.start()])
        )
        words = list(re.finditer(r"[\w’'-]+", match.group()))
        strange = [
            word
            for number, word in enumerate(words)
            if not (number == 0 and begins)
            and word.group()[0].isupper()
            and not (word.group().isupper() and word.group().isascii())
            and not any(c.isdigit() for c in word.group())
            and _bare(word.group()) not in no_names
            and _bare(word.group()) not in stop_words()
            and not given.name(word.group())
        ]
        if strange:
            start, end = match.start() + strange[0].start(), match.start() + strange[-1].end()
            yield start, end - (2 if re.search(r"['’]s$", reply[start:end]) else 0)


def _chinese_names(reply: str, claim: Claim, given: Supports) -> Iterator[tuple[int, int]]:
    part = reply[claim.start : claim.end]
    if not has_cjk(part):
        return
    for pattern in _chinese_patterns():
        for match in pattern.finditer(part):
            name = match[1]
            if not name.startswith(tuple(check_words("zh").all("no_name"))) and not given.holds(name):
                yield claim.start + match.start(1), claim.start + match.end(1)


def _chinese_patterns() -> tuple[re.Pattern[str], ...]:
    words = check_words("zh")
    family = "".join(words.all("family"))
    after = '(?=[，。！、；,.!“”"\\s]|$|[在说是住去来和跟的])'
    return (
        re.compile(f"({words.pattern('places')})"),
        re.compile("《([^《》\n]{1,40})》"),
        re.compile(f'(?:名?叫做?|名字是)[“"「]?([\u4e00-\u9fff]{{1,4}}?){after}'),
        re.compile(f"(?:{words.pattern('kin')})([{family}][\u4e00-\u9fff]{{1,2}}?|([\u4e00-\u9fff])\\2){after}"),
    )


def _numbers(reply: str, claim: Claim, given: Supports, now: datetime) -> Iterator[tuple[int, int]]:
    if claim.force == "name":
        return
    dates = [(mention.start, mention.end) for mention in _mentions(reply, claim, now)]
    text = reply[claim.opens : claim.end]
    for found in figures(text):
        start, end = claim.opens + found.start, claim.opens + found.end
        if not claim.start <= start or any(start < stop and end > begin for begin, stop in dates):
            continue
        after = reply[end : end + 30]
        if _is_loose(found, reply[claim.opens : start], after, claim):
            continue
        aged = _AGE.search(reply[max(0, start - 12) : start]) is not None
        if not given.number(found, "years" if aged else after):
            yield start, end


def _is_loose(figure: Figure, before: str, after: str, claim: Claim) -> bool:
    """Whether a number claims nothing of a life: small talk, an amount of advice, the companion's own count."""
    if figure.kind == "clock":
        return False
    if figure.value < 2 or figure.value in (100, 101) or re.match(r"\s*/", after):
        return True
    if figure.spelled and has_cjk(before[-1:] + after[:1]):
        return _is_loose_chinese(after, claim)
    if has_cjk(after[:1]):
        return re.match(check_words("zh").pattern("counted"), after) is not None or (
            claim.force != "told" and re.match(check_words("zh").pattern("measures"), after) is not None
        )
    words = check_words("en")
    following = re.findall(r"%|°[CF]?|[a-z]+", after.lower())[:2]
    if words.all("counted") & set(following):
        return True
    if claim.force != "told" and following and following[0] in words.all("measures"):
        return True
    last = (re.findall(r"[a-z']+", before.lower()) or [""])[-1]
    return (figure.spelled and last in words.all("before_loose")) or following[:1] == ["or"]


def _is_loose_chinese(after: str, claim: Claim) -> bool:
    words = check_words("zh")
    if not re.match(words.pattern("units"), after):
        return True
    if re.match(f".?(?:{words.pattern('counted')})", after):
        return True
    return claim.force != "told" and re.match(words.pattern("measures"), after) is not None


def _bare(word: str) -> str:
    return word.casefold().replace("’", "'").removesuffix("'s").strip("'-")
