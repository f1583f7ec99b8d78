"""Full-text search over what was said, in every version of it. Words by their stems, CJK script by pairs of characters,
as memories are indexed; the index holds no second copy of the text."""

from __future__ import annotations

import re
import unicodedata

from companion import strings
from companion.chats import FoundTurn
from companion.errors import InvalidInput
from companion.records import Span, Turn
from companion.store.branches import Branches
from companion.store.conversations import STANDS, Conversations
from companion.store.database import Database, index_terms, term_places
from companion.store.search import indexed_text, pairs, spaced_words
from companion.text import cjk_runs

EXCERPT = 160
"""Characters of an excerpt."""
_LEAD = 40
"""Characters of it before the first of the words."""
_LOOKED_AT = 40_000
"""Characters of a turn in which words are looked for to be shown."""
_MOST_SPANS = 20
# MATERIALIZED: each row would be looked up anew, with the whole query.
_FOUND = """WITH f AS MATERIALIZED (
              SELECT rowid AS id, bm25(turn_words) AS score FROM turn_words WHERE turn_words MATCH ?) """
_JOIN = " JOIN f ON f.id = t.id"


def index_turn(db: Database, id: int, text: str) -> None:
    """Inside the transaction that finishes the turn."""
    db.run("INSERT INTO turn_words(rowid, text) VALUES (?,?)", (id, indexed_text(text)))


def unindex_turn(db: Database, id: int) -> None:
    db.run("DELETE FROM turn_words WHERE rowid = ?", (id,))


class TurnSearch:
    def __init__(self, db: Database) -> None:
        self._db = db

    def conversations(self, text: str) -> set[int]:
        """Those in which a turn holds all words of `text`."""
        source, where, values = _query(text)
        rows = self._db.all(
            f"{source}SELECT DISTINCT t.conversation FROM turns t{_JOIN if source else ''} WHERE {where}", values
        )
        return {int(id) for (id,) in rows}

    def find(self, text: str, limit: int) -> tuple[FoundTurn, ...]:
        """Turns that hold all words of `text`, the last of them perhaps unfinished; the best first, of those equally
        good the newest. What the person had forgotten is not found. Raises InvalidInput when there is no word."""
        source, where, values = _query(text)
        best = "f.score, " if source else ""
        rows = self._db.all(
            f"{source}SELECT t.id, t.conversation, t.role, t.speaker, t.text, t.at, t.utc_offset, t.state, t.answers,"
            f" t.model FROM turns t{_JOIN if source else ''} WHERE {where} ORDER BY {best}t.id DESC LIMIT ?",
            (*values, limit),
        )
        turns = [Turn(*row) for row in rows]
        off = Branches(self._db).off([turn.id for turn in turns])
        listed = Conversations(self._db).latest(-1, sorted({turn.conversation for turn in turns}))
        titles = {each.id: each.title for each in listed}
        return tuple(
            FoundTurn(turn, titles.get(turn.conversation, ""), *_excerpt(turn.text, text), turn.id not in off)
            for turn in turns
        )


def _match(text: str) -> str:
    """The query of the index for all words of `text` that it holds; empty when it holds none."""
    words = [f'"{word}"*' for word in spaced_words(text)]
    words += [f'"{" ".join(pairs(run))}"' for run in cjk_runs(text) if len(run) > 1]
    return " AND ".join(words)


def _query(text: str) -> tuple[str, str, list[object]]:
    """The turns `f` that the index finds, where it knows any of the words; conditions; the values of both."""
    if not text.strip():
        raise InvalidInput(strings.text("engine.nothing_to_search"))
    where, values = [], list[object]()
    if match := _match(text):
        values.append(match)
    singles = [run for run in cjk_runs(text) if len(run) == 1]  # the index knows pairs
    if not match and not singles:
        singles = [text.strip()]
    for single in singles:
        where.append("instr(t.text, ?)")
        values.append(single)
    where.append(STANDS.format(turn="t.id"))
    return _FOUND if match else "", " AND ".join(where), values


def _excerpt(text: str, wanted: str) -> tuple[str, tuple[Span, ...]]:
    """The words around the first that was found, and where in them the words are."""
    places = _places(text[:_LOOKED_AT], wanted)
    first = places[0][0] if places else 0
    start = max(0, first - _LEAD)
    if start:
        space = text.find(" ", start, first)
        start = space + 1 if space >= 0 else start
    end = min(len(text), start + EXCERPT)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    shown = before + re.sub(r"\s", " ", text[start:end]) + after
    move = len(before) - start
    spans = [
        Span(begin + move, stop + move, shown[begin + move : stop + move])
        for begin, stop in places[:_MOST_SPANS]
        if begin >= start and stop <= end
    ]
    return shown, tuple(spans)


def _places(text: str, wanted: str) -> list[tuple[int, int]]:
    """Where in `text` the words of `wanted` are, in order."""
    stems = tuple({stem for word in spaced_words(wanted) for stem in index_terms(word)})
    found = [place[:2] for place in term_places(text) if stems and place[2].startswith(stems)]
    runs = [unicodedata.normalize("NFC", run) for run in cjk_runs(wanted)]
    if not stems and not runs:
        runs = [wanted.strip()]
    for run in runs:
        found += [(match.start(), match.end()) for match in re.finditer(re.escape(run), text)]
    return sorted(set(found))
