"""Which sentences of the person's turn hold something lasting of their own. Rules only: no model, no network.

Each sentence passes through named checks, in order; the first that holds leaves it out, and `explain` names it.
The words they look for are data (assets/rules/en.toml, zh.toml). In other languages nothing is admitted.
Precision comes first: what is left out is still in the transcript, what is wrongly kept would be believed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from companion.mind import checks, clauses, facets, frames, leaning, slots, subjects
from companion.mind.passages import fits, grown, named_before, of_one_before, plain, widened
from companion.mind.rules import language_of, rules
from companion.mind.said import Said
from companion.mind.statement import Statement as Statement
from companion.sentences import sentences

LONGEST_TURN = 12_000
"""Characters of a turn looked at; the rest of a longer one is taken for pasted material."""
MOST_SENTENCES = 120
SET_UP = 3
"""Words of a sentence that only leads up to the irony behind it ("I burnt water. I'm clearly a chef.")."""


class Explanation(NamedTuple):
    """What became of one sentence: the span, whether it was admitted, and the check that decided."""

    span: tuple[int, int]
    admitted: bool
    reason: str


def admit(text: str, known: frozenset[str] = frozenset()) -> list[Statement]:
    """The lasting statements in a turn of the person's, in order. Empty when in doubt. `known` are names, case folded,
    of people and animals in the person's life: what is told of them is kept as theirs.

    They do not overlap, but for one that leans on the one before ("She's called Lena."): it covers both.
    """
    prepared = _prepared(text)
    return _with_setting(text, prepared, _judged(text, prepared, known))


def explain(text: str) -> list[Explanation]:
    """What became of each sentence of the turn, and why."""
    judged = _judged(text, _prepared(text))
    found = []
    for start, end in _looked_at(text):
        parts = [(statement, reason) for (at, _), statement, reason in judged if start <= at < end]
        kept = next((reason for statement, reason in parts if statement is not None), None)
        found.append(Explanation((start, end), kept is not None, kept or "; ".join(reason for _, reason in parts)))
    return found


def wants_private(text: str) -> bool:
    """Whether the person asked that what they say be kept out of memory: then the whole turn is."""
    return any(_private(said) for _, said in _prepared(text))


def _private(said: Said) -> bool:
    return said.says("private") or said.rules.says("private", said.whole.strip())


_REMARKS = ("not their own", "idle", "quoted", "request", "acknowledgement", "about the companion", "about the chat")
Judged = tuple[tuple[int, int], Statement | None, str]
Prepared = list[tuple[tuple[int, int], Said]]


def _prepared(text: str) -> Prepared:
    """What is judged one by one, with what is checked of it: the sentences, or their parts."""
    found: Prepared = []
    foreign = frames.frames(text[:LONGEST_TURN], rules("en"))
    for start, end in _looked_at(text):
        said = checks.said(rules(language_of(text[start:end])), frames.masked(foreign, text, start, end), start)
        found += _parted(text, (start, end), said)
    return found


def _looked_at(text: str) -> list[tuple[int, int]]:
    return sentences(text[:LONGEST_TURN])[:MOST_SENTENCES]


def _parted(text: str, span: tuple[int, int], said: Said) -> Prepared:
    """The sentence in the parts that have to be judged by themselves (`clauses`)."""
    spans = clauses.parts(said.body, said.rules.language)
    if len(spans) < 2 or checks.opens_foreign_matter(said) or checks.left_out(said) not in _PARTS_MAY_STAY:
        return [(span, said)]
    found: Prepared = []
    for begin, end in spans:
        last = end == len(said.body)
        part = said.cut(begin, len(said.raw) if last else end)
        found.append(((span[0] if begin == 0 else part.start, part.end), part))
    return found


_PARTS_MAY_STAY = ("", "not their own", "says little", "points elsewhere", "idle", "at one remove", "of a stranger")


def _judged(text: str, prepared: Prepared, known: frozenset[str] = frozenset()) -> list[Judged]:
    whole = checks.whole_turn([text[start:end] for (start, end), _ in prepared], len(text))
    if not whole and any(_private(said) for _, said in prepared):
        whole = "private"
    if whole:
        return [(span, None, whole) for span, _ in prepared]
    judged: list[Judged] = []
    rest, quoting = "", False
    foreign = frames.frames(text[:LONGEST_TURN], rules("en"))
    for span, said in prepared:
        sentence = text[slice(*span)]
        framed = frames.framed(foreign, *span)
        if framed:
            judged.append((span, None, framed))
            continue
        if quoting or checks.opens_quotation(sentence):
            quoting = not (quoting and checks.closes_quotation(sentence))
            judged.append((span, None, "quoted"))
            continue
        if said.says("staged"):
            judged[:] = [(earlier, None, "role-play") for earlier, _, _ in judged]
            rest = "role-play"
        if (
            judged
            and judged[-1][2] in ("hypothetical", "question", "request")
            and said.rules.says("example", said.whole)
        ):
            judged.append((span, None, "hypothetical"))
            continue
        if rest and (checks.speaks_for_themselves_again(said) or checks.was_a_joke(said)):
            rest = ""
        if rest:
            judged.append((span, None, rest))
            continue
        if checks.was_sarcasm(said):
            judged[:] = [(earlier, None, "irony") for earlier, _, _ in judged]
            judged.append((span, None, "irony"))
            continue
        if checks.was_quoted(said) and judged:
            _strike(text, judged, "quoted")
        if checks.was_a_joke(said):
            if judged and not _stands_alone(said):
                _strike(text, judged, "joke")
            rest = ""
            judged.append((span, None, "joke"))
            continue
        rest = checks.opens_foreign_matter(said)
        if rest:
            if rest == "injection":
                _withdraw(text, span, judged)
            introduces = rest == "material" and said.whole.rstrip().endswith(":")
            head = checks.after_chat(said) if introduces else None
            judged.append((span, _statement(text, head) if head else None, rest))
            continue
        _judge(text, span, said, judged, known)
    return judged


def _strike(text: str, judged: list[Judged], reason: str) -> None:
    """Take back all parts of the sentence judged last."""
    begins = {start for start, _ in _looked_at(text)}
    for at in range(len(judged) - 1, -1, -1):
        judged[at] = (judged[at][0], None, reason)
        if judged[at][0][0] in begins:
            break


def _withdraw(text: str, span: tuple[int, int], judged: list[Judged]) -> None:
    """What stands in one block with commands in the person's name was pasted with them."""
    for at, (earlier, statement, _) in enumerate(judged):
        if statement is not None and "\n\n" not in text[earlier[1] : span[0]]:
            judged[at] = (earlier, None, "injection")


def _stands_alone(said: Said) -> bool:
    """A joke marked inside its own sentence ("I'm a giraffe, just kidding") strikes only that."""
    return len(said.body) > 40


def _with_setting(text: str, prepared: Prepared, judged: list[Judged]) -> list[Statement]:
    """The statements, each with the sentences right behind it, or else right before it, that say how things were."""
    kept = {at: statement for at, (_, statement, _) in enumerate(judged) if statement}
    free = {
        at for at, ((_, said), (_, statement, reason)) in enumerate(zip(prepared, judged, strict=True))
        if statement is None and leaning.is_setting(said, reason)
    }  # fmt: skip
    for step in (1, -1):
        for at in list(kept)[::step]:
            beside = at + step
            while beside in free:
                whole = widened(text, kept[at], judged[beside][0])
                if whole is None:
                    break
                kept[at] = whole
                free.discard(beside)
                beside += step
    return [kept[at] for at in sorted(kept)]


def _judge(
    text: str, span: tuple[int, int], said: Said, judged: list[Judged], known: frozenset[str] = frozenset()
) -> None:
    """Append what becomes of the sentence; one that leans on the last may take its place."""
    previous = judged[-1][1] if judged else None
    reason = checks.left_out(said)
    if not reason and not said.requested and subjects.at_one_remove(said.body, said.rules.language):
        reason = "at one remove"
    if reason in ("question", "request"):
        head = checks.before_asking(said) or (checks.after_presupposing(said) if reason == "question" else None)
        if head:
            said, reason = head, checks.left_out(head)
    if reason in _HEADS and said.rules.language == "en":
        head = _head_clause(said)
        if head:
            said, reason = head, ""
    resumed = checks.after_resuming(said) if reason and said.rules.language == "en" else None
    if resumed:
        said, reason = resumed, ""
    if reason in _REMARKS:
        rest = checks.after_chat(said)
        if rest:
            said, reason = rest, ""
    somebody = subjects.known_first(said.raw, known) if reason == "not their own" and known else ""
    if somebody:
        statement = replace(_statement(text, said), subject=somebody, slot=None, value=None)
        judged.append((span, statement, "of somebody known"))
        return
    names_nobody = leaning.goes_on_about_them(said)
    if names_nobody and not previous and judged and _was_of_another(judged, text):
        judged.append((span, None, "of another"))
        return
    of_them = previous is not None and _may_lean_on(previous, said, reason)
    if previous and (reason in leaning.LEFT_OUT or of_them) and _lean(text, span, said, previous, judged, reason):
        return
    if reason in leaning.LEFT_OUT:
        further_back = of_one_before(text, said, judged)
        if further_back:
            judged.append((span, further_back, "leans on one before"))
            return
    if previous and not reason and leaning.goes_on(said) and fits(previous, said) and plain(previous):
        statement = _statement(text, said)
        if statement.slot is None and statement.subject == previous.subject:
            judged[-1] = (judged[-1][0], None, "told in full by the next")
            judged.append((span, grown(text, previous, said), "goes on from the one before"))
            return
    if reason:
        if reason == "irony" and previous and said.rules.language == "en" and len(previous.text.split()) <= SET_UP:
            _strike(text, judged, "irony")
        judged.append((span, None, reason))
    else:
        judged.append((span, _statement(text, said), "asked for" if said.requested else "their own"))


_HEADS = ("hypothetical", "about the companion", "about the chat", "idle", "acknowledgement")
"""Reasons that a later clause may have given alone: "My interview's on Thursday, I told you." """


def _head_clause(said: Said) -> Said | None:
    """The first clause where it can stand by itself, and no condition is in the sentence."""
    spans = clauses.clauses(said.body)
    if len(spans) < 2 or said.rules.says("imagined", said.whole.strip()):
        return None
    length = spans[0][1]
    head = said.cut(0, length)
    return head if checks.tells_by_itself(head) else None


def _may_lean_on(previous: Statement, said: Said, reason: str) -> bool:
    """Whether a sentence that names nobody, or one of several, goes on about the one the last statement is about."""
    if reason and reason not in leaning.LEFT_OUT:
        return False
    if leaning.one_of_several(said):
        return subjects.somebody_in(previous.text, said.rules.language) is not None
    return leaning.goes_on_about_them(said) and (
        previous.subject != "person" or subjects.just_introduced(previous.text, said.rules.language)
    )


def _was_of_another(judged: list[Judged], text: str) -> bool:
    """Whether the sentence before was left out since it is about somebody else."""
    span, _, reason = judged[-1]
    if reason == "of another":
        return True
    return reason in ("not their own", "at one remove", "of a stranger", "quoted") and leaning.of_another(
        text[slice(*span)]
    )


def _lean(text: str, span: tuple[int, int], said: Said, previous: Statement, judged: list[Judged], reason: str) -> bool:
    """Keep a sentence together with the statement it leans on, when it does."""
    if not fits(previous, said):
        return False
    language = said.rules.language
    on_somebody = leaning.on_somebody(said) or _may_lean_on(previous, said, "")
    somebody = subjects.somebody_in(previous.text, language) if on_somebody else None
    if somebody is not None or (on_somebody and previous.subject != "person"):
        named = subjects.name_given(said.raw) or named_before(previous, somebody, leaning.one_of_several(said))
        if not named:
            return False
        statement = replace(grown(text, previous, said), subject=named)
        whole = previous.subject == "person" and len(previous.text.split()) <= 8
    elif leaning.on_something(said, reason):
        subject = subjects.subject_of(said.body, language)
        statement, whole = grown(text, previous, said), subject == "person"
        if subject != "person":
            statement = replace(statement, subject=subject)
    else:
        return False
    if whole and previous.slot is None:
        judged[-1] = (judged[-1][0], None, "told in full by the next")
    judged.append((span, statement, "leans on the one before"))
    return True


def _statement(text: str, said: Said) -> Statement:
    language = said.rules.language
    kind = facets.kind_of(said.rules, said.body)
    subject = subjects.subject_of(said.body, language)
    filled = slots.slot_of(said.raw, language)
    slot, value = filled if filled else (None, None)
    if slot in ("spouse", "partner", "name"):
        subject = "person"
    elif subject != "person":
        slot = value = None
    if slot:
        kind = "preference" if slot.startswith("favourite") or said.says("boundary") else "fact"
    elif said.says("boundary"):
        kind = "preference"
    return Statement(
        said.start,
        said.end,
        text[said.start : said.end],
        kind,
        facets.polarity_of(said.rules, said.body),
        subject,
        slot,
        value,
        facets.importance_of(said.rules, said.body, kind, slot, subject, said.requested),
        said.requested,
        said.correction,
    )
