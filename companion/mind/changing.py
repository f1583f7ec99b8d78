"""Whether a newer statement says that something changed, and whether what it changes is what an older one tells.

What changes has to be told: a class of words says that it went on no more, was ended, replaced, shifted, begun or
turned well. And both must be about one matter: the same things by name, or a matter in which there is one state at a
time (work, home, a relationship). What somebody merely has or likes is not over because something happens to it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

from companion.dates import resolve
from companion.memory.words import stems, stop_words
from companion.mind.bearing import borne, without
from companion.mind.grammar import is_verb
from companion.mind.matters import leaves_open, matters, matters_of_change
from companion.mind.rules import language_of, rules
from companion.mind.wording import Wording, change_classes, change_tables, changes, says, wording

_OVER = frozenset({"continued_no_more", "ended", "replaced", "turned_well"})
"""Classes by which even an event, a possession or a liking is no longer what it was."""
_EMPTY = frozenset(
    stems(
        "new start begin again still first now today name called call lot change changed switch swap mind feel need"
        " find found stuff fun tough hard week last recently lately share sure glad pay paid means keep"
    )
)
"""Stems that tell of changes rather than of what changes."""
_HAS = re.compile(
    r"^\W*(?:i|we)(?:'ve| have)? (?:(?:also|already|still|only|just) )*(?:have(?! \w{3,}ed\b| been\b)|got|own|keep)\b"
    r"|^我(?:有|养)"
)
_LIKES = re.compile(
    r"^\W*(?:i|we) (?:\w+ly |do |just |still )?(?:love|like|enjoy|adore|hate|dislike|detest|prefer)\b|^我.?(?:喜欢|爱)"
)
_TOLD = re.compile(
    r"^\W*(?:yesterday,? |last \w+,? )?"
    r"(?:i|we|he|she|they|(?:my|our|the) (?:(?!is |are |am |has |have |was |gets )\w+ ){1,2}?)(?:\w+ly |just )?"
    r"(?!need|feed|bleed|speed)(?:\w{2,}ed|went|had|took|saw|met|left|ran|broke|bought|sold|lost|found|came|made|gave"
    r"|fell|won|ate|drank|wrote|told|paid|spent|slept|drove|flew|rode|sang|taught|did)\b(?! to be\b)",
    re.IGNORECASE,
)
"""An event, in the past tense."""
_MINE = re.compile(r"^\W*(?:i|we|i'm|we're|i've|we've)\b", re.IGNORECASE)
_THEIRS = re.compile(r"^\W*(?:(?i:the|my|our|its)\b|[A-Z][a-z]+(?='s| (?:is|has|was|got|started|gave)\b))")
_DOES = re.compile(r"^(?:i|we) (?!am|are|have|can)(?P<verb>[a-z]+) ")
_OFTEN = re.compile(
    r"\b(?:every|once|twice|daily|weekly|(?:\d+|three|four|five) times|days a|a (?:day|week|month|night))\b"
)
_LACKS = re.compile(
    r"\b(?:single|unemployed|out of work|between|looking for|trying (?:for|to)|waiting|without|alone|hoping)\b"
    r"|失业|待业|单身|找工作"
)
_IS = re.compile(r"^(?:my|our|the) ")
_DRIVES = re.compile(r"^(?:i|we) (?:drive|ride|use|wear|rent|am on)\b")
_USED_TO = re.compile(r"\bused to\b", re.IGNORECASE)


SHORT = 6
"""Telling stems up to which a statement is about one thing."""
MUCH = 0.25
"""Share of what a longer one tells first, from which it is about that."""


class Told(Protocol):
    """What a claim says, as far as it matters here."""

    @property
    def text(self) -> str: ...
    @property
    def subject(self) -> str: ...


def classes_of_change(older: str, newer: str) -> frozenset[str]:
    """The classes of words in the newer which say that something changed, and which the older has not."""
    before = older.casefold().replace("’", "'")
    return frozenset(change.name for change in changes(newer) if change.text not in before)


def shared_things(older: Told, a: Wording, b: Wording) -> frozenset[str]:
    """Telling stems of both that say what they are about: without whose life it is, and what tells of change."""
    shared = (a.telling & b.telling) - _EMPTY
    if a.chinese:
        shared = frozenset(pair for pair in shared if not _says_little(pair))
    return shared - people(language_of(older.text)) - wording(older.subject).stems if _other(older) else shared


def _undone(older: Told, newer: Told) -> bool:
    """Whether the newer says in Chinese that the same one does no more what the older tells ("来看我", "不来了")."""
    found = _NO_MORE_ZH.search(newer.text) if _other(older) and older.subject == newer.subject else None
    return found is not None and found["verb"] in older.text


_NO_MORE_ZH = re.compile("不(?P<verb>[\u4e00-\u9fff])了")


@lru_cache(maxsize=4096)
def _says_little(pair: str) -> bool:
    """Whether a pair of Chinese characters is, or is cut out of, what any two may share ("近在", "感觉")."""
    words = change_tables()["words"]
    return pair in words["little_zh"].split() or any(character in words["between_zh"] for character in pair)


def same_matter(older: Told, newer: Told, a: Wording, b: Wording) -> bool:
    """Whether both are about one thing, or one of the matters with one state at a time."""
    shared = bool(shared_things(older, a, b) or _matters_of(older) & _matters_of(newer))
    return shared or _ends_with_life(older, newer) or _undone(older, newer)


def takes_place(older: Told, newer: Told, a: Wording, b: Wording, how: frozenset[str]) -> bool:
    """Whether what the newer says has changed, in words of the classes `how`, is what the older tells."""
    if not how or not same_matter(older, newer, a, b):
        return False
    if _ends_with_life(older, newer):
        return True
    if leaves_open(older.text, newer.text) and not _lacks(a):
        return False  # "I got the job!" says nothing of what the person was until then
    if _mine_alone(older) and _done_by_another(newer.text, a):
        return False  # "I live in Graz", and "Jonas moved out"
    if b.chinese:
        told = matters_of_change(newer.text)
        said = "".join(change.text for change in changes(newer.text))
        return not told or bool(told & _matters_of(older)) or any(p in said for p in shared_things(older, a, b))
    named = shared_things(older, a, b)
    things = borne(named, older.text, newer.text, how)
    shared = _matters_of(older) & _matters_of(newer, named - things)
    if not _other(older) and max(len(a.telling), len(b.telling)) > SHORT:
        things, shared = _at_heart(things, shared, older.text, newer.text)
    how = _renewed(older, newer, a, how, shared)
    if not how or not (things or shared):
        return False
    if _LIKES.search(a.plain) or "favourite" in a.plain:
        given_up = bool(how & {"ended", "continued_no_more"} and things) and _OFTEN.search(a.plain) is not None
        return says("liking_turned", newer.text) or _opposed(a, b) or given_up  # "I love tea, I have five cups a day"
    mine, theirs = _MINE.search(older.text) is not None, _THEIRS.search(newer.text) is not None
    if mine and theirs and not shared and how <= {"turned_well", "replaced", "begun", "now"}:
        return _lacks(a)  # "I drive a Fiat", and it is back from the garage
    if how <= {"begun", "now"} and _lacks(a) != _lacks(b):
        return True
    if "shifted" in how and things and _on_a_day(older.text) and _on_a_day(newer.text):
        return True  # "I have an exam on 3 June", and it has been moved to the tenth
    if how & _OVER:
        has = _HAS.search(a.plain) is not None
        one_more = how & _OVER == {"replaced"} and things and not things - people(language_of(older.text))
        return not (has and (one_more or how & _OVER == {"turned_well"}) and not shared)
    if is_event(older.text):
        return False  # an event stays what happened
    if _HAS.search(a.plain):
        return _HAS.search(b.plain) is not None or bool(shared)
    if how <= {"begun", "now"}:
        return bool(shared) or ("now" in how and (bool(things - _verb(a)) or _often(a, b)))
    return bool(shared) or bool(things - _verb(a))


def _at_heart(
    things: frozenset[str], shared: frozenset[str], older: str, newer: str
) -> tuple[frozenset[str], frozenset[str]]:
    """Of the things and matters that two statements share, those that both are about: the clause of the newer that
    says what changed, and the first of the older, in which they are much of what is told. In a long statement anything
    may be named in passing."""
    short = len(wording(newer).telling) <= SHORT + 2
    told = [clause for clause in _CLAUSE.split(newer) if classes_of_change(older, clause)] if not short else [newer]
    first = next((clause for clause in _CLAUSE.split(older) if len(stems(clause)) > 1), older)
    heart = frozenset(stem for clause in told for stem in stems(clause))
    of_it = frozenset(stems(first))
    both = things & heart & of_it
    enough = len(both) >= MUCH * min(len(of_it), len(heart))
    matter = shared & matters(first) if len(of_it) <= SHORT else frozenset[str]()
    return both if enough else frozenset(), frozenset(m for clause in told for m in matters(clause)) & matter


def _matters_of(told: Told, leaving: frozenset[str] = frozenset()) -> frozenset[str]:
    """The matters of what is said of its subject; the word for who that is tells of none."""
    text = _whose().sub("", told.text) if _other(told) else told.text
    return matters(without(leaving, text) if leaving else text)


def _renewed(older: Told, newer: Told, a: Wording, how: frozenset[str], shared: frozenset[str]) -> frozenset[str]:
    """`how`, where a new one of its kind replaces what the older tells of, or is another thing altogether."""
    if "renewed" not in how:
        return how
    found = list(change_classes("en")["renewed"].finditer(newer.text))
    same = any(set(stems(match["what"])) & a.stems or matters(match.group()) & shared for match in found)
    mine = _IS.search(a.plain) is not None and not _other(older)
    owns = mine or _HAS.search(a.plain) is not None or _DRIVES.search(a.plain) is not None
    return how - {"renewed"} | ({"replaced"} if same and owns else set())


def _mine_alone(told: Told) -> bool:
    return not _other(told) and _MINE.search(told.text) is not None


def _done_by_another(text: str, older: Wording) -> bool:
    """Whether all that a statement says has changed is what somebody did whom the `older` does not name, and who did
    it to nobody."""
    clauses = [clause for clause in _CLAUSE.split(text) if classes_of_change("", clause) - {"now"}]
    found = [_BY_NAME.match(clause) for clause in clauses]
    return bool(clauses) and all(
        match is not None
        and match["name"].casefold() not in older.plain.split()
        and match["name"].casefold() not in stop_words()
        and not is_verb(match["name"])
        and not _ME.search(clause)
        for match, clause in zip(found, clauses, strict=True)
    )


_CLAUSE = re.compile(r"[,.;:!?]| (?:and|but|so) ")
_BY_NAME = re.compile(r"\W*(?P<name>[A-Z][\w-]+)(?:'s)? [a-z]")
_ME = re.compile(r"\b(?:i|me|my|us|our|we|mine)\b", re.IGNORECASE)


def _lacks(words: Wording) -> bool:
    """Whether it tells of what is not (yet) so."""
    return _denied(words) or _LACKS.search(words.plain) is not None


def _opposed(a: Wording, b: Wording) -> bool:
    return _denied(a) != _denied(b)


def _often(a: Wording, b: Wording) -> bool:
    """Whether both say how often they do one thing."""
    return _verb(a) == _verb(b) != frozenset() and all(_OFTEN.search(words.plain) for words in (a, b))


def _verb(words: Wording) -> frozenset[str]:
    """The stem of what the person does in "I collect coins": to do it to another thing as well changes nothing."""
    match = _DOES.match(words.plain)
    return frozenset(stems(match["verb"])) if match else frozenset()


def once_was(older: Told, newer: Told, a: Wording, b: Wording) -> bool:
    """Whether the newer says of all that the older tells that it used to be so."""
    return _USED_TO.search(newer.text) is not None and bool(a.stems) and a.stems <= b.stems


def _ends_with_life(older: Told, newer: Told) -> bool:
    return tells_of_death(newer.text) and _lasting()["life"].search(older.text) is not None


def tells_of_death(text: str) -> bool:
    return _lasting()["death"].search(text) is not None


def is_event(text: str) -> bool:
    """Whether it tells what once happened."""
    return _TOLD.search(text) is not None


@lru_cache(maxsize=256)
def _on_a_day(text: str) -> bool:
    """Whether it names a time, and not one that comes again and again."""
    return any(not mention.recurring for mention in resolve(text, _ANY_DAY))


_ANY_DAY = datetime(2000, 1, 3, tzinfo=UTC)
"""From which to read a time where only that there is one matters."""


def _other(told: Told) -> bool:
    return told.subject != "person"


def _denied(words: Wording) -> bool:
    return DENIAL.search(words.plain) is not None


DENIAL = re.compile(r"\b(?:not|no|never|none)\b|[不没]")


@lru_cache(maxsize=2)
def people(language: str) -> frozenset[str]:
    """Stems of the words for people and animals in somebody's life."""
    words = rules(language)
    plain = re.sub(r"[^\w\s|-]|\?", " ", words.relations).replace("|", " ")
    return frozenset(stems(plain)) | frozenset(stem for kin in words.kin.values() for stem in stems(kin))


@lru_cache(maxsize=1)
def _whose() -> re.Pattern[str]:
    return re.compile(rf"^\W*(?:my|our) (?:[\w-]+ ){{0,2}}?(?:{rules('en').relations})\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _lasting() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in change_tables()["lasting"].items()}
