"""Names in what the person says of somebody: who is introduced by name, and what looks like a name at all."""

from __future__ import annotations

import re
from functools import lru_cache

from companion.mind.rules import rules
from companion.mind.subjects import first_name
from companion.sentences import sentences


def introduced(sentence: str, language: str) -> list[tuple[str, str]]:
    """(name, relation) of everybody in the person's life whom a sentence says to bear a name; relations by the one word
    that stands for all of their kind."""
    if language == "zh":
        return []
    kin = rules(language).kin
    found = [match.groupdict() for pattern in _introductions() for match in pattern.finditer(sentence)]
    pairs = ((each["name"], kin.get(each["relation"].lower(), each["relation"].lower())) for each in found)
    return list(dict.fromkeys(pairs))


@lru_cache(maxsize=1)
def _introductions() -> tuple[re.Pattern[str], ...]:
    words = rules("en").relations
    relation = rf"(?P<relation>(?i:{words}))"
    name = r"(?P<name>[A-Z][\w-]+)\b(?!'s \w)"
    called = r"(?:,? (?:is |was )?(?:called |named )?|'s name is |'s called )"
    mine = r"\b(?:[Mm]y|[Oo]ur|[Aa]n?|[Tt]wo) (?:[a-z-]+ ){0,2}?"
    return (
        re.compile(rf"{mine}{relation}{called}{name}"),
        re.compile(rf"(?<![\w'-])(?P<relation>Aunt(?:ie|y)?|Uncle|Cousin|Grandma|Grandpa|Gran|Granny|Nan) {name}"),
        re.compile(rf"\b{name}(?:,| is| was|'s) (?:my|our) (?:[a-z-]+ ){{0,2}}?{relation}\b(?!'s)"),
    )


def called(text: str) -> list[str]:
    """What looks like a name in a text, as it is written, each once; the first word of a sentence only where a name can
    stand there."""
    found: dict[str, None] = {}
    for start, end in sentences(text[:2_000]):
        for match in _CALLED_SO.finditer(text, start, end):
            if match.start() > start or first_name(text[start:end]) == match.group():
                found[match.group()] = None
    return list(found)


_CALLED_SO = re.compile(r"(?<![\w'])[A-Z][a-z][\w-]*")
