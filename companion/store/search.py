"""Full-text search over memories: words by their stems, CJK by trigrams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from companion.records import Status
from companion.store.database import Database
from companion.text import cjk_runs, has_cjk

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?", re.UNICODE)


def spaced_words(text: str) -> list[str]:
    """The words of scripts that put spaces between them, in order."""
    return [word for word in _WORD.findall(text) if not has_cjk(word)]


def match_prefixes(text: str) -> str:
    """An FTS5 query for memories that hold every word of `text`, the last one perhaps unfinished."""
    return " AND ".join(f'"{word}"*' for word in spaced_words(text))


class Search:
    def __init__(self, db: Database) -> None:
        self._db = db

    def by_words(self, words: Iterable[str], limit: int, statuses: Sequence[Status]) -> list[tuple[int, float]]:
        """(memory, BM25 score; higher is better) for memories that hold any of `words`, best first."""
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
        return self._match("memory_words", query, limit, statuses) if query else []

    def by_cjk(self, text: str, limit: int, statuses: Sequence[Status]) -> list[tuple[int, float]]:
        """(memory, score) for memories that share CJK trigrams, or failing that pairs of characters, with `text`."""
        runs = cjk_runs(text)
        trigrams = {run[i : i + 3] for run in runs for i in range(len(run) - 2)}
        query = " OR ".join(f'"{gram}"' for gram in sorted(trigrams))
        found = dict(self._match("memory_trigrams", query, limit, statuses)) if query else {}
        # Most Chinese words have two characters, below what the trigram index can look up.
        pairs = sorted({run[i : i + 2] for run in runs for i in range(len(run) - 1)})[:32]
        if pairs:
            score = " + ".join("(instr(text, ?) > 0)" for _ in pairs)
            marks = ",".join("?" * len(statuses))
            rows = self._db.all(
                f"SELECT id, {score} AS hits FROM memories WHERE status IN ({marks}) AND hits > 0"
                " ORDER BY hits DESC, id DESC LIMIT ?",
                (*pairs, *statuses, limit),
            )
            for id, hits in rows:
                found[id] = found.get(id, 0.0) + hits / len(pairs)
        return sorted(found.items(), key=lambda item: -item[1])[:limit]

    def document_frequency(self, stems: Iterable[str]) -> dict[str, int]:
        """In how many memories each stem occurs."""
        found = dict.fromkeys(stems, 0)
        wanted = list(found)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            found.update(self._db.all(f"SELECT term, doc FROM memory_vocabulary WHERE term IN ({marks})", part))
        return found

    def _match(self, table: str, query: str, limit: int, statuses: Sequence[Status]) -> list[tuple[int, float]]:
        marks = ",".join("?" * len(statuses))
        rows = self._db.all(
            f"SELECT f.rowid, -bm25({table}) FROM {table} f JOIN memories m ON m.id = f.rowid"
            f" WHERE {table} MATCH ? AND m.status IN ({marks}) ORDER BY bm25({table}) LIMIT ?",
            (query, *statuses, limit),
        )
        return [(int(id), float(score)) for id, score in rows]
