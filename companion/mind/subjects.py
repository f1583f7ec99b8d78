"""Whose life a statement is about: the person's, or that of somebody they name."""

from __future__ import annotations

import re
from functools import lru_cache

from companion.mind.rules import rules
from companion.mind.slots import NAME

# "my sister is" and "my sister's ill", but neither "my sister's wedding" nor "my sister and I".
_IS_SUBJECT = (
    r"(?! and (?:I|me|my)\b| & I|'s (?!(?:an?|in|at|not|very|so|been|got|having|getting|going|coming|moving|working|"
    r"living|doing|studying|leaving|dating|staying|ill|sick|here|back|dead|fine)\b))"
)


@lru_cache(maxsize=2)
def _relation(language: str) -> tuple[re.Pattern[str], ...]:
    """Sentences whose subject is somebody in the person's life, by name where there is one."""
    words = rules(language).relations
    if language == "zh":
        named = r"叫(?P<name>[\u4e00-\u9fffA-Za-z]{2,4}?)(?=[，。！,是在今]|$)"
        called = rf"(?:{named}|(?P<nick>[小阿][\u4e00-\u9fff]))?"
        return (
            re.compile(
                rf"^(?:昨天|今天|最近)?我(?:的|家的?)?(?P<relation>{words}){called}(?!和我|跟我|一起|对我|给我|说我)"
            ),
        )
    mine = r"^(?:[Mm]y|[Oo]ur) (?:[a-z-]+ ){0,2}?"
    return (
        re.compile(
            rf"{mine}(?P<relation>{words})(?: is (?:called|named) |, | |'s name is )"
            rf"(?P<name>[A-Z][\w'-]+?)\b{_IS_SUBJECT}"
        ),
        re.compile(rf"{mine}(?P<relation>{words}) (?P<name>[A-Z][\w-]+)(?= (?!and (?:I|me|my)\b)[a-z'])"),
        re.compile(rf"{mine}(?P<relation>{words})\b(?P<name>){_IS_SUBJECT}"),
        re.compile(
            r"^(?P<relation>[Aa]unt|[Aa]untie|[Uu]ncle|[Cc]ousin|[Gg]randma|[Gg]randpa) (?P<name>[A-Z][\w'-]+)\b"
        ),
        re.compile(rf"^(?P<name>[A-Z][\w-]+)(?:,| is| was|'s) my (?:[a-z-]+ ){{0,2}}(?P<relation>{words})\b"),
    )


_SERVES = re.compile(
    r"^(?:boss|manager|colleague|neighbou?r|teacher|professor|therapist|doctor|coach|landlord|landlady)$"
)
_OF_ME = re.compile(
    r"^(?:my|our) (?:[\w-]+ ){1,3}(?:says?|said|thinks?|told me|tells me|confirmed|reckons?|diagnosed me|believes?)"
    r"(?: that)? (?:i|i'm|i've|my|with|it's)\b",
    re.IGNORECASE,
)
_AND_I = re.compile(r"\b(?:and|so|which means|but) (?:now |so |then )?(?:i|i'm|i've|my|we|we're)\b", re.IGNORECASE)


def subject_of(sentence: str, language: str) -> str:
    """ "person", or the one named first: by name when it is given, else by relation ("my mum" → "mother"). What a
    doctor or boss says or does to the person is about the person."""
    for pattern in _relation(language):
        match = pattern.search(sentence)
        if match:
            relation = match["relation"].lower()
            if _OF_ME.match(sentence) or (_SERVES.match(relation) and _AND_I.search(sentence)):
                return "person"
            return _name_in(match) or rules(language).kin.get(relation, relation)
    return "person"


def _name_in(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return groups.get("name") or groups.get("nick") or ""


@lru_cache(maxsize=2)
def _at_one_remove(language: str) -> re.Pattern[str]:
    words = rules(language).relations
    if language == "zh":
        return re.compile(rf"^(?:昨天|今天|最近)?我(?:的|家的?)?(?:{words})的(?:{words})")
    return re.compile(
        rf"^(?:[Mm]y|[Oo]ur) (?:[\w-]+ ){{0,2}}?(?:{words})'s? (?:[\w-]+ ){{0,2}}?(?:{words})\b", re.IGNORECASE
    )


def at_one_remove(sentence: str, language: str) -> bool:
    """Whether it is about somebody whom the person knows through another ("my colleague's cousin")."""
    return _at_one_remove(language).match(sentence) is not None


@lru_cache(maxsize=2)
def _company(language: str) -> re.Pattern[str]:
    words = rules(language).relations
    if language == "zh":
        return re.compile(rf"(?P<relation>{words})(?P<name>[小阿][\u4e00-\u9fff])?")
    return re.compile(rf"\b(?P<relation>{words})\b(?: (?P<name>(?-i:[A-Z])[\w'-]+))?", re.IGNORECASE)


_STRANGER = re.compile(
    r"\b(?:someone|somebody|an? (?:\w+ )?(?:guy|girl|man|woman|boy|lady))\b|有(?:个|一个)人", re.IGNORECASE
)


def somebody_in(sentence: str, language: str) -> str | None:
    """Whom the sentence mentions last, by name or relation, for "She's called Lena." after "I have a sister."; ""
    for somebody who has neither yet."""
    found = list(_company(language).finditer(sentence))
    if not found:
        return "" if _STRANGER.search(sentence) else None
    relation = found[-1]["relation"].lower()
    return found[-1]["name"] or rules(language).kin.get(relation, relation)


_CALLED_NAME = re.compile(
    rf"\b(?:called|named|name is|name's|'s|is) {NAME}(?=[.,!]|$)|^[Tt]he (?:\w+ )?one, (?P<one>[A-Z][\w'-]+)"
    rf"|叫(?P<han>[\u4e00-\u9fffA-Za-z]{{1,4}})"
)


def name_given(sentence: str) -> str | None:
    """The name in "She's called Lena."."""
    match = _CALLED_NAME.search(sentence)
    return (match["value"] or match["one"] or match["han"]) if match else None


_FIRST_NAME = re.compile(r"^(?P<name>[A-Z][\w-]{1,20})(?:'s)? (?!and (?:i|me)\b)[a-z]")


def first_name(sentence: str) -> str:
    """The name that a sentence begins with, or what looks like one; "" where none does."""
    match = _FIRST_NAME.match(sentence)
    return match["name"] if match else ""


def introduces(sentence: str, name: str) -> bool:
    """Whether a sentence says who bears a name ("my dog Biscuit", "Lena is my sister")."""
    words = rules("en").relations
    called = r"(?:,? | is | is called | called | named |'s name is )"
    pattern = rf"\b(?:my|our) (?:[\w-]+ ){{0,2}}?(?:{words}){called}{re.escape(name)}\b"
    bearer = rf"\b{re.escape(name)}(?:,| is| was|'s) (?:my|our) (?:[\w-]+ ){{0,2}}?(?:{words})\b"
    return re.search(f"{pattern}|{bearer}", sentence, re.IGNORECASE) is not None
