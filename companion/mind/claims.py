"""Which parts of a reply claim something about the person's life; the rest asks, proposes, supposes or explains.

Words and shapes only, no model. In doubt a part claims nothing: a wrong mark under a reply is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from companion.mind.check_words import check_words
from companion.sentences import sentences
from companion.text import has_cjk

Force = Literal["told", "now", "name", "when"]
"""How a part claims: as what was, or what the person is to have said; as what is so; only by naming somebody; or only
when the claim that follows it was ("In May 2019, you …")."""

_NO_PROSE = re.compile(r"\s*(?:```|~~~|#|>|\||\$\$)")
_LIST_MARK = re.compile(r"\s*(?:[-*+•·◦–—]|\(?\d{1,3}[.)、]|[a-zA-Z]\))[ \t]+")
_CODE = re.compile(r"(?<!`)`[^`\n]+`(?!`)")
_ASKS = re.compile(r"[?？]|[吧呢吗么]\s*[。！!.~～]*\s*$")
_EN_PARTS = re.compile(
    r"[,;:()]\s+|\s[–—-]+\s|—|(?<!\s)\s+(?=(?:and|but|so|because|although|though|since|which|where|who|when|while|if|unless"
    r"|as|or)\b)",
    re.IGNORECASE,
)
_ZH_PARTS = re.compile("[，,；;：:、（）()]|——?")
_JOINT = r"(?:and|but|so|because|since|as|while|which|where|who|when|though|although|or|then|also|just|please|now)"
_NEW_SUBJECT = re.compile(
    rf"(?:{_JOINT}\s+)*(?:it|it's|that|that's|this|there|there's|they|they're|we|we're|he|he's|she|she's|i|i'm|i've|people|"
    r"some|most|many|what|how|(?:the|its|a|an)\s+\w+\s+(?:is|are|was|were|has|have)|[A-Z][\w'-]*\s+(?:is|are|was|were|has))\b"
    r"|which\b",
    re.IGNORECASE,
)
_FRONTED = re.compile(
    r"(?:and |but |so )?(?:in|on|at|last|next|since|after|before|during|by|until|back|the|from|around|with|yesterday|"
    r"tomorrow|a few|two|three|four|five|six|\d)\b",
    re.IGNORECASE,
)
_FRONTED_WORDS = 6


@dataclass(frozen=True, slots=True)
class Claim:
    """Characters [start, end) of the reply that claim something; `opens` is where its sentence begins."""

    start: int
    end: int
    force: Force
    opens: int


def without_code(reply: str) -> str:
    """`reply` with blanks in the place of code within a line; as long as it was."""
    return _CODE.sub(lambda match: " " * len(match.group()), reply)


def claims(reply: str, people: frozenset[str] = frozenset()) -> list[Claim]:
    """In order. `people` are names (case folded) of those in the person's life: who speaks of them speaks of it.
    Code within a line is to be blanked before."""
    found: list[Claim] = []
    for start, end in sentences(reply):
        sentence = reply[start:end]
        if _NO_PROSE.match(sentence) or _ASKS.search(sentence) or _is_heading(sentence):
            continue
        mark = _LIST_MARK.match(sentence)
        opens = mark.end() if mark else 0
        chinese = has_cjk(sentence)
        said = _say(sentence, opens, people) if not chinese else _say_chinese(sentence, opens, people)
        found += [Claim(start + begin, start + stop, force, start + opens) for begin, stop, force in said]
    return found


def _say(sentence: str, opens: int, people: frozenset[str]) -> Iterator[tuple[int, int, Force]]:
    words = _english()
    fronted: list[tuple[int, int]] = []
    before: Force | None = None
    reported = False
    for begin, stop in _cut(sentence, opens, _EN_PARTS):
        part = sentence[begin:stop].replace("’", "'")
        plain = words.idioms.sub(lambda match: " " * len(match.group()), part)
        reported = reported or words.reported.search(part) is not None
        if words.hard_hedges.search(part) or (words.hedges.search(part) and not reported):
            return
        force = words.force(plain, reported, people)
        if force is None and before is not None and not words.begins_request(part) and not _NEW_SUBJECT.match(part):
            force = before
        if force is not None:
            for earlier in fronted:
                yield (*earlier, "when")
            fronted = []
            yield begin, stop, force
        elif before is None and _FRONTED.match(part) and len(part.split()) <= _FRONTED_WORDS:
            fronted.append((begin, stop))
        else:
            fronted = []
        before = force


def _say_chinese(sentence: str, opens: int, people: frozenset[str]) -> Iterator[tuple[int, int, Force]]:
    words = _chinese()
    fronted: list[tuple[int, int]] = []
    before: Force | None = None
    reported = False
    for begin, stop in _cut(sentence, opens, _ZH_PARTS):
        part = sentence[begin:stop]
        plain = words.idioms.sub(lambda match: "＿" * len(match.group()), part)
        reported = reported or words.reported.search(part) is not None
        if words.hard_hedges.search(part) or (words.hedges.search(plain) and not reported):
            return
        force: Force | None = None
        if re.search("[你您]", plain) or any(name in plain.casefold() for name in people):
            force = "told" if reported or re.search("[了过]", plain) else "now"
        elif before is not None and not words.others.match(plain):
            force = before
        if force is not None:
            for earlier in fronted:
                yield (*earlier, "when")
            fronted = []
            yield begin, stop, force
        elif before is None and len(part) <= 8:
            fronted.append((begin, stop))
        before = force


def _cut(sentence: str, opens: int, joints: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for match in joints.finditer(sentence, opens):
        if sentence[opens : match.start()].strip():
            yield _trimmed(sentence, opens, match.start())
        opens = match.end()
    if sentence[opens:].strip():
        yield _trimmed(sentence, opens, len(sentence))


def _trimmed(sentence: str, start: int, end: int) -> tuple[int, int]:
    while start < end and (sentence[start].isspace() or sentence[start] in "*_\"“‘'("):
        start += 1
    return start, end


def _is_heading(sentence: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", sentence) if word.isascii()]
    large = sum(word[0].isupper() for word in words)
    return len(words) > 1 and large / len(words) > 0.7 and sentence.rstrip()[-1] not in ".!。！"


@dataclass(frozen=True, slots=True)
class _English:
    hedges: re.Pattern[str]
    hard_hedges: re.Pattern[str]
    reported: re.Pattern[str]
    idioms: re.Pattern[str]
    request: re.Pattern[str]
    past: re.Pattern[str]
    present: re.Pattern[str]
    offers: re.Pattern[str]
    yours: re.Pattern[str]
    anybodys: re.Pattern[str]
    named: re.Pattern[str]

    def begins_request(self, part: str) -> bool:
        return self.request.match(part) is not None

    def force(self, part: str, reported: bool, people: frozenset[str]) -> Force | None:
        """How a part of a sentence claims something by itself. `reported`: "you told me" stands in or before it."""
        speaks = re.search(r"\byou\b|\byour\b", part, re.IGNORECASE) is not None
        if reported or self.past.search(part):
            return "told" if speaks or reported else None
        if self.begins_request(part) or self.offers.search(part):
            return None
        if self.present.search(part):
            return "now"
        if not self.anybodys.search(part) and self.yours.search(part):
            return "now"
        if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", part, re.IGNORECASE) for name in people):
            return "now"
        return "name" if self.named.search(part) and not self.anybodys.search(part) else None


@lru_cache(maxsize=1)
def _english() -> _English:
    words = check_words("en")
    adverb = r"(?:(?:\w+ly|also|just|once|always|both|first|already|still|often|never|even|then)\s+)*"
    ed = rf"(?!(?:{words.pattern('not_past')})\b)\w{{2,}}ed"
    finite = rf"(?:{words.pattern('finite')}|{ed})"
    is_you = r"(?:'re|'ve|\s+are|\s+have|\s+had)"
    request = rf"(?!(?:{words.pattern('present')})\b)(?:{words.pattern('requests')})"
    hedges = words.pattern("hedges").replace("may", "(?-i:may)")
    return _English(
        hedges=_any(hedges),
        hard_hedges=_any(words.pattern("hard_hedges")),
        reported=_any(words.pattern("reported")),
        idioms=_any(words.pattern("idioms")),
        request=re.compile(rf"(?:{_JOINT}\s+)*{request}\b", re.I),
        past=re.compile(rf"\byou\s+{adverb}(?:{words.pattern('past')}|{ed})\b|\byou(?:'d|\s+had)\s+been\b", re.I),
        present=re.compile(rf"\byou(?:{is_you}\b|\s+{adverb}(?:{words.pattern('present')})\b)", re.I),
        offers=re.compile(rf"\byou{is_you}\b.*\b(?:{words.pattern('counted')})\b", re.I),
        yours=re.compile(rf"\byour\b.*\b{finite}\b|\b(?:is|are|was|were|it's|that's|here's|today's)\s+your\b", re.I),
        anybodys=re.compile(rf"\byour\s+(?:\w+\s+)?(?:{words.pattern('anybodys')})\b", re.I),
        named=re.compile(r"\b[Yy]our(?:\s+[a-z-]+){1,3},?\s+[A-ZÀ-ÞĀ-Ž]\w+"),
    )


@dataclass(frozen=True, slots=True)
class _Chinese:
    hedges: re.Pattern[str]
    hard_hedges: re.Pattern[str]
    reported: re.Pattern[str]
    idioms: re.Pattern[str]
    others: re.Pattern[str]


@lru_cache(maxsize=1)
def _chinese() -> _Chinese:
    words = check_words("zh")
    return _Chinese(
        hedges=re.compile(words.pattern("hedges")),
        hard_hedges=re.compile(words.pattern("hard_hedges")),
        reported=re.compile(words.pattern("reported")),
        idioms=re.compile(words.pattern("idioms")),
        others=re.compile(rf"(?:所以|但是?|而且?|不过)?(?:{words.pattern('others')}|[^你您]{{1,6}}(?:是|位于|属于))"),
    )


def _any(alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{alternatives})(?![\w'])", re.IGNORECASE)
