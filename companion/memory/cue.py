"""The cue: what the moment asks of memory, read out of the message, its context and the clock."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from companion.dates import resolve
from companion.memory.affect import valence
from companion.memory.words import stems
from companion.names import names
from companion.paths import asset
from companion.sentences import sentences
from companion.text import has_cjk

LONGEST = 4_000
"""Characters of a message that are looked at, half at each end: what a person asks stands before or after a paste."""
CONTEXT_LINES = 6
"""Lines of the conversation before that a cue leans on."""
LINE = 240
"""Characters of each of them that are read together with the message."""
SHORT = 3
"""Sentences of a message that is a question, not a passage that happens to end in one."""
LONGEST_SPAN = timedelta(days=800)
WEEK = timedelta(days=7)
_BETWEEN_CLAUSES = re.compile(r"[^\w\s'-]+|(?<!\w)['-]|['-](?!\w)")
_QUOTED = re.compile(r"[\"“「][^\"”」]{1,200}[\"”」]")
_OF_QUESTIONS = frozenset({"ahead", "onward", "back", "asking"})
"""Tables that say what kind of question it is."""
_CLOSERS = " \n\"'”’»」』)）*"


@dataclass(frozen=True)
class Cue:
    """What recall is asked for: the person's message, what it leans on, and what the reply has before it anyway."""

    text: str
    context: tuple[str, ...] = ()
    """What was said before it, by either, oldest first: for messages that say "it" and "she" and little else."""
    present_turns: frozenset[int] = frozenset()
    """Turns that are in the prompt already: memories that rest on nothing else are not recalled again."""
    now: datetime | None = None
    """When it is asked, aware; "last week" is told from it. Without it no dates are read."""
    speaker: str = ""
    """Who asks, by name, when the name is known."""
    search: bool = False
    """The person searches by hand: then there is no question of whether memory is called for."""
    scopes: frozenset[str] | None = frozenset({""})
    """Whose memories may come to mind (`Memory.scope`); None: all, for the person's own looking."""
    unsent: bool = False
    """It is being typed still: nothing of it, its vector neither, leaves this computer."""


@dataclass(frozen=True)
class Reading:
    """A cue as recall works with it."""

    text: str
    context: str
    words: tuple[str, ...]
    """Stems of its content words (CJK: pairs of characters)."""
    context_words: tuple[str, ...]
    """Those of the context that the message does not hold."""
    names: frozenset[str]
    """Who and what it names, case folded."""
    windows: tuple[tuple[float, float], ...]
    """Spans of time it names, seconds since the epoch."""
    valence: float
    asked: bool
    """Whether it is a question, and a short message; else the conversation goes on, and what is called for is what
    belongs to it: the two are ranked by weights of their own."""
    lines: tuple[str, ...] = ()
    """What was said before it, line by line."""
    asks: frozenset[str] = field(default_factory=frozenset)
    """Tables of assets/rules/cues.toml that its words are in."""
    now: float = 0.0
    """When it is asked, seconds since the epoch; 0 where that is not known."""
    question: bool = False
    """Whether it is a short message that ends in a question, though it may go on (`asked`)."""
    small_talk: bool = False
    """Whether the message only greets, thanks, agrees and the like."""
    unsent: bool = False
    """As in the cue."""


def read(cue: Cue) -> Reading:
    """Read a cue. Everything about the message that does not depend on what is remembered."""
    text = ends(cue.text)
    said = text if cue.search else _without_formulas(text)
    context = "\n".join(line[:LINE] for line in cue.context[-CONTEXT_LINES:])
    words = stems(_without_asking(said))
    question = cue.search or _is_question(text)  # who searches by hand asks
    asked = cue.search or (question and not _looks_ahead(text, within=bool(context)))
    return Reading(
        text,
        context,
        tuple(words),
        tuple(word for word in stems(context) if word not in set(words)),
        frozenset(name for name in (*names(said), cue.speaker.casefold()) if name),
        _windows(said, cue.now, asked) if cue.now is not None else (),
        valence(text) if not context else 0.5 * valence(text) + 0.5 * valence(context),
        asked,
        tuple(line for line in (ends(line) for line in cue.context[-CONTEXT_LINES:]) if line.strip()),
        _asks(said, context),
        cue.now.timestamp() if cue.now is not None else 0.0,
        question,
        not said,
        cue.unsent,
    )


def ends(text: str) -> str:
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}\n{text[-half:]}"


def _without_formulas(text: str) -> str:
    """What is left of a message without its sentences that only greet, thank, agree and the like."""
    left = [text[slice(*span)] for span in sentences(text)]
    return " ".join(sentence for sentence in left if not all(map(_is_formula, _clauses(sentence))))


def _without_asking(text: str) -> str:
    """`text` without the words that only ask, where they stand between others without a space: a pair of characters
    that one of them is half of ("财怎" of "旺财怎么样") is in no memory, and would count as a word that none holds."""
    return _tables(True)["asking"].sub(" ", text) if has_cjk(text) else text


def _clauses(sentence: str) -> list[str]:
    parts = _BETWEEN_CLAUSES.split(sentence.replace("’", "'").lower())
    return [" ".join(part.split()) for part in parts if any(character.isalnum() for character in part)]


def _is_formula(clause: str) -> bool:
    return _formulas(has_cjk(clause)).fullmatch(clause) is not None


def _asks(text: str, context: str) -> frozenset[str]:
    """Tables the message is in; one that leans on somebody spoken of before is about a life, as "I" would be."""
    unquoted = _QUOTED.sub(" ", text)  # what is quoted inside a message speaks of nobody here
    text = unquoted if any(c.isalpha() for c in unquoted) else text
    found = {name for name, pattern in _tables(has_cjk(text)).items() if pattern.search(text)} - _OF_QUESTIONS
    return frozenset(found | ({"me"} if context and "leans" in found else set()))


def _is_question(text: str) -> bool:
    spans = sentences(text)
    return 0 < len(spans) <= SHORT and text[slice(*spans[-1])].rstrip(_CLOSERS).endswith(("?", "？"))


def _looks_ahead(text: str, *, within: bool) -> bool:
    """Within a conversation, or after a statement, a question that looks ahead ("What's next?") goes on: it wants what
    belongs to the matter, as a statement would (of RealMem's such questions 72 % are met by the weights for questions,
    81 by those for talk)."""
    spans = sentences(text)
    last = text[slice(*spans[-1])]
    tables = _tables(has_cjk(last))
    if tables["back"].search(last):
        return False
    return bool(tables["ahead" if within else "onward"].search(last)) and (within or len(spans) > 1)


@lru_cache(maxsize=2)
def _formulas(chinese: bool) -> re.Pattern[str]:
    raw = tomllib.loads(asset("rules", "formulas.toml").read_text(encoding="utf-8"))
    return re.compile("|".join(f"(?:{pattern})" for pattern in raw["zh" if chinese else "en"]))


@lru_cache(maxsize=2)
def _tables(chinese: bool) -> dict[str, re.Pattern[str]]:
    raw = tomllib.loads(asset("rules", "cues.toml").read_text(encoding="utf-8"))
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in raw["zh" if chinese else "en"].items()}


def _windows(text: str, now: datetime, asked: bool) -> tuple[tuple[float, float], ...]:
    """The spans a message names. A day that would lie ahead may mean the plans for it, or the last such day: both.
    "I feel low tonight" names no time to remember, nor does anything of today that is not asked about; "what did I say
    this morning?" does."""
    found = []
    for mention in resolve(text, now):
        if mention.recurring or mention.ends - mention.begins > LONGEST_SPAN:
            continue
        if not asked and (mention.begins <= now < mention.ends or mention.begins.date() == now.date()):
            continue
        found.append((mention.begins.timestamp(), mention.ends.timestamp()))
        if mention.begins > now:
            back = _a_week_back if mention.begins - now < WEEK else _a_year_back
            found.append((back(mention.begins).timestamp(), back(mention.ends).timestamp()))
    return tuple(found)


def _a_week_back(moment: datetime) -> datetime:
    return moment - WEEK


def _a_year_back(moment: datetime) -> datetime:
    try:
        return moment.replace(year=moment.year - 1)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year - 1, day=28)


def told_before(lines: Sequence[str]) -> tuple[str, ...]:
    """The last lines of a conversation, as many as a cue looks at."""
    return tuple(line for line in lines if line.strip())[-CONTEXT_LINES:]
