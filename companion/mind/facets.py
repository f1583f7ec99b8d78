"""What kind of statement a sentence is: fact, preference, plan, wish or feeling; said or denied; how weighty."""

from __future__ import annotations

import re

from companion.mind.rules import Rules
from companion.mind.slots import IDENTITY
from companion.records import Modality, Polarity

_NEGATION = re.compile(
    r"\b(?:not|never|no longer|no way|cannot|cant|dont|didnt|hardly|none of|nobody|don't|doesn't|didn't|won't|can't|"
    r"isn't|aren't|wasn't|weren't|haven't|hasn't|hadn't|couldn't|wouldn't|ain't|neither|without any|"
    r"no (?:good|use|fan|expert|cook|swimmer|dancer|reader|believer|drinker)|nothing|nowhere|"
    r"(?:have|had|'ve|got|has) no|"
    r"no (?:kids|children|siblings|pets|job|family|friends|brothers|sisters|parents|money|car|degree|partner))\b",
    re.IGNORECASE,
)
_NO_NEGATION = re.compile(
    r"\b(?:not only|not just|can't (?:wait|stand|bear|stop|help)|cannot (?:wait|stand|bear|stop)|why not|never mind)\b"
    r"|, not .*$|\bnot until\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:—–]| (?:but|because|so|and|although|since|when|while|after|that|who|which) ")
_NEGATION_ZH = re.compile("不(?!仅|但|错|止|只|过|好意思|得不|断)|没(?!错|关系|想到)|从未|别")
_KINDS: tuple[Modality, ...] = ("plan", "wish", "preference", "feeling")


def kind_of(rules: Rules, sentence: str) -> Modality:
    """The first kind whose words it has; plain facts have none of them."""
    for kind in _KINDS:
        if rules.says(kind, sentence):
            return kind
    return "fact"


def polarity_of(rules: Rules, sentence: str) -> Polarity:
    """Whether its main clause denies. "I can't stand X" and "X, not Y" do not."""
    if rules.language == "zh":
        first = re.split("[，,；;]", sentence)[0]
        return "negated" if _NEGATION_ZH.search(first) else "affirmed"
    plain = _NO_NEGATION.sub(" ", sentence)
    main = next((clause for clause in _CLAUSE.split(plain) if _HAS_SUBJECT.search(clause)), plain)
    return "negated" if _NEGATION.search(main) else "affirmed"


_HAS_SUBJECT = re.compile(r"\b(?:i|we|my|our|i'm|i've|i'd|i'll|he|she|they)\b", re.IGNORECASE)


def importance_of(rules: Rules, sentence: str, kind: Modality, slot: str | None, subject: str, requested: bool) -> int:
    """1–5: identity 5; health, family, loss, boundaries and what was asked for 4; passing feelings 2; the rest 3."""
    if slot in IDENTITY:
        return 5
    if requested or subject != "person" or rules.says("weighty", sentence) or rules.says("boundary", sentence):
        return 4
    return 2 if kind == "feeling" else 3
