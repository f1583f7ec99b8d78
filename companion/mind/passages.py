"""Passages: a statement together with the sentences beside it, which it needs or which say how things were."""

from __future__ import annotations

from dataclasses import replace

from companion.mind import leaning, subjects
from companion.mind.said import Said
from companion.mind.statement import Statement


def widened(text: str, statement: Statement, span: tuple[int, int]) -> Statement | None:
    """The statement with a sentence beside it, of the same paragraph, when both are short enough."""
    start, end = min(statement.start, span[0]), max(statement.end, span[1])
    between = text[span[1] : statement.start] if span[0] < statement.start else text[statement.end : span[0]]
    own = statement.subject == "person" and plain(statement)
    if not own or "\n" in between or len(between) > _LEAD or end - start > leaning.SETTING:
        return None
    core = statement.core or (statement.start, statement.end)
    return replace(statement, start=start, end=end, text=text[start:end], core=core)


_LEAD = 16
"""Characters of opening words ("Well, so") that may have been cut off between two sentences."""


def named_before(previous: Statement, somebody: str | None, one: bool) -> str | None:
    """Whom a pronoun means: the one the statement is about, else the partner it names, else whom it mentions."""
    if previous.subject != "person":
        return previous.subject.removesuffix("s") if one else previous.subject
    if previous.slot in ("spouse", "partner"):
        return previous.value
    return somebody.removesuffix("s") if somebody and one else somebody


def fits(previous: Statement, said: Said) -> bool:
    return said.end - previous.start <= leaning.LONGEST


def plain(previous: Statement) -> bool:
    return previous.slot is None and not previous.requested and not previous.correction


def grown(text: str, previous: Statement, said: Said) -> Statement:
    """The previous statement and what leans on it, as one; it fills no slot any more."""
    weight = max(previous.importance, 4 if said.says("weighty") else 0)
    return replace(
        previous, end=said.end, text=text[previous.start : said.end], slot=None, value=None, importance=weight
    )


_BETWEEN = 3
"""Statements back that a pronoun may reach."""
_MEN = frozenset(
    ["father", "brother", "son", "husband", "boyfriend", "uncle", "nephew", "grandfather", "grandson", "godfather"]
)
_WOMEN = frozenset(
    ["mother", "sister", "daughter", "wife", "girlfriend", "aunt", "niece", "grandmother", "granddaughter", "godmother"]
)


def of_one_before(
    text: str, said: Said, before: list[tuple[tuple[int, int], Statement | None, str]]
) -> Statement | None:
    """What a sentence that begins with "he" or "she" says of the one introduced a little earlier, from there on:
    "My wife is called Ingeborg. We met on a train. She builds harpsichords." None where somebody else stands between.
    """
    pronoun = leaning.on_one_person(said)
    if not pronoun:
        return None
    for span, statement, reason in reversed(before[-_BETWEEN:]):
        if statement is None:
            asked_about = _named_in_asking(text, span, said, pronoun) if reason in ("question", "request") else None
            if asked_about:
                return asked_about
            if leaning.of_another(text[slice(*span)]):
                return None
            continue
        mentioned = subjects.somebody_in(statement.text, said.rules.language)
        if statement.subject == "person" and mentioned is None:
            continue
        if statement.subject == "person" and leaning.points_to_another(statement.text):
            return None
        named = named_before(statement, mentioned, one=False)
        if not named or not _agrees(pronoun, named, statement.text, said.rules.language) or not fits(statement, said):
            return None
        return replace(grown(text, statement, said), subject=named, core=(said.start, said.end))
    return None


def _named_in_asking(text: str, span: tuple[int, int], said: Said, pronoun: str) -> Statement | None:
    """What is told of the one person that a request names: "Write an ode to my cat Bismarck. He's nineteen." """
    language = said.rules.language
    asking = text[slice(*span)]
    named = subjects.of_mine_in(asking, language)
    if not named or not _agrees(pronoun, named, asking, language) or said.end - span[0] > leaning.LONGEST:
        return None
    return Statement(
        span[0], said.end, text[span[0] : said.end], subject=named, importance=4, core=(said.start, said.end)
    )


def _agrees(pronoun: str, named: str, passage: str, language: str) -> bool:
    """Whether the pronoun can mean the one named: by the relation, where it has one that says."""
    relation = named if named.islower() else subjects.relation_in(passage, language)
    if relation.endswith("s") and relation != "boss":
        return False
    return relation not in (_WOMEN if pronoun == "he" else _MEN)
