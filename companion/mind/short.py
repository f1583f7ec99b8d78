"""Short sentences: which of them mean something by themselves."""

from __future__ import annotations

import re

from companion.mind import whose
from companion.mind.dropped import drops_i
from companion.mind.grammar import words as words_of
from companion.mind.said import Said
from companion.mind.slots import slot_of
from companion.mind.subjects import subject_of

_NAME_OR_NUMBER = re.compile(
    r"(?<=\s)[A-Z][a-z]{2,}|\d|\b(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b|\b[A-Z]{2,}\b"
)


def drops_subject(said: Said) -> bool:
    """Whether its "I" is left out: such a sentence begins as a command does ("Never touched a cigarette")."""
    return said.rules.language == "en" and drops_i(said.body)


def says_little(said: Said) -> bool:
    """Too short to mean anything by itself."""
    words = said.body.replace("_", "x").strip(" .!…。！，,").split()
    if said.body.rstrip().endswith(("...", "…")) and len(words) < 4:
        return True
    if said.rules.language == "zh":
        return len(said.body.strip(" 。！~，")) < 3
    if len(words) == 1 and drops_subject(said):
        return True
    if len(words) > 3 or (said.requested and len(words) == 3):
        return False
    if said.correction or said.says("boundary") or said.says("elliptical"):
        return len(words) < 3 and not (said.rules.language == "en" and whose.says_much(said.body))
    told = any(said.says(table) for table in ("brief", "feeling", "preference", "wish", "plan", "weighty"))
    told = told or subject_of(said.raw, "en") != "person" or _I_AM.match(said.body) is not None
    told = told or slot_of(said.raw, "en") is not None or _does_something(said.body) or whose.says_much(said.body)
    return not told and _NAME_OR_NUMBER.search(said.raw) is None


_VAGUE = re.compile(
    r"^(?:it|that|this|them|those|so|one|you|too|now|more|less|all|what|why|how|something|anything)\b", re.IGNORECASE
)


def _does_something(body: str) -> bool:
    """ "I deliver milk." says what somebody does, "I did that." does not."""
    if _HAVE.match(body):
        return True
    found = words_of(body)
    return (
        len(found) == 3
        and found[0].casefold() in ("i", "we")
        and not (_EMPTY.match(found[1]) or _VAGUE.match(found[2]))
    )


_I_AM = re.compile(
    r"^(?:i'm|i am|im|we're) (?:(?!(?:not|so|just|still|also|talking|typing|joking|kidding|asking|saying|"
    r"waiting|thinking|"
    r"listening|reading|testing|going|trying|doing|getting|looking|feeling|wondering|guessing)\b)\w+ing "
    r"(?!it|this|that|you|now|here|there|again|up|on|off|out|so|too)\w+|(?:the )?(?:best man|maid of honour|"
    r"next of kin|godmother|"
    r"godfather|treasurer|chair|captain|designated driver))\W*$",
    re.IGNORECASE,
)
_HAVE = re.compile(
    r"^(?:i|we)(?:'ve| have) been \w+(?:ed|en|t)\W*$|^i(?:'ve| have)(?: got)?(?: an?)? (?!(?:questions?|"
    r"concerns?|doubts?|ideas?|seen|read|got|noted|done|"
    r"tried)\b)[\w'-]{2,}\W*$",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"^(?:need|want|have|had|see|saw|get|got|mean|meant|appreciate|understand|hope|know|knew|choose|chose|"
    r"prefer|like|think|guess|"
    r"should|must|can|can't|will|won't|would|could|do|did|don't|didn't|was|were|am|are|feel|agree|trust|require|expect|"
    r"demand|say|said|ask|asked|just|also|really|still)$",
    re.IGNORECASE,
)
