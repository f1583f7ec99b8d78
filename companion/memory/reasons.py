"""Why a memory came to mind, in words: the few features that spoke for it most."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from companion.memory.features import FEATURES, Evidence, Matrix64
from companion.memory.rerank import Weights
from companion.memory.words import content_words, stems
from companion.records import Memory

MOST = 3
_PLAIN = {
    "near": "close in meaning",
    "near_whole": "close in meaning",
    "near_window": "said in a passage about this",
    "near_neighbour": "said next to something close to this",
    "near_session": "from a conversation about this",
    "near_day": "from a day you spoke of this",
    "near_routed": "close in meaning",
    "near_context": "fits what was said before",
    "near_lines": "close to what was said before",
    "words_window": "its passage shares your words",
    "words_session": "its conversation shares your words",
    "words_context": "shares words with what was said before",
    "speaker": "said by, or about, whom you name",
    "you_companion": "something I said, as you ask",
    "me_person": "something you said of yourself",
    "in_window": "from the time you name",
    "recent_latest": "among the latest",
    "early_first": "among the first",
    "mood": "felt like this moment",
    "associated": "connected with what else fits",
    "dated": "has a date",
    "pinned": "pinned",
    "thought": "something lasting was said",
    "important": "matters to you",
    "recent": "said lately",
}
_OWN_WORDS = frozenset({"words", "words_whole", "words_dense", "both", "named"})
SPEAKING = frozenset(_PLAIN) | _OWN_WORDS
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
        text = _in_words(name, memory, found)
        if text and text not in said:
            said.append(text)
    return tuple(said) or ("close in meaning",)


def _in_words(name: str, memory: Memory, found: Evidence) -> str:
    if name in _OWN_WORDS - {"named"}:
        shared = _shared(memory, found)
        return f"says {', '.join(f'“{word}”' for word in shared)}" if shared else ""
    if name == "named":
        held = [n for n in sorted(found.reading.names) if n in memory.text.casefold()]
        return f"names {', '.join(n.title() for n in held[:2])}" if held else ""
    if name == "in_window":
        at = memory.event_start if memory.event_start is not None else memory.recorded_at
        day = datetime.fromtimestamp(at + memory.utc_offset, UTC)
        return f"from the time you name ({day.day} {day:%B %Y})"
    return _PLAIN.get(name, "")


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
