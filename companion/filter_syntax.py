"""What a person may type to filter memories: "kind:thought after:may lena -tea sort:kept".

    parsed = parse('kind:thought after:may "green tea" lena', now)     parsed.filter, parsed.notes
    complete("kind:th")                                                completions of the word under way

Words and "phrases in quotes" are searched for, -words must not be there, field:value restricts; several values are
parted by commas, and a field that is said twice takes either. English and Chinese are both understood at any time.
Nothing is an error: what cannot be understood is searched for as it stands, and a note says so. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from companion.filter_words import VALUES, date_span, table
from companion.records import KINDS, PLAY, STATUSES, MemoryFilter, Status
from companion.strings import text as words_of

LONGEST_DATE = 4
"""Words of a date that stands without quotes."""
IS: dict[str, tuple[Status, ...]] = {
    "active": ("active", "candidate"), "faded": ("dormant", "archived"), "replaced": ("superseded", "merged"),
    "aside": ("quarantined",), "waiting": ("quarantined",), "forgotten": ("forgotten",), "all": STATUSES,
}  # fmt: skip
_TOKEN = re.compile(
    r"\s*(?P<word>(?P<not>-)?(?:(?P<field>[^\s:：\"“”-][^\s:：\"“”]*)[:：])?"
    r"(?P<value>\"[^\"]*\"?|“[^”]*”?|[^\s\"“]*))"
)
_QUOTES = '"“”'
_MINE = re.compile(r"^(?:my|our|我的|我们的)\s*", re.IGNORECASE)
_SPEAKERS = {"me": "person", "myself": "person", "i": "person", "我": "person", "you": "companion", "你": "companion"}


@dataclass(frozen=True, slots=True)
class ParsedFilter:
    filter: MemoryFilter
    notes: tuple[str, ...] = ()
    """What was not understood, in words."""
    given: frozenset[str] = frozenset()
    """Names of the filter's fields that the text decides: what is not there may come from elsewhere on the screen."""


@dataclass(frozen=True, slots=True)
class Completion:
    """`word` is what the word under way may become, `text` all that was typed with it in its place."""

    word: str
    text: str


@dataclass
class _Reading:
    now: datetime
    values: dict[str, Any] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def parse(text: str, today: datetime, base: MemoryFilter | None = None) -> ParsedFilter:
    """`today`: now, aware, in the person's zone. What the text does not say is as in `base`."""
    base = base or MemoryFilter()
    reading = _Reading(today)
    tokens = [match for match in _TOKEN.finditer(text) if match["word"]]
    at = 0
    while at < len(tokens):
        at += _read(reading, tokens, at, base)
    given = dict(reading.values)
    if reading.words:
        given["text"] = " ".join(reading.words)
    return ParsedFilter(replace(base, **given), tuple(dict.fromkeys(reading.notes)), frozenset(given))


def _read(reading: _Reading, tokens: Sequence[re.Match[str]], at: int, base: MemoryFilter) -> int:
    """Take one token; how many were taken with it."""
    token = tokens[at]
    value, quoted = _bare(token["value"])
    if token["field"] is None:
        _take_words(reading, token, value, quoted)
        return 1
    names = table("field")
    name = names.meanings.get(token["field"].casefold())
    if name is None:
        guess = names.near(token["field"])
        if guess and token["value"]:
            reading.notes.append(words_of("filter.no_field_near", field=token["field"], guess=guess))
        reading.words.append(token["word"])
        return 1
    if not value:
        return 1  # it is being typed
    if VALUES.get(name) == "date":
        return _take_date(reading, tokens, at, name, value)
    if not _take(reading, name, re.split("[,，、|]", value), base, excluded=bool(token["not"])):
        reading.words.append(token["word"])
    return 1


def _take_words(reading: _Reading, token: re.Match[str], value: str, quoted: bool) -> None:
    if not any(character.isalnum() for character in value):
        reading.words += [token["word"]] if token["word"].strip(_QUOTES) else []
    elif token["not"]:
        reading.values["without"] = (*reading.values.get("without", ()), value)
    else:
        reading.words.append(f'"{value}"' if quoted else value)


def _take_date(reading: _Reading, tokens: Sequence[re.Match[str]], at: int, name: str, value: str) -> int:
    """A date takes the words behind it as long as it is one with them."""
    more: list[str] = []
    for token in tokens[at + 1 : at + LONGEST_DATE]:
        if token["field"] is not None or token["not"] or not token["value"] or token["value"][0] in _QUOTES:
            break
        more.append(token["value"])
    for count in range(len(more), -1, -1):
        found = date_span(" ".join([value, *more[:count]]), reading.now)
        if found is None:
            continue
        begins, ends = found
        if name in ("after", "on"):
            reading.values["after"] = max(begins, reading.values.get("after", begins))
        if name in ("before", "on"):
            end = begins if name == "before" else ends
            reading.values["before"] = min(end, reading.values.get("before", end))
        return 1 + count
    reading.notes.append(words_of("filter.no_date", value=value))
    reading.words.append(tokens[at]["word"])
    return 1


def _take(reading: _Reading, name: str, wanted: list[str], base: MemoryFilter, *, excluded: bool) -> bool:
    """Restrict by a field; False when any of the values cannot be understood, which is noted."""
    if name == "about":
        subjects = [_MINE.sub("", each.strip()) for each in wanted if each.strip()]
        if excluded:
            return _refuse(reading, "about", subjects)
        return _add(reading, "subjects", [_SPEAKERS.get(each.casefold(), each) for each in subjects])
    found = _meant(reading, name, wanted)
    if found is None:
        return False
    match name:
        case "kind":
            return _add(reading, "kinds", [kind for kind in KINDS if (kind in found) != excluded], anew=excluded)
        case "status" | "is":
            return _take_state(reading, found, base, excluded)
        case "pinned":
            reading.values["pinned"] = (found[0] == "yes") != excluded
            return True
        case _ if excluded:
            return _refuse(reading, name, wanted)
        case "feeling":
            return _add(reading, "emotions", found)
        case "layer":
            return _add(reading, "layers", found)
        case "scope":
            keys = {"shared": "", "play": PLAY}
            return _add(reading, "scopes", [keys.get(each, each) for each in found])
        case _:
            reading.values["order"] = found[0]
            return True


def _take_state(reading: _Reading, found: list[str], base: MemoryFilter, excluded: bool) -> bool:
    if "pinned" in found:
        reading.values["pinned"] = not excluded
    if "play" in found:
        if excluded:
            return _refuse(reading, "is", found)
        _add(reading, "scopes", [PLAY])
    if "waiting" in found:
        reading.values["waiting"] = not excluded
        found = [each for each in found if each != "waiting"] if excluded else found
    states = {state for each in found for state in IS.get(each, (each,)) if state in STATUSES}
    if excluded and states:
        allowed = reading.values.get("statuses", base.statuses)
        reading.values["statuses"] = tuple(state for state in STATUSES if state in allowed and state not in states)
    elif states:
        before = reading.values.get("statuses", ())
        reading.values["statuses"] = tuple(state for state in STATUSES if state in states or state in before)
    return True


def _meant(reading: _Reading, name: str, wanted: list[str]) -> list[str] | None:
    """What the values stand for; a beginning stands for all that it may become."""
    known = table(VALUES[name])
    found: list[str] = []
    for each in (value.strip() for value in wanted):
        meant = known.starting(each)
        if not meant and name == "scope":
            meant = [each]  # a persona's key
        if not meant and each:
            guess, field_name = known.near(each), table("field").offer()[name]
            if guess:
                reading.notes.append(words_of("filter.no_value_near", field=field_name, value=each, guess=guess))
            else:
                reading.notes.append(words_of("filter.no_value", field=field_name, value=each))
            return None
        found += meant
    return found or None


def _add(reading: _Reading, name: str, values: Sequence[str], *, anew: bool = False) -> bool:
    before = () if anew else reading.values.get(name, ())
    reading.values[name] = tuple(dict.fromkeys((*before, *values)))
    return True


def _refuse(reading: _Reading, name: str, wanted: Sequence[str]) -> bool:
    field_name = table("field").offer()[name]
    reading.notes.append(words_of("filter.not_excluded", field=field_name, value=", ".join(wanted)))
    return False


def _bare(value: str) -> tuple[str, bool]:
    """A value without its quotes, and whether it had both of them: a phrase that is still being typed is words."""
    closed = len(value) > 1 and value[0] in _QUOTES and value[-1] in _QUOTES
    bare = value.strip(_QUOTES).strip() if value[:1] in tuple(_QUOTES) else value
    return bare, closed


def complete(text: str, names: Sequence[str] = ()) -> tuple[Completion, ...]:
    """What the last word of `text` may become: names of fields, and of what can follow a field; `names`: of people and
    things, for about. Nothing behind a space, or inside of quotes."""
    token = _under_way(text)
    if token is None:
        return ()
    head = text[: token.end() - len(token["value"])]
    fields = table("field")
    if token["field"] is None:
        typed = token["value"].casefold()
        offered = fields.offer()
        found = [offered[meaning] + ":" for meaning in fields.starting(typed)] if typed else []
        return tuple(Completion(word, head + word) for word in dict.fromkeys(found))
    name = fields.meanings.get(token["field"].casefold())
    if name is None:
        return ()
    *before, typed = re.split("[,，、|]", token["value"])
    if name == "about":
        words = [each for each in names if each.casefold().startswith(typed.casefold())]
    else:
        known = table(VALUES[name])
        meanings = known.starting(typed) if typed else list(known.offer())
        words = [known.offer()[meaning] for meaning in meanings]
    kept = "".join(f"{each}," for each in before)
    return tuple(
        Completion(word, head + kept + (f'"{word}"' if " " in word else word))
        for word in dict.fromkeys(words)
        if word.casefold() != typed.casefold()
    )


def completes_names(text: str) -> bool:
    """Whether the last word of `text` is one that `names` of people and things complete."""
    token = _under_way(text)
    if token is None or token["field"] is None:
        return False
    return table("field").meanings.get(token["field"].casefold()) == "about"


def _under_way(text: str) -> re.Match[str] | None:
    """The last word, unless it is over: behind a space, or inside of quotes."""
    tokens = [match for match in _TOKEN.finditer(text) if match["word"]]
    if not tokens or text[-1:].isspace() or any(mark in tokens[-1]["value"] for mark in _QUOTES):
        return None
    return tokens[-1]
