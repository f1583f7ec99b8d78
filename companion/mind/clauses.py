"""Where a sentence says two things that do not belong together: "My name is Tomasz and I live in Leeds."

Only whole clauses are parted, and only where they are about different people or one of them fills a slot: whoever
replaces the one must not lose the other. In Chinese only people are told apart.
"""

from __future__ import annotations

import re

from companion.mind.dropped import drops_i
from companion.mind.grammar import is_finite, is_verb, words
from companion.mind.slots import slot_of
from companion.mind.subjects import AFTER_IS, introduced, subject_of
from companion.mind.whose import is_about_another

Span = tuple[int, int]
LONGEST = 400
"""Characters of a sentence that is looked at."""
MOST = 6

_SUBJECT = (
    r"(?:(?:i|we|he|she|they)(?:'m|'ve|'d|'ll|'re|'s)? |(?:im|ive) |(?:my|our|his|her|their|the) (?:[\w'-]+ ){1,3}|"
    r"(?:mum|mom|dad|gran|nan|grandma|grandad|grandpa)(?:'s)? |me and my |(?-i:[A-Z][a-z]+)(?:'s)? (?:is|was|"
    r"has|had|\w+s|\w+ed) )"
)
_JOINT = re.compile(
    rf"(?:\s*;\s*|\s+[–—-]+\s+|,\s*(?:(?:and|but|so|yet|plus|while|whereas|though) )?(?:now |then |also |his |"
    rf"her )?|\s+(?:and|but|while|whereas|plus) "
    rf"(?:now |then |also )?)(?={_SUBJECT})",
    re.IGNORECASE,
)
_SHARED = re.compile(r"(?:,? and|,| but) (?:now |also |currently |then )?(?=[a-z'])")
"""Where more may be said of the same subject: "I live in Leeds and work as a nurse", "I'm vegan, allergic to nuts"."""
_NOT_PARTED = re.compile(
    r"\b(?:if|unless|whether|imagine|suppose|wish|pretend|either|than|hypothetically|would|dreamt|dreamed|"
    r"lest)\b|\?|[\"“«]",
    re.IGNORECASE,
)
_OPENS_CLAUSE = re.compile(
    r"^(?:when|whenever|while|after|before|since|because|although|though|until|once|as|even|in case|now that)\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"\b(?:said|says?|told|tells?|think|thinks?|thought|hopes?|claims?|claimed|reckons?|asked|wrote|swears?|"
    r"believes?|like|sure|"
    r"that|which|who|goes|so|know|feel|means?|worried|afraid|because|when|as)(?: (?:me|us|him|her|them))?$",
    re.IGNORECASE,
)


_JOINT_ZH = re.compile("[，,；;](?=我)")


def parts(body: str, language: str = "en") -> list[Span]:
    """Spans of the clauses of a sentence that are to be judged one by one; one span when it is not to be parted."""
    if language == "zh":
        return _parts_zh(body)
    found = clauses(body)
    found = _joined(body, found) if len(found) > 1 and _differ(body, found) else [(0, len(body))]
    return [piece for span in found for piece in _with_company(body, _with_second_verb(body, span))]


def _parts_zh(body: str) -> list[Span]:
    """Where "我" begins a clause of another person than the one before ("我在银行上班，我老公是老师。")."""
    starts = [0, *(joint.end() for joint in _JOINT_ZH.finditer(body))]
    ends = [*(start - 1 for start in starts[1:]), len(body)]
    spans = list(zip(starts, ends, strict=True))
    owners = {subject_of(body[start:end], "zh") for start, end in spans}
    return spans if len(owners) > 1 and len(spans) <= MOST and len(body) <= LONGEST else [(0, len(body))]


def clauses(body: str) -> list[Span]:
    """Every clause with a subject of its own. A subordinate clause in front stays with what it belongs to; where there
    is a condition or a question, nothing is parted."""
    if len(body) > LONGEST or _NOT_PARTED.search(body):
        return [(0, len(body))]
    cuts: list[Span] = []
    begin = 0
    for joint in _JOINT.finditer(body):
        head, tail = body[begin : joint.start()], body[joint.end() :]
        bare = joint.group().strip() == ","
        if len(cuts) >= MOST or not _is_clause(head) or not _is_clause(tail) or _REPORTS.search(head):
            continue
        if bare and _OPENS_CLAUSE.match(head):
            continue
        if bare and _REPORTING_VERB.search(head) and joint.group() == ",":
            continue
        cuts.append((joint.start(), joint.end()))
        begin = joint.end()
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(body)]
    return list(zip(starts, ends, strict=True))


_REPORTING_VERB = re.compile(r"\b(?:said|says|told|goes|was like)\W*$", re.IGNORECASE)


def _is_clause(text: str) -> bool:
    """Whether it has a verb of its own, with something in front of it or dropped."""
    found = words(text)[:10]
    return len(found) > 1 and (
        any(is_finite(word) for word in found)
        or any(is_verb(word) for word in found[1:])
        or _IS.search(text) is not None
    )


_IS = re.compile(rf"'s {AFTER_IS}", re.IGNORECASE)


def _differ(body: str, spans: list[Span]) -> bool:
    texts = [body[start:end] for start, end in spans]
    owners = {_owner(text) for text in texts}
    slots = [slot_of(text, "en") for text in texts]
    return len(owners) > 1 or any(slots)


def _owner(text: str) -> str:
    subject = subject_of(text, "en")
    if subject == "person" and is_about_another(text) and not _THEY.match(text):
        return "another"
    return "person" if subject in _OURS else subject


_THEY = re.compile(r"(?:they|their|everyone|everybody|people|nobody)\b", re.IGNORECASE)
_OURS = ("family", "team")


def _joined(body: str, spans: list[Span]) -> list[Span]:
    """Neighbours of one owner that fill no slot, or the same, are one span again."""
    joined: list[Span] = []
    last: tuple[str, str] | None = None
    for start, end in spans:
        text = body[start:end]
        filled = slot_of(text, "en")
        this = (_owner(text), filled[0] if filled else "")
        if joined and last == this:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
        last = this
    return joined


def _with_second_verb(body: str, span: Span) -> list[Span]:
    start, end = span
    for joint in _SHARED.finditer(body, start, end):
        head, tail = body[start : joint.start()], body[joint.end() : end]
        first, second = slot_of(head, "en"), slot_of(tail, "en")
        more = second[0] != first[0] if first and second else drops_i(tail)
        if first and more and subject_of(head, "en") == "person":
            return [(start, joint.start()), *_with_second_verb(body, (joint.end(), end))]
    return [span]


def _with_company(body: str, spans: list[Span]) -> list[Span]:
    """Somebody who is introduced behind a slot ("I live in Leeds with my dog Biscuit") has a span of their own."""
    found: list[Span] = []
    for start, end in spans:
        text = body[start:end]
        company = introduced(text) if slot_of(text, "en") else None
        if company and slot_of(text[: company[0]], "en") and subject_of(text, "en") == "person":
            found += [(start, start + company[0]), (start + company[1], end)]
        else:
            found.append((start, end))
    return found
