"""Why a memory came to mind, in words: the few features that spoke for it most."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from companion.days import full_day
from companion.memory.features import FEATURES, Evidence, Matrix64
from companion.memory.rerank import Weights
from companion.memory.words import content_words, stems
from companion.records import Memory
from companion.strings import text

MOST = 3
_PLAIN = frozenset(
    [
        "near",
        "near_whole",
        "near_window",
        "near_neighbour",
        "near_session",
        "near_day",
        "near_routed",
        "near_context",
        "near_lines",
        "words_window",
        "words_session",
        "words_context",
        "speaker",
        "you_companion",
        "me_person",
        "in_window",
        "recent_latest",
        "early_first",
        "mood",
        "associated",
        "dated",
        "pinned",
        "thought",
        "important",
        "recent",
    ]
)
_OWN_WORDS = frozenset({"words", "words_whole", "words_dense", "both", "named"})
SPEAKING = _PLAIN | _OWN_WORDS
"""Features that can be given as a reason."""
_ONE_MEANING = ("near", "near_whole", "near_window", "near_neighbour", "near_session", "near_day", "near_routed")


def reasons(memory: Memory, found: Evidence, x: Matrix64, weights: Weights) -> tuple[str, ...]:
    """At most MOST reasons, the strongest first. `x`: the features of the memory."""
    shares = sorted(
        ((weights.values.get(name, 0.0) * float(value), name) for name, value in zip(FEATURES, x, strict=True)),
        reverse=True,
    )
    said: list[str] = []
    near = False
    for share, name in shares:
        if share <= 0.05 or len(said) >= MOST:
            break
        if name in _ONE_MEANING:
            if near:
                continue
            near = True
        reason = _in_words(name, memory, found)
        if reason and reason not in said:
            said.append(reason)
    return tuple(said) or (text("reason.near"),)


def _in_words(name: str, memory: Memory, found: Evidence) -> str:
    if name in _OWN_WORDS - {"named"}:
        shared = _shared(memory, found)
        return text("reason.says", words=_listed(f"“{word}”" for word in shared)) if shared else ""
    if name == "named":
        held = [n for n in sorted(found.reading.names) if n in memory.text.casefold()]
        return text("reason.names", names=_listed(n.title() for n in held[:2])) if held else ""
    if name == "in_window":
        at = memory.event_start if memory.event_start is not None else memory.recorded_at
        day = datetime.fromtimestamp(at + memory.utc_offset, UTC)
        return text("reason.in_window", day=full_day(day))
    return text(f"reason.{name}") if name in _PLAIN else ""


def _listed(words: Iterable[str]) -> str:
    return text("format.comma").join(words)


@lru_cache(maxsize=4096)
def _stems(word: str) -> tuple[str, ...]:
    return tuple(stems(word))


def _shared(memory: Memory, found: Evidence) -> list[str]:
    """Words of the memory that the cue holds, the most telling first, as they stand in the memory."""
    order = {term: place for place, term in enumerate(found.words.terms)}
    shared: dict[str, str] = {}
    for word in content_words(memory.text):
        for stem in _stems(word):
            if stem in order:
                shared.setdefault(stem, word)
    return [word for _, word in sorted(shared.items(), key=lambda item: order[item[0]])][:3]
