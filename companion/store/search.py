"""Full-text search over the pieces of memories: words by their stems, CJK by pairs of characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from companion.records import Kind, Status
from companion.store.database import Database, index_terms
from companion.text import CJK_RUN, cjk_runs

PIECE_BITS = 4
"""A piece's id is its memory's, shifted by so many bits, plus its number in the memory (pieces.MOST is below 16)."""

PHRASE = re.compile(r'"([^"]*)"')
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)


def pieces_of(memory: int) -> range:
    """The ids that the pieces of a memory may have."""
    return range(memory << PIECE_BITS, (memory + 1) << PIECE_BITS)


def spaced_words(text: str) -> list[str]:
    """The words of scripts that put spaces between them, in order."""
    return _WORD.findall(CJK_RUN.sub(" ", unicodedata.normalize("NFC", text)))


def match_prefixes(text: str) -> list[str]:
    """FTS5 queries, each for a word of `text`, perhaps unfinished, or a phrase between double quotes; a memory has to
    meet them all."""
    rest = PHRASE.sub(" ", text)
    phrases = [" ".join(spaced_words(found)) for found in PHRASE.findall(text)]
    return [*(f'"{phrase}"' for phrase in phrases if phrase), *(f'"{word}"*' for word in spaced_words(rest))]


def pairs(run: str) -> list[str]:
    """The pairs of neighbouring characters in a run of CJK script: most Chinese words have two."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def indexed_text(text: str) -> str:
    """`text` as the word index reads it: runs of CJK script, which has no spaces, as pairs of characters."""
    return CJK_RUN.sub(lambda run: f" {' '.join(pairs(run.group()))} ", unicodedata.normalize("NFC", text))


def tagged(text: str, tags: str) -> str:
    """A piece's text as it is indexed: with the tags of its memory."""
    return f"{text}\n{tags}" if tags else text


class Search:
    def __init__(self, db: Database) -> None:
        self._db = db

    def holders(self, term: str) -> npt.NDArray[np.int64]:
        """The pieces that hold `term`, a stem or a pair of CJK characters, in order, whatever the state of their
        memory."""
        # Not by MATCH: it stems what it is asked for, and the stem of a stem is another (house, hous, hou). As one
        # text: a row for each place in a text costs three times as much.
        found = self._db.value("SELECT group_concat(doc) FROM memory_terms WHERE term = ?", (term,))
        if not found:
            return np.zeros(0, dtype=np.int64)
        places = np.sort(np.fromstring(found, dtype=np.int64, sep=","), kind="stable")
        return places[np.flatnonzero(np.diff(places, prepend=-1))]

    def terms_of(self, memories: Sequence[int]) -> dict[int, dict[int, frozenset[str]]]:
        """By memory, the terms that the index holds of each of its pieces; memories without a piece are left out."""
        marks = ",".join("?" * len(memories))
        found: dict[int, dict[int, frozenset[str]]] = {}
        for piece, memory, text, tags, start, end in self._db.all(
            'SELECT p.id, p.memory, m.text, m.tags, p.start, p."end" FROM pieces p JOIN memories m ON m.id = p.memory'
            f" WHERE p.memory IN ({marks})",
            memories,
        ):
            found.setdefault(memory, {})[piece] = frozenset(index_terms(indexed_text(tagged(text[start:end], tags))))
        return found

    def by_words(self, words: Iterable[str], limit: int, statuses: Sequence[Status]) -> list[tuple[int, float]]:
        """(memory, BM25 score of its best piece; higher is better) for memories that hold any of `words`, in any of
        their forms, best first."""
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
        if not query:
            return []
        marks = ",".join("?" * len(statuses))
        # MATERIALIZED: SQLite must not fold this into the grouping, where bm25 cannot be computed.
        rows = self._db.all(
            "WITH f AS MATERIALIZED (SELECT rowid AS piece, -bm25(memory_words) AS score"
            " FROM memory_words WHERE memory_words MATCH ?)"
            f" SELECT m.id, max(f.score) FROM f JOIN memories m ON m.id = f.piece >> {PIECE_BITS}"
            f" WHERE m.status IN ({marks}) GROUP BY m.id ORDER BY 2 DESC, 1 DESC LIMIT ?",
            (query, *statuses, limit),
        )
        return [(int(id), float(score)) for id, score in rows]

    def holding(
        self, terms: Sequence[str], limit: int, statuses: Sequence[Status], kind: Kind, scope: str = ""
    ) -> list[tuple[int, int]]:
        """(memory, how many of `terms` it holds) of one kind and scope, those with most first, then the newest. Terms
        are stems or pairs of CJK characters."""
        if not terms:
            return []
        marks, states = ",".join("?" * len(terms)), ",".join("?" * len(statuses))
        rows = self._db.all(
            f"SELECT m.id, count(DISTINCT t.term) FROM memory_terms t JOIN memories m ON m.id = t.doc >> {PIECE_BITS}"
            f" WHERE t.term IN ({marks}) AND m.kind = ? AND m.status IN ({states}) AND m.scope = ?"
            " GROUP BY m.id ORDER BY 2 DESC, 1 DESC LIMIT ?",
            (*terms, kind, *statuses, scope, limit),
        )
        return [(int(id), int(count)) for id, count in rows]

    def with_all(
        self, text: str, terms: frozenset[str], limit: int, statuses: Sequence[Status], kind: Kind
    ) -> list[int]:
        """Memories of one kind with a piece that holds all words of `text` whose stems are among `terms`, in any form
        of theirs, the newest first."""
        words = [word for word in dict.fromkeys(spaced_words(text)) if not terms.isdisjoint(index_terms(word))]
        words += [pair for run in cjk_runs(text) for pair in pairs(run) if pair in terms]
        if not words:
            return []
        marks = ",".join("?" * len(statuses))
        rows = self._db.all(
            "WITH f AS MATERIALIZED (SELECT rowid AS piece FROM memory_words WHERE memory_words MATCH ?)"
            f" SELECT DISTINCT m.id FROM f JOIN memories m ON m.id = f.piece >> {PIECE_BITS}"
            f" WHERE m.status IN ({marks}) AND m.kind = ? ORDER BY m.id DESC LIMIT ?",
            (" AND ".join(f'"{word}"' for word in words), *statuses, kind, limit),
        )
        return [int(id) for (id,) in rows]

    def count(self) -> int:
        """Pieces there are: what the document frequency of a term is a part of."""
        return int(self._db.value("SELECT count(*) FROM pieces"))

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """In how many pieces each term occurs."""
        found = dict.fromkeys(terms, 0)
        wanted = list(found)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            found.update(self._db.all(f"SELECT term, doc FROM memory_vocabulary WHERE term IN ({marks})", part))
        return found
