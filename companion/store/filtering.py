"""What a filter of memories says, as SQL over `memories m`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from companion.records import LAYERS, Layer, MemoryFilter, Order
from companion.store.search import PIECE_BITS, match_prefixes, spaced_words
from companion.store.sources import WAITING
from companion.text import cjk_runs

FADES_FROM = (
    "max(m.recorded_at, coalesce(m.last_used_at, m.recorded_at),"
    " min(coalesce(m.event_end, m.recorded_at), m.recorded_at + ?))"
)
"""From when on a memory fades: made, last used, or its day, whichever is the latest; takes how far ahead a day counts
(seconds)."""
KEYS: dict[Order, tuple[tuple[str, int], ...]] = {
    "newest": (("recorded_at", -1), ("id", -1)),
    "oldest": (("recorded_at", 1), ("id", 1)),
    "text": (("text", 1), ("id", 1)),
    "strength": (("strength", -1), ("id", -1)),
    "used": (("used_count", -1), ("last_used_at", -1), ("id", -1)),
    "important": (("pinned", -1), ("importance", -1), ("recorded_at", -1), ("id", -1)),
    # By the hour, not by what is stored; where nobody knows it, by how lasting they were made.
    "kept": (("pinned", -1), ("strength", -1), ("id", -1)),
    "faded": (("pinned", 1), ("strength", 1), ("id", 1)),
}
"""By order, the columns that it goes by, 1 for rising and -1 for falling."""
_ASCII = str.maketrans({chr(code): chr(code).lower() for code in range(65, 91)})


def ordering(order: Order) -> str:
    """ORDER BY."""
    return ", ".join(
        f"m.{name}{' COLLATE NOCASE' if name == 'text' else ''}{' DESC' if way < 0 else ''}"
        for name, way in KEYS[order]
    )


def sort_key(order: Order, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """The same order for memories that are no rows: NULL comes before all, and NOCASE knows ASCII alone."""
    found: list[Any] = []
    for name, way in KEYS[order]:
        value = values[name]
        found.append(value.translate(_ASCII) if name == "text" else way * (float("-inf") if value is None else value))
    return tuple(found)


def conditions(filter: MemoryFilter) -> tuple[str, list[object]]:
    """(WHERE clause, its values); `order`, `limit`, `offset` and `as_of` are not part of it."""
    where, values = ["1"], list[object]()

    def need(clause: str, *given: object) -> None:
        where.append(clause)
        values.extend(given)

    emotions = tuple(emotion.lower() for emotion in filter.emotions)
    for column, allowed in (("kind", filter.kinds), ("status", filter.statuses), ("emotion", emotions)):
        if allowed:
            need(f"m.{column} IN ({_marks(len(allowed))})", *allowed)
    if filter.scopes is not None:
        need(f"m.scope IN ({_marks(len(filter.scopes))})", *filter.scopes)
    if filter.waiting is not None:
        need(WAITING if filter.waiting else f"NOT ({WAITING})")
    if filter.source is not None:
        need("m.id IN (SELECT memory FROM source_memories WHERE source = ?)", filter.source)
    if filter.pinned is not None:
        need("m.pinned = ?", int(filter.pinned))
    if filter.layers:
        ranges = [strengths(layer) for layer in filter.layers]
        need(f"({' OR '.join(['m.strength >= ? AND m.strength < ?'] * len(ranges))})", *(e for r in ranges for e in r))
    if filter.subjects:
        need(*_subjects(filter.subjects))
    if filter.after is not None or filter.before is not None:
        after, before = span_of(filter)
        need(
            "((m.recorded_at >= ? AND m.recorded_at < ?) OR (m.event_start IS NOT NULL AND m.event_start < ?"
            " AND max(m.event_start, coalesce(m.event_end, m.event_start) - 1e-3) >= ?))",
            *(after, before, before, after),
        )
    if not filter.replies:
        need(
            "NOT (m.kind = 'moment' AND EXISTS (SELECT 1 FROM evidence e JOIN turns t ON t.id = e.turn"
            " WHERE e.memory = m.id AND t.role = 'companion'))"
        )
    for clause, value in _holding(filter.text):
        need(clause, value)
    for words in filter.without:
        quoted = words.replace('"', " ").strip()
        held = _holding(f'"{quoted}"' if spaced_words(quoted) else quoted)
        if held:
            need(f"NOT ({' AND '.join(clause for clause, _ in held)})", *(value for _, value in held))
    return " AND ".join(where), values


def strengths(layer: Layer) -> tuple[float, float]:
    """The strengths [from, to) in days that belong to a layer."""
    begins = [begin for begin, _ in LAYERS]
    at = next(at for at, (_, name) in enumerate(LAYERS) if name == layer)
    return (begins[at], begins[at + 1] if at + 1 < len(begins) else float("inf"))


def span_of(filter: MemoryFilter) -> tuple[float, float]:
    """[after, before), without end where nothing is said."""
    after = float("-inf") if filter.after is None else filter.after
    return after, float("inf") if filter.before is None else filter.before


def _holding(text: str) -> list[tuple[str, str]]:
    """Clauses, each with its one value, that a memory which holds all the words meets."""
    if not text.strip():
        return []
    words, runs = match_prefixes(text), cjk_runs(text)
    if not words and not runs:
        return [("instr(lower(m.text), lower(?))", text.strip())]
    held = f"m.id IN (SELECT rowid >> {PIECE_BITS} FROM memory_words WHERE memory_words MATCH ?)"
    return [*((held, word) for word in words), *(("instr(m.text || ' ' || m.tags, ?)", run) for run in runs)]


def _subjects(names: tuple[str, ...]) -> tuple[str, ...]:
    """Whose life, whom they call by name, or what they are to the person (a tag)."""
    folded = tuple(name.casefold() for name in names)
    marks = _marks(len(names))
    tags = " OR ".join(["instr(', ' || lower(m.tags) || ', ', ?)"] * len(folded))
    return (
        f"(m.subject COLLATE NOCASE IN ({marks}) OR m.id IN (SELECT memory FROM mentions WHERE name IN ({marks}))"
        f" OR (m.tags <> '' AND ({tags})))",
        *(*names, *folded, *(f", {name}, " for name in folded)),
    )


def _marks(count: int) -> str:
    return ",".join("?" * count)
