"""What a thinking model may write: small JSON objects, as grammars (GBNF) to hold it to, and their strict reading.

Grammars name only lines that exist, and strings end by themselves. Still nothing is taken for granted when it comes
back: another model behind the same protocol may know no grammars, and one that stopped at its limit wrote half an
object.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, cast, get_args

from companion.model.protocol import Generation
from companion.text import one_line

About = Literal["me", "other", "nothing"]
StatementKind = Literal["fact", "preference", "plan", "wish", "feeling"]

LONGEST_STATEMENT = 200
"""Characters."""
LONGEST_TITLE = 60
PHRASE_TOKENS = 160
"""For `Sampling.max_tokens`: a statement in a script of many tokens a character may not fit, and is no answer then."""
SUMMARY_TOKENS = 240
INSIGHT_TOKENS = 180
MOST_LINES = 30
"""Numbered lines that an answer may point to."""

_BLOCK = 40


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a model makes of one sentence. Only ever a proposal: checks against the evidence decide."""

    about: About
    """Whose life it tells of: the person's, somebody else's, or nothing that is worth keeping."""
    kind: StatementKind = "fact"
    statement: str = ""
    evidence: int = 0
    """Index (from 0) of the line it rests on, among the lines that were shown."""


@dataclass(frozen=True, slots=True)
class Insight:
    """What several lines say together, and the indexes (from 0, ascending, at least two) of those it rests on."""

    text: str
    cites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """What came back cannot be used. `reason` is for the log: it quotes nothing that anybody said."""

    reason: str


def phrase_grammar(lines: int) -> str:
    """Of a Proposal for one of `lines` numbered lines."""
    kinds = " | ".join(_quoted(kind) for kind in get_args(StatementKind))
    return _rules(
        root='"{" ' + _key("about") + ' (nothing | known) "}"',
        nothing=_quoted("nothing"),
        known=f'about "," {_key("kind")} kind "," {_key("statement")} string "," {_key("evidence")} line',
        about=f"{_quoted('me')} | {_quoted('other')}",
        kind=kinds,
        line=_line(lines),
        **_string(LONGEST_STATEMENT),
    )


def read_phrase(answer: Generation, lines: int) -> Proposal | NoAnswer:
    """The proposal of an answer to `phrase_grammar(lines)`."""
    found = _object(answer)
    if isinstance(found, NoAnswer):
        return found
    about = found.get("about")
    if about not in get_args(About):
        return NoAnswer("it does not say whom it is about")
    if about == "nothing":
        return Proposal("nothing") if set(found) == {"about"} else NoAnswer("it says nothing, and then something")
    if set(found) != {"about", "kind", "statement", "evidence"}:
        return NoAnswer("other keys than asked for")
    if found["kind"] not in get_args(StatementKind):
        return NoAnswer("an unknown kind of statement")
    statement = _text(found["statement"], LONGEST_STATEMENT)
    if statement is None:
        return NoAnswer("no statement, or one that is too long")
    evidence = _index(found["evidence"], lines)
    if evidence is None:
        return NoAnswer("it points to a line that is not there")
    return Proposal(cast(About, about), cast(StatementKind, found["kind"]), statement, evidence)


def summary_grammar() -> str:
    """Of a title and a short text."""
    return _rules(
        root=f'"{{" {_key("title")} title "," {_key("summary")} string "}}"',
        title=r'"\"" [^"\\\x00-\x1F\x7F] [^"\\\x00-\x1F\x7F]{0,39} "\""',
        **_string(2 * LONGEST_STATEMENT),
    )


def read_summary(answer: Generation) -> tuple[str, str] | NoAnswer:
    """(title, text) of an answer to `summary_grammar()`."""
    found = _object(answer)
    if isinstance(found, NoAnswer):
        return found
    if set(found) != {"title", "summary"}:
        return NoAnswer("other keys than asked for")
    title, summary = _text(found["title"], LONGEST_TITLE), _text(found["summary"], 2 * LONGEST_STATEMENT)
    if title is None or summary is None:
        return NoAnswer("no title or text, or one that is too long")
    return title, summary


def insight_grammar(lines: int) -> str:
    """Of an Insight that rests on two to four of `lines` numbered lines."""
    return _rules(
        root=f'"{{" {_key("insight")} string "," {_key("lines")} "[" line ("," line){{1,3}} "]" "}}"',
        line=_line(lines),
        **_string(LONGEST_STATEMENT),
    )


def read_insight(answer: Generation, lines: int) -> Insight | NoAnswer:
    """The insight of an answer to `insight_grammar(lines)`. One that rests on a single line is none."""
    found = _object(answer)
    if isinstance(found, NoAnswer):
        return found
    if set(found) != {"insight", "lines"} or not isinstance(found["lines"], list):
        return NoAnswer("other keys than asked for")
    text = _text(found["insight"], LONGEST_STATEMENT)
    if text is None:
        return NoAnswer("no text, or one that is too long")
    cites = [_index(number, lines) for number in found["lines"][: MOST_LINES + 1]]
    known = sorted({cite for cite in cites if cite is not None})
    if None in cites or len(cites) > MOST_LINES:
        return NoAnswer("it points to a line that is not there")
    return Insight(text, tuple(known)) if len(known) > 1 else NoAnswer("it rests on one line only")


def _object(answer: Generation) -> dict[str, object] | NoAnswer:
    if answer.finish != "end":
        return NoAnswer("it did not come to an end")
    if not answer.text.strip():
        return NoAnswer("it is empty")
    try:
        found = json.loads(answer.text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return NoAnswer("it is no JSON")
    return found if isinstance(found, dict) else NoAnswer("it is no JSON object")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _text(value: object, longest: int) -> str | None:
    """`value` as one harmless line, or None when it is no text, empty or too long."""
    if not isinstance(value, str) or len(value) > 4 * longest:
        return None
    text = one_line(value, 4 * longest)
    return text if 0 < len(text) <= longest else None


def _index(value: object, lines: int) -> int | None:
    """A line's number (from 1) as an index; True is no number."""
    return value - 1 if type(value) is int and 1 <= value <= lines else None


def _rules(**rules: str) -> str:
    return "".join(f"{name} ::= {rule}\n" for name, rule in rules.items())


def _quoted(word: str) -> str:
    """The rule for a JSON string that is `word`."""
    return f'"\\"{word}\\""'


def _key(name: str) -> str:
    return f'"\\"{name}\\":"'


def _line(lines: int) -> str:
    return " | ".join(f'"{number}"' for number in range(1, min(lines, MOST_LINES) + 1))


def _string(longest: int) -> dict[str, str]:
    """Rules of a JSON string of 1 to `longest` characters.

    Repetitions are written out by llama.cpp, and each optional one is a rule of its own, entered one inside the other:
    large counts explode. So a string is a number of whole blocks and a rest; both share one block's rules."""
    blocks = longest // _BLOCK
    rules = {"string": f'"\\"" char rest{blocks} "\\""'}
    for left in range(blocks, 1, -1):
        rules[f"rest{left}"] = f"tail | block rest{left - 1}"
    rules["rest1"] = "tail"
    rules["block"] = f"char{{{_BLOCK}}}"
    rules["tail"] = f"char{{0,{_BLOCK - 1}}}"
    rules["char"] = r'[^"\\\x00-\x1F\x7F] | "\\" ["\\]'
    return rules
