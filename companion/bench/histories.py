"""Histories with questions, read from .jsonl or .jsonl.gz, one history a line.

    {"id", "turns": [{"id", "time", "session", "speaker", "role": "user" | "companion" | "other", "text"}],
     "questions": [{"id", "time", "text", "kind", "answerable", "evidence": [[turn id, …], …],
                    "evidence_sessions": [[turn id of the session, …], …], "before": turn id, "context": [line, …],
                    "answer": text, "must": [[alternative, …], …]}]}

The last five of a question may be left out, and fields not named here are not looked at. Times are ISO 8601; one
without an offset is the wall clock of this machine's zone. Whatever is wrong with a file is an `InvalidInput` that
names the file, the line and what is wrong.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from companion.errors import InvalidInput
from companion.records import Role
from companion.text import valid_text

ROLES: dict[str, Role] = {"user": "person", "companion": "companion", "other": "other"}
Groups = tuple[frozenset[str], ...]
"""Needed things, each by the turn ids of which any one will do."""


@dataclass(frozen=True, slots=True)
class HistoryTurn:
    """Something said. `time` is aware."""

    id: str
    time: datetime
    session: str
    speaker: str
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A cue with what should come to mind. `time` is aware."""

    id: str
    time: datetime
    text: str
    kind: str
    answerable: bool
    evidence: Groups
    evidence_sessions: Groups = ()
    """Needed sessions, each by the turns that are in it."""
    before: str | None = None
    """The turn that the question is itself: only what was said before it is known."""
    context: tuple[str, ...] = ()
    """The dialogue up to the question, a line an utterance."""
    answer: str | None = None
    must: tuple[tuple[str, ...], ...] = ()
    """What a right answer says, each thing by its alternatives."""


@dataclass(frozen=True, slots=True)
class MemoryPoint:
    """What a good reflection keeps, in the words of whoever labelled it, and the words it was taken from. `turn` is
    None where the label does not say."""

    text: str
    quote: str
    turn: str | None
    role: Role


@dataclass(frozen=True, slots=True)
class History:
    """Turns in the order of their times; those of one time in the order of the file."""

    id: str
    turns: tuple[HistoryTurn, ...]
    questions: tuple[Question, ...]
    points: tuple[MemoryPoint, ...] = ()


def check_files(files: Iterable[Path]) -> None:
    """Raises InvalidInput for the first that is none, before any of them takes its time."""
    for file in files:
        if not file.is_file():
            raise InvalidInput(f"{file} is not a file", hint="Check the path.")


def read_histories(path: Path) -> Iterator[History]:
    """The histories of a file, one at a time. Raises InvalidInput, at the line where something is wrong."""
    seen: set[str] = set()
    for number, line in _lines(path):
        try:
            history = _history(json.loads(line.decode("utf-8")))
            if history.id in seen:
                raise _Wrong(f"the history {history.id!r} stands in the file twice")
        except UnicodeDecodeError as error:
            raise _invalid(path, number, f"not UTF-8 (byte {error.start + 1} of the line)") from None
        except json.JSONDecodeError as error:
            raise _invalid(path, number, f"not JSON: {error.msg}, character {error.pos + 1}") from None
        except RecursionError:
            raise _invalid(path, number, "not a history: nested without end") from None
        except _Wrong as error:
            raise _invalid(path, number, str(error)) from None
        seen.add(history.id)
        yield history


class _Wrong(Exception):
    """What is wrong in a line."""


def _invalid(path: Path, number: int, what: str) -> InvalidInput:
    return InvalidInput(f"{path}, line {number}: {what}", hint="Correct the file; one line is one history.")


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """(number from 1, bytes) of every line that is not blank."""
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.removeprefix(b"\xef\xbb\xbf")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _invalid(path, number + 1, f"not a whole gzip file ({error})") from None
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}", hint="Check the path.") from None


def _history(data: object) -> History:
    history = _fields(data, "the history")
    id = _id(history, "id", "the history")
    listed = enumerate(_list(history, "turns", "the history"), 1)
    turns = [_turn(_fields(item, f"turn {at}"), f"turn {at}") for at, item in listed]
    known = _unique([turn.id for turn in turns], "turn")
    listed = enumerate(_list(history, "questions", "the history"), 1)
    questions = [_question(_fields(item, f"question {at}"), f"question {at}", known) for at, item in listed]
    _unique([question.id for question in questions], "question")
    labelled = [] if history.get("memory_points") is None else _list(history, "memory_points", "the history")
    points = [
        _point(_fields(item, f"memory point {at}"), f"memory point {at}", known) for at, item in enumerate(labelled, 1)
    ]
    return History(id, _in_time(turns), tuple(questions), tuple(points))


_LABELLED: dict[str, Role] = {**ROLES, "assistant": "companion"}


def _point(data: dict[str, Any], what: str, known: frozenset[str]) -> MemoryPoint:
    role = _text(data, "role", what)
    if role.casefold() not in _LABELLED:
        raise _Wrong(f"{what} has the role {role!r}; there are {', '.join(_LABELLED)}")
    turn = None if data.get("turn") is None else _id(data, "turn", what)
    if turn is not None and turn not in known:
        raise _Wrong(f"{what} names the turn {turn!r}, which is not in the history")
    quote = "" if data.get("quote") is None else _text(data, "quote", what)
    return MemoryPoint(_text(data, "text", what), quote, turn, _LABELLED[role.casefold()])


def _turn(data: dict[str, Any], what: str) -> HistoryTurn:
    what = f"{what} ({id})" if (id := _id(data, "id", what)) else what
    role = _text(data, "role", what)
    if role not in ROLES:
        raise _Wrong(f"{what} has the role {role!r}; there are {', '.join(ROLES)}")
    return HistoryTurn(
        id,
        _time(data, what),
        _id(data, "session", what),
        _text(data, "speaker", what),
        ROLES[role],
        _text(data, "text", what),
    )


def _question(data: dict[str, Any], what: str, known: frozenset[str]) -> Question:
    what = f"{what} ({id})" if (id := _id(data, "id", what)) else what
    if not isinstance(data.get("answerable"), bool):
        raise _Wrong(f"{what}: answerable must be true or false")
    before = None if data.get("before") is None else _id(data, "before", what)
    if before is not None and before not in known:
        raise _Wrong(f"{what}: before names the turn {before!r}, which is not in the history")
    context = [] if data.get("context") is None else _list(data, "context", what)
    if not all(isinstance(line, str) for line in context):
        raise _Wrong(f"{what}: context must be a list of texts")
    return Question(
        id,
        _aware(_time(data, what), what),
        _text(data, "text", what),
        _text(data, "kind", what),
        data["answerable"],
        _groups(data, "evidence", what, known),
        () if data.get("evidence_sessions") is None else _groups(data, "evidence_sessions", what, known),
        before,
        tuple(valid_text(line) for line in context),
        None if data.get("answer") is None else _text(data, "answer", what),
        () if data.get("must") is None else _must(data, what),
    )


def _must(data: dict[str, Any], what: str) -> tuple[tuple[str, ...], ...]:
    groups = _list(data, "must", what)
    for group in groups:
        # Nothing would meet an empty list, and everything an empty text.
        if not isinstance(group, list) or not group or not all(isinstance(t, str) and t.strip() for t in group):
            raise _Wrong(f"{what}: must must be a list of lists of texts, none of them empty")
    return tuple(tuple(valid_text(text) for text in group) for group in groups)


def _groups(data: dict[str, Any], name: str, what: str, known: frozenset[str]) -> Groups:
    groups = []
    for group in _list(data, name, what):
        if not isinstance(group, list) or not group:
            raise _Wrong(f"{what}: {name} must be a list of lists of turn ids, none of them empty")
        ids = [_as_id(id, f"{what}: a turn id in {name}") for id in group]
        for id in ids:
            if id not in known:
                raise _Wrong(f"{what}: {name} names the turn {id!r}, which is not in the history")
        groups.append(frozenset(ids))
    return tuple(groups)


def _in_time(turns: list[HistoryTurn]) -> tuple[HistoryTurn, ...]:
    """Sorted by time, stably, and every time aware. Wall clocks alone are compared as they are: made aware first,
    they would change places in the hour that a summer time leaves out."""
    aware = [HistoryTurn(t.id, _aware(t.time, f"turn {t.id}"), t.session, t.speaker, t.role, t.text) for t in turns]
    compared = turns if all(turn.time.tzinfo is None for turn in turns) else aware
    return tuple(aware[at] for at in sorted(range(len(turns)), key=lambda at: compared[at].time))


def _aware(time: datetime, what: str) -> datetime:
    try:
        found = time if time.tzinfo is not None else time.astimezone()
        found.timestamp()
    except (OverflowError, OSError, ValueError):
        raise _Wrong(f"{what}: the time {time.isoformat()} is out of range") from None
    return found


def _time(data: dict[str, Any], what: str) -> datetime:
    text = _text(data, "time", what)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _Wrong(f"{what}: the time {text!r} is not ISO 8601") from None


def _fields(data: object, what: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _Wrong(f"{what} is not an object")
    return data


def _list(data: dict[str, Any], name: str, what: str) -> list[Any]:
    value = _field(data, name, what)
    if not isinstance(value, list):
        raise _Wrong(f"{what}: {name} must be a list")
    return value


def _text(data: dict[str, Any], name: str, what: str) -> str:
    value = _field(data, name, what)
    if not isinstance(value, str):
        raise _Wrong(f"{what}: {name} must be a text")
    return valid_text(value)


def _id(data: dict[str, Any], name: str, what: str) -> str:
    return _as_id(_field(data, name, what), f"{what}: {name}")


def _as_id(value: object, what: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise _Wrong(f"{what} must be a text or a whole number")
    return valid_text(str(value))


def _field(data: dict[str, Any], name: str, what: str) -> object:
    if name not in data:
        raise _Wrong(f"{what} has no {name}")
    return data[name]


def _unique(ids: list[str], what: str) -> frozenset[str]:
    known: set[str] = set()
    for id in ids:
        if id in known:
            raise _Wrong(f"the {what} {id!r} stands in the history twice")
        known.add(id)
    return frozenset(known)
